"""The board of a school: every teacher in every stage, and how that was on earlier days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cycle import cycles_of_school
from storage.database import Database
from storage.models import BoardDay, Member, Role, School
from storage.people import Actor, known_id, today_at
from storage.rulebook import RuleBook
from storage.rulesets import Period
from storage.stages import NOTHING_YET, SETTLED, Cycle, Stage

WEEK = timedelta(days=7)
NEAR_ENOUGH = timedelta(days=3)
"""After a standstill the first count stands for the days before: nobody could change a thing."""
KEPT_FOR = timedelta(days=800)
"""Two years and a little: the last period at the same day, also where a period is a year."""
AT_ONCE = 50

NOT_BEGUN: Cycle = dict.fromkeys(Stage, NOTHING_YET)


@dataclass(frozen=True, slots=True)
class TeacherCycle:
    """One teacher of the board."""

    member_id: int
    name: str
    joined: bool
    cycle: Cycle


@dataclass(frozen=True, slots=True)
class Tally:
    """How many teachers there are, and how many have done each stage."""

    teachers: int
    done: Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The counts of a morning in the past."""

    day: date
    tally: Tally


@dataclass(frozen=True, slots=True)
class Trend:
    """What the present is compared with. None where nothing was noted then."""

    week: Earlier | None
    period: Earlier | None


async def board(
    session: AsyncSession, actor: Actor, rulebook: RuleBook, school: School, period: Period
) -> list[TeacherCycle]:
    """Give every teacher of the actor's school, by name; as many statements however many teachers.

    For the principal, deputies and coaches.
    """
    if not actor.decides:
        actor.require(Role.PRINCIPAL | Role.COACH)
    return await _rows(session, rulebook, school, period)


async def _rows(
    session: AsyncSession, rulebook: RuleBook, school: School, period: Period
) -> list[TeacherCycle]:
    cycles = await cycles_of_school(session, rulebook, school, period.id)
    teachers = await session.exec(
        select(Member.id, Member.name, Member.account_id)
        .where(Member.school_id == school.id)
        .where(col(Member.roles).bitwise_and(int(Role.TEACHER)) != 0)
        .order_by(col(Member.name), col(Member.id))
    )
    return [
        TeacherCycle(
            known_id(member_id), name, account_id is not None,
            cycles.get(known_id(member_id), NOT_BEGUN),
        )
        for member_id, name, account_id in teachers.all()
    ]  # fmt: skip


def tally(rows: Sequence[TeacherCycle]) -> Tally:
    """Count who is through with each stage; what is not needed is done."""
    return Tally(
        len(rows),
        {stage: sum(row.cycle[stage].standing in SETTLED for row in rows) for stage in Stage},
    )


# ---------------------------------------------------------------- how it was


async def trend(
    session: AsyncSession, school_id: int, period: Period, last: Period | None, today: date
) -> Trend:
    """Give what was noted a week ago, and in the last period when it was as old as this one."""
    week = None
    if today - WEEK >= period.start:
        week = await _noted(session, school_id, period.id, today - WEEK, today)
    if last is None:
        return Trend(week, None)
    then = min(last.start + (today - period.start), last.end)
    return Trend(week, await _noted(session, school_id, last.id, then, period.start))


async def _noted(
    session: AsyncSession, school_id: int, period_id: str, day: date, before: date
) -> Earlier | None:
    found = await session.exec(
        select(BoardDay)
        .where(BoardDay.school_id == school_id, BoardDay.period == period_id)
        .where(BoardDay.day >= day, BoardDay.day < before, BoardDay.day <= day + NEAR_ENOUGH)
        .order_by(col(BoardDay.day))
        .limit(1)
    )
    noted = found.first()
    if noted is None:
        return None
    done = {stage: noted.done.get(stage, 0) for stage in Stage}
    return Earlier(noted.day, Tally(noted.teachers, done))


# ---------------------------------------------------------------- noting each morning


async def note_mornings(database: Database, rulebook: RuleBook, now: datetime) -> int:
    """Note, for every school where a day has begun, how far it is; say how many were noted.

    May run any number of times, in several processes: the first count of a day stays.
    """
    async with database.reading() as session:
        due = await _due(session, now)
    for at in range(0, len(due), AT_ONCE):
        # Counted without the right to write, so that nobody's taps wait for it.
        async with database.reading() as session:
            days = [await _count(session, rulebook, one, now) for one in due[at : at + AT_ONCE]]
        async with database.transaction() as session:
            await _note(session, days)
    return len(due)


async def _due(session: AsyncSession, now: datetime) -> list[School]:
    schools = (await session.exec(select(School).order_by(col(School.id)))).all()
    latest = dict(
        (
            await session.exec(
                select(BoardDay.school_id, func.max(col(BoardDay.day)))
                .where(BoardDay.day >= now.date() - timedelta(days=1))
                .group_by(col(BoardDay.school_id))
            )
        ).all()
    )
    return [
        one for one in schools if latest.get(known_id(one.id), date.min) < today_at(one, now)
    ]  # fmt: skip


async def _count(
    session: AsyncSession, rulebook: RuleBook, school: School, now: datetime
) -> dict[str, object]:
    today = today_at(school, now)
    period = rulebook.period_at(school, today)
    counted = tally(await _rows(session, rulebook, school, period))
    return {
        "school_id": known_id(school.id), "period": period.id, "day": today,
        "teachers": counted.teachers,
        "done": {str(stage): number for stage, number in counted.done.items()},
    }  # fmt: skip


async def _note(session: AsyncSession, days: list[dict[str, object]]) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(BoardDay)
    await session.exec(
        insert.on_conflict_do_nothing(index_elements=["school_id", "period", "day"]), params=days
    )


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Forget days that nothing is compared with any more."""
    await session.exec(delete(BoardDay).where(col(BoardDay.day) < (now - KEPT_FOR).date()))
