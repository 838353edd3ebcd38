"""What people share: photos, albums, files, recordings, links, and what they see of it."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot, InputMediaDocument, InputMediaPhoto, Message

from bot.simulator import Person, Simulator
from tests.bot.simulator.conftest import picture

PDF = b"%PDF-1.7"


async def heard(bot: Bot) -> list[Message]:
    """The messages of all updates that wait, in order."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return [one.message for one in updates if one.message is not None]


@pytest.fixture(autouse=True)
async def _started(bot: Bot, rina: Person) -> None:
    await heard(bot)


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_caption_sits_on_any_item_of_an_album(bot: Bot, rina: Person, place: int) -> None:
    sent = await rina.sends_album([picture(9, 9)] * 3, caption="Tiga #foto", caption_at=place)
    messages = await heard(bot)
    assert [one.id for one in messages] == [one.id for one in sent]
    assert [index for index, one in enumerate(messages) if one.caption] == [place]
    assert messages[place].caption_entities[0].type == "hashtag"
    assert {one.media_group_id for one in messages} == {sent[0].media_group_id}
    assert rina.album_of(sent[2]) == sent


async def test_other_updates_lie_between_the_items_of_albums(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    budi = sim.person("Budi", id=1002)
    hers = rina.sends_album_slowly([picture(9, 9)] * 2, caption="Rina", caption_at=-1)
    his = budi.sends_album_slowly([(PDF, "1.pdf", ""), (PDF, "2.pdf", "application/pdf")], "Budi")
    next(hers)
    next(his)
    await rina.types("sebentar")
    next(hers)
    for _message in his:
        await budi.types("sudah")
    messages = await heard(bot)
    assert [(one.from_user.id if one.from_user else 0, bool(one.text)) for one in messages] == [
        (1001, False), (1002, False), (1001, True), (1001, False), (1002, False), (1002, True),
    ]  # fmt: skip
    groups = [one.media_group_id for one in messages]
    assert groups[0] == groups[3]
    assert groups[1] == groups[4]
    assert len({*groups} - {None}) == 2
    assert [one.caption for one in messages if not one.text] == [None, "Budi", "Rina", None]


async def test_phones_offer_no_odd_albums(rina: Person) -> None:
    with pytest.raises(ValueError, match="2 to 10"):
        rina.sends_album_slowly([picture()] * 11)
    with pytest.raises(ValueError, match="not both"):
        await rina.sends_album([picture(), (PDF, "1.pdf", "")])
    with pytest.raises(IndexError):
        await rina.sends_album([picture(), picture()], "x", caption_at=2)
    assert len(rina.messages) == 1


async def test_the_same_again_is_the_same_files(sim: Simulator, bot: Bot, rina: Person) -> None:
    first = await rina.sends_album([picture(900, 9), picture(9, 9)], "Dua")
    again = await rina.sends_again(*first)
    (alone,) = await rina.sends_again(await rina.sends_document(PDF, "a.pdf", caption="Satu"))
    messages = await heard(bot)
    assert [one.caption for one in messages] == ["Dua", None, "Dua", None, "Satu", "Satu"]
    assert {one.media_group_id for one in again} != {one.media_group_id for one in first}
    for before, after in ((0, 2), (1, 3)):
        old, new = messages[before].photo, messages[after].photo
        assert [one.file_unique_id for one in old] == [one.file_unique_id for one in new]
        assert not {one.file_id for one in old} & {one.file_id for one in new}
    former, latter = messages[4].document, messages[5].document
    assert former is not None
    assert latter is not None
    assert former == latter  # the library compares by file_unique_id
    assert former.file_id != latter.file_id
    assert await rina.downloads(alone) == PDF
    sim.forget_files(former.file_id)
    assert (await bot.get_file(latter.file_id)).file_size == len(PDF)


NAMES = [
    "a" * 296 + ".pdf",
    "../../etc/passwd",
    "../../etc/pass.wd/../..",
    "sertifikat 📜 baik.pdf",
    "\u202efdp.exe",
    "تقرير.pdf",
    ".",
    "a.b/c\\d\r\n.docx",
]


@pytest.mark.parametrize("name", NAMES)
async def test_names_arrive_as_given_and_stay_out_of_paths(
    bot: Bot, rina: Person, name: str
) -> None:
    sent = await rina.sends_document(PDF, name)
    (message,) = await heard(bot)
    assert message.document is not None
    assert message.document.file_name == name == sent.file_name
    file = await bot.get_file(sent.file_id)
    path = (file.file_path or "").partition(f"/bot{bot.token}/")[2]
    assert path.startswith("documents/file_")
    assert path.count("/") == 1
    assert ".." not in path
    assert bytes(await file.download_as_bytearray()) == PDF


async def test_a_photo_as_a_file_and_a_link(bot: Bot, rina: Person) -> None:
    await rina.sends_photo_as_file(b"ftypheic", "IMG_1.HEIC", caption="Asli")
    await rina.sends_photo_as_file(picture())
    await rina.sends_link("https://guru.kemdikbud.go.id/karya/1")
    await rina.sends_link("https://guru.kemdikbud.go.id/karya/2", words="Artikel 🎉 saya")
    heic, jpeg, bare, worded = await heard(bot)
    assert heic.document is not None
    assert (heic.document.mime_type, heic.caption) == ("image/heic", "Asli")
    assert jpeg.document is not None
    assert jpeg.document.mime_type == "image/jpeg"
    assert bare.parse_entities(["url"]) == {bare.entities[0]: bare.text}
    assert worded.entities[0].url == "https://guru.kemdikbud.go.id/karya/2"
    assert worded.parse_entity(worded.entities[0]) == "Artikel 🎉 saya"


async def test_recordings_come_as_their_own_kind(bot: Bot, rina: Person) -> None:
    sent = [
        await rina.sends_voice(b"Ogg", caption="Bukti"),
        await rina.sends_video_note(b"bulat"),
        await rina.sends_video(b"film", "film.mp4"),
        await rina.sends_audio(b"lagu", "lagu.mp3"),
        await rina.sends_animation(b"gerak", "gerak.mp4"),
    ]
    voice, note, video, audio, animation = await heard(bot)
    assert voice.voice is not None
    assert voice.caption == "Bukti"
    assert note.video_note is not None
    assert video.video is not None
    assert video.video.file_name == "film.mp4"
    assert audio.audio is not None
    assert animation.animation is not None
    assert animation.document is not None  # as in the Bot API, for older bots
    assert animation.document.file_id == animation.animation.file_id
    for message, data in zip(sent, (b"Ogg", b"bulat", b"film", b"lagu", b"gerak"), strict=True):
        assert message.file_id
        assert await rina.downloads(message) == data
        file = await bot.get_file(message.file_id)
        assert bytes(await file.download_as_bytearray()) == data
    assert "[animation gerak.mp4]" in rina.screen()


async def test_people_see_what_the_bot_shows(bot: Bot, rina: Person) -> None:
    photo = await bot.send_photo(
        rina.id, picture(9, 9), caption="<b>Sertifikat</b> 1", parse_mode="HTML",
        protect_content=True,
    )  # fmt: skip
    pages = [InputMediaPhoto(picture(8, 8)), InputMediaPhoto(picture(7, 7), caption="Dua halaman")]
    await bot.send_media_group(rina.id, pages, protect_content=True)
    files = [InputMediaDocument(PDF, filename="1.pdf"), InputMediaDocument(PDF, filename="2.pdf")]
    await bot.send_media_group(rina.id, files)
    await bot.send_document(rina.id, PDF, filename="Portofolio Rina.pdf")

    shown = await rina.sees_photo("sertifikat")
    assert (shown.id, shown.protected) == (photo.id, True)
    assert await rina.downloads(shown) == picture(9, 9)
    album = await rina.sees_album("dua halaman")
    assert [await rina.downloads(one) for one in album] == [picture(8, 8), picture(7, 7)]
    assert all(one.protected for one in album)
    newest = await rina.sees_album()
    assert [one.file_name for one in newest] == ["1.pdf", "2.pdf"]
    portfolio = await rina.sees_document("portofolio")
    assert not portfolio.protected
    assert rina.album_of(portfolio) == [portfolio]
    assert (await rina.sees_document(after=newest[-1])).id == portfolio.id
    assert "[document Portofolio Rina.pdf]" in rina.screen()


async def test_what_people_do_not_see(bot: Bot, rina: Person) -> None:
    waits: list[tuple[Any, str]] = [
        (rina.sees_photo("x", within=0.01), "a photo with the caption 'x'"),
        (rina.sees_document("x", within=0.01), "a document 'x'"),
        (rina.sees_album("x", within=0.01), "an album with 'x'"),
    ]
    for waiting, words in waits:
        with pytest.raises(AssertionError, match=words):
            await waiting
    text = await bot.send_message(rina.id, "Halo")
    with pytest.raises(AssertionError, match=f"a file from message #{text.id}"):
        await rina.downloads(rina.last)
    sent = await bot.send_document(rina.id, PDF)
    shown = rina.last
    await sent.delete()
    with pytest.raises(AssertionError, match="a file from message"):
        await rina.downloads(shown)
