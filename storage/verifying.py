"""Asking whether a paper is genuine, by its code; whoever guesses codes is slowed down.

A code says by itself nothing to a machine that tries them one after the other: five wrong ones
within ten minutes, and the Telegram user waits, each time twice as long. It is counted in the
database, so that neither a restart nor another process forgets.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.issuing import newer_than
from storage.models import CodeGuess, IssuedPaper, Plan, School
from storage.ratings.reading import rating_of

WRONG_ALLOWED = 5
WITHIN = timedelta(minutes=10)
FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Genuine:
    """The paper is genuine. `newer` is a later one that takes its place, if any.

    `rating_holds` is false for a final paper whose rating has been opened again since.
    """

    paper: IssuedPaper
    school: School
    newer: IssuedPaper | None
    rating_holds: bool = True


@dataclass(frozen=True, slots=True)
class NotKnown:
    """No paper has this code; `left` more may be tried before a wait."""

    left: int


@dataclass(frozen=True, slots=True)
class TooOften:
    """Nothing is looked up before `until`, not even what is right."""

    until: datetime


async def check(
    session: AsyncSession, account_id: int, code: str, now: datetime
) -> Genuine | NotKnown | TooOften:
    """Look a code up for anybody at all. Nothing is raised: what is wrong has to be counted."""
    guess = await session.get(CodeGuess, account_id, with_for_update=True)
    if guess is not None and guess.until is not None and now < guess.until:
        return TooOften(guess.until)
    found = await session.exec(
        select(IssuedPaper, School)
        .join(School, col(School.id) == col(IssuedPaper.school_id))
        .where(IssuedPaper.code == code)
    )
    row = found.first()
    if row is None:
        return await _count_wrong(session, account_id, guess, now)
    paper, school = row
    return Genuine(
        paper, school, await newer_than(session, paper), await _rating_holds(session, paper)
    )


async def _rating_holds(session: AsyncSession, paper: IssuedPaper) -> bool:
    """Whether what a paper says about a rating is what is final now."""
    if "rating" not in paper.facts:
        return True
    found = await session.exec(
        select(Plan.id).where(Plan.member_id == paper.member_id, Plan.period == paper.period)
    )
    rating = await rating_of(session, found.first() or 0)
    return rating is not None and rating.is_final and rating.number == paper.facts["rating"]


async def _count_wrong(
    session: AsyncSession, account_id: int, guess: CodeGuess | None, now: datetime
) -> NotKnown | TooOften:
    """Count a wrong code. A right one in between forgives nothing: one is on every paper."""
    await session.exec(
        delete(CodeGuess)
        .where(col(CodeGuess.last_at) < now - FORGOTTEN_AFTER)
        .where(col(CodeGuess.account_id) != account_id)
    )
    guess = guess or await _begun(session, account_id, now)
    if now - guess.last_at >= FORGOTTEN_AFTER:
        guess.waits = 0
    if now - guess.since >= WITHIN:
        guess.since, guess.wrong = now, 0
    guess.wrong += 1
    guess.last_at = now
    session.add(guess)
    if guess.wrong < WRONG_ALLOWED:
        await session.flush()
        return NotKnown(WRONG_ALLOWED - guess.wrong)
    # Doubled no further than the longest wait takes: numbers stay small whatever comes.
    wait = min(FIRST_WAIT * 2 ** min(guess.waits, 10), LONGEST_WAIT)
    guess.until, guess.since, guess.wrong = now + wait, now + wait, 0
    guess.waits += 1
    await session.flush()
    return TooOften(guess.until)


async def _begun(session: AsyncSession, account_id: int, now: datetime) -> CodeGuess:
    guess = CodeGuess(account_id=account_id, since=now, last_at=now)
    try:
        async with session.begin_nested():
            session.add(guess)
    except IntegrityError:
        # The same user at another process, at the same moment.
        return await session.get_one(CodeGuess, account_id, with_for_update=True)
    return guess
