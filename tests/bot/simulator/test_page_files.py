"""Photos, albums and documents on the demo page: sent, shown, guarded."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from tests.bot.simulator.page_helpers import (
    HENDRA,
    PHONE,
    RINA,
    Demo,
    Screen,
    Size,
    key,
    opened,
    picture,
    upload,
)

# The browser is started once and belongs to one event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=10_000)
PDF = b"%PDF-1.4 isi"
PDF_HERE = re.compile(r"^/api/files/[\w-]+#toolbar=0")
on_a_phone = pytest.mark.parametrize("size", [PHONE], ids=["phone"])


async def shows_album(demo: Demo, *captions: str, kind: str = "photo", **more: Any) -> None:
    """Let the bot send an album of photos or PDFs."""
    content = (picture(), "image/png") if kind == "photo" else (PDF, "application/pdf")
    files = {f"f{n}": (f"{n}.pdf", *content) for n in range(len(captions))}
    media = [
        {"type": kind, "media": f"attach://f{n}", "caption": caption}
        for n, caption in enumerate(captions)
    ]
    await demo.bot.call("sendMediaGroup", chat_id=RINA, media=media, **files, **more)


async def picks(screen: Screen, *files: Any, kind: str = "photo") -> None:
    chooser = screen.phone().locator(f"input[data-kind={kind}]")
    await chooser.set_input_files(list(files))


async def test_a_dozen_photos_become_two_albums(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        await picks(screen, *[upload(f"{n}.png", picture(80 + n)) for n in range(12)])
        await expect(screen.phone().locator(".tray-photo")).to_have_count(12)
        await screen.field().fill("Dua belas halaman")
        await screen.field().press("Enter")
        heard = [await demo.bot.hears() for _ in range(12)]
        groups = Counter(message["media_group_id"] for message in heard)
        assert sorted(groups.values()) == [2, 10]
        assert [message.get("caption") for message in heard] == [
            "Dua belas halaman", *[None] * 11,
        ]  # fmt: skip
        await expect(screen.phone().locator(".tray")).to_be_hidden()
        await expect(screen.field()).to_have_value("")
        albums = screen.phone().locator(".photos.album")
        await expect(albums).to_have_count(2)
        tops = await albums.first.locator(".photo").evaluate_all(
            "(all) => all.map((one) => Math.round(one.getBoundingClientRect().top))"
        )
        assert list(Counter(tops).values()) == [2, 2, 3, 3]


async def test_files_answer_a_message(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    asked = await demo.bot.says(RINA, "Kirim sertifikatnya")
    async with opened(chrome, demo, size) as screen:
        await screen.bubble("Kirim sertifikatnya").locator(".text").dblclick()
        await picks(screen, upload("a.pdf", PDF, "application/pdf"), kind="document")
        await screen.phone().get_by_label("Kirim", exact=True).click()
        assert (await demo.bot.hears())["reply_to_message"]["message_id"] == asked
        await expect(screen.phone().locator(".target-bar")).to_be_hidden()


async def test_a_sample_is_attached_like_a_file_of_ones_own(
    demo: Demo, chrome: Browser, size: Size
) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        phone, keyboard = screen.phone(), screen.page.keyboard
        clip = phone.get_by_label("Lampirkan foto atau dokumen")
        await clip.click()
        menu = phone.get_by_role("menu", name="Lampirkan")
        await expect(menu.get_by_role("menuitem")).to_have_text(
            ["Foto", "Dokumen", "Contoh foto", "Contoh album", "Contoh PDF", "Contoh pesan suara"]
        )
        await expect(menu.get_by_role("group", name="Belum punya berkas?")).to_be_visible()
        await expect(menu.get_by_role("menuitem").last).to_be_in_viewport(ratio=1)
        for _ in range(3):
            await keyboard.press("ArrowDown")
        await keyboard.press("Enter")
        await expect(phone.locator(".tray-photo")).to_have_count(2)
        await expect(screen.field()).to_be_focused()
        await expect(clip).not_to_have_attribute("aria-busy", "true")
        await screen.field().fill("Dua halaman")
        await keyboard.press("Enter")
        heard = [await demo.bot.hears() for _ in range(2)]
        assert heard[0]["caption"] == "Dua halaman"
        assert len({one["media_group_id"] for one in heard}) == 1

        await clip.click()
        await phone.get_by_role("menuitem", name="Contoh PDF").click()
        await expect(phone.locator(".tray-name")).to_have_text("Laporan <1>.pdf")
        await phone.get_by_label("Kirim", exact=True).click()
        assert (await demo.bot.hears())["document"]["mime_type"] == "application/pdf"
        assert demo.school.sampled == [("album", RINA), ("pdf", RINA)]

        await clip.click()
        await phone.get_by_role("menuitem", name="Contoh pesan suara").click()
        assert (await demo.bot.hears())["voice"]["duration"] == 12
        await expect(screen.bubble("Pesan suara 0:12")).to_be_visible()


async def test_a_sample_comes_late_or_not_at_all(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA, HENDRA)
    async with opened(chrome, demo, size) as screen:
        phone, held = screen.phone(), asyncio.Event()

        async def hold(route: Route) -> None:
            await held.wait()
            await route.continue_()

        await screen.page.route("**/api/samples/**", hold)
        clip = phone.get_by_label("Lampirkan foto atau dokumen")
        await clip.click()
        await phone.get_by_role("menuitem", name="Contoh foto").click()
        await expect(clip).to_have_attribute("aria-busy", "true")
        await phone.locator(".picker-button").click()
        await phone.locator(".person").filter(has_text="Hendra").click()
        held.set()
        await expect(clip).not_to_have_attribute("aria-busy", "true")
        await expect(phone.locator(".tray")).to_be_hidden()

        await screen.page.unroute("**/api/samples/**")
        await screen.page.route("**/api/samples/**", lambda route: route.abort())
        await clip.click()
        await phone.get_by_role("menuitem", name="Contoh foto").click()
        await expect(phone.locator(".toast")).to_contain_text("Simulator tidak menjawab")
        screen.complaints.clear()  # the browser's own, of the connection cut above


async def test_a_long_caption_lies_below_its_photo(
    demo: Demo, chrome: Browser, size: Size
) -> None:
    await demo.greet(RINA)
    await demo.bot.call(
        "sendPhoto", chat_id=RINA, photo=("a.png", picture(640, 900), "image/png"),
        caption="Baris\n" * 60,
    )  # fmt: skip
    async with opened(chrome, demo, size) as screen:
        await screen.phone().locator(".photo").click()
        photo = await screen.page.locator(".lightbox-photo").bounding_box()
        caption = await screen.page.locator(".lightbox-caption").bounding_box()
        assert photo is not None
        assert caption is not None
        assert photo["y"] >= 40
        assert photo["y"] + photo["height"] <= caption["y"]
        assert caption["y"] + caption["height"] <= size[1]
        assert photo["height"] > size[1] / 3


@on_a_phone
async def test_a_quote_is_followed_by_no_gap(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    await demo.bot.says(RINA, "Pesan:\n<blockquote>Kutipan</blockquote>\nSesudahnya")
    await demo.bot.says(RINA, "Lain:\n<blockquote>Kutipan</blockquote>\n\nSesudahnya")
    async with opened(chrome, demo, size) as screen:
        heights = []
        for words in ("Pesan:", "Lain:"):
            box = await screen.bubble(words).locator(".text").bounding_box()
            assert box is not None
            heights.append(box["height"])
        line = 15 * 1.38
        assert heights[0] == pytest.approx(heights[1] - line, abs=3)
        assert heights[0] < 5.5 * line


@on_a_phone
async def test_heic_goes_as_a_document(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        tray = screen.phone().locator(".tray")
        await picks(screen, upload("IMG_1.HEIC", b"ftypheic", ""))
        await expect(tray).to_contain_text("Foto HEIC dikirim sebagai dokumen.")
        await picks(screen, upload("a.png", picture()))
        await expect(tray).to_contain_text("Semua dikirim sebagai dokumen, karena ada foto HEIC.")
        await screen.phone().get_by_role("button", name="Hapus IMG_1.HEIC").click()
        await expect(tray.get_by_label("Kirim sebagai dokumen")).to_be_checked()
        await tray.get_by_label("Kirim sebagai dokumen").uncheck()
        await expect(tray.locator(".tray-photo")).to_have_count(1)
        await picks(screen, upload("IMG_1.HEIC", b"ftypheic", ""))
        await screen.phone().get_by_label("Kirim", exact=True).click()
        heard = [await demo.bot.hears() for _ in range(2)]
        assert [message["document"]["mime_type"] for message in heard] == [
            "image/png", "image/heic",
        ]  # fmt: skip


async def test_an_upload_tells_how_it_goes(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        tray, held = screen.phone().locator(".tray"), asyncio.Event()

        async def hold(route: Route) -> None:
            await held.wait()
            await route.abort()

        await screen.page.route("**/files", hold)
        await picks(screen, upload("a.pdf", PDF, "application/pdf"), kind="document")
        await screen.field().fill("Laporan")
        await screen.field().press("Enter")
        await expect(tray.locator(".tray-doing")).to_contain_text("Mengirim…")
        await expect(tray.locator("progress")).to_be_visible()
        await expect(screen.phone().get_by_label("Kirim", exact=True)).to_be_disabled()
        await tray.get_by_role("button", name="Batalkan").click()
        await expect(tray.locator(".tray-sending")).to_be_hidden()
        await expect(tray.locator(".tray-trouble")).to_be_hidden()
        await expect(screen.field()).to_have_value("Laporan")

        held.set()
        await screen.field().press("Enter")
        await expect(tray.get_by_role("alert")).to_contain_text("Belum terkirim. Simulator tidak")
        await expect(tray.locator(".tray-file")).to_contain_text("a.pdf")
        screen.complaints.clear()  # the browser's own, of the connections cut above
        await screen.page.unroute("**/files")
        await screen.field().press("Enter")
        assert (await demo.bot.hears())["caption"] == "Laporan"
        await expect(tray).to_be_hidden()


@on_a_phone
async def test_what_does_not_fit_is_said_before(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        toast = screen.phone().locator(".toast")
        await picks(screen, *[upload(f"{n}.png", picture()) for n in range(31)])
        await expect(toast).to_have_text("Paling banyak 30 berkas sekali kirim.")
        await expect(screen.phone().locator(".tray-photo")).to_have_count(30)
        await screen.field().fill("x" * 1025)
        await screen.field().press("Enter")
        await expect(toast).to_contain_text("Keterangan terlalu panjang: 1025 huruf")
        await picks(screen, upload("kosong.pdf", b"", "application/pdf"), kind="document")
        await expect(toast).to_have_text("Berkas kosong tidak dapat dikirim.")
        assert len(demo.sim.person(id=RINA).messages) == 1


async def test_captions_of_albums(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    await shows_album(demo, "", "Satu keterangan")
    await shows_album(demo, "Pertama", "Kedua")
    await shows_album(demo, "SK", "", "Laporan", kind="document")
    async with opened(chrome, demo, size) as screen:
        bubbles = screen.phone().locator("li.message.in .bubble")
        await expect(bubbles.nth(0).locator(".text")).to_have_count(1)
        await expect(bubbles.nth(0).locator(".text")).to_contain_text("Satu keterangan")
        # As in the messenger: none where there are several, except in the view of the photo.
        await expect(bubbles.nth(1).locator(".text")).to_have_count(0)
        await bubbles.nth(1).locator(".photo").nth(1).click()
        await expect(screen.page.locator(".lightbox-caption")).to_have_text("Kedua")
        await screen.page.keyboard.press("Escape")
        order = await bubbles.nth(2).locator(".document-name, .text").all_inner_texts()
        assert [words.split()[0] for words in order] == [
            "0.pdf",
            "SK",
            "1.pdf",
            "2.pdf",
            "Laporan",
        ]


async def test_what_is_protected_stays_here(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    await shows_album(demo, "Sertifikat", "", protect_content=True)
    keyboard = {"inline_keyboard": [[key("Terima", "ok")]]}
    for name, mime in (("SK.pdf", "application/pdf"), ("rekap.xlsx", "application/vnd.ms-excel")):
        await demo.bot.call(
            "sendDocument", chat_id=RINA, document=(name, PDF, mime), caption=name,
            protect_content=True, reply_markup=keyboard,
        )  # fmt: skip
    await demo.bot.says(RINA, "Rahasia", protect_content=True)
    async with opened(chrome, demo, size) as screen:
        phone, page = screen.phone(), screen.page
        await expect(phone.locator(".guard")).to_have_count(4)
        await expect(phone.locator("a[download], .document a")).to_have_count(0)

        await phone.locator(".photo").nth(1).click()
        lightbox = page.locator("dialog.lightbox")
        await expect(lightbox).to_contain_text("Dilindungi")
        await expect(lightbox.locator("a")).to_have_count(0)
        assert await offers_no_menu(lightbox.locator("img"))
        await page.keyboard.press("Escape")

        await phone.get_by_role("button", name="Buka dokumen SK.pdf").click()
        await expect(lightbox.locator("iframe")).to_have_attribute("src", PDF_HERE)
        await expect(lightbox.locator("a")).to_have_count(0)
        await lightbox.get_by_role("button", name="Tutup").click()
        await phone.get_by_role("button", name="Buka dokumen rekap.xlsx").click()
        await expect(phone.locator(".toast")).to_contain_text("Dokumen ini dilindungi")
        await expect(lightbox).to_have_count(0)

        for place in (
            phone.locator(".photo img").first,
            screen.bubble("Rahasia").locator(".text"),
        ):
            await place.dispatch_event("contextmenu", {"clientX": 60, "clientY": 300})
            menu = phone.get_by_role("menu", name="Menu pesan")
            await expect(menu).to_contain_text("tidak dapat disimpan atau diteruskan")
            await expect(menu.get_by_role("menuitem")).to_have_text(["Balas"])
            await page.keyboard.press("Escape")
        chosen = (
            await screen.bubble("Rahasia")
            .locator(".text")
            .evaluate("(one) => getComputedStyle(one).userSelect")
        )
        assert chosen == "none"
        assert len(page.context.pages) == 1


async def offers_no_menu(image: Any) -> bool:
    prevented: bool = await image.evaluate(
        """(one) => !one.dispatchEvent(
             new MouseEvent("contextmenu", { bubbles: true, cancelable: true }))"""
    )
    return prevented


async def test_free_documents_open_and_are_saved(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    await demo.bot.call(
        "sendDocument", chat_id=RINA, document=("Portofolio.pdf", PDF, "application/pdf")
    )
    async with opened(chrome, demo, size) as screen:
        row = screen.bubble("Portofolio.pdf")
        await expect(row.locator(".document-size")).to_have_text("12 B")
        async with screen.page.context.expect_page() as tab:
            await row.get_by_role("link", name="Buka dokumen Portofolio.pdf").click()
        await (await tab.value).close()
        async with screen.page.expect_download() as download:
            await row.get_by_role("link", name="Unduh Portofolio.pdf").click()
        assert (await download.value).suggested_filename == "Portofolio.pdf"


@on_a_phone
async def test_photos_load_late_and_move_nothing(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    for number in range(30):
        await demo.bot.call(
            "sendPhoto", chat_id=RINA, photo=(f"{number}.png", picture(640, 480), "image/png")
        )
    async with opened(chrome, demo, size) as screen:
        scroller, images = (
            screen.phone().locator(".scroller"),
            screen.phone().locator(".photo img"),
        )
        await expect(images).to_have_count(30)
        await expect(images.last).to_have_class("loaded")
        assert await images.first.evaluate("(one) => one.complete && one.naturalWidth") == 0

        held = asyncio.Event()

        async def slowly(route: Route) -> None:
            await held.wait()
            await route.continue_()

        await screen.page.route("**/api/files/*", slowly)
        await shows_album(demo, "Datang terlambat", "", "")
        album = screen.bubble("Datang terlambat")
        await expect(album).to_be_in_viewport()
        height = await scroller.evaluate("(one) => one.scrollHeight")
        held.set()
        await expect(album.locator("img.loaded")).to_have_count(3)
        bottom = await scroller.evaluate(
            "(one) => [one.scrollHeight, one.scrollHeight - one.clientHeight - one.scrollTop]"
        )
        assert bottom[0] == height
        assert bottom[1] < 2
        await screen.page.unroute_all(behavior="wait")

        await scroller.evaluate("(one) => { one.scrollTop = 0; }")
        await expect(images.first).to_have_class("loaded")


@on_a_phone
async def test_a_photo_that_is_none(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    await demo.sim.person(id=RINA).sends_photo(b"rusak", caption="Rusak")
    await demo.sim.person(id=RINA).sends_video_note()
    await demo.sim.person(id=RINA).sends_document(PDF, "\u202efdp." + "panjang " * 37 + ".exe")
    async with opened(chrome, demo, size) as screen:
        await expect(screen.bubble("Rusak").locator(".photo-failed")).to_have_text(
            "Foto tidak terbaca"
        )
        await expect(screen.bubble("Pesan video")).to_be_visible()
        await expect(screen.bubble("panjang").locator(".document-name")).to_be_visible()
        screen.complaints.clear()
