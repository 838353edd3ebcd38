"""Whom a broadcast is for: found anew at the moment of sending, in one school, and counted.

Who is meant but cannot be written to is told apart, so that somebody can go and see them.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, exists, false, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.evidence import needs, reading
from storage.evidence.changing import OPEN_PLANS
from storage.models import (
    Account,
    AuditEntry,
    Decision,
    Evidence,
    Member,
    OutOfReach,
    Plan,
    PlanEntry,
    PlanStatus,
    Role,
    School,
    Verdict,
)
from storage.people import known_id
from storage.plans import FullPlan
from storage.ratings.reading import is_rated
from storage.rulebook import RuleBook
from storage.rulesets import RuleSet

PART = 500
"""So many people are looked at with one statement."""

HELP_ACTION = "help.call"
"""What the trail calls it when somebody has asked for help."""


class AudienceKind(StrEnum):
    """The ways to say whom a broadcast is for.

    Behind is whoever has no plan that holds, or lacks evidence; failed is whom an earlier
    broadcast did not reach. Whoever has been rated finally lacks no evidence any more.
    """

    ALL = "all"
    TEACHERS = "teacher"
    PRINCIPALS = "principal"
    COACHES = "coach"
    OPERATORS = "operator"
    NOT_STARTED = "not_started"
    BELOW_TARGET = "below_target"
    RETURNED = "returned"
    EVIDENCE = "evidence"
    NO_HELP = "no_help"
    BEHIND = "behind"
    PEOPLE = "people"
    FAILED = "failed"


ROLES = {
    AudienceKind.TEACHERS: Role.TEACHER,
    AudienceKind.PRINCIPALS: Role.PRINCIPAL,
    AudienceKind.COACHES: Role.COACH,
    AudienceKind.OPERATORS: Role.OPERATOR,
}

OF_EVERYBODY = frozenset({AudienceKind.ALL, AudienceKind.PEOPLE, AudienceKind.FAILED, *ROLES})
"""The audiences that may hold others than teachers."""

BY_NUMBER = frozenset({AudienceKind.PEOPLE, AudienceKind.FAILED})
"""The audiences that are lists of members."""

BY_EVIDENCE = frozenset({AudienceKind.EVIDENCE, AudienceKind.BEHIND})
"""The audiences that the rule set has a say in: which documents an entry still needs."""

NOT_YET_HELD = (PlanStatus.DRAFT, PlanStatus.SUBMITTED, PlanStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom somebody writes to: `people` are the members of a list, by id."""

    kind: AudienceKind
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an audience is looked for: one school on one day, without the sender."""

    school: School
    rulebook: RuleBook
    today: date
    sender_id: int

    @property
    def rules(self) -> RuleSet:
        """The rules under which the school plans on that day."""
        return self.rulebook.of_school(self.school, self.today)

    @property
    def period_id(self) -> str:
        """The period it is."""
        return self.rules.period_at(self.today).id


class Addressee(NamedTuple):
    """Somebody who is meant; `why` says why nothing can be sent, where that is so."""

    member_id: int
    name: str
    why: OutOfReach | None


class Counts(NamedTuple):
    """How many of an audience can be written to, and how many cannot."""

    reachable: int = 0
    not_joined: int = 0
    blocked: int = 0

    @property
    def all(self) -> int:
        """Everybody who is meant."""
        return self.reachable + self.not_joined + self.blocked

    def plus(self, other: "Counts") -> "Counts":
        """Add those of another school."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Part(NamedTuple):
    """Some of an audience in the order of their ids: all up to `upto`. `more` may follow."""

    people: list[Addressee]
    upto: int
    more: bool


async def part_of(
    session: AsyncSession, scope: Scope, audience: Audience, after: int = 0, limit: int = PART
) -> Part:
    """Give the next of an audience whose ids are above `after`; looks at `limit` members."""
    where: list[Any] = [col(Member.id) > after]
    upto, more = after, False
    if audience.kind in BY_NUMBER:
        listed = sorted({one for one in audience.people if one > after})
        chosen, more = listed[:limit], len(listed) > limit
        upto = chosen[-1] if chosen else after
        where = [col(Member.id).in_(chosen)]
    found = await session.exec(
        select(Member.id, Member.name, Member.account_id, Account.blocked_at)
        .join(Account, col(Account.id) == col(Member.account_id), isouter=True)
        .where(*_meant(scope, audience.kind), *where)
        .order_by(col(Member.id))
        .limit(limit)
    )
    rows = found.all()
    if audience.kind not in BY_NUMBER:
        more = len(rows) == limit
        upto = known_id(rows[-1][0]) if rows else after
    people = [
        Addressee(known_id(number), name, _why(account_id, blocked_at))
        for number, name, account_id, blocked_at in rows
    ]
    if audience.kind in BY_EVIDENCE:
        people = await _who_lack(session, scope, audience.kind, people)
    return Part(people, upto, more)


async def everybody_in(
    session: AsyncSession, scope: Scope, audience: Audience
) -> AsyncIterator[Addressee]:
    """Give an audience one by one, in the order of their ids."""
    part = Part([], 0, more=True)
    while part.more:
        part = await part_of(session, scope, audience, part.upto)
        for one in part.people:
            yield one


async def count(session: AsyncSession, scope: Scope, audience: Audience) -> Counts:
    """Count an audience as it is now."""
    if audience.kind in BY_NUMBER | BY_EVIDENCE:
        whys = [one.why async for one in everybody_in(session, scope, audience)]
        return Counts(
            whys.count(None), whys.count(OutOfReach.NOT_JOINED), whys.count(OutOfReach.BLOCKED)
        )
    joined = col(Member.account_id).is_not(None)
    is_blocked = col(Account.blocked_at).is_not(None)
    found = await session.exec(
        select(
            func.count(col(Member.id)),
            func.coalesce(func.sum(case((joined, 0), else_=1)), 0),
            func.coalesce(func.sum(case((joined & is_blocked, 1), else_=0)), 0),
        )
        .join(Account, col(Account.id) == col(Member.account_id), isouter=True)
        .where(*_meant(scope, audience.kind))
    )
    total, not_joined, blocked = found.one()
    return Counts(total - not_joined - blocked, not_joined, blocked)


def _why(account_id: int | None, blocked_at: object) -> OutOfReach | None:
    if account_id is None:
        return OutOfReach.NOT_JOINED
    return OutOfReach.BLOCKED if blocked_at is not None else None


def _meant(scope: Scope, kind: AudienceKind) -> list[ColumnElement[bool]]:
    """Give the conditions; those about evidence are only the first half."""
    of_school = [
        col(Member.school_id) == known_id(scope.school.id),
        col(Member.roles) != 0,  # who has been erased holds none
        col(Member.id) != scope.sender_id,
    ]
    if kind in ROLES:
        of_school.append(_holds(ROLES[kind]))
    elif kind not in OF_EVERYBODY:
        of_school += [_holds(Role.TEACHER), *_by_state(scope, kind)]
    return of_school


def _holds(role: Role) -> ColumnElement[bool]:
    return col(Member.roles).bitwise_and(int(role)) != 0


def _by_state(scope: Scope, kind: AudienceKind) -> list[ColumnElement[bool]]:
    match kind:
        case AudienceKind.NOT_STARTED:
            return [~_has_plan(scope)]
        case AudienceKind.BELOW_TARGET:
            points = scope.rules.points
            if points is None:
                return [false()]
            below = col(Plan.points_floor) < points.target_min
            return [_has_plan(scope, below, col(Plan.status).in_(NOT_YET_HELD))]
        case AudienceKind.RETURNED:
            return [_has_plan(scope, col(Plan.status) == PlanStatus.RETURNED, _untouched())]
        case AudienceKind.EVIDENCE:
            return [_has_plan(scope, col(Plan.status).in_(OPEN_PLANS), ~is_rated())]
        case AudienceKind.NO_HELP:
            called = select(AuditEntry.member_id).where(
                AuditEntry.school_id == scope.school.id,
                AuditEntry.action == HELP_ACTION,
                col(AuditEntry.member_id).is_not(None),
            )
            return [col(Member.id).not_in(called)]
    return []


def _has_plan(scope: Scope, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        col(Plan.member_id) == col(Member.id),
        col(Plan.school_id) == known_id(scope.school.id),
        col(Plan.period) == scope.period_id,
        *conditions,
    )


def _untouched() -> ColumnElement[bool]:
    """Whether nothing in a plan has changed since it was sent back."""
    return exists().where(
        col(Decision.plan_id) == col(Plan.id),
        col(Decision.revision) == col(Plan.revision),
        col(Decision.verdict) == Verdict.RETURNED,
        col(Decision.decided_at) >= col(Plan.changed_at),
    )


# ------------------------------------------------------------------------------- evidence


async def _who_lack(
    session: AsyncSession, scope: Scope, kind: AudienceKind, people: Sequence[Addressee]
) -> list[Addressee]:
    """Leave out those who lack nothing."""
    found = await session.exec(
        select(Plan, is_rated()).where(
            Plan.school_id == scope.school.id,
            Plan.period == scope.period_id,
            col(Plan.member_id).in_([one.member_id for one in people]),
        )
    )
    rows = found.all()
    plans = {plan.member_id: plan for plan, _ in rows}
    holding = OPEN_PLANS
    if kind is AudienceKind.BEHIND and scope.rules.agreement_required:
        holding = frozenset({PlanStatus.AGREED})
    held = [plan for plan, rated in rows if plan.status in holding and not rated]
    lacking = await _lacking(session, scope, held)
    return [
        one
        for one in people
        if (plan := plans.get(one.member_id)) is None
        or plan.status not in holding
        or plan.id in lacking
    ]


async def _lacking(session: AsyncSession, scope: Scope, plans: Sequence[Plan]) -> set[int | None]:
    """Say which plans have entries without all their evidence; two statements."""
    if not plans:
        return set()
    numbers = [plan.id for plan in plans]
    entries = await session.exec(select(PlanEntry).where(col(PlanEntry.plan_id).in_(numbers)))
    pieces = await session.exec(
        select(Evidence)
        .where(col(Evidence.plan_id).in_(numbers))
        .where(col(Evidence.status).not_in(reading.NO_EVIDENCE))
    )
    entries_of = _grouped((one.plan_id, one) for one in entries.all())
    pieces_of = _grouped((one.plan_id, one) for one in pieces.all())
    rules = {plan.ruleset: scope.rulebook.of_plan(scope.school, plan) for plan in plans}
    lacking = set()
    for plan in plans:
        if not rules[plan.ruleset].upload.required:
            continue
        full = FullPlan(plan, entries_of.get(plan.id, []))
        how_far = needs.progress(
            needs.provable(rules[plan.ruleset], full), pieces_of.get(plan.id, [])
        )
        if how_far.sent < how_far.planned:
            lacking.add(plan.id)
    return lacking


def _grouped(pairs: Iterable[tuple[int | None, Any]]) -> dict[int | None, list[Any]]:
    found: dict[int | None, list[Any]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return found
