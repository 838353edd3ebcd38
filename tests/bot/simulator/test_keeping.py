"""The state on disk, and what a page is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.simulator import Person, Simulator
from bot.simulator.views import render_html, world_view
from tests.bot.simulator.conftest import Clock, in_process, picture

BUTTONS = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Ya", callback_data="y", style="success")],
        [
            InlineKeyboardButton("Buka", url="https://a.id/"),
            InlineKeyboardButton("Salin", copy_text=CopyTextButton("teks")),
        ],
    ]
)


async def lived_in(sim: Simulator, bot: Bot, rina: Person) -> None:
    await bot.set_my_commands([("menu", "Menu")])
    sent = await bot.send_message(
        rina.id, "<b>&amp;</b> x@y.id", parse_mode="HTML", reply_markup=BUTTONS
    )
    await sent.pin()
    await sent.set_reaction("👍")
    await rina.sends_photo(picture(20, 10), caption="Kelas")
    await rina.sends_document(b"%PDF", "a.pdf")
    rina.press("y", sent.id)


async def test_everything_survives_a_restart(
    sim: Simulator, bot: Bot, rina: Person, clock: Clock, tmp_path: Path
) -> None:
    await lived_in(sim, bot, rina)
    sim.save(tmp_path)
    again = Simulator.load(tmp_path, now=clock.now, clock=clock.monotonic)
    assert world_view(again) == world_view(sim)
    photo = rina.messages[2].content["photo"][-1]["file_id"]
    assert again.file_bytes(photo) == picture(20, 10)
    calls, polls = in_process(again), in_process(again)
    async with Bot(again.token, request=calls, get_updates_request=polls) as other:
        updates = await other.get_updates()
        assert [one.update_id for one in updates] == sorted({one.update_id for one in updates})
        query = updates[-1].callback_query
        assert query is not None
        await query.answer("Masih sempat")
        assert again.person(id=rina.id).chat.toasts[-1].text == "Masih sempat"
        sent = await other.send_message(rina.id, "Lanjut")
        assert sent.id == rina.messages[-1].id + 1


async def test_stale_ids_stay_stale(sim: Simulator, rina: Person, tmp_path: Path) -> None:
    old = await rina.sends_document(b"%PDF", "a.pdf")
    sim.forget_files()
    new = await rina.sends_document(b"%PDF", "a.pdf")
    sim.save(tmp_path)
    files = Simulator.load(tmp_path).world.files.files
    assert [files[one.file_id].stale for one in (old, new)] == [True, False]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_saving_replaces_the_former_state_whole(
    sim: Simulator, rina: Person, tmp_path: Path
) -> None:
    sim.save(tmp_path)
    await rina.types("lagi")
    sim.save(tmp_path)
    assert names(tmp_path) == ["files", "state.json"]
    assert len(Simulator.load(tmp_path).person(id=rina.id).messages) == 2


def test_nothing_kept_is_a_new_world(tmp_path: Path) -> None:
    assert Simulator.load(tmp_path / "none").world.chats == {}
    (tmp_path / "state.json").write_text('{"version": 0}')
    with pytest.raises(ValueError, match="another version"):
        Simulator.load(tmp_path)


async def test_beginning_again_repeats_no_id(sim: Simulator, bot: Bot, rina: Person) -> None:
    await lived_in(sim, bot, rina)
    last = rina.messages[-1]
    sim.clear()
    assert world_view(sim)["chats"] == {}
    assert await bot.get_updates() == ()
    rina = sim.person("Rina Wati", id=1001)
    await rina.start()
    again = await rina.sends_document(b"%PDF", "a.pdf")
    assert again.id > last.id
    assert again.content["document"]["file_id"] != last.content["document"]["file_id"]


async def test_a_page_is_shown_everything(sim: Simulator, bot: Bot, rina: Person) -> None:
    await lived_in(sim, bot, rina)
    view = world_view(sim)
    json.dumps(view)
    chat = view["chats"]["1001"]
    assert chat["person"]["first_name"] == "Rina"
    assert chat["commands"] == [{"command": "menu", "description": "Menu"}]
    assert chat["pinned"] == [2]
    _, card, photo, document = chat["messages"]
    assert card["html"] == "<b>&amp;</b> x@y.id"
    assert card["buttons"] == [
        [{"text": "Ya", "style": "success", "kind": "callback", "data": "y"}],
        [
            {"text": "Buka", "style": None, "kind": "url", "url": "https://a.id/"},
            {"text": "Salin", "style": None, "kind": "copy", "copy": "teks"},
        ],
    ]
    assert card["reactions"] == ["👍"]
    assert (photo["caption"], photo["photo"]["width"]) == ("Kelas", 20)
    assert document["document"]["name"] == "a.pdf"


async def test_observers_are_told_of_every_change(sim: Simulator, bot: Bot, rina: Person) -> None:
    events: list[dict[str, Any]] = []
    unsubscribe = sim.subscribe(events.append)
    sent = await bot.send_message(rina.id, "Halo", reply_markup=BUTTONS)
    await sent.edit_text("Halo 2")
    query = rina.press("y")
    await bot.answer_callback_query(query.id, "Baik", show_alert=True)
    await bot.send_chat_action(rina.id, "typing")
    await sent.set_reaction("👍")
    await sent.pin()
    await sent.delete()
    await bot.set_my_commands([("menu", "Menu")])
    await rina.blocks_bot()
    unsubscribe()
    await rina.unblocks_bot()
    json.dumps(events)
    changes = [one for one in events if one["type"] != "call"]
    assert [one["type"] for one in changes] == [
        "message", "edit", "answer", "action", "reaction", "pin", "delete", "commands", "blocked",
    ]  # fmt: skip
    assert {one["person"] for one in changes} == {rina.id}
    assert changes[0]["message"]["text"] == "Halo"
    assert changes[1]["message"]["text"] == "Halo 2"
    assert (changes[2]["text"], changes[2]["show_alert"]) == ("Baik", True)
    calls = [one["method"] for one in events if one["type"] == "call"]
    assert calls[:2] == ["sendMessage", "editMessageText"]


async def test_calls_are_kept_without_the_token(sim: Simulator, bot: Bot, rina: Person) -> None:
    await bot.send_document(rina.id, b"%PDF", filename="a.pdf")
    call = sim.calls[-1]
    assert (call.method, call.status) == ("sendDocument", 200)
    assert call.params == {"chat_id": "1001", "document": "<a.pdf, 4 bytes>"}
    assert call.response["ok"]
    assert sim.token not in repr(sim.calls)


def one(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("text", "entities", "html"),
    [
        ("a<b>", [], "a&lt;b&gt;"),
        ("😀x<", [one("bold", 2, 2)], "😀<b>x&lt;</b>"),
        ("abc", [one("bold", 0, 3), one("italic", 0, 1)], "<b><i>a</i>bc</b>"),
        ("abc", [one("bold", 0, 2), one("italic", 1, 2)], "<b>a<i>b</i></b><i>c</i>"),
        ("x", [one("spoiler", 0, 1)], '<span class="spoiler">x</span>'),
        ("x", [one("pre", 0, 1, language='"py')], '<pre data-language="&quot;py">x</pre>'),
        ("x", [one("expandable_blockquote", 0, 1)], "<blockquote expandable>x</blockquote>"),
        ("x", [one("text_link", 0, 1, url="javascript:alert(1)")], "<a>x</a>"),
        (
            "https://a.id",
            [one("url", 0, 12)],
            '<a href="https://a.id" target="_blank" rel="noopener noreferrer">https://a.id</a>',
        ),
        ("/start", [one("bot_command", 0, 6)], "/start"),
    ],
)
def test_html_for_the_page_is_safe(text: str, entities: list[dict[str, Any]], html: str) -> None:
    assert render_html(text, entities) == html
