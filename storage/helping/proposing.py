"""What a coach proposes for a teacher's plan, and what the teacher makes of it.

The coach changes nothing: the teacher's own tap does, by the operation that would do it anyway.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, plans
from storage.errors import (
    NotAllowed,
    NotFound,
    NotNow,
    OutOfRange,
    ProposalAnswered,
    ProposalOutdated,
)
from storage.evidence import needs
from storage.helping.requests import FullRequest, read
from storage.helping.telling import tell_helper, tell_owner
from storage.models import HelpProposal, HelpRequest, Member, ProposalState, Role
from storage.people import Actor, known_id
from storage.plans import FullPlan, items_step
from storage.rulesets import Period, RuleSet
from storage.suggestions import Pick


@dataclass(frozen=True, slots=True)
class FullProposal:
    """A proposal with the request it belongs to and the plan it is for."""

    proposal: HelpProposal
    request: FullRequest
    plan: FullPlan

    @property
    def id(self) -> int:
        """The proposal's id."""
        return known_id(self.proposal.id)

    @property
    def is_open(self) -> bool:
        """Whether it waits for the teacher."""
        return self.proposal.state == ProposalState.OFFERED

    @property
    def current(self) -> int:
        """How many units the plan holds now of what is proposed."""
        entry = self.plan.entry(self.proposal.step, self.proposal.code)
        return entry.quantity if entry else 0


async def propose_item(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    request_id: int,
    plan_id: int,
    code: str,
    quantity: int,
    now: datetime,
) -> HelpProposal:
    """Propose so many units of an item. Raises `OutOfRange` beyond what can be planned."""
    full, plan = await _to_help(session, actor, request_id, plan_id)
    if not plan.fillable:
        raise NotNow(plan.status)
    most = plans.MOST_UNITS if rules.item(code).repeatable else 1
    if not 1 <= quantity <= most:
        raise OutOfRange(1, most)
    step = items_step(rules).id
    return await _offer(session, actor, full, plan, step, code, quantity, now)


async def begin_plan(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    period: Period,
    request_id: int,
    now: datetime,
) -> FullPlan:
    """Give the plan to propose for; an empty one where the teacher has not begun.

    Who has not begun needs help most.
    """
    full = await read(session, actor, request_id)
    if not full.is_helped_by(actor.member_id) or not Role(full.owner.roles) & Role.TEACHER:
        raise NotAllowed
    return await plans.open_plan_of(session, actor, full.request.member_id, rules, period, now)


async def point_out_evidence(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    request_id: int,
    plan_id: int,
    entry_id: int,
    now: datetime,
) -> HelpProposal:
    """Say that evidence is missing for a planned entry."""
    full, plan = await _to_help(session, actor, request_id, plan_id)
    one = next((each for each in needs.provable(rules, plan) if each.entry.id == entry_id), None)
    if one is None:
        raise NotFound
    return await _offer(session, actor, full, plan, one.entry.step, one.entry.code, 0, now)


async def _to_help(
    session: AsyncSession, actor: Actor, request_id: int, plan_id: int
) -> tuple[FullRequest, FullPlan]:
    full = await read(session, actor, request_id)
    if not full.is_helped_by(actor.member_id):
        raise NotAllowed
    plan = await plans.read_plan(session, actor, plan_id)
    if plan.plan.member_id != full.request.member_id:
        raise NotAllowed
    return full, plan


async def _offer(
    session: AsyncSession,
    actor: Actor,
    full: FullRequest,
    plan: FullPlan,
    step: str,
    code: str,
    quantity: int,
    now: datetime,
) -> HelpProposal:
    """Keep a proposal and tell the teacher; the same one twice is one."""
    found = await session.exec(
        select(HelpProposal).where(
            HelpProposal.request_id == full.id,
            HelpProposal.plan_id == plan.id,
            HelpProposal.step == step,
            HelpProposal.code == code,
            HelpProposal.quantity == quantity,
            HelpProposal.state == ProposalState.OFFERED,
        )
    )
    before = found.first()
    if before is not None:
        return before
    proposal = HelpProposal(
        request_id=full.id,
        plan_id=plan.id,
        member_id=actor.member_id,
        step=step,
        code=code,
        quantity=quantity,
        proposed_at=now,
    )
    session.add(proposal)
    # A proposal is a word of the helper's.
    await session.exec(
        update(HelpRequest)
        .where(col(HelpRequest.id) == full.id)
        .values(owed_since=None)
        .execution_options(synchronize_session=False)
    )
    await session.flush()
    audit.record(
        session, actor, "help.propose", f"help:{full.id}", now, code=code, quantity=quantity
    )
    await tell_owner(session, full, "help_proposed", now, proposal=known_id(proposal.id))
    return proposal


async def read_proposal(session: AsyncSession, actor: Actor, proposal_id: int) -> FullProposal:
    """Give a proposal to the two whom it concerns."""
    proposal = await session.get(HelpProposal, proposal_id, populate_existing=True)
    if proposal is None:
        raise NotFound
    full = await read(session, actor, proposal.request_id)
    if actor.member_id not in (full.request.member_id, proposal.member_id):
        raise NotAllowed
    return FullProposal(proposal, full, await plans.read_plan(session, actor, proposal.plan_id))


async def take(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    proposal_id: int,
    current: int,
    now: datetime,
) -> FullProposal:
    """Take a proposal over into one's own plan.

    `current` is how many units the plan held when the proposal was shown; if it holds others by
    now, `ProposalOutdated` says so and nothing changes. Evidence is sent, not taken over: there
    only the answer is kept.
    """
    full = await _to_answer(session, actor, proposal_id)
    proposal = full.proposal
    if proposal.quantity and full.current != current:
        raise ProposalOutdated(full.current)
    await _answer(session, full, ProposalState.TAKEN, now)
    if proposal.quantity:
        pick = Pick(proposal.code, proposal.quantity)
        await plans.take_picks(session, actor, rules, proposal.plan_id, [pick], now)
    audit.record(session, actor, "help.take", f"proposal:{proposal_id}", now)
    return await read_proposal(session, actor, proposal_id)


async def decline(
    session: AsyncSession, actor: Actor, proposal_id: int, now: datetime
) -> FullProposal:
    """Decline a proposal; the plan stays as it is."""
    full = await _to_answer(session, actor, proposal_id)
    await _answer(session, full, ProposalState.DECLINED, now)
    audit.record(session, actor, "help.decline", f"proposal:{proposal_id}", now)
    return await read_proposal(session, actor, proposal_id)


async def _to_answer(session: AsyncSession, actor: Actor, proposal_id: int) -> FullProposal:
    full = await read_proposal(session, actor, proposal_id)
    if full.request.request.member_id != actor.member_id:
        raise NotAllowed
    return full


async def _answer(
    session: AsyncSession, full: FullProposal, state: ProposalState, now: datetime
) -> None:
    answered = await session.exec(
        update(HelpProposal)
        .where(col(HelpProposal.id) == full.id)
        .where(col(HelpProposal.state) == ProposalState.OFFERED)
        .values(state=state, answered_at=now)
        .execution_options(synchronize_session=False)
    )
    if not answered.rowcount:
        raise ProposalAnswered
    await tell_helper(session, full.request, "help_answered", now, proposal=full.id)


async def proposer_of(session: AsyncSession, full: FullProposal) -> Member:
    """Give who has made a proposal."""
    return await session.get_one(Member, full.proposal.member_id)
