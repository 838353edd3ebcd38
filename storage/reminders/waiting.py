"""What waits for whom: plans for those who decide, teachers for a coach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import confirmations, overviews
from storage.deadlines import Deadline
from storage.evidence.changing import OPEN_PLANS
from storage.evidence.checking import count_waiting as count_evidence
from storage.models import Account, Evidence, Member, Plan, PlanEntry, PlanStatus, Role
from storage.people import Actor, known_id
from storage.plans import FullPlan
from storage.ratings.queue import count_unrated
from storage.ratings.reading import finally_rated, is_rated
from storage.reminders.tasks import unproven
from storage.reports.deciding import count_waiting as count_reports
from storage.reports.reading import handed_in
from storage.rulesets import DeadlineKind, Period, RuleSet
from storage.school_hours import Hours

LEAD = timedelta(days=14)
"""So long before a deadline somebody who has not begun counts as behind."""


@dataclass(frozen=True, slots=True)
class WaitingPlan:
    """A submitted plan: whose, and for how many working days it has waited."""

    name: str
    days: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for somebody who decides; `pressing` plans have waited too long.

    `papers` counts teachers whose documents are to be confirmed by a day that is near.
    """

    plans: int
    evidence: int
    reports: int
    pressing: tuple[WaitingPlan, ...]
    ratings: int = 0
    """Ratings that are missing, once their deadline is near."""
    papers: int = 0


def patience_of(deadlines: Sequence[Deadline]) -> int | None:
    """Say how many working days a plan may wait before it is pressed."""
    plan = next((one for one in deadlines if one.kind is DeadlineKind.PLAN), None)
    return plan.rule.escalate_after if plan else None


async def inbox_of(
    session: AsyncSession,
    actor: Actor,
    period: Period,
    hours: Hours,
    patience: int | None,
    now: datetime,
    rating: Deadline | None = None,
) -> Inbox:
    """Give what waits for the actor's decision. Raises `NotAllowed`.

    Ratings count from the first of the days on which their deadline is told of.
    """
    actor.require_decider()
    found = await session.exec(
        select(Member.name, Plan.submitted_at)
        .join(Member, col(Member.id) == col(Plan.member_id))
        .where(Plan.school_id == actor.school_id, Plan.period == period.id)
        .where(Plan.status == PlanStatus.SUBMITTED, Plan.member_id != actor.member_id)
        .order_by(col(Plan.submitted_at), col(Plan.id))
    )
    today = hours.today(now)
    plans = [
        WaitingPlan(name, hours.working_days_after(hours.today(submitted_at), today))
        for name, submitted_at in found.all()
        if submitted_at is not None
    ]
    pressing = [one for one in plans if patience is not None and one.days >= patience]
    due = rating is not None and rating.step(today) is not None
    return Inbox(
        plans=len(plans),
        evidence=await count_evidence(session, actor),
        reports=await count_reports(session, actor),
        pressing=tuple(pressing),
        ratings=await count_unrated(session, actor, period.id) if due else 0,
    )


@dataclass(frozen=True, slots=True)
class Behind:
    """Teachers, by name, whom a coach should look after. Each is in one list only."""

    not_joined: tuple[str, ...]
    blocked: tuple[str, ...]
    not_begun: tuple[str, ...]
    not_submitted: tuple[str, ...]
    returned: tuple[str, ...]
    without_evidence: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether everybody is where they should be."""
        return not any(getattr(self, name) for name in self.__slots__)


async def who_is_behind(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    period: Period,
    *,
    plan_is_near: bool,
    evidence_is_near: bool,
) -> Behind:
    """Say who is behind in a period, and who can be reached on foot only. Raises `NotAllowed`.

    Without the actor, whom reminders of their own reach.
    """
    everybody = await overviews.overview(session, actor, period.id)
    teachers = [one for one in everybody if one.member_id != actor.member_id]
    blocked = await _blocked(session, actor.school_id)
    lacking = await _lacking(session, actor, rules, period) if evidence_is_near else set()
    lists: dict[str, list[str]] = {name: [] for name in Behind.__slots__}
    for one in teachers:
        if not one.joined:
            lists["not_joined"].append(one.name)
        elif one.member_id in blocked:
            lists["blocked"].append(one.name)
        elif plan_is_near and one.status in _LATE:
            lists[_LATE[one.status]].append(one.name)
        elif one.member_id in lacking:
            lists["without_evidence"].append(one.name)
    return Behind(**{name: tuple(names) for name, names in lists.items()})


_LATE = {
    None: "not_begun",
    PlanStatus.DRAFT: "not_submitted",
    PlanStatus.RETURNED: "returned",
}


async def _blocked(session: AsyncSession, school_id: int) -> set[int]:
    found = await session.exec(
        select(Member.id)
        .join(Account, col(Account.id) == col(Member.account_id))
        .where(Member.school_id == school_id, col(Account.blocked_at).is_not(None))
    )
    return {known_id(one) for one in found.all()}


async def _lacking(
    session: AsyncSession, actor: Actor, rules: RuleSet, period: Period
) -> set[int]:
    """Give whose plan holds and lacks evidence; three statements.

    Whoever has been rated finally lacks nothing any more.
    """
    holds = (
        Plan.school_id == actor.school_id,
        Plan.period == period.id,
        col(Plan.status).in_(OPEN_PLANS),
        ~is_rated(),
    )
    plans = (await session.exec(select(Plan).where(*holds))).all()
    full = {known_id(one.id): FullPlan(one) for one in plans}
    entries = await session.exec(select(PlanEntry).join(Plan).where(*holds))
    for entry in entries.all():
        full[entry.plan_id].entries.append(entry)
    pieces: dict[int | None, list[Evidence]] = {}
    evidence = await session.exec(
        select(Evidence).join(Plan, col(Plan.id) == col(Evidence.plan_id)).where(*holds)
    )
    for piece in evidence.all():
        pieces.setdefault(piece.plan_id, []).append(piece)
    return {
        one.plan.member_id
        for number, one in full.items()
        if unproven(rules, one, pieces.get(number, ()))
    }


@dataclass(frozen=True, slots=True)
class Closing:
    """How a period ended: how many teachers were done, and by name who was not.

    `unconfirmed` are those whose documents were not all confirmed, `unrated` those whose rating
    never became final; their own part may be done. Whoever lacks a report may lack evidence too.
    """

    done: int
    behind: Behind
    undecided: tuple[str, ...]
    unconfirmed: tuple[str, ...] = ()
    unreported: tuple[str, ...] = ()
    unrated: tuple[str, ...] = ()


async def closing_of(
    session: AsyncSession, actor: Actor, rules: RuleSet, period: Period
) -> Closing:
    """Say what was unfinished when a period closed. Raises `NotAllowed`."""
    actor.require(Role.PRINCIPAL | Role.COACH)
    teachers = await overviews.overview(session, actor, period.id)
    lacking = await _lacking(session, actor, rules, period)
    holding = [one for one in teachers if one.status in OPEN_PLANS]
    reported = await handed_in(session, [actor.school_id])
    rated = await finally_rated(session, [one.plan_id or 0 for one in holding])
    unreported = [one for one in holding if rules.report_fields and one.plan_id not in reported]
    lists: dict[str, list[str]] = {name: [] for name in Behind.__slots__}
    undecided = []
    done = 0
    for one in teachers:
        if one.status is PlanStatus.SUBMITTED:
            undecided.append(one.name)
        elif one.status in _LATE:
            lists[_LATE[one.status]].append(one.name)
        elif one.member_id in lacking:
            lists["without_evidence"].append(one.name)
        elif one not in unreported:
            done += 1
    papers = await confirmations.unconfirmed_in(session, actor, rules, period.id)
    return Closing(
        done, Behind(**{name: tuple(names) for name, names in lists.items()}), tuple(undecided),
        tuple(one.name for one in papers), tuple(one.name for one in unreported),
        tuple(
            one.name for one in holding
            if one.plan_id not in rated and one.member_id != actor.member_id
        ),
    )  # fmt: skip


def is_near(deadlines: Sequence[Deadline], kind: DeadlineKind, today: date) -> bool:
    """Whether a deadline is so near, or over, that who has not begun counts as behind."""
    return any(one.kind is kind and today >= one.ends_on - LEAD for one in deadlines)
