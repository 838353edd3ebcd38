"""People who ask to be erased: asking, withdrawing, refusing with a reason, carrying it out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.erasure import erase_member
from storage.errors import ErasureNotNow, NotAllowed, NotFound, ReasonMissing, TooLong
from storage.members import require_other_operator
from storage.models import ErasureRequest, ErasureState, Member, Role
from storage.people import Actor, known_id, member_of, members_with

LONGEST_REASON = 500


class Action(StrEnum):
    """What can be done with a request."""

    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    CARRY_OUT = "carry_out"


TRANSITIONS: dict[tuple[ErasureState, Action], ErasureState] = {
    (ErasureState.ASKED, Action.WITHDRAW): ErasureState.WITHDRAWN,
    (ErasureState.ASKED, Action.REFUSE): ErasureState.REFUSED,
    (ErasureState.ASKED, Action.CARRY_OUT): ErasureState.DONE,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and who asked. Once it was carried out, that is a member without a name."""

    request: ErasureRequest
    member: Member

    @property
    def id(self) -> int:
        """The number of the request."""
        return known_id(self.request.id)

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.request.state == ErasureState.ASKED


async def ask(session: AsyncSession, actor: Actor, now: datetime) -> Asked:
    """Ask that one's own data be erased; the operators are told. Asked twice, it is one request.

    Raises `LastOperator` when nobody would be left who can invite people.
    """
    member = await member_of(session, actor.school_id, actor.member_id)
    if Role(member.roles) & Role.OPERATOR:
        await require_other_operator(session, member)
    earlier = await open_request(session, actor)
    if earlier is not None:
        return earlier
    insert: Any = sqlite.insert if _is_sqlite(session) else postgresql.insert
    connection = await session.connection()
    await connection.execute(
        insert(ErasureRequest.__table__)  # type: ignore[attr-defined]
        .values(
            school_id=actor.school_id, member_id=actor.member_id, state=ErasureState.ASKED.value,
            asked_at=now, reason="",
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    asked = await open_request(session, actor)
    if asked is None:
        raise NotFound
    audit.record(session, actor, "data.ask_erasure", f"erasure:{asked.id}", now)
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[one for one in await _operators(session, actor) if one != actor.member_id],
        occasion=f"erasure:{asked.id}",
        kind="erasure_asked",
        subject={"erasure": asked.id},
        now=now,
    )
    return asked


async def open_request(session: AsyncSession, actor: Actor) -> Asked | None:
    """Give the actor's own request that waits for a decision."""
    found = await session.exec(
        select(ErasureRequest, Member)
        .join(Member, col(Member.id) == col(ErasureRequest.member_id))
        .where(ErasureRequest.member_id == actor.member_id)
        .where(col(ErasureRequest.closed_at).is_(None))
    )
    row = found.first()
    return Asked(*row) if row is not None else None


async def read(session: AsyncSession, actor: Actor, request_id: int) -> Asked:
    """Give a request to whoever asked, and to the school's operators."""
    request = await session.get(ErasureRequest, request_id)
    if request is None or request.school_id != actor.school_id:
        raise NotFound
    if request.member_id != actor.member_id:
        actor.require(Role.OPERATOR)
    return Asked(request, await member_of(session, actor.school_id, request.member_id))


async def waiting(session: AsyncSession, actor: Actor) -> list[Asked]:
    """Give the requests that wait in the school, oldest first. For operators."""
    actor.require(Role.OPERATOR)
    found = await session.exec(
        select(ErasureRequest, Member)
        .join(Member, col(Member.id) == col(ErasureRequest.member_id))
        .where(ErasureRequest.school_id == actor.school_id)
        .where(ErasureRequest.state == ErasureState.ASKED)
        .order_by(col(ErasureRequest.id))
    )
    return [Asked(*row) for row in found.all()]


async def count_waiting(session: AsyncSession, actor: Actor) -> int:
    """Say how many requests wait in the school."""
    found = await session.exec(
        select(func.count(col(ErasureRequest.id)))
        .where(ErasureRequest.school_id == actor.school_id)
        .where(ErasureRequest.state == ErasureState.ASKED)
    )
    return int(found.one())


async def withdraw(session: AsyncSession, actor: Actor, request_id: int, now: datetime) -> Asked:
    """Take one's own request back. Raises `ErasureNotNow` once it was decided."""
    asked = await read(session, actor, request_id)
    if asked.request.member_id != actor.member_id:
        raise NotAllowed
    await _move(session, asked, Action.WITHDRAW, now)
    audit.record(session, actor, "data.withdraw_erasure", f"erasure:{asked.id}", now)
    await _close_cards(session, actor, asked, now)
    return asked


async def refuse(
    session: AsyncSession, actor: Actor, request_id: int, reason: str, now: datetime
) -> Asked:
    """Refuse a request with a reason, which the person reads. For operators."""
    actor.require(Role.OPERATOR)
    asked = await read(session, actor, request_id)
    reason = reason.strip()
    if not any(sign.isalnum() for sign in reason):
        raise ReasonMissing
    if len(reason) > LONGEST_REASON:
        raise TooLong(LONGEST_REASON, len(reason))
    await _move(session, asked, Action.REFUSE, now, decided_by=actor.member_id, reason=reason)
    audit.record(session, actor, "data.refuse_erasure", f"erasure:{asked.id}", now)
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[asked.request.member_id],
        occasion=f"erasure:{asked.id}:refused",
        kind="erasure_refused",
        subject={"erasure": asked.id},
        now=now,
    )
    await _close_cards(session, actor, asked, now)
    return asked


async def carry_out(session: AsyncSession, actor: Actor, request_id: int, now: datetime) -> None:
    """Erase whoever asked, for ever; the person is told at the end. For operators.

    Raises `ErasureNotNow` when it was decided or withdrawn, and `LastOperator`.
    """
    actor.require(Role.OPERATOR)
    asked = await read(session, actor, request_id)
    await _move(session, asked, Action.CARRY_OUT, now, decided_by=actor.member_id)
    await _close_cards(session, actor, asked, now)
    await erase_member(session, actor, asked.request.member_id, now, asked_for=True)


async def _move(
    session: AsyncSession, asked: Asked, action: Action, now: datetime, **values: Any
) -> None:
    """Take one transition; of two who decide at once, one wins and the other is told."""
    state = ErasureState(asked.request.state)
    to = TRANSITIONS.get((state, action))
    if to is None:
        raise ErasureNotNow(state)
    moved = await session.exec(
        update(ErasureRequest)
        .where(col(ErasureRequest.id) == asked.id, col(ErasureRequest.state) == state)
        .values(state=to, closed_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(asked.request)
    if not moved.rowcount:
        raise ErasureNotNow(asked.request.state)


async def _close_cards(session: AsyncSession, actor: Actor, asked: Asked, now: datetime) -> None:
    """Let the cards of the other operators show what became of the request."""
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[one for one in await _operators(session, actor) if one != actor.member_id],
        occasion=f"erasure:{asked.id}:closed",
        kind="erasure_closed",
        subject={"erasure": asked.id},
        now=now,
    )


async def _operators(session: AsyncSession, actor: Actor) -> list[int]:
    found = await members_with(session, actor.school_id, Role.OPERATOR)
    return [known_id(one.id) for one in found if one.account_id is not None]


async def joined_operators(session: AsyncSession, actor: Actor) -> list[str]:
    """Name the operators, other than the actor, who can decide on a request."""
    found = await members_with(session, actor.school_id, Role.OPERATOR)
    return [one.name for one in found if one.account_id is not None and one.id != actor.member_id]


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"
