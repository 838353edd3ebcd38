"""A plan in the fields of the official form, and which of them have been copied there.

The fields and their order are the rule set's. A field counts as copied as long as it says what it
said then: what was changed since has to be copied again.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotFound, NotNow
from storage.evidence import needs
from storage.evidence.changing import OPEN_PLANS
from storage.models import CopyProgress, PlanEntry
from storage.people import Actor
from storage.plans import NO_DUTY, FullPlan, own_plan
from storage.rulesets import CopyField, CopyValue, RuleSet, Step, StepKind, UnknownCode

DIGEST_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in one field of the form. `key` names it within the plan.

    `estimated`: the field's name or place is a guess.
    """

    key: str
    section: str
    title: str
    text: str
    estimated: bool

    @property
    def mark(self) -> str:
        """The key with what the text was: another text has another mark."""
        digest = hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()
        return f"{self.key}#{digest[:DIGEST_LENGTH]}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """All fields of a plan in the order of the form, and the keys of those that are copied."""

    full: FullPlan
    values: tuple[Value, ...]
    done: frozenset[str]

    @property
    def sections(self) -> tuple[str, ...]:
        """The pages of the form that have something to copy, in order."""
        return tuple(dict.fromkeys(value.section for value in self.values))

    def of(self, section: str) -> tuple[Value, ...]:
        """Give the fields of a page."""
        return tuple(value for value in self.values if value.section == section)

    def at(self, key: str) -> int:
        """Say where a field stands. Raises `NotFound`."""
        for number, value in enumerate(self.values):
            if value.key == key:
                return number
        raise NotFound

    def next_open(self, after: int = -1) -> Value | None:
        """Give the next field that is not copied, from a place on, then from the beginning."""
        around = [*self.values[after + 1 :], *self.values[: after + 1]]
        return next((value for value in around if value.key not in self.done), None)


async def read(session: AsyncSession, actor: Actor, rules: RuleSet, plan_id: int) -> Sheet:
    """Give an own plan as the form has it. Raises `NotNow` unless the plan was approved."""
    full = await own_plan(session, actor, plan_id)
    if full.status not in OPEN_PLANS:
        raise NotNow(full.status)
    kept = await session.get(CopyProgress, full.id)
    marks = set(kept.done) if kept is not None else set()
    values = values_of(rules, full)
    return Sheet(full, values, frozenset(one.key for one in values if one.mark in marks))


async def tick(
    session: AsyncSession, actor: Actor, rules: RuleSet, plan_id: int, key: str, now: datetime,
    *, done: bool,
) -> Sheet:  # fmt: skip
    """Note that a field has been copied, or has not; marks of texts of before are dropped."""
    sheet = await read(session, actor, rules, plan_id)
    value = sheet.values[sheet.at(key)]
    keys = (sheet.done | {value.key}) if done else (sheet.done - {value.key})
    kept = await session.get(CopyProgress, plan_id)
    kept = kept or CopyProgress(plan_id=plan_id, done=[], changed_at=now)
    kept.done = [one.mark for one in sheet.values if one.key in keys]
    kept.changed_at = now
    session.add(kept)
    await session.flush()
    return Sheet(sheet.full, sheet.values, frozenset(keys))


# ------------------------------------------------------------------------------- the fields


def values_of(rules: RuleSet, full: FullPlan) -> tuple[Value, ...]:
    """Fill the fields of the form from a plan; a field without a text is left out."""
    values: list[Value] = []
    for step_id, fields in groupby(rules.copy_fields, lambda field: field.step):
        step = rules.step(step_id)
        values += _filled(rules, step, tuple(fields), full.of(step.id))
    return tuple(value for value in values if value.text)


def _filled(
    rules: RuleSet, step: Step, fields: Sequence[CopyField], entries: Iterable[PlanEntry]
) -> Iterator[Value]:
    for entry in entries:
        if entry.code == NO_DUTY:
            continue
        for field in fields:
            yield Value(
                key=f"{field.id}/{entry.code}",
                section=field.section,
                title=field.title,
                text=" ".join(_text(rules, step, field.value, entry).split()),
                estimated=field.estimated,
            )


def _text(rules: RuleSet, step: Step, value: CopyValue, entry: PlanEntry) -> str:
    match value:
        case CopyValue.TITLE:
            return _title(rules, step, entry)
        case CopyValue.QUANTITY:
            return str(entry.quantity)
        case CopyValue.EVIDENCE:
            known = {one.id: one.title for one in rules.evidence_kinds}
            kinds = entry.evidence or needs.kinds_for(rules, step, entry)
            return ", ".join(known.get(kind, kind) for kind in kinds)
        case CopyValue.VALUE_NAME:
            names = [
                one.name
                for one in rules.behaviours
                if entry.code in {guide.code for guide in one.guides}
            ]
            return next(iter(names), "")


def _title(rules: RuleSet, step: Step, entry: PlanEntry) -> str:
    """Give the full wording; a code that the rule set no longer has stands for itself."""
    if entry.text:
        return entry.text
    try:
        if step.kind is StepKind.BEHAVIOURS:
            return rules.guide(entry.code).text
        return next(one.title for one in rules.choices(step) if one.code == entry.code)
    except (UnknownCode, StopIteration):
        return entry.code


def parts(text: str, longest: int) -> list[str]:
    """Cut a text into parts of at most `longest` characters, between words where there are any.

    Characters count as Telegram counts them, in units of UTF-16, and none is cut in two.
    """
    found: list[str] = []
    left = text.strip()
    while _length(left) > longest:
        end = _most(left, longest)
        space = left.rfind(" ", 0, end + 1)
        cut = space if space > 0 else end
        found.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return [*found, left] if left else found


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _most(text: str, longest: int) -> int:
    """Say how many characters of a text fit."""
    room = longest
    for at, sign in enumerate(text):
        room -= 2 if ord(sign) > 0xFFFF else 1
        if room < 0:
            return max(at, 1)
    return len(text)
