"""Documents that the principal confirms instead of an upload: each by one tap, for one plan.

A confirmation stands until it is taken back, which is possible while the period is open; both stay
on record. Which documents there are, and whom they concern, the rule set says.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import func, literal, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.errors import AlreadyConfirmed, NotAllowed, NotFound, PlanNotOpen, RulesBroken
from storage.evidence.changing import OPEN_PLANS
from storage.models import Confirmation, Member, Plan, PlanEntry, Role, School, table_of
from storage.models.confirmations import STANDS
from storage.people import Actor, known_id
from storage.periods import is_closed, plan_is_closed, require_open
from storage.plans import NO_DUTY, FullPlan, read_plan
from storage.rulebook import RuleBook, spans_of
from storage.rulesets import AccountabilityDocument, Confirmer, RuleSet


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of a plan, with who confirmed it and when; neither while nobody has."""

    document: AccountabilityDocument
    by: str = ""
    at: datetime | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody has confirmed it."""
        return self.at is not None


Confirmed = Mapping[str, tuple[str, datetime]]
"""Who confirmed a document of a plan and when, by the document's id."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A teacher whose plan holds, with how many documents are confirmed of how many."""

    plan_id: int
    name: str
    confirmed: int
    wanted: int


def wanted(rules: RuleSet, full: FullPlan) -> tuple[AccountabilityDocument, ...]:
    """Give the documents that are to be confirmed for a plan, in the order of the rule set."""
    return tuple(
        one
        for one in rules.accountability_documents
        if not one.only_with or any(entry.code != NO_DUTY for entry in full.of(one.only_with))
    )


async def of_plan(session: AsyncSession, plan_id: int) -> list[Confirmation]:
    """Give what stands confirmed for a plan, in the order of confirming."""
    found = await session.exec(
        select(Confirmation)
        .where(Confirmation.plan_id == plan_id, col(Confirmation.withdrawn_at).is_(None))
        .order_by(col(Confirmation.id))
    )
    return list(found.all())


async def papers_of(session: AsyncSession, rules: RuleSet, full: FullPlan) -> tuple[Paper, ...]:
    """Give the documents of a plan with who confirmed them; no statement where there are none."""
    if not wanted(rules, full):
        return ()
    found = await session.exec(
        select(Confirmation.document, Confirmation.confirmed_at, Member.name)
        .join(Member, col(Member.id) == col(Confirmation.confirmed_by))
        .where(Confirmation.plan_id == full.id, col(Confirmation.withdrawn_at).is_(None))
    )
    return papers_with(rules, full, {document: (by, at) for document, at, by in found.all()})


def papers_with(rules: RuleSet, full: FullPlan, confirmed: Confirmed) -> tuple[Paper, ...]:
    """Give the documents of a plan whose confirmations have been read."""
    return tuple(Paper(one, *confirmed.get(one.id, ("", None))) for one in wanted(rules, full))


async def confirmed_in(
    session: AsyncSession, school_id: int, period_id: str
) -> dict[int, dict[str, tuple[str, datetime]]]:
    """Give what stands confirmed for the plans of a school's period, by plan; one statement."""
    found = await session.exec(
        select(Confirmation.plan_id, Confirmation.document, Confirmation.confirmed_at, Member.name)
        .join(Plan, col(Plan.id) == col(Confirmation.plan_id))
        .join(Member, col(Member.id) == col(Confirmation.confirmed_by))
        .where(Plan.school_id == school_id, Plan.period == period_id)
        .where(col(Confirmation.withdrawn_at).is_(None))
    )
    by_plan: dict[int, dict[str, tuple[str, datetime]]] = {}
    for plan_id, document, at, by in found.all():
        by_plan.setdefault(plan_id, {})[document] = (by, at)
    return by_plan


async def plan_to_confirm(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give a plan to somebody who may confirm its documents. Raises `NotAllowed` for one's own."""
    actor.require_decider()
    full = await read_plan(session, actor, plan_id)
    if full.plan.member_id == actor.member_id:
        raise NotAllowed
    return full


async def confirm(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    document: str,
    now: datetime,
) -> FullPlan:
    """Confirm a document of a plan that holds. The teacher is told, in bursts.

    Raises `AlreadyConfirmed` with who was first, `PlanNotOpen`, `PeriodClosed`, `NotFound`.
    """
    full = await _open_plan(session, actor, rules, plan_id, document)
    if not await _add(session, actor, plan_id, document, now):
        await require_open(session, plan_id)
        await _raise_who_was_first(session, plan_id, document)
    audit.record(session, actor, "document.confirm", f"plan:{plan_id}", now, document=document)
    await outbox.announce_gathered(
        session,
        school_id=actor.school_id,
        recipients=[full.plan.member_id],
        topic=f"confirmed:{plan_id}",
        kind="documents_confirmed",
        subject={"plan": plan_id, "since": now.isoformat()},
        now=now,
    )
    return full


async def _add(
    session: AsyncSession, actor: Actor, plan_id: int, document: str, now: datetime
) -> bool:
    """Add the confirmation unless one stands, or the plan no longer holds: say which it was."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(table_of(Confirmation))
    columns = table_of(Confirmation).c
    given = {
        "plan_id": col(Plan.id),
        "document": literal(document, columns.document.type),
        "confirmed_by": literal(actor.member_id, columns.confirmed_by.type),
        "confirmed_at": literal(now, columns.confirmed_at.type),
    }
    holds = (
        sqlalchemy.select(*given.values())
        .where(col(Plan.id) == plan_id, col(Plan.status).in_(OPEN_PLANS), ~is_closed())
    )  # fmt: skip
    added = await (await session.connection()).execute(
        insert.from_select(list(given), holds).on_conflict_do_nothing(
            index_elements=["plan_id", "document"], index_where=STANDS
        )
    )
    return bool(added.rowcount)


async def take_back(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    document: str,
    now: datetime,
) -> FullPlan:
    """Take a confirmation back; taking back what does not stand changes nothing.

    Raises `PlanNotOpen`, `PeriodClosed`, `NotFound`.
    """
    full = await _open_plan(session, actor, rules, plan_id, document)
    taken = await session.exec(
        update(Confirmation)
        .where(col(Confirmation.plan_id) == plan_id, col(Confirmation.document) == document)
        .where(col(Confirmation.withdrawn_at).is_(None), ~plan_is_closed(plan_id))
        .values(withdrawn_by=actor.member_id, withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount:
        audit.record(
            session, actor, "document.take_back", f"plan:{plan_id}", now, document=document
        )
    return full


async def _open_plan(
    session: AsyncSession, actor: Actor, rules: RuleSet, plan_id: int, document: str
) -> FullPlan:
    full = await plan_to_confirm(session, actor, plan_id)
    asked = {one.id: one for one in wanted(rules, full)}
    if document not in asked or asked[document].confirmed_by is not Confirmer.PRINCIPAL:
        raise NotFound
    if full.status not in OPEN_PLANS:
        raise PlanNotOpen(full.status)
    await require_open(session, plan_id)
    return full


async def _raise_who_was_first(session: AsyncSession, plan_id: int, document: str) -> None:
    found = await session.exec(
        select(Confirmation, Member)
        .join(Member, col(Member.id) == col(Confirmation.confirmed_by))
        .where(Confirmation.plan_id == plan_id, Confirmation.document == document)
        .where(col(Confirmation.withdrawn_at).is_(None))
    )
    first = found.first()
    if first is not None:
        confirmation, by = first
        raise AlreadyConfirmed(by.name, known_id(by.id), confirmation.confirmed_at)
    plan = await session.get_one(Plan, plan_id, populate_existing=True)
    raise PlanNotOpen(plan.status)


async def unconfirmed(
    session: AsyncSession, actor: Actor, rulebook: RuleBook, school: School
) -> list[Unconfirmed]:
    """Give the teachers whose documents the actor may confirm and who lack one, by name.

    Three statements, and none where no rule set of the school asks for documents.
    """
    actor.require_decider()
    asking_for = _asking_for(rulebook, school)
    if not asking_for:
        return []
    found = await session.exec(
        select(Plan, Member.name)
        .join(Member, col(Member.id) == col(Plan.member_id))
        .where(Plan.school_id == actor.school_id, Plan.member_id != actor.member_id)
        .where(col(Plan.status).in_(OPEN_PLANS), ~is_closed())
        .where(col(Plan.ruleset).in_(asking_for))
        .order_by(col(Member.name), col(Plan.id))
    )
    return await _lacking(
        session, [(plan, name, asking_for[plan.ruleset]) for plan, name in found.all()]
    )


def _asking_for(rulebook: RuleBook, school: School) -> dict[str, RuleSet]:
    """Give the rule sets of a school that ask for documents, by id."""
    found = {}
    for span in spans_of(school):
        with suppress(RulesBroken):
            rules = rulebook.named(school, span.ruleset)
            if rules.accountability_documents:
                found[rules.id] = rules
    return found


async def unconfirmed_in(
    session: AsyncSession, actor: Actor, rules: RuleSet, period_id: str
) -> list[Unconfirmed]:
    """Give the teachers of a period, open or over, whose documents are not all confirmed."""
    actor.require(Role.PRINCIPAL | Role.COACH)
    if not rules.accountability_documents:
        return []
    found = await session.exec(
        select(Plan, Member.name)
        .join(Member, col(Member.id) == col(Plan.member_id))
        .where(Plan.school_id == actor.school_id, Plan.period == period_id)
        .where(col(Plan.status).in_(OPEN_PLANS))
        .order_by(col(Member.name), col(Plan.id))
    )
    return await _lacking(session, [(plan, name, rules) for plan, name in found.all()])


async def lacking_some(session: AsyncSession, least: Mapping[int, int]) -> set[int]:
    """Say which plans (by id) have fewer documents confirmed than so many; one statement."""
    found = await session.exec(
        select(Confirmation.plan_id, func.count(col(Confirmation.id)))
        .where(col(Confirmation.plan_id).in_(least), col(Confirmation.withdrawn_at).is_(None))
        .group_by(col(Confirmation.plan_id))
    )
    confirmed = dict(found.all())
    return {plan_id for plan_id, most in least.items() if confirmed.get(plan_id, 0) < most}


async def _lacking(
    session: AsyncSession, asking: Sequence[tuple[Plan, str, RuleSet]]
) -> list[Unconfirmed]:
    if not asking:
        return []
    full = {known_id(plan.id): FullPlan(plan) for plan, _, _ in asking}
    entries = await session.exec(select(PlanEntry).where(col(PlanEntry.plan_id).in_(full)))
    for entry in entries.all():
        full[entry.plan_id].entries.append(entry)
    standing = await session.exec(
        select(Confirmation.plan_id, Confirmation.document)
        .where(col(Confirmation.plan_id).in_(full), col(Confirmation.withdrawn_at).is_(None))
    )  # fmt: skip
    confirmed = set(standing.all())
    lacking = []
    for number, (_, name, rules) in zip(full, asking, strict=True):
        documents = wanted(rules, full[number])
        done = sum((number, one.id) in confirmed for one in documents)
        if done < len(documents):
            lacking.append(Unconfirmed(number, name, done, len(documents)))
    return lacking
