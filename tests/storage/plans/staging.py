"""Two schools whose teachers plan, and things done at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import members, plans
from storage.database import Database
from storage.errors import (
    Refused,
)
from storage.models import (
    AuditEntry,
    Decision,
    ModelPlan,
    OutboxMessage,
    Plan,
    PlanEntry,
    PlanRevision,
    Reopening,
    Role,
    School,
)
from storage.people import Actor
from storage.rulesets import load_ruleset
from tests.storage.seating import Seat, seated

MONDAY = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
TODAY = date(2026, 7, 6)


RULES = load_ruleset("pmm-2024")
PERIOD = RULES.period_at(TODAY)
ITEMS = plans.items_step(RULES)
TARGET = RULES.points.target_min if RULES.points else 0


TABLES: tuple[type[SQLModel], ...] = (
    Plan, PlanEntry, PlanRevision, Decision, Reopening, ModelPlan, OutboxMessage, AuditEntry,
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Who takes part, as actors."""

    rina: Actor
    budi: Actor
    deputy: Actor
    principal: Actor
    coach: Actor
    stranger: Actor
    """A principal and teacher of another school."""


async def cast_for(database: Database) -> Cast:
    """Bring two schools with their people in."""
    async with database.transaction() as session:
        ours = await a_school(session, "10304567", "SMPN 1 Surian")
        theirs = await a_school(session, "20304567", "SMPN 2 Lain")
        cast = Cast(
            *await seated(
                session,
                (
                    Seat(ours, "Rina", Role.TEACHER, 101),
                    Seat(ours, "Budi", Role.TEACHER, 102),
                    Seat(ours, "Wakil", Role.TEACHER, 103),
                    Seat(ours, "Kepala", Role.PRINCIPAL, 104),
                    Seat(ours, "Penggerak", Role.COACH, 105),
                    Seat(theirs, "Lain", Role.PRINCIPAL | Role.TEACHER, 106),
                ),
                MONDAY,
            ),
        )
        await members.name_deputy(
            session, cast.principal, member_id=cast.deputy.member_id,
            starts_on=TODAY, ends_on=TODAY + timedelta(days=30), now=MONDAY,
        )  # fmt: skip
    return replace(cast, deputy=replace(cast.deputy, decides=True))


async def a_school(session: AsyncSession, npsn: str, name: str) -> School:
    return await members.found_school(
        session, npsn=npsn, name=name, timezone="Asia/Jakarta", ruleset="pmm-2024", now=MONDAY
    )


async def rows_of(session: AsyncSession) -> dict[str, list[Any]]:
    """Give everything that plans leave behind."""
    found = {}
    for table in TABLES:
        rows = (await session.exec(select(table))).all()
        found[table.__name__] = sorted((row.model_dump() for row in rows), key=repr)
    return found


Work = Callable[[AsyncSession], Awaitable[object]]


async def race(*runners: tuple[Database, Work]) -> list[object]:
    """Do things at the same moment, each in a transaction; give results and refusals."""

    async def run(database: Database, work: Work) -> object:
        try:
            async with database.transaction() as session:
                return await work(session)
        except Refused as refusal:
            return refusal

    return await asyncio.gather(*(run(*one) for one in runners))
