"""Answering the questions of a form that belongs to a plan, such as its report.

An answer is words, a voice note, photos and documents, in any combination; each part is kept at
once. Every operation checks here that the plan is of the actor's school and its period is open.
Who may answer, and when, differs from form to form. So every operation is given the form's
`Guard`, which raises for whoever may not; it runs first, in the same transaction.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import (
    EvidenceChanged,
    NotFound,
    ReasonMissing,
    SameFileHere,
    TooLong,
    TooMany,
    VoiceTooLong,
)
from storage.evidence import receiving
from storage.evidence.changing import change
from storage.evidence.filing import require_new_here
from storage.evidence.reading import FormPlace, Piece, attached_to_form, with_pages
from storage.evidence.receiving import Arrival, Sent
from storage.models import Evidence, EvidenceStatus, FormAnswer, Plan
from storage.models.forms import LONGEST_ANSWER
from storage.people import Actor
from storage.periods import require_open

LONGEST_VOICE_S = 5 * 60
MOST_FILES = 10
"""Files of one answer; an album is one."""

Guard = Callable[[AsyncSession, Actor, Plan, str], Awaitable[None]]
"""Is given the plan and the field; raises `Refused` unless the actor may answer it now.

The plan is of the actor's school, and its period is open: that has been checked before.
"""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice note: Telegram's name for it, and its length in seconds."""

    telegram_id: str
    seconds: int


class Part(StrEnum):
    """What an answer may have and can be taken out alone; files go one by one."""

    TEXT = "text"
    VOICE = "voice"


@dataclass(slots=True)
class Answer:
    """An answer as it is kept; without all of it where nobody has answered.

    `newest` are the words of the last message, where they were added to earlier ones.
    """

    text: str = ""
    newest: str = ""
    voice: Voice | None = None
    files: list[Piece] = field(default_factory=list)
    by: int | None = None
    changed_at: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.voice or self.files)


async def answers_of(session: AsyncSession, plan_id: int, form: str) -> dict[str, Answer]:
    """Give the answers to a form by field; fields without one are left out.

    Two statements; checks nothing: whoever asks may read the plan.
    """
    found = await session.exec(
        select(FormAnswer).where(FormAnswer.plan_id == plan_id, FormAnswer.form == form)
    )
    answers = {one.field: _answer(one) for one in found.all()}
    attached = await session.exec(
        select(Evidence).where(*attached_to_form(plan_id, form)).order_by(col(Evidence.id))
    )
    for piece in await with_pages(session, attached.all()):
        answers.setdefault(piece.evidence.code, Answer()).files.append(piece)
    return {field: answer for field, answer in answers.items() if answer}


def _answer(row: FormAnswer) -> Answer:
    return Answer(
        text=row.text,
        newest=row.text[row.newest_at :] if row.newest_at else "",
        voice=Voice(row.voice_id, row.voice_seconds) if row.voice_id else None,
        by=row.member_id,
        changed_at=row.changed_at,
    )


async def plan_to_answer(
    session: AsyncSession, actor: Actor, place: FormPlace, guard: Guard
) -> Plan:
    """Give the plan while the actor may answer there; every operation begins so.

    Raises `NotFound` for another school's plan, `PeriodClosed`, and whatever the guard raises.
    """
    plan = await session.get(Plan, place.plan_id)
    if plan is None or plan.school_id != actor.school_id:
        raise NotFound
    await require_open(session, place.plan_id)
    await guard(session, actor, plan, place.field)
    return plan


# ------------------------------------------------------------------------------- words, voice


async def write(
    session: AsyncSession, actor: Actor, place: FormPlace, text: str, now: datetime, guard: Guard
) -> None:
    """Keep words. They are added below earlier ones: people send one thought in two messages.

    Raises `TooLong` with the length that all would have had; then nothing changes.
    """
    await plan_to_answer(session, actor, place, guard)
    text = _tidy(text)
    if not text:
        raise ReasonMissing
    before = await _row(session, place)
    head = f"{before.text}\n" if before is not None and before.text else ""
    if len(head) + len(text) > LONGEST_ANSWER:
        raise TooLong(LONGEST_ANSWER, len(head) + len(text))
    await _put(session, actor, place, now, text=head + text, newest_at=len(head))


async def keep_newest(
    session: AsyncSession, actor: Actor, place: FormPlace, now: datetime, guard: Guard
) -> None:
    """Keep only the words of the last message, in place of all. Asked twice, it does it once."""
    await plan_to_answer(session, actor, place, guard)
    before = await _row(session, place)
    if before is None or not before.text:
        raise NotFound
    await _put(session, actor, place, now, text=before.text[before.newest_at :], newest_at=0)


async def speak(
    session: AsyncSession,
    actor: Actor,
    place: FormPlace,
    voice: Voice,
    now: datetime,
    guard: Guard,
) -> None:
    """Keep a voice note, in place of an earlier one. Raises `VoiceTooLong`."""
    await plan_to_answer(session, actor, place, guard)
    if voice.seconds > LONGEST_VOICE_S:
        raise VoiceTooLong(LONGEST_VOICE_S, voice.seconds)
    await _put(session, actor, place, now, voice_id=voice.telegram_id, voice_seconds=voice.seconds)


async def clear(
    session: AsyncSession,
    actor: Actor,
    place: FormPlace,
    part: Part,
    now: datetime,
    guard: Guard,
) -> None:
    """Take the words or the voice note out of an answer."""
    await plan_to_answer(session, actor, place, guard)
    nothing: dict[str, Any] = {"text": "", "newest_at": 0}
    if part is Part.VOICE:
        nothing = {"voice_id": "", "voice_seconds": 0}
    await session.flush()
    await session.exec(
        update(FormAnswer)
        .where(*_at(place))
        .values(member_id=actor.member_id, changed_at=now, **nothing)
        .execution_options(synchronize_session=False)
    )


def _tidy(text: str) -> str:
    """Take out what nobody sees: spaces at the ends of lines, empty lines in a row."""
    lines = [" ".join(line.split()) for line in text.replace("\x00", "").strip().splitlines()]
    kept = "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1]))
    return kept if any(sign.isprintable() and not sign.isspace() for sign in kept) else ""


def _at(place: FormPlace) -> tuple[Any, ...]:
    return (
        FormAnswer.plan_id == place.plan_id,
        FormAnswer.form == place.form,
        FormAnswer.field == place.field,
    )


async def _row(session: AsyncSession, place: FormPlace) -> FormAnswer | None:
    """Read the answer as it is now, whatever this transaction has seen before."""
    found = await session.exec(
        select(FormAnswer)
        .where(*_at(place))
        .with_for_update()  # two people may add to it at once
        .execution_options(populate_existing=True)
    )
    return found.first()


async def _put(
    session: AsyncSession, actor: Actor, place: FormPlace, now: datetime, **values: Any
) -> None:
    """Store parts of an answer; of two people who are the first to answer, neither fails."""
    values |= {"member_id": actor.member_id, "changed_at": now}
    new = {"text": "", "newest_at": 0, "voice_id": "", "voice_seconds": 0} | values
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(FormAnswer).values(
        school_id=actor.school_id, plan_id=place.plan_id, form=place.form, field=place.field, **new
    )
    await session.exec(
        insert.on_conflict_do_update(
            index_elements=["plan_id", "form", "field"],
            set_={name: insert.excluded[name] for name in values},
        )
    )


# ------------------------------------------------------------------------------- files


async def take_file(
    session: AsyncSession,
    actor: Actor,
    place: FormPlace,
    arrival: Arrival,
    now: datetime,
    guard: Guard,
    *,
    album: str = "",
) -> Sent:
    """Keep a file that was sent for an answer, as a piece of its own or a page of its album's.

    The very file that the answer has already is not kept twice. Raises `TooMany`.
    """
    await plan_to_answer(session, actor, place, guard)
    sent = await receiving.receive(
        session, actor, arrival, now, album=album, has_place=True, attached_to=place
    )
    if sent.piece.status is not EvidenceStatus.UNSORTED:
        return sent
    try:
        return Sent(await attach(session, actor, place, sent.piece, now, guard))
    except SameFileHere as same:
        await _take_off(session, sent.piece, now)
        piece = await _attached(session, place, same.evidence_id)
        return Sent(piece, known=True)


async def attach(
    session: AsyncSession,
    actor: Actor,
    place: FormPlace,
    piece: Piece,
    now: datetime,
    guard: Guard,
) -> Piece:
    """Attach a piece of the actor's that belongs nowhere yet to a question.

    Raises `TooMany` beyond `MOST_FILES`, `SameFileHere` where the answer has this file already,
    and `EvidenceChanged` for a piece that is filed somewhere.
    """
    await plan_to_answer(session, actor, place, guard)
    evidence = piece.evidence
    if evidence.member_id != actor.member_id or piece.status is not EvidenceStatus.UNSORTED:
        raise EvidenceChanged
    there = await session.exec(select(Evidence.id).where(*place.pieces))
    if len(there.all()) >= MOST_FILES:
        raise TooMany(MOST_FILES)
    await require_new_here(session, place.plan_id, (place.form, place.field), piece)
    await change(
        session, piece, now,
        status=EvidenceStatus.ATTACHED, plan_id=place.plan_id, step=place.form, code=place.field,
    )  # fmt: skip
    return piece


async def detach(
    session: AsyncSession,
    actor: Actor,
    place: FormPlace,
    evidence_id: int,
    now: datetime,
    guard: Guard,
) -> None:
    """Take a file off an answer. It becomes history and belongs nowhere."""
    await plan_to_answer(session, actor, place, guard)
    await _take_off(session, await _attached(session, place, evidence_id), now)


async def _take_off(session: AsyncSession, piece: Piece, now: datetime) -> None:
    # It must not come back as evidence of a step that has the name of a form.
    await change(
        session, piece, now, status=EvidenceStatus.REMOVED, plan_id=None, step="", code=""
    )


async def _attached(session: AsyncSession, place: FormPlace, evidence_id: int) -> Piece:
    found = await session.exec(select(Evidence).where(Evidence.id == evidence_id, *place.pieces))
    evidence = found.first()
    if evidence is None:
        raise NotFound
    (piece,) = await with_pages(session, [evidence])
    return piece
