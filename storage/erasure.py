"""Erasing a person's data, as the privacy notice promises.

What made the person known goes for good. What other people's work rests on stays without a name:
the seat in the school, the decisions made on others' plans, and the trail of who did what.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.helping.moving import back_to_queue
from storage.helping.requests import helped_by
from storage.members import present_member, require_other_operator
from storage.models import (
    Account,
    ArchivedMessage,
    Broadcast,
    BroadcastMiss,
    BroadcastReply,
    BroadcastStatus,
    Card,
    CarriedPiece,
    CarriedPlan,
    CodeGuess,
    Confirmation,
    CopyProgress,
    Decision,
    Deputy,
    ErasureRequest,
    ErasureState,
    Evidence,
    EvidenceComment,
    EvidenceLook,
    EvidencePage,
    Farewell,
    FinalRating,
    FormAnswer,
    HelpMessage,
    HelpProposal,
    HelpRequest,
    InboxUpdate,
    Invitation,
    IssuedPaper,
    Letterhead,
    Member,
    Observation,
    ObservationMark,
    ObservationMove,
    OutboxMessage,
    PaperOrder,
    Plan,
    PlanEntry,
    PlanRevision,
    PortfolioTransfer,
    Prompt,
    Rating,
    Reminder,
    ReminderWish,
    Reopening,
    Report,
    ReportDecision,
    ReportRevision,
    Role,
    RosterDraft,
    School,
    SentPicture,
)
from storage.observations.calling_off import end_lessons
from storage.people import Actor, known_id, today_at

ERASED_NAME = "(dihapus)"

BACKUPS_KEPT_DAYS = 90
"""The term that people are promised: no backup may be kept for longer."""


async def erase_member(
    session: AsyncSession,
    actor: Actor,
    member_id: int,
    now: datetime,
    *,
    asked_for: bool = False,
) -> None:
    """Erase a member's personal data, for ever. For operators.

    Whoever has `asked_for` it, or had asked and was not answered, is told once it is done.
    Raises `NotFound` for another school's member or one erased already, and `LastOperator` when
    the member is the only operator who has joined.
    """
    member = await present_member(session, actor, member_id)
    if Role(member.roles) & Role.OPERATOR:
        await require_other_operator(session, member)
    await session.flush()
    asked_for = await _close_requests(session, member, actor, now) or asked_for
    help_ids = await _erase_help(session, member, now)
    await end_lessons(session, actor, member_id, now, tell_teacher=False)
    await _erase_observations(session, member_id)
    evidence_ids = await _erase_evidence(session, member_id)
    plan_ids = await _erase_plans(session, member_id)
    await _erase_broadcasts(session, member_id, now)
    await _erase_signature(session, member)
    await _erase_messages(session, member, plan_ids, evidence_ids, help_ids)
    for part in (Reminder, ReminderWish):
        await session.exec(delete(part).where(col(part.member_id) == member_id))
    # A picture of the school shows the name; it is drawn anew without it.
    await session.exec(delete(SentPicture).where(col(SentPicture.school_id) == member.school_id))
    await session.exec(delete(Invitation).where(col(Invitation.member_id) == member_id))
    # Rosters that were read and wait may name anybody.
    await session.exec(delete(RosterDraft).where(col(RosterDraft.school_id) == member.school_id))
    await session.exec(
        update(Deputy)
        .where(col(Deputy.member_id) == member_id, col(Deputy.withdrawn_at).is_(None))
        .values(withdrawn_at=now)
    )
    account_id, member.account_id = member.account_id, None
    member.name, member.nip, member.salutation = ERASED_NAME, None, None
    member.roles = 0
    session.add(member)
    await session.flush()
    if account_id is not None:
        if asked_for:
            await _bid_farewell(session, member, account_id, now)
        await _erase_account(session, account_id, now)
    audit.record(session, actor, "member.erase", f"member:{member_id}", now)


async def _close_requests(
    session: AsyncSession, member: Member, actor: Actor, now: datetime
) -> bool:
    """Close what the person has asked for, and forget why it was refused; say if any was open."""
    requests = col(ErasureRequest.member_id) == member.id
    closed = await session.exec(
        update(ErasureRequest)
        .where(requests, col(ErasureRequest.closed_at).is_(None))
        .values(state=ErasureState.DONE, closed_at=now, decided_by=actor.member_id)
    )
    await session.exec(update(ErasureRequest).where(requests).values(reason=""))
    return bool(closed.rowcount)


async def _bid_farewell(
    session: AsyncSession, member: Member, account_id: int, now: datetime
) -> None:
    """Have the person told that it is done: nothing but the chat is kept for that, for minutes."""
    account = await session.get_one(Account, account_id)
    session.add(
        Farewell(
            school_id=member.school_id, chat_id=account_id, language=account.language, asked_at=now
        )
    )
    session.info[outbox.ANNOUNCED] = True


async def _erase_help(session: AsyncSession, member: Member, now: datetime) -> list[int | None]:
    """Erase what the person asked, said and proposed; whom the person helped waits again.

    Gives the numbers of the requests that are gone.
    """
    school = await session.get_one(School, member.school_id)
    for full in await helped_by(session, known_id(member.id)):
        await back_to_queue(session, full, today_at(school, now), now)
    asked = select(col(HelpRequest.id)).where(HelpRequest.member_id == member.id)
    ids = list((await session.exec(asked)).all())
    await session.exec(delete(Card).where(col(Card.help_id).in_(ids)))
    for part in (HelpMessage, HelpProposal):
        await session.exec(
            delete(part).where(col(part.request_id).in_(ids) | (col(part.member_id) == member.id))
        )
    await session.exec(delete(HelpRequest).where(col(HelpRequest.id).in_(ids)))
    return ids


async def _erase_observations(session: AsyncSession, member_id: int) -> None:
    """Erase how the person was observed, and from others' observations the voice and the reasons.

    What the person saw in others' lessons stays with them; those who decide observe from now on.
    """
    own = select(col(Observation.id)).where(Observation.member_id == member_id)
    for part in (ObservationMark, ObservationMove):
        await session.exec(delete(part).where(col(part.observation_id).in_(own)))
    await session.exec(delete(Observation).where(col(Observation.member_id) == member_id))
    await session.exec(
        update(ObservationMark)
        .where(col(ObservationMark.member_id) == member_id)
        .values(voice_id="", voice_seconds=0)
    )
    await session.exec(
        update(ObservationMove)
        .where(col(ObservationMove.member_id) == member_id)
        .values(reason="")
    )
    await session.exec(
        update(Observation)
        .where(col(Observation.observer_id) == member_id)
        .values(observer_id=None)
    )


async def _erase_evidence(session: AsyncSession, member_id: int) -> list[int | None]:
    """Erase what the person has sent and said; give the numbers of the pieces.

    What others have attached to forms of the person's plans goes as well. The files, which no row
    names any more, are swept away within hours.
    """
    plans = select(col(Plan.id)).where(Plan.member_id == member_id)
    found = await session.exec(
        select(col(Evidence.id)).where(
            (col(Evidence.member_id) == member_id) | col(Evidence.plan_id).in_(plans)
        )
    )
    ids = list(found.all())
    await _erase_carried(session, member_id)
    for part in (Card, EvidenceLook, EvidenceComment, EvidencePage):
        await session.exec(delete(part).where(col(part.evidence_id).in_(ids)))
    await session.exec(delete(EvidenceComment).where(col(EvidenceComment.member_id) == member_id))
    await session.exec(delete(EvidenceLook).where(col(EvidenceLook.member_id) == member_id))
    # A replacement names what it replaced, and may have been sent before that.
    await session.exec(update(Evidence).where(col(Evidence.id).in_(ids)).values(replaces_id=None))
    await session.exec(delete(Evidence).where(col(Evidence.id).in_(ids)))
    await session.exec(delete(PaperOrder).where(col(PaperOrder.member_id) == member_id))
    # Of papers that are out there, nothing can be said any more: they name the person.
    await session.exec(delete(IssuedPaper).where(col(IssuedPaper.member_id) == member_id))
    return ids


async def _erase_signature(session: AsyncSession, member: Member) -> None:
    """Take the person's name off the school's papers, if somebody wrote it there."""
    await session.exec(
        update(Letterhead)
        .where(col(Letterhead.school_id) == member.school_id)
        .where(col(Letterhead.head_name) == member.name)
        .values(head_name="", head_nip="")
    )


async def _erase_carried(session: AsyncSession, member_id: int) -> None:
    """Erase what the person has brought along from another school, and codes to take it away."""
    carried = select(CarriedPlan.id).where(CarriedPlan.member_id == member_id)
    await session.exec(delete(CarriedPiece).where(col(CarriedPiece.carried_id).in_(carried)))
    for part in (CarriedPlan, PortfolioTransfer):
        await session.exec(delete(part).where(col(part.member_id) == member_id))


async def _erase_plans(session: AsyncSession, member_id: int) -> list[int | None]:
    """Erase the person's plans with all that hangs on them; give their numbers."""
    found = await session.exec(select(col(Plan.id)).where(Plan.member_id == member_id))
    plan_ids = list(found.all())
    reports = select(col(Report.id)).where(col(Report.plan_id).in_(plan_ids))
    for hanging in (Card, ReportDecision, ReportRevision):
        await session.exec(delete(hanging).where(col(hanging.report_id).in_(reports)))
    for part in (
        Card, Confirmation, Decision, Reopening, PlanRevision, PlanEntry, FormAnswer, Report,
        FinalRating, Rating, CopyProgress,
    ):  # fmt: skip
        await session.exec(delete(part).where(col(part.plan_id).in_(plan_ids)))
    # What was written about others stays with them; the voice is the person's own.
    await session.exec(
        update(FormAnswer)
        .where(col(FormAnswer.member_id) == member_id)
        .values(voice_id="", voice_seconds=0)
    )
    await session.exec(delete(Plan).where(col(Plan.id).in_(plan_ids)))
    return plan_ids


async def _erase_broadcasts(session: AsyncSession, member_id: int, now: datetime) -> None:
    """Erase what the person wrote to many, and that others' broadcasts missed the person.

    What is still on its way is withdrawn. That there was a broadcast stays, without its words.
    """
    for part in (BroadcastMiss, BroadcastReply):
        await session.exec(delete(part).where(col(part.member_id) == member_id))
    found = await session.exec(select(Broadcast).where(Broadcast.member_id == member_id))
    for broadcast in found.all():
        broadcast.text, broadcast.file_id, broadcast.file_kind = "", "", ""
        broadcast.people, broadcast.seats, broadcast.told_at = [], [], broadcast.told_at or now
        if broadcast.ended_at is None:
            broadcast.status, broadcast.ended_at = BroadcastStatus.CANCELLED, now
            await outbox.cancel_broadcast(session, known_id(broadcast.id), now)
        session.add(broadcast)
    await session.flush()


async def _erase_messages(
    session: AsyncSession,
    member: Member,
    plan_ids: Sequence[int | None],
    evidence_ids: Sequence[int | None],
    help_ids: Sequence[int | None],
) -> None:
    """Erase what was said to the person, and what others would still hear about the person."""
    await session.exec(delete(Card).where(col(Card.member_id) == member.id))
    for messages in (OutboxMessage, ArchivedMessage):
        await session.exec(delete(messages).where(col(messages.member_id) == member.id))
    waiting = await session.exec(
        select(OutboxMessage)
        .where(OutboxMessage.school_id == member.school_id)
        .where(col(OutboxMessage.settled_at).is_(None))
    )
    for message in waiting.all():
        subject = message.subject
        about = subject.get("plan", -1) in plan_ids or subject.get("evidence", -1) in evidence_ids
        about = about or subject.get("help", -1) in help_ids
        if about or subject.get("teacher") == member.id:
            await session.delete(message)
    await session.flush()


async def _erase_account(session: AsyncSession, account_id: int, now: datetime) -> None:
    """Forget the Telegram user, unless the user is a member of another school too."""
    await session.exec(delete(Prompt).where(col(Prompt.account_id) == account_id))
    account = await session.get(Account, account_id)
    elsewhere = await session.exec(
        select(col(Member.id)).where(Member.account_id == account_id).limit(1)
    )
    if account is not None and elsewhere.first() is not None:
        account.member_id, account.prompt_id, account.view = None, None, ""
        session.add(account)
        return
    if account is not None:
        await session.delete(account)
        await session.flush()
    await session.exec(delete(CodeGuess).where(col(CodeGuess.account_id) == account_id))
    await _erase_inbox(session, account_id, now)


async def _erase_inbox(session: AsyncSession, account_id: int, now: datetime) -> None:
    """Forget what the person wrote and nobody has answered yet."""
    found = await session.exec(select(InboxUpdate).where(col(InboxUpdate.answered_at).is_(None)))
    for row in found.all():
        if row.payload is not None and _sender(row.payload) == account_id:
            row.payload = None
            row.answered_at = now
            session.add(row)


def _sender(payload: dict[str, object]) -> object:
    """Give the Telegram id of whoever an update came from."""
    for part in payload.values():
        if isinstance(part, dict):
            sender = part.get("from")
            if isinstance(sender, dict):
                return sender.get("id")
    return None
