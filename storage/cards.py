"""Cards that ask for a decision: where they are, and making them true again for everybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.models import (
    Account,
    Card,
    Evidence,
    EvidenceStatus,
    HelpRequest,
    HelpStatus,
    Plan,
    PlanStatus,
    Report,
    ReportStatus,
)

FRESH = timedelta(minutes=60)
"""So long after it was shown, a card is changed in silence instead of sending another."""

MessagePlace = tuple[int, int]
"""Chat id and message id of a message."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a card asks a decision on, by id: a plan, a piece of evidence, a request, a report."""

    plan_id: int | None = None
    evidence_id: int | None = None
    help_id: int | None = None
    report_id: int | None = None


async def remember(
    session: AsyncSession,
    *,
    school_id: int,
    member_id: int,
    place: MessagePlace,
    subject: Subject,
    view: str,
    now: datetime,
    just_sent: bool = False,
) -> None:
    """Note that the message at `place` now asks about this subject.

    `shown_at` is the moment at which the person last had something new there. Where the subject
    was decided while the message was on its way, the card is retired at once.

    A message that was `just_sent` may be noted already: then its person was quicker, has tapped on
    it, and knows better what it shows.
    """
    chat_id, message_id = place
    waits = await _waits(session, subject)
    card = await _noted(session, place)
    if card is not None and just_sent:
        return
    if card is None:
        await _turn_to(session, member_id, view, chat_id)
        new = Card(
            school_id=school_id, member_id=member_id, chat_id=chat_id, message_id=message_id,
            view=view, shown_at=now,
        )  # fmt: skip
        card = await _add(session, new)
        if card is not new and just_sent:
            return
    if subject_of(card) != subject or card.closed_at is not None:
        card.shown_at = now
    card.plan_id, card.evidence_id = subject.plan_id, subject.evidence_id
    card.help_id, card.report_id = subject.help_id, subject.report_id
    card.view = view
    card.closed_at = None
    session.add(card)
    await session.flush()
    if not waits:
        await retire(session, subject, now)


async def _noted(session: AsyncSession, place: MessagePlace) -> Card | None:
    chat_id, message_id = place
    found = await session.exec(
        select(Card).where(Card.chat_id == chat_id, Card.message_id == message_id)
    )
    return found.first()


async def _add(session: AsyncSession, card: Card) -> Card:
    """Add a card, or give the one that came between.

    A quick tap on a new message and whoever has just sent it may note it at the same moment.
    """
    try:
        async with session.begin_nested():
            session.add(card)
    except IntegrityError:
        found = await session.exec(
            select(Card).where(Card.chat_id == card.chat_id, Card.message_id == card.message_id)
        )
        return found.one()
    return card


def subject_of(card: Card) -> Subject:
    """Say what a card asks about."""
    return Subject(card.plan_id, card.evidence_id, card.help_id, card.report_id)


async def _waits(session: AsyncSession, subject: Subject) -> bool:
    """Say whether a subject still waits for a decision.

    Whoever decides waits for this lock, or has decided already: no card slips in between.
    """
    status: Any = select(Plan.status).where(Plan.id == subject.plan_id)
    waiting: str = PlanStatus.SUBMITTED
    if subject.evidence_id is not None:
        status = select(Evidence.status).where(Evidence.id == subject.evidence_id)
        waiting = EvidenceStatus.RECEIVED
    elif subject.help_id is not None:
        status = select(HelpRequest.status).where(HelpRequest.id == subject.help_id)
        waiting = HelpStatus.OPEN
    elif subject.report_id is not None:
        status = select(Report.status).where(Report.id == subject.report_id)
        waiting = ReportStatus.SUBMITTED
    found = await session.exec(status.with_for_update(read=True))
    return bool(found.first() == waiting)


async def _turn_to(session: AsyncSession, member_id: int, view: str, account_id: int) -> None:
    """Let what is typed from now on mean a new card, if so far it meant an earlier one.

    Otherwise "setujui" below a card that has just come would approve the plan of the card before.
    """
    earlier = select(Card.view).where(Card.member_id == member_id, col(Card.closed_at).is_(None))
    await session.exec(
        update(Account)
        .where(col(Account.id) == account_id, col(Account.view).in_(earlier))
        .values(view=view)
        .execution_options(synchronize_session=False)
    )


async def about_help(session: AsyncSession, member_id: int, help_id: int) -> Card | None:
    """Give a member's newest open card about a request for help."""
    found = await session.exec(
        select(Card)
        .where(Card.member_id == member_id, col(Card.closed_at).is_(None))
        .where(Card.help_id == help_id)
        .order_by(col(Card.id).desc())
        .limit(1)
    )
    return found.first()


async def bury(session: AsyncSession, member_id: int, now: datetime) -> None:
    """Note that something newer lies below a member's open cards.

    They still work; but a quiet edit there would not be seen, so what comes next is sent anew.
    """
    await session.exec(
        update(Card)
        .where(col(Card.member_id) == member_id, col(Card.closed_at).is_(None))
        .where(col(Card.shown_at) > now - FRESH)
        .values(shown_at=now - FRESH)
    )


async def latest_open(session: AsyncSession, member_id: int) -> Card | None:
    """Give the newest card on which this member can still decide."""
    found = await session.exec(
        select(Card)
        .where(Card.member_id == member_id, col(Card.closed_at).is_(None))
        .order_by(col(Card.id).desc())
        .limit(1)
    )
    return found.first()


async def close(
    session: AsyncSession, place: MessagePlace, now: datetime, *, school_id: int, member_id: int
) -> None:
    """Note that the message at `place` shows something else now; it is left alone from here on."""
    chat_id, message_id = place
    closed = await session.exec(
        update(Card)
        .where(col(Card.chat_id) == chat_id, col(Card.message_id) == message_id)
        .values(closed_at=func.coalesce(Card.closed_at, now), view="")
    )
    if not closed.rowcount and await outbox.may_become(session, chat_id, message_id):
        # It may be a card that its sender has not noted yet, and must not take for open then.
        card = await _add(
            session,
            Card(
                school_id=school_id, member_id=member_id, chat_id=chat_id, message_id=message_id,
                view="", shown_at=now, closed_at=now,
            ),
        )  # fmt: skip
        card.closed_at, card.view = card.closed_at or now, ""
        session.add(card)


async def outdated(session: AsyncSession, card_id: int, member_id: int) -> Card | None:
    """Give a member's card that still shows what no longer waits; None otherwise."""
    card = await session.get(Card, card_id)
    if card is None or card.member_id != member_id or not card.view:
        return None
    return card if card.closed_at is not None else None


async def at_place(session: AsyncSession, place: MessagePlace) -> Card | None:
    """Give the open card in a message, if there is one."""
    chat_id, message_id = place
    found = await session.exec(
        select(Card)
        .where(Card.chat_id == chat_id, Card.message_id == message_id)
        .where(col(Card.closed_at).is_(None))
    )
    return found.first()


async def retire(
    session: AsyncSession, subject: Subject, now: datetime, tapped: MessagePlace | None = None
) -> None:
    """Close every card about a subject; all but the tapped one are edited by delivery.

    The tapped card is edited by the dialogue that was tapped.
    """
    about: Any = Card.plan_id == subject.plan_id
    kind, detail = "card_closed", {"plan": subject.plan_id}
    if subject.evidence_id is not None:
        about = Card.evidence_id == subject.evidence_id
        kind, detail = "evidence_card_closed", {"evidence": subject.evidence_id}
    elif subject.help_id is not None:
        about = Card.help_id == subject.help_id
        kind, detail = "help_card_closed", {"help": subject.help_id}
    elif subject.report_id is not None:
        about = Card.report_id == subject.report_id
        kind, detail = "report_card_closed", {"report": subject.report_id}
    found = await session.exec(select(Card).where(about, col(Card.closed_at).is_(None)))
    closed = found.all()
    for card in closed:
        card.closed_at = now
        session.add(card)
    await session.flush()
    for card in closed:
        if (card.chat_id, card.message_id) != tapped:
            await outbox.announce(
                session,
                school_id=card.school_id,
                recipients=[card.member_id],
                occasion=f"card:{card.id}:closed:{now.isoformat()}",
                kind=kind,
                subject={"card": card.id, **detail},
                now=now,
            )
