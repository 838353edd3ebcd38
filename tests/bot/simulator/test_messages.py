"""Messages of the bot: what it sends, edits, deletes, and what it gets back."""

from __future__ import annotations

import pytest
from telegram import (
    Bot,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import BadRequest, NetworkError

from bot.simulator import Person, Simulator
from tests.bot.simulator.conftest import Clock, picture

OTHERS = b"%PDF-1.7 another"


async def test_a_text_comes_back_whole(bot: Bot, rina: Person, clock: Clock) -> None:
    first = rina.messages[0]
    sent = await bot.send_message(
        rina.id,
        '<b>Halo</b> & "Bu"',
        parse_mode="HTML",
        disable_notification=True,
        protect_content=True,
        reply_parameters=ReplyParameters(first.id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup(
            [
                [InlineKeyboardButton("Setujui", callback_data="y", style="success")],
                [
                    InlineKeyboardButton("Buka", url="https://kinerja.id/x"),
                    InlineKeyboardButton("Salin", copy_text=CopyTextButton("teks")),
                ],
            ]
        ),
    )
    assert sent.text == 'Halo & "Bu"'
    assert sent.text_html == "<b>Halo</b> &amp; &quot;Bu&quot;"
    assert sent.date == clock.now()
    assert sent.from_user is not None
    assert sent.from_user.is_bot
    assert sent.chat.full_name == "Rina Wati"
    assert sent.has_protected_content
    assert sent.link_preview_options == LinkPreviewOptions(is_disabled=True)
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.id == first.id
    assert sent.reply_markup is not None
    (top,), (left, right) = sent.reply_markup.inline_keyboard
    assert (top.text, top.callback_data, top.style) == ("Setujui", "y", "success")
    assert left.url == "https://kinerja.id/x"
    assert right.copy_text == CopyTextButton("teks")


async def test_ids_grow_across_chats(sim: Simulator, bot: Bot, rina: Person) -> None:
    budi = sim.person("Budi")
    await budi.start()
    ids = [(await bot.send_message(one.id, "x")).id for one in (rina, budi, rina)]
    assert ids == sorted(set(ids))


async def test_a_reply_to_what_is_gone_can_be_forgiven(bot: Bot, rina: Person) -> None:
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(rina.id, "x", reply_parameters=ReplyParameters(99))
    sent = await bot.send_message(
        rina.id, "x", reply_parameters=ReplyParameters(99, allow_sending_without_reply=True)
    )
    assert sent.reply_to_message is None


async def test_an_edit_replaces_text_and_buttons(bot: Bot, rina: Person, clock: Clock) -> None:
    buttons = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Ya", callback_data="y"))
    sent = await bot.send_message(rina.id, "Rencana", reply_markup=buttons)
    clock.passes(60)
    edited = await bot.edit_message_text("Rencana 2", rina.id, sent.id, reply_markup=buttons)
    assert isinstance(edited, Message)
    assert edited.edit_date == clock.now()
    assert rina.buttons == ["Ya"]
    await bot.edit_message_text("Rencana 3", rina.id, sent.id)
    assert rina.buttons == []
    await bot.edit_message_reply_markup(rina.id, sent.id, reply_markup=buttons)
    assert (rina.last.text, rina.buttons) == ("Rencana 3", ["Ya"])
    await bot.edit_message_reply_markup(rina.id, sent.id)
    assert rina.buttons == []


def shown(person: Person) -> list[list[str]] | None:
    keyboard = person.chat.reply_keyboard
    if keyboard is None:
        return None
    return [[button["text"] for button in row] for row in keyboard["keyboard"]]


async def test_keyboards_come_and_go(bot: Bot, rina: Person) -> None:
    keyboard = ReplyKeyboardMarkup.from_row(
        ["Ya", "Tidak"], one_time_keyboard=True, input_field_placeholder="Ya atau tidak"
    )
    await bot.send_message(rina.id, "Lanjut?", reply_markup=keyboard)
    assert shown(rina) == [["Ya", "Tidak"]]
    assert "[ Ya ] [ Tidak ]" in rina.screen()
    await rina.types("Ya")
    assert shown(rina) is None

    await bot.send_message(rina.id, "Lagi?", reply_markup=ReplyKeyboardMarkup([["Ya"]]))
    await rina.types("Ya")
    assert shown(rina) == [["Ya"]]
    await bot.send_message(rina.id, "Sudah", reply_markup=ReplyKeyboardRemove())
    assert shown(rina) is None


async def test_a_forced_reply_quotes_the_question(bot: Bot, rina: Person) -> None:
    question = await bot.send_message(rina.id, "Alasan?", reply_markup=ForceReply())
    assert rina.chat.force_reply == {"force_reply": True, "message_id": question.id}
    answer = await rina.types("Kurang lengkap")
    assert answer.reply_to == question.id
    second = await rina.types("Satu lagi")
    assert second.reply_to == 0
    question = await bot.send_message(rina.id, "Alasan?", reply_markup=ForceReply())
    await question.delete()
    assert rina.chat.force_reply is None


async def test_a_photo_has_sizes_and_a_caption(sim: Simulator, bot: Bot, rina: Person) -> None:
    data = picture(2000, 1000)
    sent = await bot.send_photo(rina.id, data, caption="<i>Kelas</i>", parse_mode="HTML")
    assert [(one.width, one.height) for one in sent.photo] == [(320, 160), (800, 400), (1280, 640)]
    assert sent.caption_html == "<i>Kelas</i>"
    assert sim.file_bytes(sent.photo[0].file_id) == data
    again = await bot.send_photo(rina.id, sent.photo[-1])
    assert again.photo[-1].file_id == sent.photo[-1].file_id
    small = await bot.send_photo(rina.id, picture(100, 50))
    assert [(one.width, one.height) for one in small.photo] == [(100, 50)]


async def test_a_document_keeps_its_name(sim: Simulator, bot: Bot, rina: Person) -> None:
    sent = await bot.send_document(rina.id, b"%PDF-1.7", filename="Laporan ü.pdf")
    assert sent.document is not None
    assert sent.document.file_name == "Laporan ü.pdf"
    assert sent.document.mime_type == "application/pdf"
    assert sent.document.file_size == 8
    again = await bot.send_document(rina.id, sent.document.file_id, caption="Sekali lagi")
    assert again.document == sent.document
    with pytest.raises(BadRequest, match="Can't use file of type document as photo"):
        await bot.send_photo(rina.id, sent.document.file_id)


async def test_uploads_have_limits(bot: Bot, rina: Person) -> None:
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(rina.id, b"bukan gambar")
    with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
        await bot.send_photo(rina.id, picture(2100, 100))
    with pytest.raises(BadRequest, match="10485761 bytes is too big for a photo; the maximum"):
        await bot.send_photo(rina.id, bytes(10 * 1024 * 1024 + 1))
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_document(rina.id, b"")
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(rina.id, bytes(50 * 1024 * 1024 + 1), write_timeout=60)


async def test_an_album_shares_one_group(bot: Bot, rina: Person) -> None:
    album = await bot.send_media_group(
        rina.id,
        [InputMediaPhoto(picture(40, 40)), InputMediaPhoto(picture(50, 50))],
        caption="Dua foto",
    )
    assert len({one.media_group_id for one in album}) == 1
    assert album[0].media_group_id
    assert [one.caption for one in album] == ["Dua foto", None]
    files = [InputMediaDocument(b"1", filename="a.pdf"), InputMediaDocument(b"2")]
    album = await bot.send_media_group(rina.id, files)
    assert [one.document is not None for one in album] == [True, True]


async def test_captions_and_media_are_edited(bot: Bot, rina: Person) -> None:
    sent = await bot.send_photo(rina.id, picture(40, 40), caption="Satu")
    await bot.edit_message_caption(rina.id, sent.id, caption="Dua")
    assert rina.last.text == "Dua"
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_caption(rina.id, sent.id, caption="Dua")
    new = InputMediaDocument(OTHERS, caption="Berkas", filename="b.pdf")
    await bot.edit_message_media(new, rina.id, sent.id)
    assert rina.last.content["document"]["file_name"] == "b.pdf"
    assert "photo" not in rina.last.content


async def test_a_copy_has_no_author(bot: Bot, rina: Person) -> None:
    photo = await rina.sends_photo(picture(40, 40), caption="Kelas saya")
    copied = await bot.copy_message(rina.id, rina.id, photo.id)
    assert rina.last.id == copied.message_id
    assert rina.last.content["photo"] == photo.content["photo"]
    assert rina.last.text == "Kelas saya"
    await bot.copy_message(rina.id, rina.id, photo.id, caption="Lain")
    assert rina.last.text == "Lain"


async def test_pins_reactions_and_actions(bot: Bot, rina: Person) -> None:
    one = await bot.send_message(rina.id, "Satu")
    two = await bot.send_message(rina.id, "Dua")
    await one.pin()
    await two.pin()
    assert rina.chat.pinned == [two.id, one.id]
    chat = await bot.get_chat(rina.id)
    assert chat.pinned_message is not None
    assert chat.pinned_message.id == two.id
    await bot.unpin_chat_message(rina.id)
    await one.unpin()
    assert rina.chat.pinned == []
    await two.pin()
    await bot.unpin_all_chat_messages(rina.id)
    assert rina.chat.pinned == []
    await two.set_reaction("👍")
    assert rina.last.reactions == ["👍"]
    await two.set_reaction()
    assert rina.last.reactions == []
    await bot.send_chat_action(rina.id, "upload_document")
    assert rina.chat.action == "upload_document"


async def test_the_bot_describes_itself(sim: Simulator, bot: Bot, rina: Person) -> None:
    assert bot.username == "kawan_uji_bot"
    await bot.set_my_name("Kawan")
    await bot.set_my_description("Teman kinerja")
    await bot.set_my_description("A companion", language_code="en")
    await bot.set_my_short_description("Teman")
    assert (await bot.get_my_name()).name == "Kawan"
    assert (await bot.get_my_description()).description == "Teman kinerja"
    assert (await bot.get_my_description("en")).description == "A companion"
    assert (await bot.get_my_short_description("en")).short_description == "Teman"
    assert (await bot.get_me()).first_name == "Kawan"


async def test_the_narrowest_commands_count(sim: Simulator, bot: Bot, rina: Person) -> None:
    from telegram import (
        BotCommandScopeAllPrivateChats,
        BotCommandScopeChat,
        MenuButtonCommands,
        MenuButtonDefault,
    )

    def seen() -> list[str]:
        return [one["command"] for one in sim.world.commands_for(rina.user)]

    assert seen() == []
    await bot.set_my_commands([("umum", "x")])
    await bot.set_my_commands([("pribadi", "x")], BotCommandScopeAllPrivateChats())
    await bot.set_my_commands([("indonesia", "x")], BotCommandScopeAllPrivateChats(), "id")
    assert seen() == ["indonesia"]
    scope = BotCommandScopeChat(rina.id)
    await bot.set_my_commands([("rina", "x")], scope)
    assert seen() == ["rina"]
    assert [one.command for one in await bot.get_my_commands(scope)] == ["rina"]
    await bot.delete_my_commands(scope)
    assert seen() == ["indonesia"]
    await bot.set_chat_menu_button(rina.id, MenuButtonCommands())
    assert isinstance(await bot.get_chat_menu_button(rina.id), MenuButtonCommands)
    await bot.set_chat_menu_button(menu_button=MenuButtonDefault())
    assert isinstance(await bot.get_chat_menu_button(), MenuButtonDefault)
