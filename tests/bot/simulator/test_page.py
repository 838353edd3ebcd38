"""The demo page in a browser, at the size of a desk and of a phone."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from tests.bot.simulator.page_helpers import (
    HENDRA,
    MEGA,
    PHONE,
    RINA,
    SITI,
    Demo,
    Size,
    key,
    opened,
    picture,
    upload,
)

# The browser is started once and belongs to one event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

on_a_phone = pytest.mark.parametrize("size", [PHONE], ids=["phone"])

expect.set_options(timeout=10_000)
WAITING = re.compile(r"\bwaiting\b")


async def test_a_first_start_and_a_formatted_answer(
    demo: Demo, chrome: Browser, size: Size
) -> None:
    async with opened(chrome, demo, size) as screen:
        await screen.phone().get_by_role("button", name="MULAI").click()
        assert (await demo.bot.hears())["text"] == "/start"
        await expect(screen.phone().locator(".day")).to_have_text("Hari ini")
        await demo.bot.says(
            RINA,
            "<b>tebal</b> <i>miring</i> <u>garis</u> <s>coret</s> <code>kode</code> "
            '<a href="https://example.org/a">tautan</a> &lt;b&gt; /menu\n<pre>blok</pre>'
            "<blockquote>kutipan</blockquote>"
            f"<blockquote expandable>{'panjang sekali ' * 60}</blockquote>"
            "<tg-spoiler>rahasia</tg-spoiler>",
        )
        text = screen.bubble("tebal").locator(".text")
        for tag, words in [
            ("b", "tebal"),
            ("i", "miring"),
            ("u", "garis"),
            ("s", "coret"),
            ("code", "kode"),
            ("pre", "blok"),
        ]:
            await expect(text.locator(tag)).to_have_text(words)
        await expect(text.locator("a")).to_have_attribute("href", "https://example.org/a")
        await expect(text).to_contain_text("<b>")
        await expect(text.locator("blockquote").first).to_have_text("kutipan")
        await expect(screen.bubble("tebal").locator("time")).to_have_text("10.00")

        toggle = text.get_by_role("button", name="Selengkapnya")
        await toggle.click()
        await expect(text.get_by_role("button", name="Ringkaskan")).to_be_visible()
        await text.locator(".spoiler").click()
        await expect(text.locator(".spoiler")).to_have_class(re.compile("revealed"))

        await text.get_by_role("button", name="/menu").click()
        assert (await demo.bot.hears())["text"] == "/menu"
        await expect(screen.page.locator("#announcer")).to_contain_text("Kawan Kinerja kepada")


async def test_a_press_waits_for_its_answer_then_toasts_alerts_and_edits(
    demo: Demo, chrome: Browser, size: Size
) -> None:
    await demo.greet(RINA)
    card = await demo.bot.says(
        RINA, "Rencana", [key("Ajukan", "a", style="success"), key("Hapus", "h", style="danger")]
    )
    async with opened(chrome, demo, size) as screen:
        await expect(screen.key("Ajukan")).to_have_class(re.compile("success"))
        await screen.key("Ajukan").click()
        await expect(screen.key("Ajukan")).to_have_class(WAITING)
        query = await demo.bot.hears("callback_query")
        assert query["data"] == "a"
        await demo.bot.answers(query, "Tersimpan.")
        await expect(screen.phone().locator(".toast")).to_have_text("Tersimpan.")
        await expect(screen.key("Ajukan")).not_to_have_class(WAITING)

        await demo.bot.call(
            "editMessageText",
            chat_id=RINA,
            message_id=card,
            text="Rencana diajukan",
            reply_markup={"inline_keyboard": [[key("Tarik kembali", "t")]]},
        )
        await expect(screen.bubble("Rencana diajukan").locator(".edited")).to_have_text("diedit")
        await expect(screen.phone().locator("li.message.in")).to_have_count(1)
        # The keyboard's place goes over to the new buttons.
        await expect(screen.key("Tarik kembali")).to_be_focused()

        await screen.key("Tarik kembali").click()
        await demo.bot.answers(
            await demo.bot.hears("callback_query"), "Sudah disetujui.", alert=True
        )
        alert = screen.phone().get_by_role("alertdialog")
        await expect(alert).to_contain_text("Sudah disetujui.")
        await expect(alert.get_by_role("button", name="OK")).to_be_focused()
        await screen.page.keyboard.press("Escape")
        await expect(alert).to_have_count(0)


async def test_link_and_copy_buttons(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    await demo.bot.says(
        RINA,
        "Undangan",
        [key("Buka", url="https://t.me/kawan_uji_bot?start=abc-123")],
        [key("Salin", copy_text={"text": "isi salinan"})],
    )
    async with opened(chrome, demo, size) as screen:
        await screen.key("Salin").click()
        await expect(screen.phone().locator(".toast")).to_have_text("Teks disalin.")
        assert await screen.page.evaluate("navigator.clipboard.readText()") == "isi salinan"
        await screen.key("Buka").click()
        assert (await demo.bot.hears())["text"] == "/start abc-123"


async def test_a_reader_further_up_keeps_the_place(
    demo: Demo, chrome: Browser, size: Size
) -> None:
    await demo.greet(RINA)
    first = await demo.bot.says(RINA, "Pesan pertama")
    for number in range(40):
        await demo.bot.says(RINA, f"Baris {number}\nlanjutan\nlanjutan")
    async with opened(chrome, demo, size) as screen:
        scroller = screen.phone().locator(".scroller")
        await expect(screen.bubble("Baris 39")).to_be_in_viewport()
        await screen.bubble("Baris 20").scroll_into_view_if_needed()
        await expect(screen.phone().locator(".to-bottom")).to_be_visible()
        before = await screen.bubble("Baris 20").bounding_box()

        await demo.bot.call(
            "editMessageText", chat_id=RINA, message_id=first, text="Pesan pertama\n" * 12
        )
        await demo.bot.says(RINA, "Pesan baru")
        badge = screen.phone().locator(".to-bottom .badge")
        await expect(badge).to_have_text("1")
        after = await screen.bubble("Baris 20").bounding_box()
        assert before is not None
        assert after is not None
        assert abs(before["y"] - after["y"]) < 2

        await screen.phone().locator(".to-bottom").click()
        await expect(screen.bubble("Pesan baru")).to_be_in_viewport()
        await demo.bot.says(RINA, "Paling baru\n" * 5)
        await expect(screen.bubble("Paling baru")).to_be_in_viewport(ratio=0.9)
        assert await scroller.evaluate("(one) => one.scrollWidth <= one.clientWidth")


async def test_an_album_a_photo_and_documents(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        chooser = screen.phone().locator("input[data-kind=photo]")
        await chooser.set_input_files([upload(f"{n}.png", picture(80 + n)) for n in range(3)])
        await expect(screen.phone().locator(".tray-photo")).to_have_count(3)
        await screen.field().fill("Tiga halaman")
        await screen.field().press("Enter")
        heard = [await demo.bot.hears() for _ in range(3)]
        assert len({message["media_group_id"] for message in heard}) == 1
        assert heard[0]["caption"] == "Tiga halaman"
        album = screen.bubble("Tiga halaman")
        await expect(album.locator("img.loaded")).to_have_count(3)
        await expect(screen.phone().locator(".tray")).to_be_hidden()

        await album.locator(".photo").nth(1).click()
        lightbox = screen.page.locator("dialog.lightbox")
        await expect(lightbox.locator(".lightbox-count")).to_have_text("2 dari 3")
        await screen.page.keyboard.press("ArrowRight")
        await expect(lightbox.locator(".lightbox-count")).to_have_text("3 dari 3")
        await screen.page.keyboard.press("Escape")
        await expect(lightbox).to_have_count(0)

        pages = upload("laporan akhir.pdf", b"%PDF-1.4 isi", "application/pdf")
        await screen.phone().locator("input[data-kind=document]").set_input_files([pages])
        await screen.phone().get_by_label("Kirim", exact=True).click()
        assert (await demo.bot.hears())["document"]["file_name"] == "laporan akhir.pdf"
        row = screen.bubble("laporan akhir.pdf")
        address = await row.locator(".document-open").get_attribute("href")
        response = await screen.page.request.get(f"{demo.url}{address}")
        assert await response.body() == b"%PDF-1.4 isi"
        assert response.headers["content-type"] == "application/pdf"
        assert response.headers["content-disposition"].startswith("inline")

        await demo.bot.call(
            "sendDocument", chat_id=RINA, document=("rekap.xlsx", b"PK", "application/zip")
        )
        await demo.bot.call(
            "sendPhoto",
            chat_id=RINA,
            photo=("kartu.png", picture(), "image/png"),
            caption="Kartu",
            reply_markup={"inline_keyboard": [[key("Terima", "ok")]]},
        )
        await expect(screen.bubble("rekap.xlsx")).to_be_visible()
        await expect(screen.bubble("Kartu").locator("img.loaded")).to_have_count(1)


async def test_pasted_and_dropped_files(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    make = """(name) => {
      const carried = new DataTransfer();
      carried.items.add(new File(["isi"], name, { type: "text/plain" }));
      return carried;
    }"""
    async with opened(chrome, demo, size) as screen:
        carried = await screen.page.evaluate_handle(make, "seret.txt")
        surface = screen.phone().locator(".screen")
        await surface.dispatch_event("dragenter", {"dataTransfer": carried})
        await expect(screen.phone().locator(".drop")).to_be_visible()
        await surface.dispatch_event("drop", {"dataTransfer": carried})
        await expect(screen.phone().locator(".drop")).to_be_hidden()
        await expect(screen.phone().locator(".tray-file")).to_contain_text("seret.txt")
        await screen.page.evaluate(
            f"""() => {{
              const clipboardData = ({make})("tempel.txt");
              const pasted = new ClipboardEvent("paste", {{ clipboardData, bubbles: true }});
              document.querySelector("#phone-0 textarea").dispatchEvent(pasted);
            }}"""
        )
        await expect(screen.phone().locator(".tray-file")).to_have_count(2)
        await screen.phone().get_by_role("button", name="Hapus seret.txt").click()
        await screen.phone().get_by_label("Kirim", exact=True).click()
        assert (await demo.bot.hears())["document"]["file_name"] == "tempel.txt"


async def test_the_command_menu(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        names = ["menu", "rencana", "rekap", "batal"]
        commands = [{"command": name, "description": f"Tentang {name}"} for name in names]
        await demo.bot.call("setMyCommands", commands=commands)
        menu = screen.phone().get_by_role("button", name="Menu perintah")
        await menu.click()
        options = screen.phone().get_by_role("option")
        await expect(options).to_have_count(4)
        await screen.page.keyboard.press("Escape")
        await expect(options).to_have_count(0)
        await screen.field().fill("/re")
        await expect(options).to_have_count(2)
        await screen.field().press("ArrowDown")
        await screen.field().press("Enter")
        assert (await demo.bot.hears())["text"] == "/rekap"
        await expect(screen.field()).to_have_value("")


async def test_reply_keyboard_and_forced_reply(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        await demo.bot.call(
            "sendMessage",
            chat_id=RINA,
            text="Untuk siapa?",
            reply_markup={
                "keyboard": [["Semua"], ["Guru IPA", "Guru IPS"]],
                "one_time_keyboard": True,
                "input_field_placeholder": "Pilih penerima",
            },
        )
        keyboard = screen.phone().locator(".reply-keyboard")
        await expect(keyboard.get_by_role("button")).to_have_count(3)
        await expect(screen.field()).to_have_attribute("placeholder", "Pilih penerima")
        await keyboard.get_by_role("button", name="Semua").click()
        assert (await demo.bot.hears())["text"] == "Semua"
        await expect(keyboard).to_be_hidden()

        asked = await demo.bot.call(
            "sendMessage",
            chat_id=RINA,
            text="Apa alasannya?",
            reply_markup={"force_reply": True, "input_field_placeholder": "Tulis alasan"},
        )
        bar = screen.phone().locator(".target-bar")
        await expect(bar).to_contain_text("Apa alasannya?")
        await expect(screen.field()).to_have_attribute("placeholder", "Tulis alasan")
        await screen.field().fill("Sakit")
        await screen.field().press("Enter")
        reply = await demo.bot.hears()
        assert reply["reply_to_message"]["message_id"] == asked["message_id"]
        await expect(bar).to_be_hidden()
        await expect(screen.bubble("Sakit").locator(".quote-reply")).to_contain_text(
            "Apa alasannya?"
        )


async def test_reactions_pins_actions_and_deletions(
    demo: Demo, chrome: Browser, size: Size
) -> None:
    await demo.greet(RINA)
    pinned = await demo.bot.says(RINA, "Tenggat 26 Januari")
    async with opened(chrome, demo, size) as screen:
        phone = screen.phone()
        await demo.bot.call("pinChatMessage", chat_id=RINA, message_id=pinned)
        await expect(phone.locator(".pin-bar")).to_contain_text("Tenggat 26 Januari")
        await demo.bot.call("sendChatAction", chat_id=RINA, action="typing")
        await expect(phone.locator(".bot-state")).to_contain_text("mengetik…")
        await screen.field().fill("Foto sudah dikirim")
        await screen.field().press("Enter")
        sent = await demo.bot.hears()
        await demo.bot.call(
            "setMessageReaction",
            chat_id=RINA,
            message_id=sent["message_id"],
            reaction=[{"type": "emoji", "emoji": "👍"}],
        )
        await expect(screen.bubble("Foto sudah").locator(".reaction")).to_have_text("👍")
        await expect(screen.bubble("Foto sudah").locator(".edited")).to_have_count(0)
        await demo.bot.call("deleteMessage", chat_id=RINA, message_id=pinned)
        await expect(screen.bubble("Tenggat")).to_have_count(0)
        await expect(phone.locator(".pin-bar")).to_be_hidden()
        await demo.bot.says(RINA, "Selesai")
        await expect(phone.locator(".bot-state")).to_have_text("bot")


async def test_a_double_click_answers_a_message(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    asked = await demo.bot.says(RINA, "Ada pertanyaan?")
    async with opened(chrome, demo, size) as screen:
        await screen.bubble("Ada pertanyaan?").locator(".text").dblclick()
        await expect(screen.phone().locator(".target-bar")).to_contain_text("Ada pertanyaan?")
        await screen.field().fill("Ada")
        await screen.field().press("Enter")
        reply = await demo.bot.hears()
        assert reply["reply_to_message"]["message_id"] == asked


@on_a_phone
async def test_tabs_show_what_is_unread(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA, HENDRA)
    async with opened(chrome, demo, size) as screen:
        badge = screen.page.locator("#tab-1 .badge")
        await expect(badge).to_be_hidden()
        for number in range(2):
            await demo.bot.says(HENDRA, f"Rencana {number} menunggu")
        await expect(badge).to_have_text("2")
        await expect(screen.phone(1)).to_be_hidden()
        await screen.page.locator("#tab-0").press("ArrowRight")
        await expect(screen.bubble("Rencana 1 menunggu", 1)).to_be_in_viewport()
        await expect(badge).to_be_hidden()
        await screen.page.reload()
        await expect(screen.page.locator("#tab-1")).to_have_attribute("aria-selected", "true")


@on_a_phone
async def test_fingers_find_every_control(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    await demo.bot.call("setMyCommands", commands=[{"command": "menu", "description": "Menu"}])
    await demo.bot.says(RINA, "Pilih", [key("Satu"), key("Dua")])
    for guarded in (False, True):
        page = ("a.pdf", b"%PDF", "application/pdf")
        await demo.bot.call("sendDocument", chat_id=RINA, document=page, protect_content=guarded)
    async with opened(chrome, demo, size) as screen:
        await screen.page.locator("#calendar-toggle").click()
        small = await screen.page.evaluate(
            """() => [...document.querySelectorAll("button, a, [role=tab], summary")]
              .filter((one) => !one.closest(".text"))
              .filter((one) => one.offsetParent !== null && one.tabIndex >= 0)
              .map((one) => [one.className || one.id, one.getBoundingClientRect()])
              .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
              .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
        )
        assert small == []


async def test_blocking_the_bot(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        await screen.phone().get_by_role("button", name="Menu percakapan").click()
        await screen.phone().get_by_role("menuitemcheckbox", name="Blokir bot").click()
        update = await demo.bot.hears("my_chat_member")
        assert update["new_chat_member"]["status"] == "kicked"
        unblock = screen.phone().get_by_role("button", name="BUKA BLOKIR")
        await expect(screen.field()).to_be_hidden()
        await unblock.click()
        await expect(screen.field()).to_be_visible()
        assert not demo.sim.person(id=RINA).chat.blocked


async def test_the_calendar_moves_and_the_demo_starts_afresh(
    demo: Demo, chrome: Browser, size: Size
) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        page = screen.page
        moment = page.locator("#moment")
        await expect(screen.bubble("/start")).to_be_visible()

        async def open_calendar() -> None:
            if not await moment.is_visible():
                await page.locator("#calendar-toggle").click()

        await open_calendar()
        await expect(moment).to_have_text("Senin, 12 Januari 2026, 10.00 WIB")
        await page.get_by_role("button", name="+1 minggu").click()
        await expect(moment).to_have_text("Senin, 19 Januari 2026, 10.00 WIB")
        await expect(page.locator("#notice")).to_have_text("Kalender maju 7 hari.")
        await open_calendar()
        await page.get_by_role("button", name="Ke tenggat berikutnya").click()
        await expect(moment).to_have_text("Senin, 2 Februari 2026, 10.00 WIB")

        await open_calendar()
        await page.get_by_role("button", name="Mulai dari awal").click()
        dialog = page.get_by_role("dialog", name="Mulai dari awal?")
        await expect(dialog).to_contain_text("tidak dapat diurungkan")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        assert demo.school.restarts == 0
        await open_calendar()
        await page.get_by_role("button", name="Mulai dari awal").click()
        await dialog.get_by_role("button", name="Hapus dan mulai lagi").click()
        await expect(moment).to_have_text("Senin, 12 Januari 2026, 10.00 WIB")
        assert demo.school.restarts == 1
        await expect(screen.bubble("/start")).to_have_count(0)
        await expect(screen.phone().get_by_role("button", name="MULAI")).to_be_visible()


async def test_raw_calls_can_be_read(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        page = screen.page
        await page.get_by_role("button", name="Panggilan API", exact=True).click()
        await demo.bot.says(RINA, "Halo <b>Ibu</b>", [key("Ya", "y")])
        await demo.bot.call("getMe")
        row = page.locator(".call[data-method=sendMessage]")
        await row.locator("summary").click()
        await expect(row.locator("pre").first).to_contain_text('"callback_data": "y"')
        await expect(row.locator("pre").nth(1)).to_contain_text('"ok": true')
        await expect(row).to_contain_text("Rina Wati")
        await page.get_by_label("Saring menurut metode").fill("getme")
        await expect(row).to_be_hidden()
        await expect(page.locator(".call[data-method=getMe]")).to_be_visible()

        await page.get_by_role("button", name="Jeda").click()
        await demo.bot.call("getMe")
        resume = page.get_by_role("button", name="Lanjutkan (1)")
        await expect(page.locator(".call[data-method=getMe]")).to_have_count(1)
        await resume.click()
        await expect(page.locator(".call[data-method=getMe]")).to_have_count(2)
        await page.get_by_label("Tutup panggilan API").click()
        await expect(page.locator("#api-pane")).to_be_hidden()


async def test_light_and_dark(demo: Demo, chrome: Browser, size: Size) -> None:
    async with opened(chrome, demo, size, color_scheme="dark") as screen:
        root = screen.page.locator("html")
        await expect(root).to_have_attribute("data-theme", "dark")
        await screen.page.get_by_role("switch", name="Tampilan gelap").click()
        await expect(root).to_have_attribute("data-theme", "light")
        await screen.page.reload()
        await expect(root).to_have_attribute("data-theme", "light")
        await screen.page.emulate_media(color_scheme="light")
        await expect(root).to_have_attribute("data-theme", "light")


async def test_anybody_may_hold_any_phone(demo: Demo, chrome: Browser, size: Size) -> None:
    async with opened(chrome, demo, size, hint=True) as screen:
        page = screen.page
        await expect(page.locator("#hint")).to_contain_text("Buka tautan undangan")
        await expect(page.locator("#hint")).to_contain_text("Coba ini: pilih Rina Wati")
        await page.locator("#hint-close").click()
        await expect(page.locator("#hint")).to_be_hidden()
        picker = screen.phone().locator(".picker-button")
        await expect(picker).to_contain_text("Rina Wati")
        await expect(picker).to_contain_text("belum bergabung")
        await picker.click()
        people = screen.phone().get_by_role("option")
        await expect(people).to_have_count(4)
        await people.filter(has_text="Siti <b> & Aminah").click()
        await expect(picker).to_contain_text("Siti <b> & Aminah")
        await page.reload()
        await expect(picker).to_contain_text("Siti <b> & Aminah")
        await expect(page.locator("#hint")).to_be_hidden()

        # Somebody who holds another phone changes places.
        await picker.click()
        await people.filter(has_text="Mega").click()
        await expect(picker).to_contain_text("Mega Lestari")
        await screen.tab(2)
        await expect(screen.phone(2).locator(".picker-button")).to_contain_text("Siti")

        await screen.phone(2).get_by_role("button", name="Buka tautan undangan").click()
        assert (await demo.bot.hears())["text"] == "/start undangan-siti"
        await expect(screen.phone(2).locator(".out .text")).to_contain_text("/start")
        await expect(screen.phone(2).locator(".out .text")).not_to_contain_text("undangan")
        demo.school.joined(SITI)
        await expect(screen.phone(2).locator(".invitation")).to_be_hidden()


async def test_a_broken_line_is_made_good(demo: Demo, chrome: Browser, size: Size) -> None:
    await demo.greet(RINA)
    async with opened(chrome, demo, size) as screen:
        await screen.page.add_init_script(
            """window.lines = [];
            window.EventSource = class extends EventSource {
              constructor(...given) { super(...given); window.lines.push(this); }
            };"""
        )
        await screen.page.reload()
        await screen.field().fill("belum selesai")
        await screen.page.evaluate("lines[0].close(); lines[0].onerror()")
        await expect(screen.page.locator("#offline")).to_be_visible()
        await demo.bot.says(RINA, "Selama terputus")
        await expect(screen.bubble("Selama terputus")).to_be_visible()
        await expect(screen.page.locator("#offline")).to_be_hidden()
        await expect(screen.field()).to_have_value("belum selesai")


async def test_several_chats_at_once(demo: Demo, chrome: Browser, size: Size) -> None:
    people = [RINA, HENDRA, MEGA]
    await demo.greet(*people)
    async with opened(chrome, demo, size) as screen:
        await asyncio.gather(
            *(demo.bot.says(person, f"Pesan {n}") for person in people for n in range(15))
        )
        for index in range(3):
            await screen.tab(index)
            await expect(screen.phone(index).locator("li.message.in")).to_have_count(15)
            numbers = (
                await screen.phone(index)
                .locator("li.message")
                .evaluate_all("(all) => all.map((one) => Number(one.dataset.id))")
            )
            assert numbers == sorted(numbers)
