"""Two schools with their people, plans that hold, and files as if they were on the disk."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event, text
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import decisions, members, plans
from storage.database import Database
from storage.errors import Refused
from storage.evidence import filing, needs, reading, receiving
from storage.evidence.reading import Piece
from storage.evidence.receiving import Arrival
from storage.inspecting import Complaint, Inspected
from storage.models import (
    AuditEntry,
    Card,
    Evidence,
    EvidenceComment,
    EvidenceLook,
    EvidencePage,
    OutboxMessage,
    PlanEntry,
    Role,
    School,
    table_of,
)
from storage.people import Actor, known_id
from storage.plans import FullPlan
from storage.rulesets import load_ruleset
from storage.suggestions import Pick
from tests.storage.seating import Seat, seated

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
TODAY = date(2026, 7, 6)
DAY = date(2026, 7, 2)
A_MINUTE = timedelta(minutes=1)
RULES = load_ruleset("pmm-2024")
PERIOD = RULES.period_at(TODAY)
PICKS = (Pick("RHK-01", 4), Pick("RHK-07", 2), Pick("RHK-08", 1))
DUTY = "TT-01"

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is slow; that is no failure."""

Work = Callable[[AsyncSession], Awaitable[object]]

TABLES: tuple[type[SQLModel], ...] = (
    Evidence, EvidencePage, EvidenceLook, EvidenceComment, Card, OutboxMessage, AuditEntry,
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Who takes part, as actors. The deputy decides for thirty days."""

    school: School
    rina: Actor
    budi: Actor
    deputy: Actor
    principal: Actor
    coach: Actor
    operator: Actor
    stranger: Actor
    """A principal, coach and teacher of another school."""


async def cast_for(database: Database) -> Cast:
    """Bring two schools with their people in."""
    async with database.transaction() as session:
        ours = await _school(session, "10304567")
        theirs = await _school(session, "20304567")
        everything = Role.PRINCIPAL | Role.COACH | Role.TEACHER
        cast = Cast(
            ours,
            *await seated(
                session,
                (
                    Seat(ours, "Rina", Role.TEACHER, 101),
                    Seat(ours, "Budi", Role.TEACHER, 102),
                    Seat(ours, "Wakil", Role.TEACHER, 103),
                    Seat(ours, "Kepala", Role.PRINCIPAL, 104),
                    Seat(ours, "Penggerak", Role.COACH, 105),
                    Seat(ours, "Operator", Role.OPERATOR, 106),
                    Seat(theirs, "Lain", everything, 107),
                ),
                NOW,
            ),
        )
        await members.name_deputy(
            session, cast.principal, member_id=cast.deputy.member_id,
            starts_on=TODAY, ends_on=TODAY + timedelta(days=30), now=NOW,
        )  # fmt: skip
    return replace(cast, deputy=replace(cast.deputy, decides=True))


async def _school(session: AsyncSession, npsn: str) -> School:
    return await members.found_school(
        session, npsn=npsn, name=f"SMPN {npsn}", timezone="Asia/Jakarta", ruleset=RULES.id, now=NOW
    )


# ------------------------------------------------------------------------------- plans


async def drafted(session: AsyncSession, actor: Actor) -> FullPlan:
    """Fill a plan with three items and a duty."""
    full = await plans.open_plan(session, actor, RULES, PERIOD, NOW)
    await plans.take_picks(session, actor, RULES, full.id, PICKS, NOW)
    await plans.toggle_duty(session, actor, RULES, full.id, DUTY, NOW)
    return await plans.take_standard_guides(session, actor, RULES, full.id, NOW)


async def holds(
    session: AsyncSession, actor: Actor, decider: Actor, *, agreed: bool = True
) -> FullPlan:
    """Submit a plan and approve it: evidence can be filed from then on."""
    full = await drafted(session, actor)
    number = full.plan.revision
    await plans.submit(session, actor, RULES, full.id, number, today=TODAY, now=NOW)
    full = await decisions.approve(session, decider, full.id, number + 1, NOW)
    if agreed:
        full = await plans.agree(session, actor, RULES, full.id, number + 1, NOW)
    return full


async def reopens(session: AsyncSession, decider: Actor, plan_id: int) -> FullPlan:
    """Open a plan again."""
    full = await plans.read_plan(session, decider, plan_id)
    return await decisions.reopen(
        session, decider, plan_id, full.plan.revision, NOW, reason="Perlu diubah"
    )


def entry_of(full: FullPlan, code: str) -> PlanEntry:
    """Give an entry of a plan by its code."""
    return next(one for one in full.entries if one.code == code)


# ------------------------------------------------------------------------------- evidence


def digest(words: str) -> str:
    """Give the hash of a made-up file."""
    return hashlib.sha256(words.encode()).hexdigest()


def look(*flipped: int) -> str:
    """Give a perceptual hash in which these of 256 bits are set."""
    return f"{sum(1 << at for at in flipped):064x}"


def arrives(
    words: str,
    position: int = 1,
    *,
    looks: str = "",
    complaints: tuple[Complaint, ...] = (),
    cleaned: bool = False,
) -> Arrival:
    """Make a photo that has come in, known by its words; a `cleaned` one has lost its metadata."""
    original = digest(words)
    seen = Inspected(
        media_type="image/jpeg",
        original_sha256=original,
        sha256=digest(f"cleaned {words}") if cleaned else original,
        size=1000 + len(words),
        width=1240,
        height=1754,
        look=looks,
        complaints=complaints,
    )
    return Arrival(
        seen, f"{words}.jpg", position, telegram_id=f"at telegram: {words}", is_photo=True
    )


async def sends(
    session: AsyncSession, actor: Actor, words: str, now: datetime = NOW, **how: Any
) -> Piece:
    """Send a photo."""
    return (await receiving.receive(session, actor, arrives(words, **how), now)).piece


async def files(
    session: AsyncSession,
    actor: Actor,
    full: FullPlan,
    words: str,
    code: str = "RHK-01",
    now: datetime = NOW,
    *,
    kind: str = "",
    **how: Any,
) -> Piece:
    """Send a photo and file it under an entry of the plan."""
    piece = await sends(session, actor, words, now, **how)
    return await moves(session, actor, full, piece.id, code, now, kind=kind)


async def moves(
    session: AsyncSession,
    actor: Actor,
    full: FullPlan,
    evidence_id: int,
    code: str,
    now: datetime = NOW,
    *,
    kind: str = "",
) -> Piece:
    """File a piece under an entry, or move it there."""
    entry_id = known_id(entry_of(full, code).id)
    return await filing.file_under(
        session, actor, RULES, full, evidence_id, entry_id, now, kind=kind
    )


async def progress_of(session: AsyncSession, full: FullPlan) -> needs.Progress:
    """Add a plan up from what is stored."""
    evidence = await reading.evidence_of_plan(session, full.id)
    return needs.progress(needs.provable(RULES, full), evidence)


# ------------------------------------------------------------------------------- looking on


async def rows_of(session: AsyncSession) -> list[Sequence[Any]]:
    """Give everything that evidence leaves behind, as the database has it."""
    await session.flush()
    connection = await session.connection()
    found: list[Sequence[Any]] = []
    for table in map(table_of, TABLES):
        found += (await connection.execute(table.select().order_by(table.c.id))).all()
    return found


async def refuses(
    session: AsyncSession, error: type[Refused], *works: Callable[[], Awaitable[object]]
) -> None:
    """Each of these is refused so, and nothing at all has changed."""
    before = await rows_of(session)
    for work in works:
        with pytest.raises(error):
            await work()
        assert await rows_of(session) == before


def words_of(piece: Piece) -> list[str]:
    return [page.name.removesuffix(".jpg") for page in piece.pages]


async def told(database: Database, kind: str) -> list[int]:
    """Say who is told of something of this kind, by member, each as often as it is told."""
    async with database.reading() as session:
        found = await session.exec(
            select(col(OutboxMessage.member_id))
            .where(OutboxMessage.kind == kind)
            .order_by(col(OutboxMessage.member_id))
        )
        return list(found.all())


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Write down the SQL statements that are sent while the block runs."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


# ------------------------------------------------------------------------------- at once


async def attempt(database: Database, work: Work) -> object:
    """Do something in a transaction of its own; give the result or the refusal."""
    try:
        async with database.transaction() as session:
            return await work(session)
    except Refused as refusal:
        return refusal


async def overtaking(
    database: Database, other: Database, first: Work, second: Work
) -> tuple[object, object]:
    """Do `first`, and commit it only once `second` has begun in another process and waits for it.

    On PostgreSQL `second` has read what was there before; on SQLite it waits for its turn.
    """
    async with database.writing() as session:
        done = await first(session)
        later = asyncio.create_task(attempt(other, second))
        await _until_blocked(database, later)
        await session.commit()
    return done, await later


async def _until_blocked(database: Database, later: "asyncio.Task[object]") -> None:
    if database.is_sqlite:
        await asyncio.sleep(0)
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    give_up = time.monotonic() + 30
    async with database.engine.connect() as watch:
        while not (await watch.execute(waiting)).scalar_one():
            assert not later.done(), "nothing held it up"
            assert time.monotonic() < give_up
            await watch.rollback()  # the view is a snapshot for each transaction
            await asyncio.sleep(0.005)
