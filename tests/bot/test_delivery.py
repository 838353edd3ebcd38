"""The outbox on its way to phones: in order, within limits, through every kind of trouble."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot import delivery
from bot.simulator import Flood
from bot.simulator.driver import Person
from bot.simulator.faults import Fault
from conversations.notices import NOTICES, Notice
from conversations.people import Person as Member
from conversations.screens import Screen
from storage import outbox
from storage.models import Account, OutboxMessage, Role, School
from storage.models import Member as MemberRow
from storage.outbox import LEASE, Priority
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
    for _ in range(2_000):
        found = await row(world, text)
        if found.settled_at is not None:
            return f"{found.state} {found.outcome}".strip()
        await world.kawan.sender.deliver_due()
    raise AssertionError(f"{text!r} was not settled")


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
    async with asyncio.timeout(5):
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
    world: TestWorld, rina: Person
) -> None:
    flood = Flood()
    world.sim.world.flood = flood
    await tell(world, rina, "satu", "dua", "tiga", "empat")
    await rina.sees("empat")
    assert flood.refused == 0


async def test_telegrams_patience_is_obeyed(world: TestWorld, rina: Person, budi: Person) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, retry_after=1)
    await tell(world, rina, "Kabar")
    await struck(fault)
    before = sends_to(world, rina)
    await tell(world, budi, "Untuk Budi")
    await budi.sees("Untuk Budi")  # after a second of quiet for all
    assert sends_to(world, rina) == before
    world.clock.forward(timedelta(seconds=1))
    world.kawan.sender.wake()
    await rina.sees("Kabar")
    assert said(rina, "Kabar") == 1
    assert await settled(world, "Kabar") == "sent"


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
        async with asyncio.timeout(5):
            while await _is_blocked(world, rina) != blocked:
                pass


async def _is_blocked(world: TestWorld, person: Person) -> bool:
    async with world.database.reading() as session:
        return (await session.get_one(Account, person.id)).blocked_at is not None


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
    world: TestWorld, rina: Person, budi: Person, trouble: dict[str, Any], most: int
) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, **trouble)
    await tell(world, rina, "Kabar")
    await struck(fault)
    await tell(world, budi, "Untuk Budi")
    await budi.sees("Untuk Budi")
    world.clock.forward(timedelta(seconds=2))
    assert await settled(world, "Kabar") == "sent"
    assert 1 <= said(rina, "Kabar") <= most


async def test_a_line_that_stays_broken_is_given_up(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST_ATTEMPTS", 3)
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, status=502, times=None)
    await tell(world, rina, "Kabar")
    for _ in range(3):
        await world.kawan.sender.deliver_due()
        world.clock.forward(timedelta(minutes=10))
    assert (await settled(world, "Kabar")).startswith("failed NetworkError")
    assert fault.hits == 3


async def test_what_was_on_its_way_in_a_crash_goes_again_when_its_lease_ends(
    world: TestWorld, rina: Person
) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, latency=5.0)
    await tell(world, rina, "di jalan", "menunggu")
    await struck(fault)
    await world.restart()
    world.sim.faults.clear()
    assert said(rina, "di jalan") == 0
    await world.kawan.sender.deliver_due()
    assert (await row(world, "di jalan")).settled_at is None
    world.clock.forward(LEASE)
    world.kawan.sender.wake()
    await rina.sees("menunggu")
    assert said(rina, "di jalan") == 1
    assert said(rina, "menunggu") == 1


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
