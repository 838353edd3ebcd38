"""Looking at requests for help: who may see one, whose is open, what waits for somebody."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotAllowed, NotFound
from storage.models import HelpRequest, HelpStatus, Member, Role
from storage.people import Actor, known_id

HELPERS = Role.COACH | Role.PRINCIPAL


@dataclass(frozen=True, slots=True)
class FullRequest:
    """A request with the member who is stuck and whoever helps, or helped last."""

    request: HelpRequest
    owner: Member
    helper: Member | None

    @property
    def id(self) -> int:
        """The request's id."""
        return known_id(self.request.id)

    @property
    def status(self) -> HelpStatus:
        """Where the request stands."""
        return HelpStatus(self.request.status)

    def is_helped_by(self, member_id: int) -> bool:
        """Whether this member helps now."""
        return self.status is HelpStatus.CLAIMED and self.request.claimed_by == member_id


def require_helper(actor: Actor, full: FullRequest) -> None:
    """Raise `NotAllowed` unless the actor may help: a coach or principal, and not oneself."""
    if full.request.member_id == actor.member_id:
        raise NotAllowed
    if not actor.decides:
        actor.require(HELPERS)


async def read(session: AsyncSession, actor: Actor, request_id: int) -> FullRequest:
    """Give a request of the actor's school to whoever asked and to those who can help."""
    full = await _found(session, request_id)
    if full is None or full.request.school_id != actor.school_id:
        raise NotFound
    if full.request.member_id != actor.member_id and not actor.decides:
        actor.require(HELPERS)
    return full


async def active_of(session: AsyncSession, member_id: int) -> FullRequest | None:
    """Give the request of a member that is not closed."""
    found = await session.exec(
        select(col(HelpRequest.id))
        .where(HelpRequest.member_id == member_id, col(HelpRequest.closed_at).is_(None))
        .limit(1)
    )
    number = found.first()
    return await full_request(session, number) if number is not None else None


async def helped_by(session: AsyncSession, member_id: int) -> list[FullRequest]:
    """Give the requests that a member helps with now."""
    found = await session.exec(
        select(col(HelpRequest.id))
        .where(HelpRequest.claimed_by == member_id, HelpRequest.status == HelpStatus.CLAIMED)
        .order_by(col(HelpRequest.id))
    )
    return [await full_request(session, known_id(number)) for number in found.all()]


async def queue(session: AsyncSession, actor: Actor) -> list[FullRequest]:
    """Give the school's open requests and those the actor helps with, oldest first."""
    if not actor.decides:
        actor.require(HELPERS)
    helper = aliased(Member)
    found = await session.exec(
        select(HelpRequest, Member, helper)
        .join(Member, col(Member.id) == col(HelpRequest.member_id))
        .join(helper, col(helper.id) == col(HelpRequest.claimed_by), isouter=True)
        .where(HelpRequest.school_id == actor.school_id)
        .where(col(HelpRequest.closed_at).is_(None))
        .where(HelpRequest.member_id != actor.member_id)
        .where(
            (col(HelpRequest.status) == HelpStatus.OPEN)
            | (col(HelpRequest.claimed_by) == actor.member_id)
        )
        .order_by(col(HelpRequest.asked_at), col(HelpRequest.id))
    )
    return [FullRequest(*row) for row in found.all()]


async def count_open(session: AsyncSession, actor: Actor) -> int:
    """Say how many requests of the school wait for somebody, without the actor's own."""
    found = await session.exec(
        select(func.count(col(HelpRequest.id))).where(
            HelpRequest.school_id == actor.school_id,
            HelpRequest.status == HelpStatus.OPEN,
            HelpRequest.member_id != actor.member_id,
        )
    )
    return int(found.one())


async def full_request(session: AsyncSession, request_id: int) -> FullRequest:
    """Give a request. Checks nothing: see `read`. Raises `NotFound`."""
    full = await _found(session, request_id)
    if full is None:
        raise NotFound
    return full


async def _found(session: AsyncSession, request_id: int) -> FullRequest | None:
    request = await session.get(HelpRequest, request_id, populate_existing=True)
    if request is None:
        return None
    owner = await session.get(Member, request.member_id)
    helper = await session.get(Member, request.claimed_by) if request.claimed_by else None
    if owner is None:
        return None
    return FullRequest(request, owner, helper)
