"""Filling the steps of a plan, while it is a draft or has been returned."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import (
    NotFound,
    NotNow,
    OutOfRange,
    ReasonMissing,
    StaleRevision,
    TooLong,
    ValuesFull,
)
from storage.models import (
    Plan,
    PlanEntry,
    table_of,
)
from storage.people import Actor
from storage.periods import is_closed, require_open
from storage.plans.reading import (
    NO_DUTY,
    OWN_WORDS,
    FullPlan,
    items_step,
    own_plan,
    step_of_kind,
)
from storage.plans.starting import known_of
from storage.rulesets import RuleSet, Step, StepKind
from storage.suggestions import Pick

MOST_UNITS = 20
"""More of one activity in half a year is a slip of the finger."""


MOST_OWN_DUTIES = 5


LONGEST_TEXT = 500


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
    """Choose one guide statement of a behaviour, or give it up.

    Raises `ValuesFull` for one of yet another value than the rule set lets somebody choose.
    """
    full = await _to_fill(session, actor, plan_id)
    step = step_of_kind(rules, StepKind.BEHAVIOURS)
    entry = full.entry(step.id, rules.guide(code).code)
    if entry is not None:
        await _drop(session, full, [entry])
    else:
        _require_room(rules, step, full, code)
        _put(session, full, step.id, code)
    return await _keep(session, full, now)


def _require_room(rules: RuleSet, step: Step, full: FullPlan, code: str) -> None:
    chosen = {entry.code for entry in full.of(step.id)}
    values = [
        one for one in rules.behaviours
        if any(guide.code in chosen or guide.code == code for guide in one.guides)
    ]  # fmt: skip
    if step.choose_max is not None and len(values) > step.choose_max:
        raise ValuesFull(step.choose_max)


async def take_standard_guides(
    session: AsyncSession, actor: Actor, rules: RuleSet, plan_id: int, now: datetime
) -> FullPlan:
    """Choose the standard guide statement of each behaviour in place of what was chosen.

    Of no more behaviours than the rule set lets somebody choose: those that come first.
    """
    full = await _to_fill(session, actor, plan_id)
    step = step_of_kind(rules, StepKind.BEHAVIOURS)
    await _drop(session, full, full.of(step.id))
    for guide in rules.standard_guides[: step.choose_max]:
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
    for one in known_of(rules, content):
        step = steps.get(one["step"])
        if step is None:
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
