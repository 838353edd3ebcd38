"""What an observer notes in class: a level a statement, words, voice; each tap is kept at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import (
    IndicatorMissing,
    MarksChanged,
    NotAllMarked,
    NotAllowed,
    NotFound,
    ObservationNotNow,
    ObserverTaken,
    OutOfRange,
    VoiceTooLong,
    WrongMarks,
)
from storage.models import Marking, Observation, ObservationMark
from storage.observations.changing import Action, change, sources, tell
from storage.observations.reading import FullCycle, read
from storage.people import Actor, deciders, known_id, today_at
from storage.plans import kept_words
from storage.rulebook import RuleBook
from storage.rulesets import Indicator, Statement

LONGEST_NOTE = 1000
LONGEST_VOICE_S = 5 * 60


async def to_mark(
    session: AsyncSession, actor: Actor, plan_id: int, rulebook: RuleBook
) -> FullCycle:
    """Give a cycle to its observer. Raises `ObserverTaken` to somebody else who decides."""
    cycle = await read(session, actor, plan_id, rulebook)
    if not cycle.is_observer(actor):
        if cycle.is_teacher(actor) or cycle.observer is None:
            raise NotAllowed
        raise ObserverTaken(cycle.observer.name)
    if cycle.rubric is None:
        raise IndicatorMissing
    return cycle


async def mark(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    statement: str,
    level: int,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Give a statement (by code) a level, from 0; whoever marks first observes.

    Raises `OutOfRange` for a level that there is not, `ObservationNotNow` once it is signed off.
    """
    cycle = await to_mark(session, actor, plan_id, rulebook)
    _statement(cycle, statement)
    highest = len(cycle.rules.indicator_rules.rubric_levels)
    if not 0 <= level < highest:
        raise OutOfRange(1, highest)
    return await _keep(session, actor, cycle, {statement: {"level": level}}, rulebook, now)


async def mark_line(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    numbers: Sequence[int],
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Mark all statements at once by numbers from 1, in their order: `3 2 3 1`.

    Raises `WrongMarks` with what does not fit; then nothing changes.
    """
    cycle = await to_mark(session, actor, plan_id, rulebook)
    statements = _rubric(cycle).statements
    highest = len(cycle.rules.indicator_rules.rubric_levels)
    wrong = tuple(at for at, number in enumerate(numbers, 1) if not 1 <= number <= highest)
    if wrong or len(numbers) != len(statements):
        raise WrongMarks(len(numbers), len(statements), highest, wrong)
    marks = {
        one.code: {"level": number - 1} for one, number in zip(statements, numbers, strict=True)
    }
    return await _keep(session, actor, cycle, marks, rulebook, now)


async def note(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    statement: str,
    words: str,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Note words on a statement, in place of earlier ones. Raises `TooLong`, `ReasonMissing`."""
    cycle = await to_mark(session, actor, plan_id, rulebook)
    _statement(cycle, statement)
    values = {"note": kept_words(words, LONGEST_NOTE)}
    return await _keep(session, actor, cycle, {statement: values}, rulebook, now)


async def note_by_voice(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    statement: str,
    telegram_id: str,
    seconds: int,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Note a voice message on a statement, in place of an earlier one. Raises `VoiceTooLong`."""
    cycle = await to_mark(session, actor, plan_id, rulebook)
    _statement(cycle, statement)
    if seconds > LONGEST_VOICE_S:
        raise VoiceTooLong(LONGEST_VOICE_S, seconds)
    values = {"voice_id": telegram_id, "voice_seconds": seconds}
    return await _keep(session, actor, cycle, {statement: values}, rulebook, now)


async def finish(
    session: AsyncSession, actor: Actor, plan_id: int, rulebook: RuleBook, now: datetime
) -> FullCycle:
    """Say that the observation is over. Raises `NotAllMarked`.

    The marks of somebody who decides are final; those of another observer wait to be signed off.
    """
    cycle = await to_mark(session, actor, plan_id, rulebook)
    if cycle.marking in (Marking.FINISHED, Marking.SIGNED):
        return cycle
    if cycle.unmarked:
        raise NotAllMarked(cycle.unmarked)
    values: dict[str, Any] = {"marking": Marking.FINISHED, "marked_at": now}
    if actor.decides:
        values |= _signature(actor, now)
    finished = await change(
        session, cycle, now,
        col(Observation.marking).in_(sources(Action.FINISH)),
        col(Observation.revision) == cycle.row.revision, **values,
    )  # fmt: skip
    if not finished:
        raise MarksChanged
    audit.record(session, actor, "observation.finish", f"plan:{plan_id}", now)
    if actor.decides:
        await _tell_result(session, cycle, actor, now)
        return cycle
    who = await deciders(session, actor.school_id, today_at(cycle.school, now))
    await tell(
        session, cycle, actor, "observation_to_sign", f"to_sign:{cycle.row.revision}", now,
        only=[known_id(one.id) for one in who if one.id != cycle.row.member_id],
    )  # fmt: skip
    return cycle


async def sign_off(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    revision: int,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Make the marks that were shown final; the teacher and the observer are told."""
    actor.require_decider()
    cycle = await read(session, actor, plan_id, rulebook)
    if cycle.is_teacher(actor):
        raise NotAllowed
    if cycle.marking is Marking.SIGNED:
        return cycle
    if cycle.marking is not Marking.FINISHED:
        raise ObservationNotNow(cycle.marking)
    signed = await change(
        session, cycle, now,
        col(Observation.marking).in_(sources(Action.SIGN_OFF)),
        col(Observation.revision) == revision, **_signature(actor, now),
    )  # fmt: skip
    if not signed:
        raise MarksChanged
    audit.record(session, actor, "observation.sign_off", f"plan:{plan_id}", now, revision=revision)
    await _tell_result(session, cycle, actor, now)
    return cycle


def _signature(actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "marking": Marking.SIGNED, "signed_off_by": actor.member_id, "signed_off_at": now,
    }  # fmt: skip


async def _tell_result(
    session: AsyncSession, cycle: FullCycle, actor: Actor, now: datetime
) -> None:
    await tell(session, cycle, actor, "observation_signed", "signed", now)


def _rubric(cycle: FullCycle) -> Indicator:
    if cycle.rubric is None:
        raise IndicatorMissing
    return cycle.rubric


def _statement(cycle: FullCycle, code: str) -> Statement:
    found = next((one for one in _rubric(cycle).statements if one.code == code), None)
    if found is None:
        raise NotFound
    return found


async def _keep(
    session: AsyncSession,
    actor: Actor,
    cycle: FullCycle,
    marks: dict[str, dict[str, Any]],
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Keep levels and notes by statement, and that the marks have changed."""
    marking, observer = col(Observation.marking), col(Observation.observer_id)
    gone = cycle.named if cycle.observer is None else None
    touched = await change(
        session, cycle, now,
        marking.in_(sources(Action.MARK)),
        or_(observer.is_(None), observer.in_([actor.member_id, gone.id if gone else None])),
        marking=case((marking == Marking.NONE, Marking.BEGUN.value), else_=marking),
        observer_id=actor.member_id, indicator=cycle.indicator,
        revision=col(Observation.revision) + 1,
    )  # fmt: skip
    if not touched:
        cycle = await to_mark(session, actor, cycle.plan_id, rulebook)
        raise ObservationNotNow(cycle.marking)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    for code, values in marks.items():
        values = values | {"member_id": actor.member_id, "marked_at": now}
        new = {"level": None, "note": "", "voice_id": "", "voice_seconds": 0} | values
        insert = (sqlite.insert if is_sqlite else postgresql.insert)(ObservationMark).values(
            observation_id=known_id(cycle.row.id), statement=code, **new
        )
        await session.exec(
            insert.on_conflict_do_update(
                index_elements=["observation_id", "statement"],
                set_={name: insert.excluded[name] for name in values},
            )
        )
    return await read(session, actor, cycle.plan_id, rulebook)
