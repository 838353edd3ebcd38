"""The outbox on its way to phones: in order, within limits, through every kind of trouble."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot import delivery
from bot.rounds import ARCHIVED_AFTER
from bot.simulator import Flood
from bot.simulator.driver import Person
from bot.simulator.faults import Fault
from conversations.notices import NOTICES, Notice
from conversations.people import Person as Member
from conversations.screens import Screen
from storage import outbox
from storage.models import Account, ArchivedMessage, OutboxMessage, OutboxState, Role, School
from storage.models import Member as MemberRow
from storage.outbox import Priority
from storage.people import known_id
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of notices for these tests: one that just says it, some that cannot be said."""

    async def say(_person: Member, subject: dict[str, Any]) -> Notice | None:
        return Notice(Screen(subject["text"]))

    async def break_off(_person: Member, _subject: dict[str, Any]) -> Notice | None:
        raise LookupError("nothing to draw")

    async def nothing(_person: Member, _subject: dict[str, Any]) -> Notice | None:
        return None

    for kind, draw in {"say": say, "break": break_off, "nothing": nothing}.items():
        monkeypatch.setitem(NOTICES, kind, draw)


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


@pytest.fixture
async def budi(world: TestWorld) -> Person:
    return await world.joins("Budi Santoso", Role.TEACHER)


async def tell(
    world: TestWorld,
    person: Person | str,
    *texts: str,
    kind: str = "say",
    priority: Priority = Priority.NOTICE,
) -> None:
    """Announce texts to somebody (a person, or the name of a member) in one transaction."""
    async with world.database.transaction() as session:
        known = (
            MemberRow.name == person
            if isinstance(person, str)
            else col(MemberRow.account_id) == person.id
        )
        member = (await session.exec(select(MemberRow).where(known))).one()
        for text in texts:
            await outbox.announce(
                session, school_id=member.school_id, recipients=[known_id(member.id)],
                occasion=f"{kind}:{text}", kind=kind, subject={"text": text},
                now=world.clock.now(), priority=priority,
            )  # fmt: skip
    world.kawan.sender.wake()


async def row(world: TestWorld, text: str) -> OutboxMessage:
    async with world.database.reading() as session:
        found = await session.exec(
            select(OutboxMessage).where(col(OutboxMessage.occasion).endswith(f":{text}"))
        )
        return found.one()


async def settled(world: TestWorld, text: str) -> str:
    """Let the sender finish in its own time; give the state and the reason."""
    try:
        async with asyncio.timeout(30):
            while True:
                found = await row(world, text)
                if found.settled_at is not None:
                    return f"{found.state} {found.outcome}".strip()
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"{text!r} was not settled") from None


class Ticks:
    """The machine's seconds, of which a test can skip some."""

    def __init__(self, world: TestWorld) -> None:
        self._skipped = 0.0
        self._world = world
        world.kawan.sender.pace.ticks = self

    def __call__(self) -> float:
        return time.monotonic() + self._skipped

    def forward(self, seconds: float) -> None:
        """Let time pass for the sender."""
        self._skipped += seconds
        self._world.kawan.sender.wake()


@pytest.fixture
def ticks(world: TestWorld) -> Ticks:
    return Ticks(world)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds that no event tells of."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def comes_to(world: TestWorld, text: str, state: OutboxState) -> OutboxMessage:
    """Wait until a message is in a state."""
    async with asyncio.timeout(30):
        while True:
            found = await row(world, text)
            if found.state == state:
                return found
            await asyncio.sleep(0.002)


async def given_back(world: TestWorld, text: str) -> OutboxMessage:
    """Wait until a message waits in the outbox again."""
    return await comes_to(world, text, OutboxState.PENDING)


def said(person: Person, text: str) -> int:
    """How often a text stands on the phone."""
    return sum(one.from_bot and one.text == text for one in person.messages)


def sends_to(world: TestWorld, person: Person) -> int:
    """How often the bot has tried to send to somebody."""
    return sum(
        call.method == "sendMessage" and call.params.get("chat_id") == str(person.id)
        for call in world.sim.calls
    )


async def struck(fault: Fault) -> None:
    """Wait until a planned trouble has struck."""
    async with asyncio.timeout(30):
        while not fault.hits:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0)


async def test_a_notice_arrives_once_and_is_closed(world: TestWorld, rina: Person) -> None:
    await tell(world, rina, "Kabar")
    await rina.sees("Kabar")
    assert await settled(world, "Kabar") == "sent"
    await tell(world, rina, "Kabar", "Kabar lain")
    await rina.sees("Kabar lain")
    assert said(rina, "Kabar") == 1


async def test_the_weightiest_comes_first(world: TestWorld, rina: Person) -> None:
    world.sim.faults.add("sendMessage", chat_id=rina.id, latency=0.1)
    await tell(world, rina, "pertama")
    async with world.database.transaction() as session:
        member = (
            await session.exec(select(MemberRow).where(MemberRow.account_id == rina.id))
        ).one()
        for text, priority in (
            ("siaran", Priority.BROADCAST),
            ("pengingat", Priority.REMINDER),
            ("putusan", Priority.NOTICE),
        ):
            await outbox.announce(
                session, school_id=member.school_id, recipients=[known_id(member.id)],
                occasion=f"say:{text}", kind="say", subject={"text": text},
                now=world.clock.now(), priority=priority,
            )  # fmt: skip
    await rina.sees("siaran")
    order = [one.text for one in rina.messages if one.text in ("putusan", "pengingat", "siaran")]
    assert order == ["putusan", "pengingat", "siaran"]


async def test_more_than_a_burst_keeps_to_the_limit_of_the_chat(
    world: TestWorld, rina: Person, ticks: Ticks
) -> None:
    flood = Flood(clock=ticks)
    world.sim.world.flood = flood
    await tell(world, rina, "satu", "dua", "tiga", "empat", "lima")
    await rina.sees("dua")
    for text in ("tiga", "empat", "lima"):
        assert not said(rina, text)
        ticks.forward(1)
        await rina.sees(text)
    assert flood.refused == 0


async def test_telegrams_patience_with_a_chat_is_obeyed_there(
    world: TestWorld, rina: Person, budi: Person, ticks: Ticks
) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, retry_after=60)
    await tell(world, rina, "Kabar", "Kabar kedua")
    await struck(fault)
    await given_back(world, "Kabar kedua")
    before = sends_to(world, rina)
    await tell(world, rina, "Kabar ketiga")
    await tell(world, budi, "Untuk Budi")
    await budi.sees("Untuk Budi")  # one chat's rest is no other's
    ticks.forward(50)
    await tell(world, budi, "Lagi")
    await budi.sees("Lagi")
    assert sends_to(world, rina) == before
    ticks.forward(10)
    await rina.sees("Kabar kedua")
    ticks.forward(5)
    await rina.sees("Kabar ketiga")
    told = [one.text for one in rina.messages if one.text.startswith("Kabar")]
    assert told == ["Kabar", "Kabar kedua", "Kabar ketiga"]
    assert (await row(world, "Kabar")).attempts == 0  # patience is no failure


async def test_a_storm_of_refusals_silences_everybody(
    world: TestWorld, rina: Person, budi: Person, ticks: Ticks
) -> None:
    siti = await world.joins("Siti", Role.TEACHER)
    storm = world.sim.faults.add("sendMessage", retry_after=30, times=2)
    await tell(world, rina, "Kabar")
    await given_back_after(world, "Kabar", storm, 1)
    await tell(world, budi, "Untuk Budi")
    await given_back_after(world, "Untuk Budi", storm, 2)
    before = len(world.sim.calls)
    await tell(world, siti, "Untuk Siti")
    ticks.forward(29)
    await comes_to(world, "Untuk Siti", OutboxState.SENDING)  # in the hand, and there it stays
    assert len(world.sim.calls) == before
    ticks.forward(1)
    for person, text in ((rina, "Kabar"), (budi, "Untuk Budi"), (siti, "Untuk Siti")):
        await person.sees(text)
        assert said(person, text) == 1
    assert world.kawan.figures.refused._value.get() == 2


async def given_back_after(world: TestWorld, text: str, fault: Fault, hits: int) -> None:
    async with asyncio.timeout(30):
        while fault.hits < hits:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0)
    await given_back(world, text)


async def test_who_has_blocked_the_bot_is_noted_and_welcomed_back(
    world: TestWorld, rina: Person, budi: Person
) -> None:
    rina.chat.blocked = True  # the bot has not heard of it yet
    await tell(world, rina, "Kabar")
    assert (await settled(world, "Kabar")).startswith("blocked Forbidden")
    async with world.database.reading() as session:
        assert (await session.get_one(Account, rina.id)).blocked_at == world.clock.now()
    await tell(world, budi, "Kabar Budi")
    await budi.sees("Kabar Budi")
    rina.chat.blocked = False
    before = rina.last
    await rina.types("menu")
    await rina.sees("SMPN 1 Surian", after=before)
    await tell(world, rina, "Selamat datang lagi")
    await rina.sees("Selamat datang lagi")
    async with world.database.reading() as session:
        assert (await session.get_one(Account, rina.id)).blocked_at is None


async def test_blocking_and_unblocking_are_noted(world: TestWorld, rina: Person) -> None:
    for blocked in (True, False):
        await (rina.blocks_bot() if blocked else rina.unblocks_bot())
        async with asyncio.timeout(30):
            while await _is_blocked(world, rina) != blocked:
                pass


async def _is_blocked(world: TestWorld, person: Person) -> bool:
    async with world.database.reading() as session:
        return (await session.get_one(Account, person.id)).blocked_at is not None


async def test_whoever_blocks_the_bot_in_the_middle_gets_no_more(
    world: TestWorld, rina: Person, budi: Person, ticks: Ticks
) -> None:
    await tell(world, rina, "satu", "dua", "tiga", "empat")
    await rina.sees("dua")
    rina.chat.blocked = True
    await tell(world, budi, "Untuk Budi")
    await budi.sees("Untuk Budi")
    for text in ("tiga", "empat"):
        ticks.forward(1)
        assert (await settled(world, text)).startswith("blocked Forbidden")
    assert [await settled(world, text) for text in ("satu", "dua")] == ["sent", "sent"]


async def test_a_full_disk_keeps_no_message_back(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_receipt: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(world.kawan.sender._receipts, "add", full)
    await tell(world, rina, "satu", "dua")
    await rina.sees("dua")
    assert [await settled(world, text) for text in ("satu", "dua")] == ["sent", "sent"]


async def test_a_deleted_account_is_noted_too(world: TestWorld, rina: Person) -> None:
    rina.deactivates()
    await tell(world, rina, "Kabar")
    assert (await settled(world, "Kabar")).startswith("blocked Forbidden")


async def test_a_chat_that_never_began_is_unreachable(world: TestWorld, rina: Person) -> None:
    rina.chat.known = False
    await tell(world, rina, "Kabar")
    assert await settled(world, "Kabar") == "blocked Chat not found"


@pytest.mark.parametrize(
    ("kind", "text", "outcome"),
    [
        ("say", "<b>rusak", "failed Can't parse entities"),
        ("say", "x" * 4097, "sent"),  # cut to what Telegram takes, rather than lost
        ("break", "apa saja", "failed LookupError"),
        ("no such kind", "apa pun", "failed KeyError"),
        ("nothing", "sia-sia", "cancelled pointless"),
    ],
)
async def test_a_bad_message_does_not_stop_the_rest(
    world: TestWorld, rina: Person, kind: str, text: str, outcome: str
) -> None:
    await tell(world, rina, text, kind=kind)
    await tell(world, rina, "Sesudahnya")
    await rina.sees("Sesudahnya")
    assert (await settled(world, text)).startswith(outcome)
    assert sends_to(world, rina) < 12


async def test_who_has_not_joined_is_not_told(world: TestWorld, rina: Person) -> None:
    await world.invites("Tono", Role.TEACHER)
    await tell(world, "Tono", "Kabar")
    assert await settled(world, "Kabar") == "cancelled not joined"


@pytest.mark.parametrize(
    ("trouble", "most"),
    [
        ({"drop": "before"}, 1),
        ({"drop": "after"}, 2),
        ({"status": 500}, 1),
        ({"status": 502}, 1),
    ],
    ids=["dropped before", "dropped after", "500", "502"],
)
async def test_a_broken_line_loses_nothing_and_repeats_at_most_once(
    world: TestWorld, rina: Person, budi: Person, ticks: Ticks, trouble: dict[str, Any], most: int
) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, **trouble)
    await tell(world, rina, "Kabar")
    await struck(fault)
    assert (await given_back(world, "Kabar")).attempts == 1
    await tell(world, budi, "Untuk Budi")
    await budi.sees("Untuk Budi")
    ticks.forward(2)
    assert await settled(world, "Kabar") == "sent"
    assert 1 <= said(rina, "Kabar") <= most


async def test_a_message_that_breaks_the_line_for_itself_is_given_up(
    world: TestWorld, rina: Person, budi: Person, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST_ATTEMPTS", 3)
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, status=502, times=None)
    await tell(world, rina, "Kabar", "Kabar kedua")
    for tries in (1, 2):
        await tried(world, "Kabar", tries)
        ticks.forward(2.0**tries)
    assert (await settled(world, "Kabar")).startswith("failed NetworkError")
    assert fault.hits >= 3
    await tell(world, budi, "Untuk Budi")
    await budi.sees("Untuk Budi")


async def tried(world: TestWorld, text: str, times: int) -> None:
    async with asyncio.timeout(30):
        while (await given_back(world, text)).attempts < times:
            pass


async def test_while_nobody_can_be_reached_nothing_is_given_up(
    world: TestWorld, rina: Person, budi: Person, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST_ATTEMPTS", 3)
    people = [rina, budi, await world.joins("Siti", Role.TEACHER)]
    down = world.sim.faults.add("sendMessage", status=502, times=None)
    for person in people:
        await tell(world, person, f"Untuk {person.id}")
    for hits in range(3, 12):
        async with asyncio.timeout(30):
            while down.hits < hits:
                ticks.forward(60)
                await asyncio.sleep(0.002)
    world.sim.faults.clear()
    for person in people:
        async with asyncio.timeout(30):
            while not said(person, f"Untuk {person.id}"):
                ticks.forward(60)
                await asyncio.sleep(0.002)
        assert said(person, f"Untuk {person.id}") == 1


async def test_what_was_on_its_way_in_a_crash_goes_again_in_its_order(
    world: TestWorld, rina: Person
) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, latency=5.0)
    await tell(world, rina, "di jalan", "menunggu")
    await struck(fault)
    await crash(world)
    assert (await row(world, "di jalan")).state == OutboxState.SENDING
    world.sim.faults.clear()
    await world.restart()
    await rina.sees("menunggu")
    assert [one.text for one in rina.messages[-2:]] == ["di jalan", "menunggu"]
    assert said(rina, "di jalan") == 1


async def test_what_arrived_just_before_a_crash_is_not_repeated(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram has answered, but nothing has been written to the database yet."""

    async def never(*_arguments: Any, **_named: Any) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as stuck:
        stuck.setattr(world.kawan.sender._courier, "note", never)
        await tell(world, rina, "sampai")
        await rina.sees("sampai")
        await until(lambda: world.kawan.sender._receipts.left())
        await crash(world)
    assert (await row(world, "sampai")).state == OutboxState.SENDING
    await world.restart()
    assert await settled(world, "sampai") == "sent"
    assert said(rina, "sampai") == 1
    await until(lambda: not world.kawan.sender._receipts.left())
    await tell(world, rina, "berikutnya")
    await rina.sees("berikutnya")


async def crash(world: TestWorld) -> None:
    """Break the sender off as a kill does: nothing is finished, nothing is written down."""
    sender = world.kawan.sender
    sender._election.resign = _do_nothing  # type: ignore[method-assign]
    sender._election.won = _wait_for_ever  # type: ignore[method-assign]
    for task in (*sender._parts, *sender._in_flight):
        task.cancel()
    await asyncio.gather(*sender._parts, *sender._in_flight, return_exceptions=True)
    sender._in_flight.clear()
    sender._settled.clear()
    await sender._election._seat.leave()


async def _wait_for_ever() -> None:
    await asyncio.Event().wait()


async def _do_nothing() -> None:
    pass


async def test_a_stop_waits_for_what_is_on_its_way(world: TestWorld, rina: Person) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, latency=0.1)
    await tell(world, rina, "di jalan")
    await struck(fault)
    await world.restart()
    assert await settled(world, "di jalan") == "sent"
    assert said(rina, "di jalan") == 1


async def test_what_comes_too_late_is_not_sent(world: TestWorld, rina: Person) -> None:
    now = world.clock.now()
    async with world.database.transaction() as session:
        member = (
            await session.exec(select(MemberRow).where(MemberRow.account_id == rina.id))
        ).one()
        for text, until in (("basi", now), ("masih", now + timedelta(minutes=1))):
            await outbox.announce(
                session, school_id=member.school_id, recipients=[known_id(member.id)],
                occasion=f"say:{text}", kind="say", subject={"text": text},
                now=now, expires_at=until,
            )  # fmt: skip
    world.kawan.sender.wake()
    assert await settled(world, "basi") == "cancelled too late"
    assert await settled(world, "masih") == "sent"
    assert not said(rina, "basi")


async def test_a_fresh_notice_overtakes_a_broadcast(
    world: TestWorld, rina: Person, budi: Person
) -> None:
    """Each notice waits for a message or two, not for what has been taken or what waits."""
    staff = [await world.joins(f"Guru {number}", Role.TEACHER) for number in range(3)]
    for number in range(40):
        for person in staff:
            await tell(world, person, f"siaran {number} {person.id}", priority=Priority.BROADCAST)
    await staff[0].sees(f"siaran 0 {staff[0].id}")
    before = world.sim.world.last_message_id
    await tell(world, budi, "putusan")
    decision = await budi.sees("putusan")
    assert decision.id - before <= 5


async def test_one_chats_queue_holds_up_nobody(
    world: TestWorld, rina: Person, budi: Person
) -> None:
    """A hundred messages for one person, all older than the one for another."""
    await tell(world, rina, *(f"banyak {number:03}" for number in range(100)))
    await tell(world, budi, "Untuk Budi")
    await budi.sees("Untuk Budi")
    told = [one.text for one in rina.messages if one.text.startswith("banyak")]
    assert told == [f"banyak {number:03}" for number in range(len(told))]
    assert len(told) <= 4


async def test_old_messages_leave_for_the_archive(world: TestWorld, rina: Person) -> None:
    await tell(world, rina, "Kabar")
    assert await settled(world, "Kabar") == "sent"
    await world.kawan.rounds.archive()
    assert (await row(world, "Kabar")).message_id
    world.clock.forward(ARCHIVED_AFTER + timedelta(seconds=1))
    await world.kawan.rounds.archive()
    async with world.database.reading() as session:
        assert not (await session.exec(select(OutboxMessage))).all()
        assert [one.occasion for one in (await session.exec(select(ArchivedMessage))).all()] == [
            "say:Kabar"
        ]


async def test_a_slow_chat_delays_nobody_else(
    world: TestWorld, rina: Person, budi: Person
) -> None:
    world.sim.faults.add("sendMessage", chat_id=rina.id, latency=0.5)
    async with world.database.transaction() as session:
        found = await session.exec(select(MemberRow))
        school = (await session.exec(select(School))).one()
        await outbox.announce(
            session, school_id=known_id(school.id),
            recipients=[known_id(one.id) for one in found.all()],
            occasion="say:Untuk semua", kind="say", subject={"text": "Untuk semua"},
            now=world.clock.now(),
        )  # fmt: skip
    world.kawan.sender.wake()
    await budi.sees("Untuk semua")
    assert said(rina, "Untuk semua") == 0
    await rina.sees("Untuk semua")


async def test_the_sender_survives_a_database_that_stumbles(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = outbox.lease
    stumbled: list[bool] = []

    async def stumble(*arguments: Any, **named: Any) -> Any:
        if not stumbled:
            stumbled.append(True)
            raise OSError("the disk is away")
        return await lease(*arguments, **named)

    monkeypatch.setattr(outbox, "lease", stumble)
    await tell(world, rina, "Kabar")
    await rina.sees("Kabar")
    assert stumbled
