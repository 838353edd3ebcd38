"""Every refusal with the code and the words the real Bot API uses."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken

from bot.simulator import Person, Simulator
from tests.bot.simulator.conftest import Api, Clock, in_process, picture


def inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


def tap(data: str = "x", text: str = "OK", **more: Any) -> dict[str, Any]:
    return {"text": text, "callback_data": data} | more


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "x", "parse_mode": "Wiki"}, "unsupported parse_mode"),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            'can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
        ),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": 999}, "chat not found"),
        ({"text": "x", "chat_id": "@siapa"}, "chat not found"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
        ({"text": "x", "reply_markup": inline(tap("x" * 65))}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": inline(tap("é" * 33))}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": inline(tap(""))},
            "can't parse inline keyboard button: "
            "Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [tap()]}},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [["OK"]]}},
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ),
        (
            {"text": "x", "reply_markup": inline({"callback_data": "x"})},
            'can\'t parse inline keyboard button: Can\'t find field "text"',
        ),
        (
            {"text": "x", "reply_markup": inline(tap(style="merah"))},
            "can't parse inline keyboard button: invalid button style specified",
        ),
        (
            {"text": "x", "reply_markup": inline({"text": "x", "url": "localhost"})},
            "inline keyboard button URL 'localhost' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "reply_markup": inline({"text": "x", "copy_text": {"text": "y" * 257}})},
            "BUTTON_COPY_TEXT_INVALID",
        ),
        ({"text": "x", "reply_markup": inline(*[tap()] * 101)}, "reply markup is too long"),
        (
            {"text": "x", "reply_markup": inline(*[tap(text="y" * 120)] * 90)},
            "reply markup is too long",
        ),
        (
            {"text": "x", "reply_markup": {"keyboard": ["OK"]}},
            'field "keyboard" must be an Array of Arrays',
        ),
        (
            {"text": "x", "reply_markup": {"keyboard": [[1]]}},
            "can't parse keyboard button: KeyboardButton must be a String or an Object",
        ),
        (
            {"text": "x", "reply_markup": {"keyboard": [[{"request_contact": True}]]}},
            'can\'t parse keyboard button: Can\'t find field "text"',
        ),
        (
            {"text": "x", "reply_markup": {"keyboard": [["Ya"] * 12] * 26}},
            "reply markup is too long",
        ),
        (
            {"text": "x", "reply_markup": {"force_reply": True,
                                           "input_field_placeholder": "x" * 65}},
            "input field placeholder is too long",
        ),
        (
            {"text": "x", "reply_markup": inline({"text": "x", "web_app": {"url": "http://a"}})},
            "inline keyboard button Web App URL 'http://a' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "reply_parameters": "{"}, "can't parse reply parameters JSON object"),
        ({"text": "x", "reply_parameters": "[]"}, "object expected as reply parameters"),
        ({"text": "x", "reply_parameters": {"chat_id": 1}}, 'can\'t find field "message_id"'),
        ({"text": "x", "link_preview_options": "[]"}, "object expected as link preview options"),
        ({"text": "x", "entities": ["bold"]}, "can't parse MessageEntity: expected an Object"),
        ({"text": "x" * (1 << 15) + "x"}, "text is too long"),
        ({"text": "x", "reply_parameters": {"message_id": 77}}, "message to be replied not found"),
        ({"text": "x", "reply_parameters": {}, "link_preview_options": "{"},
         "can't parse link preview options JSON object"),
        ({"text": "x", "entities": [{"type": "bold"}]},
         'can\'t parse MessageEntity: Can\'t find field "offset"'),
    ],
)  # fmt: skip
async def test_a_text_that_telegram_refuses(
    api: Api, rina: Person, params: dict[str, Any], reason: str
) -> None:
    answer = await api("sendMessage", **({"chat_id": rina.id} | params))
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {reason}"}
    assert [message.from_bot for message in rina.messages] == [False]


async def test_limits_are_counted_after_parsing(api: Api, rina: Person) -> None:
    text = "<b>" + "&amp;" * 4096 + "</b>"
    assert (await api("sendMessage", chat_id=rina.id, text=text, parse_mode="HTML"))["ok"]
    markup = inline(*[tap("y" * 64)] * 95)
    assert (await api("sendMessage", chat_id=rina.id, text="x", reply_markup=markup))["ok"]


@pytest.mark.parametrize(
    ("method", "params", "reason"),
    [
        ("sendPhoto", {}, "there is no photo in the request"),
        ("sendPhoto", {"photo": "AgAC-no"},
         "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"),
        ("sendPhoto", {"photo": "AgAC" + "x" * 43}, "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"photo": "x", "caption": "x" * 1025}, "message caption is too long"),
        ("sendDocument", {}, "there is no document in the request"),
        ("sendMediaGroup", {}, 'parameter "media" is required'),
        ("sendMediaGroup", {"media": "{}"}, "expected an Array of InputMedia"),
        ("sendMediaGroup", {"media": "[]"}, "there are no messages to send"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}]},
         "media group must include 2-10 items"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}] * 11},
         "too many messages to send as an album"),
        ("sendMediaGroup", {"media": [{"type": "gif", "media": "x"}] * 2},
         'can\'t parse InputMedia: type "gif" is unsupported'),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "attach://no"}] * 2},
         "can't parse InputMedia: media not found"),
        ("sendMediaGroup",
         {"media": [{"type": "photo", "media": "x"}, {"type": "document", "media": "x"}]},
         "document can't be mixed with other media types"),
        ("sendMediaGroup", {"media": [1, 2]}, "can't parse InputMedia: expected an Object"),
        ("editMessageText", {"text": "x"}, "message to edit not found"),
        ("editMessageText", {"text": "x", "chat_id": ""}, "message identifier is not specified"),
        ("editMessageText", {"text": "x", "message_id": 1}, "message can't be edited"),
        ("editMessageText", {"text": "x", "message_id": 1,
                             "reply_markup": {"force_reply": True}}, "inline keyboard expected"),
        ("editMessageMedia", {"message_id": 1}, 'parameter "media" is required'),
        ("deleteMessage", {"chat_id": ""}, "chat identifier is not specified"),
        ("deleteMessage", {}, "message identifier is not specified"),
        ("deleteMessage", {"message_id": 99}, "message to delete not found"),
        ("deleteMessages", {}, "message identifiers are not specified"),
        ("deleteMessages", {"message_ids": [1] * 101}, "too many message identifiers specified"),
        ("deleteMessages", {"message_ids": ["x"]}, "can't parse message identifier as a Number"),
        ("deleteMessages", {"message_ids": "{}"}, "expected an Array of message identifiers"),
        ("deleteMessages", {"message_ids": [0]}, "invalid message identifier specified"),
        ("answerCallbackQuery", {"callback_query_id": "1", "url": "https://a.id"}, "URL_INVALID"),
        ("setMessageReaction", {"message_id": 1, "reaction": "{}"},
         "expected an Array of ReactionType"),
        ("setMessageReaction", {"message_id": 1, "reaction": [{"type": "paid"}]},
         "can't parse ReactionType: invalid reaction type specified"),
        ("setMyCommands", {"commands": "{}"}, "expected an Array of BotCommand"),
        ("setMyCommands", {"commands": [1]}, "can't parse BotCommand: expected an Object"),
        ("setMyCommands", {"commands": [{"command": "/", "description": "x"}]},
         "command must be non-empty"),
        ("setChatMenuButton", {"menu_button": "[]"},
         "can't parse menu button: MenuButton must be an Object"),
        ("copyMessage", {"from_chat_id": 5, "message_id": 1}, "chat not found"),
        ("copyMessage", {"from_chat_id": 1001, "message_id": 99}, "message to copy not found"),
        ("sendChatAction", {"action": "sleeping"}, "wrong parameter action in request"),
        ("setMessageReaction", {"message_id": 99}, "message to react not found"),
        ("setMessageReaction", {"message_id": 1, "reaction": [{"type": "emoji", "emoji": "🐌"}]},
         "REACTION_INVALID"),
        ("setMessageReaction",
         {"message_id": 1, "reaction": [{"type": "emoji", "emoji": "👍"}] * 2},
         "REACTIONS_TOO_MANY"),
        ("pinChatMessage", {"message_id": 99}, "message to pin not found"),
        ("unpinChatMessage", {}, "message to unpin not found"),
        ("getFile", {}, "file_id not specified"),
        ("getFile", {"file_id": "AgAC-no"}, "invalid file_id"),
        ("getFile", {"file_id": "BQAC" + "x" * 43},
         "wrong file_id or the file is temporarily unavailable"),
        ("getChat", {"chat_id": 5}, "chat not found"),
        ("setMyCommands", {}, 'parameter "commands" is required'),
        ("setMyCommands", {"commands": [{"command": "Buka Rencana", "description": "x"}]},
         "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "x" * 33, "description": "x"}]},
         "command length must not exceed 32"),
        ("setMyCommands", {"commands": [{"command": "x", "description": ""}]},
         "command description must be non-empty"),
        ("setMyCommands", {"commands": [{"command": "x", "description": "y" * 257}]},
         "command description length must not exceed 256"),
        ("setMyCommands", {"commands": [{"command": "x", "description": "y"}] * 101},
         "BOT_COMMANDS_TOO_MUCH"),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat"}},
         "can't parse BotCommandScope: Empty chat_id specified"),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 5}},
         "chat not found"),
        ("setMyCommands", {"commands": [], "scope": {"type": "bulan"}},
         "can't parse BotCommandScope: Unsupported type specified"),
        ("setMyCommands", {"commands": [], "language_code": "Indonesia"},
         "invalid language code specified"),
        ("setMyDescription", {"description": "x" * 513}, "bot description is too long"),
        ("setMyShortDescription", {"short_description": "x" * 121},
         "bot short description is too long"),
        ("setChatMenuButton", {"menu_button": {"type": "pintu"}},
         "can't parse menu button: MenuButton has unsupported type"),
        ("setWebhook", {"url": "bukan"}, "invalid webhook URL specified"),
        ("setWebhook", {"url": "https://a.id", "secret_token": "é"},
         "secret token contains unallowed characters"),
        ("setWebhook", {"url": "https://a.id", "secret_token": "x" * 257},
         "secret token is too long"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("answerCallbackQuery", {"callback_query_id": "1"},
         "query is too old and response timeout expired or query ID is invalid"),
    ],
)  # fmt: skip
async def test_a_call_that_telegram_refuses(
    api: Api, rina: Person, method: str, params: dict[str, Any], reason: str
) -> None:
    answer = await api(method, **({"chat_id": rina.id} | params))
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {reason}"}


async def test_a_wrong_token_and_an_unknown_method(sim: Simulator, api: Api) -> None:
    assert await api("danceForMe") == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }
    transport = httpx.ASGITransport(app=sim.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as client:
        other = await client.get("/bot123456:OTHER/getMe")
        broken = await client.get("/botTEST/getMe")
    assert (other.status_code, other.json()["description"]) == (401, "Unauthorized")
    assert broken.json()["description"] == "Unauthorized: invalid token specified"
    with pytest.raises(InvalidToken):
        await Bot("123456:OTHER", request=in_process(sim)).initialize()


async def test_parameters_come_in_any_form(sim: Simulator, rina: Person) -> None:
    transport = httpx.ASGITransport(app=sim.app)
    path = f"/bot{sim.token}/sendmessage"
    values = {"chat_id": str(rina.id), "text": "é & 1"}
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as client:
        answers = [
            await client.get(path, params=values),
            await client.post(path, params=values),
            await client.post(path, data=values),
            await client.post(path, json=values),
            await client.post(path, data=values, files={"other": b"x"}),
        ]
        json_type = {"content-type": "application/json"}
        broken = [
            await client.post(path, content=b"{", headers=json_type),
            await client.post(path, content=b"[]", headers=json_type),
        ]
    assert [one.json()["result"]["text"] for one in answers] == ["é & 1"] * 5
    assert {one.json()["description"] for one in broken} == {
        "Bad Request: can't parse request JSON object"
    }


async def test_buttons_without_a_label_are_dropped(api: Api, rina: Person) -> None:
    for markup in (inline(tap(text="")), {"keyboard": [[""]]}):
        answer = await api("sendMessage", chat_id=rina.id, text="x", reply_markup=markup)
        assert "reply_markup" not in answer["result"]


async def test_a_bot_cannot_write_first(sim: Simulator, bot: Bot) -> None:
    stranger = sim.person("Budi", id=7)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(stranger.id, "Halo")
    await stranger.start()
    await bot.send_message(stranger.id, "Halo")


async def test_a_blocked_bot_is_told_so(sim: Simulator, bot: Bot, api: Api, rina: Person) -> None:
    sent = await bot.send_message(rina.id, "Halo")
    await rina.blocks_bot()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(rina.id, "Halo lagi")
    answer = await api("editMessageText", chat_id=rina.id, message_id=sent.id, text="x")
    assert answer["description"] == "Forbidden: bot was blocked by the user"
    await rina.unblocks_bot()
    await bot.send_message(rina.id, "Selamat kembali")
    rina.deactivates()
    answer = await api("sendMessage", chat_id=rina.id, text="x")
    assert (answer["error_code"], answer["description"]) == (
        403,
        "Forbidden: user is deactivated",
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [("group", "group chat"), ("supergroup", "supergroup chat"), ("channel", "channel chat")],
)
async def test_a_bot_outside_of_a_group_is_refused(
    sim: Simulator, api: Api, rina: Person, kind: str, name: str
) -> None:
    group = sim.group("Guru", -100, type=kind)
    assert (await api("sendMessage", chat_id=-100, text="x"))["description"] == (
        "Bad Request: chat not found"
    )
    await group.adds_bot(by=rina)
    assert (await api("sendMessage", chat_id=-100, text="x"))["ok"]
    await group.removes_bot(by=rina)
    assert (await api("sendMessage", chat_id=-100, text="x"))["description"] == (
        f"Forbidden: bot was kicked from the {name}"
    )
    group.chat.membership = "left"
    assert (await api("sendMessage", chat_id=-100, text="x"))["description"] == (
        f"Forbidden: bot is not a member of the {name}"
    )


async def test_an_edit_that_changes_nothing(bot: Bot, rina: Person) -> None:
    sent = await bot.send_message(rina.id, "<b>Sama</b>", parse_mode="HTML")
    with pytest.raises(BadRequest) as refusal:
        await sent.edit_text("<b>Sama</b> ", parse_mode="HTML")
    assert refusal.value.message == (
        "Message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message"
    )
    await sent.edit_text("Sama")


async def test_what_cannot_be_edited(sim: Simulator, api: Api, rina: Person) -> None:
    async def refused(method: str, message_id: int, **params: Any) -> str:
        answer = await api(method, chat_id=rina.id, message_id=message_id, **params)
        return str(answer["description"]).removeprefix("Bad Request: ")

    text = (await api("sendMessage", chat_id=rina.id, text="x"))["result"]["message_id"]
    photo = sim.world.files.photo(picture(), strict=True)[-1]["file_id"]
    media = (await api("sendPhoto", chat_id=rina.id, photo=photo))["result"]["message_id"]
    markup = {"keyboard": [["Ya"]]}
    fixed = await api("sendMessage", chat_id=rina.id, text="x", reply_markup=markup)

    assert await refused("editMessageText", media, text="y") == (
        "there is no text in the message to edit"
    )
    assert await refused("editMessageCaption", text, caption="y") == (
        "there is no caption in the message to edit"
    )
    place = await rina.sends_location()
    copied = await api("copyMessage", chat_id=rina.id, from_chat_id=rina.id, message_id=place.id)
    new = {"type": "photo", "media": photo}
    assert await refused("editMessageMedia", copied["result"]["message_id"], media=new) == (
        "message media can't be edited"
    )
    # Telegram never edits a message that carried a reply keyboard.
    assert await refused("editMessageText", fixed["result"]["message_id"], text="y") == (
        "message can't be edited"
    )


async def test_deletion_ends_after_48_hours(
    api: Api, bot: Bot, rina: Person, clock: Clock
) -> None:
    old = await bot.send_message(rina.id, "Lama")
    clock.passes(hours=47, minutes=59)
    young = await bot.send_message(rina.id, "Baru")
    gone = await bot.send_message(rina.id, "Hilang")
    await gone.delete()
    clock.passes(minutes=2)
    answer = await api("deleteMessage", chat_id=rina.id, message_id=old.id)
    assert answer["description"] == "Bad Request: message can't be deleted for everyone"
    await bot.delete_messages(rina.id, [young.id, gone.id])
    answer = await api("editMessageText", chat_id=rina.id, message_id=young.id, text="x")
    assert answer["description"] == "Bad Request: message to edit not found"
    await old.edit_text("Lama, tetapi masih bisa diubah")


async def test_a_group_member_does_not_delete_the_words_of_others(
    sim: Simulator, api: Api, rina: Person
) -> None:
    group = sim.group("Guru", -100)
    await group.adds_bot(by=rina)
    said = await rina.types("Halo semua", chat=group)
    answer = await api("deleteMessage", chat_id=-100, message_id=said.id)
    assert answer["description"] == "Bad Request: message can't be deleted"
    await group.adds_bot(by=rina, administrator=True)
    assert (await api("deleteMessage", chat_id=-100, message_id=said.id))["ok"]


async def test_an_answer_comes_once_and_in_time(api: Api, rina: Person, clock: Clock) -> None:
    markup = json.dumps(inline(tap("ya")))
    await api("sendMessage", chat_id=rina.id, text="x", reply_markup=markup)
    query = rina.press("ya")
    assert (await api("answerCallbackQuery", callback_query_id=query.id))["ok"]
    late = rina.press("ya")
    clock.passes(16)
    for one in (query, late):
        answer = await api("answerCallbackQuery", callback_query_id=one.id)
        assert answer["description"] == (
            "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )


async def test_protected_content_is_not_copied(bot: Bot, api: Api, rina: Person) -> None:
    sent = await bot.send_message(rina.id, "Rahasia", protect_content=True)
    assert sent.has_protected_content
    answer = await api("copyMessage", chat_id=rina.id, from_chat_id=rina.id, message_id=sent.id)
    assert answer["description"] == (
        "Bad Request: message has protected content and can't be forwarded"
    )
