"""The bot's photos, documents and albums: ids, limits, edits, and what Telegram passes over."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from PIL import Image
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
)
from telegram.error import BadRequest

from bot.simulator import Person, Simulator
from tests.bot.simulator.conftest import Api, picture

PDF = b"%PDF-1.7"
BUTTONS = InlineKeyboardMarkup.from_row(
    [InlineKeyboardButton("Terima", callback_data="a"), InlineKeyboardButton("Kembalikan", url="https://a.id")]
)  # fmt: skip


async def test_a_file_sent_by_its_id_is_the_same_file(bot: Bot, rina: Person) -> None:
    first = await bot.send_photo(rina.id, picture(900, 90), protect_content=True)
    again = await bot.send_photo(rina.id, first.photo[0].file_id, protect_content=True)
    album = await bot.send_media_group(
        rina.id,
        [InputMediaPhoto(first.photo[-1].file_id), InputMediaPhoto(picture(90, 90))],
        protect_content=True,
    )
    for message in (again, album[0]):
        assert [one.file_unique_id for one in message.photo] == [
            one.file_unique_id for one in first.photo
        ]
    assert all(message.has_protected_content for message in (first, again, *album))
    unique = {size.file_unique_id for size in (*first.photo, *album[1].photo)}
    assert len(unique) == 4
    described = await bot.get_file(first.photo[-1].file_id)
    assert described.file_unique_id == first.photo[-1].file_unique_id


async def test_what_a_person_sent_is_shown_to_another_by_its_id(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    hendra = sim.person("Hendra", id=1002)
    await hendra.start()
    pages = await rina.sends_album([picture(9, 9), picture(8, 8)])
    await bot.send_media_group(
        hendra.id, [InputMediaPhoto(one.file_id) for one in pages], caption="Rina, 2 halaman"
    )
    shown = await hendra.sees_album("2 halaman")
    assert [await hendra.downloads(one) for one in shown] == [picture(9, 9), picture(8, 8)]


async def test_ids_go_stale_and_uploads_bring_new_ones(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    photo = await rina.sends_photo(picture(900, 90))
    paper = await rina.sends_document(PDF)
    kept = await rina.sends_document(PDF)
    path = await bot.get_file(paper.file_id)
    sim.forget_files(photo.content["photo"][0]["file_id"], paper.file_id)

    for refused in (
        bot.send_photo(rina.id, photo.file_id),
        bot.send_document(rina.id, paper.file_id),
    ):
        with pytest.raises(BadRequest) as refusal:
            await refused
        assert refusal.value.message == "Wrong file identifier/http url specified"
    with pytest.raises(BadRequest) as refusal:
        await bot.get_file(photo.file_id)
    assert refusal.value.message == "Wrong file_id or the file is temporarily unavailable"
    with pytest.raises(BadRequest, match='send message #2 with the error message "wrong file id'):
        await bot.send_media_group(
            rina.id, [InputMediaDocument(kept.file_id), InputMediaDocument(paper.file_id)]
        )
    assert [message.from_bot for message in rina.messages] == [False] * 4

    sent = await bot.send_document(rina.id, PDF, caption="Ada")
    with pytest.raises(BadRequest, match="Media_empty"):  # an edit is told the server's own code
        await bot.edit_message_media(InputMediaDocument(paper.file_id), rina.id, sent.id)
    assert bytes(await path.download_as_bytearray()) == PDF  # a path holds for an hour
    assert await rina.downloads(paper) == PDF
    assert sent.document is not None
    await bot.send_document(rina.id, sent.document.file_id)
    sim.forget_files()
    for file_id in (sent.document.file_id, kept.file_id):
        with pytest.raises(BadRequest):
            await bot.send_document(rina.id, file_id)
    with pytest.raises(KeyError):
        sim.forget_files("BQAC-no")


async def test_albums_of_documents_have_a_caption_each(bot: Bot, rina: Person) -> None:
    files = [
        InputMediaDocument(PDF, filename=f"{n}.pdf", caption=f"<b>{n}</b>", parse_mode="HTML")
        for n in range(10)
    ]
    album = await bot.send_media_group(rina.id, files)
    assert [one.caption for one in album] == [str(n) for n in range(10)]
    assert [one.document and one.document.file_name for one in album] == [
        f"{n}.pdf" for n in range(10)
    ]
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_media_group(
            rina.id, [InputMediaDocument(PDF, caption="x" * n) for n in (1024, 1025)]
        )
    bad = [InputMediaPhoto(picture(9, 9)), InputMediaPhoto(b"rusak")]
    with pytest.raises(BadRequest, match='message #2 with the error message "image_process_fail'):
        await bot.send_media_group(rina.id, bad)
    assert len(rina.messages) == 11


async def test_albums_have_no_buttons(bot: Bot, api: Api, rina: Person) -> None:
    album = await bot.send_media_group(
        rina.id, [InputMediaPhoto(picture(9, 9)), InputMediaPhoto(picture(8, 8))]
    )
    with pytest.raises(BadRequest, match="Message is not modified"):
        await album[0].edit_reply_markup(BUTTONS)
    edited = await album[0].edit_caption("Diterima", reply_markup=BUTTONS)
    assert isinstance(edited, Message)
    assert edited.reply_markup is None
    assert edited.media_group_id == album[0].media_group_id
    assert [one.text for one in await rina.sees_album("diterima")] == ["Diterima", ""]
    with pytest.raises(BadRequest, match="Can't change media type in the album"):
        await bot.edit_message_media(InputMediaDocument(PDF), rina.id, album[1].id)
    await bot.edit_message_media(InputMediaPhoto(picture(7, 7)), rina.id, album[1].id)
    assert await rina.downloads(rina.messages[-1]) == picture(7, 7)


async def test_a_card_with_a_photo_is_edited(bot: Bot, rina: Person) -> None:
    sent = await bot.send_photo(rina.id, picture(9, 9), caption="Satu", reply_markup=BUTTONS)
    edited = await sent.edit_caption("<b>Satu</b>", parse_mode="HTML", reply_markup=BUTTONS)
    assert isinstance(edited, Message)
    assert edited.caption_html == "<b>Satu</b>"
    assert rina.buttons == ["Terima", "Kembalikan"]
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_reply_markup(BUTTONS)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await sent.edit_caption("x" * 1025)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await sent.edit_text("Satu")
    await sent.edit_reply_markup()
    assert (rina.buttons, rina.last.text) == ([], "Satu")
    await sent.edit_caption("")
    assert rina.last.text == ""
    assert await rina.downloads(rina.last) == picture(9, 9)


async def test_a_text_becomes_a_document(bot: Bot, rina: Person) -> None:
    waiting = await bot.send_message(rina.id, "Sedang dibuat …")
    done = InputMediaDocument(PDF, filename="portofolio.pdf", caption="Selesai")
    await bot.edit_message_media(done, rina.id, waiting.id, reply_markup=BUTTONS)
    shown = await rina.sees_document("portofolio")
    assert (shown.id, shown.text, shown.buttons) == (
        waiting.id, "Selesai", ["Terima", "Kembalikan"],
    )  # fmt: skip
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("Lagi", rina.id, waiting.id)


async def test_protected_files_are_not_copied(bot: Bot, rina: Person) -> None:
    sent = await bot.send_photo(rina.id, picture(9, 9), protect_content=True)
    with pytest.raises(BadRequest, match="protected content and can't be forwarded"):
        await bot.copy_message(rina.id, rina.id, sent.id)
    free = await bot.send_photo(rina.id, picture(9, 9))
    await bot.copy_message(rina.id, rina.id, free.id, protect_content=True)
    assert rina.last.protected


async def test_the_bot_acts_and_reacts(bot: Bot, rina: Person) -> None:
    photo, page = await rina.sends_album([picture(9, 9), picture(9, 9)])
    for action in ("upload_photo", "upload_document"):
        await bot.send_chat_action(rina.id, action)
        assert rina.chat.action == action
    await bot.set_message_reaction(rina.id, page.id, "👍")
    assert [one.reactions for one in (photo, page)] == [[], ["👍"]]
    await bot.send_photo(rina.id, picture(9, 9))
    assert rina.chat.action == ""


def encoded(kind: str, width: int = 20, height: int = 20) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
async def test_pictures_that_can_be_photos(bot: Bot, rina: Person, kind: str) -> None:
    await bot.send_photo(rina.id, encoded(kind))


async def test_pictures_that_cannot(bot: Bot, rina: Person) -> None:
    import pillow_heif

    # What an application teaches Pillow, Telegram does not learn.
    pillow_heif.register_heif_opener()
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(rina.id, encoded("HEIF"))
    with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
        await bot.send_photo(rina.id, bomb())


async def test_a_person_may_send_a_bomb(bot: Bot, rina: Person) -> None:
    photo = await rina.sends_photo(bomb())
    assert [one["width"] for one in photo.content["photo"]] == [320, 800, 1280]
    file = await bot.get_file(photo.file_id)
    assert bytes(await file.download_as_bytearray()) == bomb()


def bomb() -> bytes:
    """The head of a PNG of 30,000 by 30,000 pixels."""
    data = bytearray(encoded("PNG"))
    data[16:24] = (30_000).to_bytes(4) * 2
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    return bytes(data)


async def test_downloads_come_in_pieces(sim: Simulator, rina: Person) -> None:
    data = bytes(200_000)
    sent = await rina.sends_document(data)
    sizes: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def counted(message: Any) -> None:
            if message["type"] == "http.response.body":
                sizes.append(len(message["body"]))
            await send(message)

        await sim.app(scope, receive, counted)

    transport = httpx.ASGITransport(app=app)
    path = f"/file/bot{sim.token}/{sim.world.files.files[sent.file_id].path}"
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as client:
        response = await client.get(path)
    assert response.content == data
    assert response.headers["content-length"] == "200000"
    assert sizes == [65_536, 65_536, 65_536, 200_000 - 3 * 65_536]
