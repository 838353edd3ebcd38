"""People in tests: what they do, what they wait for, and how a failed wait reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
)

from bot.simulator import Answer, Person, Simulator
from tests.bot.simulator.conftest import in_process, picture

CARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("✅ Setujui rencana", callback_data="yes", style="success")],
        [
            InlineKeyboardButton("Buka", url="https://kinerja.id"),
            InlineKeyboardButton("Kembali", callback_data="mute"),
        ],
    ]
)


async def on_start(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    await update.effective_message.reply_html("<b>Rencana</b>\n 32   poin", reply_markup=CARD)


async def on_tap(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    if query.data == "yes":
        await query.answer("Tersimpan", show_alert=True)
        await query.edit_message_text("Disetujui")
    elif query.data != "mute":
        await query.answer("Tombol ini sudah lama")


@pytest.fixture
async def application(sim: Simulator) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    application = (
        ApplicationBuilder()
        .token(sim.token)
        .request(in_process(sim))
        .get_updates_request(in_process(sim))
        .job_queue(None)
        .build()
    )
    application.add_handler(CommandHandler("start", on_start))
    application.add_handler(CallbackQueryHandler(on_tap))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling()
        yield application
        await application.updater.stop()
        await application.stop()


@pytest.mark.usefixtures("application")
async def test_somebody_reads_and_taps(sim: Simulator) -> None:
    rina = sim.person("Rina Wati", id=1001)
    await rina.start()
    card = await rina.sees("rencana 32 poin")
    assert rina.buttons == ["✅ Setujui rencana", "Buka", "Kembali"]
    assert await rina.sees_button("setujui") is card
    assert await rina.taps("Buka") == Answer(url="https://kinerja.id/")
    assert await rina.taps("setujui") == Answer("Tersimpan", show_alert=True)
    await rina.sees_no_button("Setujui")
    await rina.sees("Disetujui")
    await rina.sees_no("32 poin")
    assert (await rina.hears("simpan")).show_alert
    assert await rina.taps_data("forged", card) == Answer("Tombol ini sudah lama")


@pytest.mark.usefixtures("application")
async def test_the_newest_button_counts(sim: Simulator) -> None:
    rina = sim.person("Rina")
    await rina.start()
    first = await rina.sees("32 poin")
    await rina.start()
    second = await rina.sees("32 poin", after=first)
    assert second.id > first.id
    await rina.taps("setujui")
    await rina.sees("Disetujui")
    assert second.text == "Disetujui"
    await rina.taps("setujui", on=first)
    await rina.sees_no("32 poin")


@pytest.mark.usefixtures("application")
async def test_a_failed_wait_shows_the_screen(sim: Simulator) -> None:
    rina = sim.person("Rina Wati", id=1001)
    await rina.start()
    await rina.sees("32 poin")
    with pytest.raises(AssertionError) as failure:
        await rina.sees("48 poin", within=0.01)
    assert str(failure.value).splitlines() == [
        "Rina Wati did not get the words '48 poin'",
        "┌─ Rina Wati (1001)",
        "│ #1 Rina: /start",
        "│ #2 bot: Rencana",
        "│       32   poin",
        "│      [ ✅ Setujui rencana ]",
        "│      [ Buka ] [ Kembali ]",
        "└─",
    ]
    with pytest.raises(AssertionError, match="a button 'Tolak'"):
        await rina.taps("Tolak", within=0.01)
    with pytest.raises(AssertionError, match="no button 'Setujui'"):
        await rina.sees_no_button("Setujui", within=0.01)
    with pytest.raises(AssertionError, match="an answer to the tap 'mute'"):
        await rina.taps("Kembali", within=0.01)
    with pytest.raises(AssertionError, match="a toast with 'apa pun'"):
        await rina.hears("apa pun", within=0.01)
    with pytest.raises(AssertionError, match="hadiah"):
        await rina.until(lambda: None, within=0.01, what="hadiah")


async def test_the_same_id_is_the_same_person(sim: Simulator) -> None:
    rina = sim.person("Rina Wati", id=1001)
    assert sim.person(id=1001).user is rina.user
    assert sim.person("Rina Wati").id == 1001
    assert sim.person("Budi").id == 1002
    assert rina.user.language_code == "id"


async def test_an_invitation_is_followed(sim: Simulator) -> None:
    rina = sim.person("Rina")
    message = await rina.opens("https://t.me/kawan_uji_bot?start=UNDANGAN_1")
    assert message.text == "/start UNDANGAN_1"
    with pytest.raises(ValueError, match="not an invitation"):
        await rina.opens("https://t.me/bot_lain?start=UNDANGAN_1")


@pytest.mark.usefixtures("application")
async def test_a_bot_that_is_up_polls(sim: Simulator) -> None:
    await sim.polled()


async def test_people_keep_to_what_phones_can_do(sim: Simulator) -> None:
    rina = sim.person("Rina")
    with pytest.raises(AssertionError, match="a message of the bot"):
        _ = rina.last
    with pytest.raises(ValueError, match="start parameter"):
        await rina.start("bukan token!")
    with pytest.raises(ValueError, match="start parameter"):
        await rina.start("x" * 65)
    with pytest.raises(ValueError, match="2 to 10"):
        await rina.sends_album([picture()])
    await rina.blocks_bot()
    await rina.blocks_bot()
    with pytest.raises(AssertionError, match="has blocked the bot"):
        await rina.types("Halo")


async def test_waiting_ends_with_the_change_itself(sim: Simulator, rina: Person) -> None:
    chat, bot_id = rina.chat, sim.world.bot.id
    waiting = asyncio.create_task(rina.sees("akhirnya"))
    await asyncio.sleep(0)
    assert not waiting.done()
    message = sim.world.told(sim.world.add_message(chat, bot_id, {"text": "Akhirnya!"}))
    assert await waiting is message


async def test_the_screen_shows_media_replies_and_reactions(sim: Simulator, rina: Person) -> None:
    photo = await rina.sends_photo(picture(), caption="Kelas", reply_to=1)
    photo.reactions.append("👍")
    await rina.edits(photo, "Kelas 5")
    assert "#2 Rina ↩#1 (edited): [photo] Kelas 5 👍" in rina.screen()
    for number in range(15):
        await rina.types(f"pesan {number}")
    assert "… 5 earlier" in rina.screen()
