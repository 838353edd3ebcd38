"""A teacher's plan: filling its steps, submitting it, taking it back, agreeing to it.

Every function is one thing a teacher does, in the caller's transaction. A plan can be filled while
it is a draft or has been returned; `TRANSITIONS` is the whole of what may follow what.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards, outbox
from storage.errors import (
    BelowTarget,
    Incomplete,
    NotAllowed,
    NotFound,
    NotNow,
    OutOfRange,
    ReasonMissing,
    StaleRevision,
    TooLong,
)
from storage.models import (
    Decision,
    Member,
    ModelPlan,
    Plan,
    PlanEntry,
    PlanRevision,
    PlanStatus,
    Role,
    table_of,
)
from storage.people import Actor, deciders, known_id
from storage.periods import is_closed, require_open
from storage.rulesets import Period, RuleSet, Step, StepKind
from storage.suggestions import Pick

NO_DUTY = "-"
"""The code of the entry that says: no additional duty."""

OWN_WORDS = "own"
"""The start of the code of what a teacher wrote in own words."""

MOST_UNITS = 20
"""More of one activity in half a year is a slip of the finger."""

MOST_OWN_DUTIES = 5
LONGEST_TEXT = 500


class Action(StrEnum):
    """What moves a plan from one status to another."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    AGREE = "agree"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[PlanStatus, Action], PlanStatus] = {
    (PlanStatus.DRAFT, Action.SUBMIT): PlanStatus.SUBMITTED,
    (PlanStatus.RETURNED, Action.SUBMIT): PlanStatus.SUBMITTED,
    (PlanStatus.SUBMITTED, Action.TAKE_BACK): PlanStatus.DRAFT,
    (PlanStatus.SUBMITTED, Action.APPROVE): PlanStatus.APPROVED,
    (PlanStatus.SUBMITTED, Action.SEND_BACK): PlanStatus.RETURNED,
    (PlanStatus.APPROVED, Action.AGREE): PlanStatus.AGREED,
    (PlanStatus.APPROVED, Action.REOPEN): PlanStatus.DRAFT,
    (PlanStatus.AGREED, Action.REOPEN): PlanStatus.DRAFT,
}

FILLABLE = frozenset({PlanStatus.DRAFT, PlanStatus.RETURNED})


@dataclass(slots=True)
class FullPlan:
    """A plan with its entries."""

    plan: Plan
    entries: list[PlanEntry] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The plan's id."""
        return known_id(self.plan.id)

    @property
    def status(self) -> PlanStatus:
        """Where the plan stands."""
        return PlanStatus(self.plan.status)

    @property
    def fillable(self) -> bool:
        """Whether the teacher may change it now."""
        return self.status in FILLABLE

    def of(self, step: str) -> list[PlanEntry]:
        """Give a step's entries in the order of their codes."""
        return [entry for entry in self.entries if entry.step == step]

    def entry(self, step: str, code: str) -> PlanEntry | None:
        """Give one entry of a step, if chosen."""
        return next((one for one in self.of(step) if one.code == code), None)

    def content(self) -> list[dict[str, Any]]:
        """Give the entries as plain data, for a revision or a model plan."""
        return [
            {
                "step": entry.step,
                "code": entry.code,
                "quantity": entry.quantity,
                "points": entry.points,
                "points_floor": entry.points_floor,
                "text": entry.text,
                "evidence": list(entry.evidence),
            }
            for entry in self.entries
        ]


async def open_plan(
    session: AsyncSession, actor: Actor, rules: RuleSet, period: Period, now: datetime
) -> FullPlan:
    """Give the teacher's plan for the period, starting one when there is none."""
    actor.require(Role.TEACHER)
    found = await find_plan(session, actor.member_id, period.id)
    if found is not None:
        return found
    plan = Plan(
        school_id=actor.school_id,
        member_id=actor.member_id,
        period=period.id,
        ruleset=rules.id,
        ruleset_version=rules.version,
        created_at=now,
        changed_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(plan)
    except IntegrityError:
        # Another process has started it at the same moment.
        found = await find_plan(session, actor.member_id, period.id)
        if found is None:
            raise
        return found
    audit.record(session, actor, "plan.start", f"plan:{plan.id}", now, period=period.id)
    return FullPlan(plan)


# Put together once: these run at every tap, and putting them together costs more than they do.
_FULL_PLAN = (
    select(Plan, PlanEntry)
    .join(PlanEntry, col(PlanEntry.plan_id) == col(Plan.id), isouter=True)
    .order_by(col(PlanEntry.step), col(PlanEntry.code))
)
_PLAN_BY_ID = _FULL_PLAN.where(col(Plan.id) == bindparam("plan"))
_PLAN_OF_PERIOD = _FULL_PLAN.where(
    col(Plan.member_id) == bindparam("member"), col(Plan.period) == bindparam("period")
)
_PLAN = table_of(Plan)
_KEEP_SUMS = (
    update(_PLAN)
    .where(_PLAN.c.id == bindparam("plan"), _PLAN.c.revision == bindparam("shown"))
    .where(_PLAN.c.status == bindparam("was"), _PLAN.c.changed_at == bindparam("seen_at"))
    .where(~is_closed())
    .values(
        points=bindparam("new_points"),
        points_floor=bindparam("new_points_floor"),
        changed_at=bindparam("new_changed_at"),
    )
)


async def find_plan(session: AsyncSession, member_id: int, period_id: str) -> FullPlan | None:
    """Give a member's plan for a period."""
    return await _full_plan(session, _PLAN_OF_PERIOD, member=member_id, period=period_id)


async def read_plan(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give a plan of the actor's school to its owner, to who decides, or to a coach."""
    full = await _plan_of_school(session, actor, plan_id)
    if full.plan.member_id != actor.member_id and not actor.decides:
        actor.require(Role.COACH | Role.PRINCIPAL)
    return full


async def own_plan(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give a plan to its owner alone."""
    full = await _plan_of_school(session, actor, plan_id)
    if full.plan.member_id != actor.member_id:
        raise NotAllowed
    return full


async def _plan_of_school(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    read = _read_before(session)
    full = read.get(plan_id) or await _full_plan(session, _PLAN_BY_ID, plan=plan_id)
    if full is None or full.plan.school_id != actor.school_id:
        raise NotFound
    read[plan_id] = full
    return full


def _read_before(session: AsyncSession) -> dict[int, FullPlan]:
    """Give what this transaction has read: a dialogue looks first, then the operation checks.

    A commit or a rollback ends the transaction, and with it what was read in it.
    """
    transaction = session.sync_session.get_transaction()
    known: tuple[object, dict[int, FullPlan]] = session.info.get("plans", (None, {}))
    if known[0] is None or known[0] is not transaction:
        known = session.info["plans"] = (transaction, {})
    return known[1]


async def _full_plan(session: AsyncSession, statement: Any, **which: Any) -> FullPlan | None:
    rows = (await session.exec(statement, params=which)).all()
    if not rows:
        return None
    return FullPlan(rows[0][0], [entry for _, entry in rows if entry is not None])


# ------------------------------------------------------------------------------- filling


async def set_quantity(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    code: str,
    quantity: int,
    now: datetime,
) -> FullPlan:
    """Plan `quantity` units of an item; 0 takes it out. Raises `OutOfRange` beyond the most."""
    full = await _to_fill(session, actor, plan_id)
    step, item = items_step(rules), rules.item(code)
    most = MOST_UNITS if item.repeatable else 1
    if not 0 <= quantity <= most:
        raise OutOfRange(0, most)
    entry = full.entry(step.id, code)
    if quantity == 0:
        await _drop(session, full, [entry] if entry else [])
    elif entry is None:
        _put(session, full, step.id, code, quantity=quantity, evidence=item.evidence[:1],
             points=item.points, points_floor=item.points_floor)  # fmt: skip
    else:
        entry.quantity = quantity
        session.add(entry)
    return await _keep(session, full, now)


async def toggle_evidence(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    code: str,
    kind: str,
    now: datetime,
) -> FullPlan:
    """Intend, or no longer intend, one kind of evidence for a chosen item."""
    full = await _to_fill(session, actor, plan_id)
    entry = full.entry(items_step(rules).id, code)
    if entry is None or kind not in rules.item(code).evidence:
        raise NotFound
    # A new list: a changed one in place would go unnoticed.
    entry.evidence = _toggled(entry.evidence, kind)
    session.add(entry)
    return await _keep(session, full, now)


async def take_picks(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    picks: Iterable[Pick],
    now: datetime,
) -> FullPlan:
    """Take a suggestion over: plan just so many units of its items; other items stay.

    Quantities are whole ones, not additions, so taking a suggestion over twice is taking it once.
    """
    full = await _to_fill(session, actor, plan_id)
    step = items_step(rules)
    for pick in picks:
        item, entry = rules.item(pick.code), full.entry(step.id, pick.code)
        quantity = min(max(pick.quantity, 1), MOST_UNITS if item.repeatable else 1)
        if entry is None:
            _put(session, full, step.id, pick.code, quantity=quantity,
                 evidence=item.evidence[:1], points=item.points,
                 points_floor=item.points_floor)  # fmt: skip
        else:
            entry.quantity = quantity
            session.add(entry)
    return await _keep(session, full, now)


async def toggle_duty(
    session: AsyncSession, actor: Actor, rules: RuleSet, plan_id: int, code: str, now: datetime
) -> FullPlan:
    """Choose an additional duty from the list, or give it up."""
    full = await _to_fill(session, actor, plan_id)
    step = step_of_kind(rules, StepKind.DUTIES)
    entry = full.entry(step.id, code)
    if entry is not None:
        await _drop(session, full, [entry])
    else:
        await _drop(session, full, [one for one in full.of(step.id) if one.code == NO_DUTY])
        kinds = rules.evidence_of_duty(code)
        _put(session, full, step.id, code, evidence=[kind.id for kind in kinds])
    return await _keep(session, full, now)


async def add_own_duty(
    session: AsyncSession, actor: Actor, rules: RuleSet, plan_id: int, text: str, now: datetime
) -> FullPlan:
    """Add a duty in the teacher's own words."""
    full = await _to_fill(session, actor, plan_id)
    step = step_of_kind(rules, StepKind.DUTIES)
    text = kept_words(text)
    taken = {entry.code for entry in full.of(step.id)}
    codes = [f"{OWN_WORDS}{number}" for number in range(1, MOST_OWN_DUTIES + 1)]
    free = next((code for code in codes if code not in taken), None)
    if free is None:
        raise OutOfRange(0, MOST_OWN_DUTIES)
    await _drop(session, full, [one for one in full.of(step.id) if one.code == NO_DUTY])
    _put(session, full, step.id, free, text=text, evidence=rules.duty_rules.evidence)
    return await _keep(session, full, now)


async def have_no_duty(
    session: AsyncSession, actor: Actor, rules: RuleSet, plan_id: int, now: datetime
) -> FullPlan:
    """Say that there is no additional duty."""
    full = await _to_fill(session, actor, plan_id)
    step = step_of_kind(rules, StepKind.DUTIES)
    await _drop(session, full, full.of(step.id))
    _put(session, full, step.id, NO_DUTY)
    return await _keep(session, full, now)


async def toggle_guide(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    code: str,
    now: datetime,
) -> FullPlan:
    """Choose one guide statement of a behaviour, or give it up."""
    full = await _to_fill(session, actor, plan_id)
    step = step_of_kind(rules, StepKind.BEHAVIOURS)
    entry = full.entry(step.id, rules.guide(code).code)
    if entry is not None:
        await _drop(session, full, [entry])
    else:
        _put(session, full, step.id, code)
    return await _keep(session, full, now)


async def take_standard_guides(
    session: AsyncSession, actor: Actor, rules: RuleSet, plan_id: int, now: datetime
) -> FullPlan:
    """Choose the standard guide statement of every behaviour in place of what was chosen."""
    full = await _to_fill(session, actor, plan_id)
    step = step_of_kind(rules, StepKind.BEHAVIOURS)
    await _drop(session, full, full.of(step.id))
    for guide in rules.standard_guides:
        _put(session, full, step.id, guide.code)
    return await _keep(session, full, now)


async def choose_one(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    step_id: str,
    code: str,
    now: datetime,
) -> FullPlan:
    """Make the one choice of a step that allows one, in place of an earlier one."""
    full = await _to_fill(session, actor, plan_id)
    step = rules.step(step_id)
    if step.kind is not StepKind.CHOICE or code not in {one.code for one in rules.choices(step)}:
        raise NotFound
    await _drop(session, full, full.of(step.id))
    _put(session, full, step.id, code)
    return await _keep(session, full, now)


async def write_words(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    step_id: str,
    text: str,
    now: datetime,
) -> FullPlan:
    """Fill a step that asks for the teacher's own words."""
    full = await _to_fill(session, actor, plan_id)
    step = rules.step(step_id)
    if step.kind is not StepKind.TEXT:
        raise NotFound
    text = kept_words(text)
    await _drop(session, full, full.of(step.id))
    _put(session, full, step.id, OWN_WORDS, text=text)
    return await _keep(session, full, now)


async def start_from(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    content: Sequence[dict[str, Any]],
    now: datetime,
    only_step: str | None = None,
) -> FullPlan:
    """Take over earlier content (a whole plan, or one step), in place of what was chosen.

    Points come from the rule set as it is now; what it no longer knows is left out.
    """
    full = await _to_fill(session, actor, plan_id)
    steps = {step.id: step for step in rules.steps if only_step in (None, step.id)}
    await _drop(session, full, [entry for entry in full.entries if entry.step in steps])
    for one in content:
        step = steps.get(one["step"])
        if step is None or not _knows(rules, step, one["code"]):
            continue
        points = points_floor = 0
        if step.kind is StepKind.ITEMS:
            item = rules.item(one["code"])
            points, points_floor = item.points, item.points_floor
        _put(session, full, one["step"], one["code"], quantity=one["quantity"],
             text=one["text"], evidence=one["evidence"], points=points,
             points_floor=points_floor)  # fmt: skip
    return await _keep(session, full, now)


async def prefer(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    now: datetime,
    *,
    liked: str | None = None,
    in_hand: tuple[str, int] | None = None,
) -> FullPlan:
    """Note what suggestions should heed: like a category (or no longer), have units in hand."""
    full = await _to_fill(session, actor, plan_id)
    preferences = dict(full.plan.preferences)
    if liked is not None:
        preferences["liked"] = _toggled(preferences.get("liked", []), liked)
    if in_hand is not None:
        code, units = in_hand
        preferences["in_hand"] = {**preferences.get("in_hand", {}), code: units}
    full.plan.preferences = preferences
    session.add(full.plan)
    return await _keep(session, full, now)


# ------------------------------------------------------------------------------- submitting


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far a step is: what is chosen, how much is needed, whether that is enough."""

    step: Step
    chosen: int
    needed: int
    done: bool


def progress(rules: RuleSet, full: FullPlan) -> tuple[StepProgress, ...]:
    """Say for every step of the rule set how far the plan is."""
    return tuple(_step_progress(rules, step, full) for step in rules.steps)


def _step_progress(rules: RuleSet, step: Step, full: FullPlan) -> StepProgress:
    entries = full.of(step.id)
    if step.kind is StepKind.BEHAVIOURS:
        codes = {entry.code for entry in entries}
        chosen = sum(
            len(codes.intersection(guide.code for guide in one.guides)) >= max(step.guides_min, 1)
            for one in rules.behaviours
        )
    else:
        chosen = sum(entry.code != NO_DUTY for entry in entries)
    # "No duty" is an answer too: a step that allows it is done once there is any entry.
    done = bool(entries) if step.none_allowed else chosen >= max(step.choose_min, 1)
    return StepProgress(step, chosen, step.choose_min, done)


def missing_steps(rules: RuleSet, full: FullPlan) -> tuple[str, ...]:
    """Give the ids of the required steps that are not filled."""
    return tuple(
        one.step.id for one in progress(rules, full) if one.step.required and not one.done
    )


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submitted plan and who will decide on it (joined members; may be empty)."""

    full: FullPlan
    deciders: tuple[Member, ...]


async def submit(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    revision: int,
    *,
    today: date,
    now: datetime,
    reason: str = "",
) -> Submitted:
    """Submit the plan as it is. `revision` is the one the teacher was shown.

    Raises `Incomplete` for what the rule set requires, `BelowTarget` for missing points: where
    the target is only recommended, a reason lifts it.
    """
    full = await own_plan(session, actor, plan_id)
    missing = missing_steps(rules, full)
    if missing and full.fillable:
        raise Incomplete(missing)
    reason = _require_target(rules, full, reason)
    await move(
        session, full, Action.SUBMIT, revision,
        revision=revision + 1, submitted_at=now, changed_at=now, below_target_reason=reason,
    )  # fmt: skip
    session.add(
        PlanRevision(
            plan_id=full.id,
            number=revision + 1,
            content=full.content(),
            points=full.plan.points,
            points_floor=full.plan.points_floor,
            below_target_reason=reason,
            submitted_at=now,
        )
    )
    audit.record(
        session, actor, "plan.submit", f"plan:{full.id}", now,
        revision=revision + 1, points=full.plan.points_floor,
    )  # fmt: skip
    who = [
        one for one in await deciders(session, actor.school_id, today) if one.id != actor.member_id
    ]
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[known_id(one.id) for one in who],
        occasion=f"plan:{full.id}:submitted:{revision + 1}",
        kind="plan_submitted",
        subject={"plan": full.id, "revision": revision + 1},
        now=now,
    )
    return Submitted(full, tuple(who))


def _require_target(rules: RuleSet, full: FullPlan, reason: str) -> str:
    if rules.points is None or full.plan.points_floor >= rules.points.target_min:
        return ""
    below = BelowTarget(
        full.plan.points_floor, rules.points.target_min, hard=rules.points.hard_minimum
    )
    if not full.fillable:
        return ""
    if below.hard or not reason.strip():
        raise below
    return kept_words(reason)


async def take_back(
    session: AsyncSession, actor: Actor, plan_id: int, revision: int, now: datetime
) -> FullPlan:
    """Take a submitted plan back, as long as nobody has decided on it."""
    full = await own_plan(session, actor, plan_id)
    await move(session, full, Action.TAKE_BACK, revision, changed_at=now)
    audit.record(session, actor, "plan.take_back", f"plan:{full.id}", now, revision=revision)
    await cards.retire(session, cards.Subject(full.id), now)
    return full


async def agree(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    revision: int,
    now: datetime,
) -> FullPlan:
    """Confirm an approved plan, which opens the period's work."""
    full = await own_plan(session, actor, plan_id)
    if not rules.agreement_required:
        raise NotNow(full.status)
    await move(session, full, Action.AGREE, revision, changed_at=now)
    audit.record(session, actor, "plan.agree", f"plan:{full.id}", now, revision=revision)
    return full


async def move(
    session: AsyncSession, full: FullPlan, action: Action, shown: int, **values: Any
) -> None:
    """Take one transition from the revision that was shown, or raise why not.

    The row count of one update decides the winner. The plan must not have changed since it was
    read, so what a decision or a submission remembers is what was there.
    """
    allowed = [before for before, what in TRANSITIONS if what is action]
    after = TRANSITIONS.get((full.status, action))
    if after is None:
        raise NotNow(full.status)
    if full.plan.revision != shown:
        raise StaleRevision(full.plan.revision)
    moved = await session.exec(
        update(Plan)
        .where(col(Plan.id) == full.id, col(Plan.revision) == shown)
        .where(col(Plan.status) == full.status, col(Plan.status).in_(allowed))
        .where(col(Plan.changed_at) == full.plan.changed_at, ~is_closed())
        .values(status=after, **values)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        await require_open(session, full.id)
        await session.refresh(full.plan)
        if (full.status, action) in TRANSITIONS:
            raise StaleRevision(full.plan.revision)
        raise NotNow(full.status)
    await session.refresh(full.plan)


# ------------------------------------------------------------------------------- looking back


async def latest_decision(session: AsyncSession, plan_id: int) -> tuple[Decision, Member] | None:
    """Give the newest decision on a plan, with who decided."""
    found = await session.exec(
        select(Decision, Member)
        .join(Member, col(Member.id) == col(Decision.member_id))
        .where(Decision.plan_id == plan_id)
        .order_by(col(Decision.revision).desc())
        .limit(1)
    )
    return found.first()


async def starting_points(
    session: AsyncSession, actor: Actor, rules: RuleSet, period: Period
) -> dict[str, list[dict[str, Any]]]:
    """Give what a plan could start from: `previous` (the last period's plan), `model`."""
    offers: dict[str, list[dict[str, Any]]] = {}
    before = await find_plan(session, actor.member_id, rules.previous_period(period).id)
    if before is not None and before.entries:
        offers["previous"] = before.content()
    found = await session.exec(
        select(ModelPlan).where(
            ModelPlan.school_id == actor.school_id, ModelPlan.ruleset == rules.id
        )
    )
    model = found.first()
    if model is not None:
        offers["model"] = list(model.content)
    return offers


# ------------------------------------------------------------------------------- within


def items_step(rules: RuleSet) -> Step:
    """Give the step whose choices carry points."""
    return step_of_kind(rules, StepKind.ITEMS)


def step_of_kind(rules: RuleSet, kind: StepKind) -> Step:
    """Give the rule set's step of a kind. Raises `NotFound` when it has none."""
    found = next((step for step in rules.steps if step.kind is kind), None)
    if found is None:
        raise NotFound
    return found


def _knows(rules: RuleSet, step: Step, code: str) -> bool:
    """Whether the rule set still has what an earlier plan chose in this step."""
    if step.kind is StepKind.BEHAVIOURS:
        return code in {guide.code for one in rules.behaviours for guide in one.guides}
    if step.own_words and code.startswith(OWN_WORDS):
        return True
    if step.none_allowed and code == NO_DUTY:
        return True
    return code in {choice.code for choice in rules.choices(step)}


async def _to_fill(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    full = await own_plan(session, actor, plan_id)
    if not full.fillable:
        raise NotNow(full.status)
    return full


def _put(
    session: AsyncSession,
    full: FullPlan,
    step: str,
    code: str,
    *,
    quantity: int = 1,
    points: int = 0,
    points_floor: int = 0,
    text: str = "",
    evidence: Iterable[str] = (),
) -> None:
    entry = PlanEntry(
        plan_id=full.id,
        step=step,
        code=code,
        quantity=quantity,
        points=points,
        points_floor=points_floor,
        text=text,
        evidence=list(evidence),
    )
    session.add(entry)
    full.entries.append(entry)


async def _drop(session: AsyncSession, full: FullPlan, entries: Sequence[PlanEntry]) -> None:
    for entry in entries:
        await session.delete(entry)
        full.entries.remove(entry)
    if entries:
        # Rows go before new ones with the same key come.
        await session.flush()


async def _keep(session: AsyncSession, full: FullPlan, now: datetime) -> FullPlan:
    """Store the sums with the entries, unless the plan has moved on in the meantime."""
    full.entries.sort(key=lambda entry: (entry.step, entry.code))
    plan = full.plan
    sums = {
        "points": sum(entry.points * entry.quantity for entry in full.entries),
        "points_floor": sum(entry.points_floor * entry.quantity for entry in full.entries),
        "changed_at": now,
    }
    seen = {
        "plan": full.id, "shown": plan.revision, "was": plan.status, "seen_at": plan.changed_at,
    }  # fmt: skip
    new = {f"new_{name}": value for name, value in sums.items()}
    kept = await session.exec(_KEEP_SUMS, params=seen | new)
    if not kept.rowcount:
        await require_open(session, full.id)
        raise StaleRevision(plan.revision)
    await session.flush()
    for name, value in sums.items():
        # The row has them already; writing them again at commit would be a second update.
        set_committed_value(plan, name, value)
    return full


def _toggled(values: Sequence[str], value: str) -> list[str]:
    return [one for one in values if one != value] if value in values else [*values, value]


def kept_words(text: str, longest: int = LONGEST_TEXT) -> str:
    """Fold white space. Raises `ReasonMissing` for nothing, `TooLong` for more than is kept."""
    text = " ".join(text.split())
    if not text:
        raise ReasonMissing
    if len(text) > longest:
        raise TooLong(longest, len(text))
    return text
