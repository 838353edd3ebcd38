"""Broken lines, busy servers, unforeseen errors, restarts: nothing lost, nothing done twice."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.logs import TextFormatter, TokenFilter
from bot.simulator.driver import Person
from bot.simulator.faults import Fault
from conversations.callbacks.planning import OpenStatus
from conversations.dialogue import TAPS
from conversations.screens import Screen
from conversations.turn import Turn
from storage.models import Account, InboxUpdate, OutboxMessage, Plan, PlanEntry, Role
from tests.world import TOKEN, TestWorld


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


@pytest.fixture
async def card(rina: Person) -> Person:
    """Rina, with the card of the first item before her."""
    await opens_item(rina)
    return rina


async def opens_item(person: Person) -> None:
    await person.types("rencana")
    await person.taps("Pengembangan diri")
    await person.taps("1. ")
    await person.sees("Jumlah: 0")


async def quantities(world: TestWorld) -> dict[str, int]:
    async with world.database.reading() as session:
        return {one.code: one.quantity for one in (await session.exec(select(PlanEntry))).all()}


async def struck(fault: Fault) -> None:
    """Wait until a planned trouble has struck."""
    async with asyncio.timeout(30):
        while not fault.hits:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0)


# --------------------------------------------------------------------- broken lines


TROUBLES: dict[str, dict[str, Any]] = {
    "dropped before": {"drop": "before"},
    "dropped after": {"drop": "after"},
    "server error": {"status": 500},
    "bad gateway": {"status": 502},
    "busy": {"retry_after": 1},
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
@pytest.mark.parametrize("method", ["editMessageText", "answerCallbackQuery"])
async def test_a_tap_survives_trouble_with_its_answer(
    world: TestWorld, card: Person, method: str, trouble: dict[str, Any]
) -> None:
    fault = world.sim.faults.add(method, chat_id=card.id, **trouble)
    await card.taps("Tambah")
    await card.sees("Jumlah: 1")
    await card.taps("Tambah")
    await card.sees("Jumlah: 2")
    assert fault.hits == 1
    assert await quantities(world) == {"RHK-01": 2}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
async def test_words_survive_trouble_with_the_answer(
    world: TestWorld, rina: Person, trouble: dict[str, Any]
) -> None:
    await asks_for_a_duty(rina)
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, **trouble)
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")
    assert fault.hits == 1
    assert await duties(world) == ["Pembina Pramuka"]


async def test_a_question_survives_trouble(world: TestWorld, rina: Person) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, drop="before")
    await asks_for_a_duty(rina)
    assert fault.hits == 1
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")


async def test_a_line_that_stays_broken_loses_no_choice(world: TestWorld, card: Person) -> None:
    world.sim.faults.add("editMessageText", chat_id=card.id, status=502, times=4)
    await card.taps("Tambah")
    await card.taps("Tambah")
    await card.sees("Jumlah: 2")


async def test_polling_survives_every_trouble(world: TestWorld, card: Person) -> None:
    for trouble in ({"status": 502}, {"drop": "before"}, {"drop": "after"}, {"retry_after": 1}):
        world.sim.faults.add("getUpdates", **trouble)
    await card.taps("Tambah")
    await card.sees("Jumlah: 1")
    await card.taps("Tambah")
    await card.sees("Jumlah: 2")
    assert await quantities(world) == {"RHK-01": 2}


async def test_polling_survives_a_database_that_stumbles(
    world: TestWorld, card: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage import inbox

    store = inbox.store
    stumbled: list[bool] = []

    async def stumble(*arguments: Any) -> Any:
        if not stumbled:
            stumbled.append(True)
            raise OSError("the disk is away")
        return await store(*arguments)

    monkeypatch.setattr(inbox, "store", stumble)
    # Nothing is given time to act before it has to be stored.
    monkeypatch.setattr("bot.intake.SETTLING_S", 0)
    await card.taps("Tambah")
    await card.sees("Jumlah: 1")
    await card.taps("Tambah")
    await card.sees("Jumlah: 2")
    assert stumbled


async def test_what_could_not_be_stored_is_not_acknowledged(
    world: TestWorld, card: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tap waits behind a slow one, the database stumbles, and the bot dies."""
    from storage import inbox

    store = inbox.store
    stumbled: list[bool] = []

    async def stumble(*arguments: Any) -> Any:
        if len(stumbled) < 2:
            stumbled.append(True)
            raise OSError("the disk is away")
        return await store(*arguments)

    slow = world.sim.faults.add("editMessageText", chat_id=card.id, latency=5.0)
    card.press("1pa:1:RHK-01:1")
    await struck(slow)
    monkeypatch.setattr(inbox, "store", stumble)
    card.press("1pa:1:RHK-01:1")
    async with asyncio.timeout(30):
        while world.sim.world.updates.queue:  # until it is acknowledged
            await world.sim.world.updates.polling.wait()
            await asyncio.sleep(0)
    await crash(world)
    await card.sees("Jumlah: 2")


# --------------------------------------------------------------------- once, and in order


async def test_an_update_twice_acts_once(world: TestWorld, card: Person) -> None:
    kept: list[dict[str, Any]] = []
    receive = world.kawan.intake.receive

    async def keep(payloads: Any) -> None:
        kept.extend(payloads)
        await receive(payloads)

    world.kawan.intake.receive = keep  # type: ignore[method-assign]
    await card.taps("Tambah")
    await card.sees("Jumlah: 1")
    (tap,) = kept
    await receive([tap])
    await receive([tap, tap])
    await card.taps("Tambah")
    await card.sees("Jumlah: 2")
    assert await quantities(world) == {"RHK-01": 2}
    await world.restart()
    await world.kawan.intake.receive([tap])
    await card.taps("Tambah")
    await card.sees("Jumlah: 3")


async def test_an_update_that_acted_elsewhere_does_not_act_here(
    world: TestWorld, card: Person
) -> None:
    """Two processes behind one webhook: the inbox row says who was first."""
    query = card.press("1pa:1:RHK-01:1")
    await card.until(lambda: query.answer)
    async with world.database.reading() as session:
        rows = (await session.exec(select(InboxUpdate))).all()
    newest = max(row.update_id for row in rows)
    payload = {
        "update_id": newest,
        "callback_query": {
            "id": "1", "from": card.user.api(), "chat_instance": "1", "data": "1pa:1:RHK-01:1",
            "message": {"message_id": 3, "date": 1, "chat": {"id": card.id, "type": "private"}},
        },
    }  # fmt: skip
    await world.kawan.intake._hand_on(payload)
    await card.taps("Tambah")
    await card.sees("Jumlah: 2")


async def test_quick_taps_in_one_chat_follow_each_other(world: TestWorld, card: Person) -> None:
    world.sim.faults.add("editMessageText", chat_id=card.id, latency=0.05)
    data = ["1pa:1:RHK-01:1"] * 5 + ["1pq:1:RHK-01:9", "1pa:1:RHK-01:-1"]
    taps = [card.press(one) for one in data]
    await card.sees("Jumlah: 8")
    assert await quantities(world) == {"RHK-01": 8}
    assert all(tap.answer is not None for tap in taps)
    edits = [
        call.params["text"]
        for call in world.sim.calls
        if call.method == "editMessageText" and "Jumlah:" in call.params["text"]
    ][-7:]
    shown = [text.partition("Jumlah: <b>")[2].partition("<")[0] for text in edits]
    assert shown == ["1", "2", "3", "4", "5", "9", "8"]


async def test_a_slow_chat_delays_no_other(world: TestWorld, rina: Person) -> None:
    budi = await world.joins("Budi Santoso", Role.TEACHER)
    await opens_item(rina)
    slow = world.sim.faults.add("editMessageText", chat_id=rina.id, latency=1.0)
    waiting = rina.press("1pa:1:RHK-01:1")
    await struck(slow)
    before = rina.last.text
    await opens_item(budi)
    await budi.taps("Tambah")
    await budi.sees("Jumlah: 1")
    assert rina.last.text == before
    await rina.sees("Jumlah: 1")
    assert waiting.answer is not None


async def test_the_wheel_of_a_tap_behind_a_slow_one_stops(world: TestWorld, card: Person) -> None:
    world.sim.faults.add("editMessageText", chat_id=card.id, latency=1.4)
    first, second = card.press("1pa:1:RHK-01:1"), card.press("1pa:1:RHK-01:1")
    await card.until(lambda: second.answer)
    assert "Jumlah: 0" in card.last.text
    await card.sees("Jumlah: 2")
    assert first.answer is not None


# --------------------------------------------------------------------- the unforeseen


Handler = Callable[[Turn, Any], Awaitable[None]]


def breaks(monkeypatch: pytest.MonkeyPatch, handler: Handler) -> list[int]:
    """Let the status button do something else; give how often it was asked."""
    asked: list[int] = []

    async def counted(turn: Turn, tap: Any) -> None:
        asked.append(turn.update.update_id)
        await handler(turn, tap)

    monkeypatch.setitem(TAPS, OpenStatus, (TAPS[OpenStatus][0], counted))
    return asked


async def _raises(turn: Turn, _tap: Any) -> None:
    turn.session.add(_orphan(turn))
    await turn.session.flush()
    raise AssertionError("the handler was not stopped")


async def _divides(turn: Turn, _tap: Any) -> None:
    turn.account.language = "en"
    turn.session.add(turn.account)
    raise ZeroDivisionError("kata rahasia")


async def _breaks_the_commit(turn: Turn, _tap: Any) -> None:
    turn.session.add(_orphan(turn))
    turn.show(Screen("tidak boleh terlihat"))


async def _shows_nonsense(turn: Turn, _tap: Any) -> None:
    turn.show(Screen("<b>rusak"))


def _orphan(turn: Turn) -> Plan:
    return Plan(
        school_id=987_654, member_id=987_654, period="2026-2", ruleset="x", ruleset_version=1,
        below_target_reason="tulisan pribadi",
        created_at=turn.now, changed_at=turn.now,
    )  # fmt: skip


FAILURES: dict[str, Handler] = {
    "in the handler": _divides,
    "in the database": _raises,
    "at the commit": _breaks_the_commit,
    "in the answer": _shows_nonsense,
}


@pytest.mark.parametrize("handler", FAILURES.values(), ids=FAILURES.keys())
async def test_an_unforeseen_error_gets_an_apology_with_a_code_in_the_log(
    world: TestWorld,
    rina: Person,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    handler: Handler,
) -> None:
    operator = await world.joins("Hendri Saputra", Role.OPERATOR)
    asked = breaks(monkeypatch, handler)
    codes = []
    for _ in range(2):
        last = rina.last
        answer = await rina.taps("Status")
        told = answer.text or (await rina.sees("gangguan", after=last)).text
        assert "gangguan" in told
        codes.append(told.partition("kode ")[2][:5])
        (record,) = [one for one in caplog.records if getattr(one, "code", "") == codes[-1]]
        assert record.levelno == logging.ERROR
        assert record.exc_info
    assert len(set(codes)) == 2
    assert "tulisan pribadi" not in caplog.text
    await operator.sees(codes[0])
    await rina.types("bantuan")
    await rina.sees("Cara memakai")  # still there, in the same language
    await world.restart()
    await rina.types("menu")
    await rina.sees("SMPN 1 Surian", after=rina.messages[-2])
    assert len(asked) == 2  # not tried again
    assert len([one for one in operator.messages if "gangguan" in one.text]) == 1
    async with world.database.reading() as session:
        notices = (await session.exec(select(OutboxMessage))).all()
        assert [one.kind for one in notices] == ["failure"]
        assert (await session.get_one(Account, rina.id)).language == "id"


async def test_an_error_on_typed_words_is_told_too(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for handler in FAILURES.values():
        breaks(monkeypatch, handler)
        last = rina.last
        await rina.types("3")
        await rina.sees("gangguan", after=last)


async def test_a_strangers_error_is_told_to_the_stranger(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage import members

    async def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(members, "look_up_invitation", fail)
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.start("abc")
    await stranger.sees("gangguan")


async def test_an_update_the_library_cannot_read_blocks_nothing(
    world: TestWorld, rina: Person
) -> None:
    await world.kawan.intake.receive([{"update_id": 5, "message": {"message_id": "x"}}])
    await rina.types("menu")
    await rina.sees("SMPN 1 Surian", after=rina.messages[-2])
    await world.kawan.intake.tidy()
    async with world.database.reading() as session:
        row = await session.get_one(InboxUpdate, 5)
    assert row.answered_at is not None


async def test_the_log_says_who_and_how_long_but_not_what(
    world: TestWorld, rina: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await asks_for_a_duty(rina)
    await rina.types("Pembina rahasia negara")
    await rina.sees("✅ Pembina rahasia negara")
    await rina.types("menu")
    await rina.sees("SMPN 1 Surian", after=rina.last)
    turns = [one for one in caplog.records if one.getMessage() == "turn"]
    assert len(turns) >= 4
    for one in turns:
        facts = vars(one)
        assert facts["member"] == 1
        assert facts["update"] > 1_000_000
        assert facts["ms"] > 0
    logged = TokenFilter(TextFormatter(), [TOKEN])
    ours = [
        one for one in caplog.records if one.name.partition(".")[0] in ("bot", "conversations")
    ]
    lines = [logged.format(one) for one in ours]
    assert any("member=1" in line and "ms=" in line for line in lines)
    assert not any(TOKEN in line or "rahasia" in line for line in lines)


# --------------------------------------------------------------------- questions and restarts


async def asks_for_a_duty(person: Person) -> None:
    await person.types("rencana")
    await person.taps("Tugas tambahan")
    await person.taps("Tulis sendiri")
    await person.sees("Tugas tambahan apa?")


async def duties(world: TestWorld) -> list[str]:
    async with world.database.reading() as session:
        found = (await session.exec(select(PlanEntry))).all()
    return sorted(one.text for one in found if one.text)


async def test_a_restart_while_words_are_awaited(world: TestWorld, rina: Person) -> None:
    await asks_for_a_duty(rina)
    await world.restart()
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")
    assert await duties(world) == ["Pembina Pramuka"]


async def test_words_typed_while_the_bot_is_down_are_taken_in_order(
    world: TestWorld, rina: Person
) -> None:
    await asks_for_a_duty(rina)
    await world.kawan.stop()
    await rina.types("Pembina Pramuka")
    await rina.types("menu")
    world.kawan = world._make_bot()
    await world.kawan.start()
    await rina.sees("0 dari 32 poin")
    assert await duties(world) == ["Pembina Pramuka"]


async def test_a_late_reply_is_bound_to_its_question(world: TestWorld, rina: Person) -> None:
    """Two questions are open; the words say which one they answer."""
    await asks_for_a_duty(rina)
    first = rina.last
    await rina.types("batal")
    await rina.sees("dihentikan")
    await asks_for_a_duty(rina)
    second = rina.last
    assert first.id != second.id
    await rina.types("Pembina OSIS", reply_to=first)
    await rina.sees("✅ Pembina OSIS")
    await rina.types("Pembina Pramuka", reply_to=second)
    await rina.sees("✅ Pembina Pramuka")
    assert await duties(world) == ["Pembina OSIS", "Pembina Pramuka"]


async def test_an_answered_question_leaves_the_other_open(world: TestWorld, rina: Person) -> None:
    await asks_for_a_duty(rina)
    first = rina.last
    await rina.types("Pembina OSIS", reply_to=first)
    await rina.sees("✅ Pembina OSIS")
    await asks_for_a_duty(rina)
    await rina.types("Pembina UKS", reply_to=first)
    await rina.sees("✅ Pembina UKS")
    rina.chat.force_reply = None
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")


async def test_words_out_of_order_reach_their_questions(world: TestWorld, rina: Person) -> None:
    """Typed without signal: the number of an item arrives after words for an older question."""
    await asks_for_a_duty(rina)
    question = rina.last
    await rina.types("batal")
    await rina.sees("dihentikan")
    await rina.types("rencana")
    await rina.sees("0 dari 32 poin")
    await rina.types("1")
    await rina.types("Pembina Pramuka", reply_to=question)
    await rina.sees("✅ Pembina Pramuka")
    assert await duties(world) == ["Pembina Pramuka"]


async def test_a_question_older_than_half_a_day_takes_no_words_by_itself(
    world: TestWorld, rina: Person
) -> None:
    await asks_for_a_duty(rina)
    question = rina.last
    rina.chat.force_reply = None
    world.clock.forward(timedelta(hours=12, minutes=1))
    await rina.types("Pembina Pramuka")
    await rina.sees("belum mengerti")
    assert await duties(world) == []
    await rina.types("Pembina Pramuka", reply_to=question)
    await rina.sees("✅ Pembina Pramuka")


async def test_a_reply_to_somebody_elses_question_is_no_answer(
    world: TestWorld, rina: Person
) -> None:
    budi = await world.joins("Budi Santoso", Role.TEACHER)
    await asks_for_a_duty(rina)
    budi.chat.messages[rina.last.id] = rina.last
    await budi.types("Pembina Pramuka", reply_to=rina.last.id)
    await budi.sees("belum mengerti")
    assert await duties(world) == []


async def test_a_pause_of_a_week_and_a_restart_lose_nothing(
    world: TestWorld, card: Person
) -> None:
    await card.taps("Tambah")
    await card.sees("Jumlah: 1")
    await world.restart()
    world.clock.forward(timedelta(days=7))
    await card.taps("Tambah")
    await card.sees("Jumlah: 2")
    last = card.last
    await card.types("lanjut")
    await card.sees("Jumlah: 2", after=last)


async def test_an_owed_answer_is_given_after_the_restart(world: TestWorld, card: Person) -> None:
    """Stopped between the commit and the answer: the screen is drawn as things stand."""
    fault = world.sim.faults.add("editMessageText", chat_id=card.id, latency=5.0)
    tap = card.press("1pa:1:RHK-01:1")
    await struck(fault)
    await crash(world)
    await card.sees("Jumlah: 1")
    await card.until(lambda: tap.answer)
    assert await quantities(world) == {"RHK-01": 1}


async def test_an_owed_question_is_asked_after_the_restart(world: TestWorld, rina: Person) -> None:
    await rina.types("rencana")
    await rina.taps("Tugas tambahan")
    await rina.sees_button("Tulis sendiri")
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, latency=5.0)
    rina.press("1pw:1")
    await struck(fault)
    await crash(world)
    await rina.sees("Tugas tambahan apa?")
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")


async def crash(world: TestWorld) -> None:
    """End the bot without letting anything finish, and start another."""
    old = world.kawan
    await old.schedule.stop()
    await old.tasks.cancel()
    mine = asyncio.current_task()
    turns = [
        one for one in asyncio.all_tasks() if one is not mine and "Application" in one.get_name()
    ]
    for one in turns:
        one.cancel()
    await asyncio.gather(*turns, return_exceptions=True)
    await old.database.close()
    await old.bot.shutdown()
    world.kawan = world._make_bot()
    await world.kawan.start()
