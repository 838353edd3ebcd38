"""A plan as lines to read: shared by the teacher who fills it and by those who look at it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.words import Words
from storage.models import PlanEntry
from storage.plans import NO_DUTY, FullPlan, StepProgress, progress
from storage.rulesets import RuleSet, Step, StepKind, UnknownCode


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: what it is, how often, for how many points, proven by what.

    `marked` says that the principal asks for a change there; `estimated` shows "perkiraan".
    """

    mark: str
    title: str
    quantity: int
    points: int
    points_floor: int
    evidence: tuple[str, ...]
    estimated: bool
    marked: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One step with its entries and its progress."""

    step: Step
    lines: tuple[Line, ...]
    progress: StepProgress
    is_none: bool

    @property
    def marked(self) -> bool:
        """Whether anything in it was marked by the principal."""
        return any(line.marked for line in self.lines)


def sections(rules: RuleSet, full: FullPlan, marks: Collection[str] = ()) -> tuple[Section, ...]:
    """Give the plan step by step; `marks` are `step/code` of what was marked."""
    return tuple(
        Section(
            step=one.step,
            lines=tuple(
                line_of(rules, one.step, entry, marks)
                for entry in full.of(one.step.id)
                if entry.code != NO_DUTY
            ),
            progress=one,
            is_none=full.entry(one.step.id, NO_DUTY) is not None,
        )
        for one in progress(rules, full)
    )


def line_of(rules: RuleSet, step: Step, entry: PlanEntry, marks: Collection[str] = ()) -> Line:
    """Put one entry into words."""
    title, estimated = title_of(rules, step, entry.code, entry.text)
    return Line(
        mark=mark_of(entry),
        title=title,
        quantity=entry.quantity,
        points=entry.points * entry.quantity,
        points_floor=entry.points_floor * entry.quantity,
        # Where nothing has to be uploaded, a plan names nothing to send.
        evidence=evidence_titles(rules, entry.evidence) if rules.upload.required else (),
        estimated=estimated,
        marked=mark_of(entry) in marks,
    )


def mark_of(entry: PlanEntry) -> str:
    """Name an entry in marks: `step/code`."""
    return f"{entry.step}/{entry.code}"


def title_of(rules: RuleSet, step: Step, code: str, text: str) -> tuple[str, bool]:
    """Give an entry's title and whether it is estimated; unknown codes stand for themselves."""
    if text:
        return text, False
    try:
        if step.kind is StepKind.ITEMS:
            item = rules.item(code)
            return item.short, item.estimated
        if step.kind is StepKind.BEHAVIOURS:
            return rules.guide(code).text, False
        choice = next(one for one in rules.choices(step) if one.code == code)
    except (UnknownCode, StopIteration):
        # The rule set has been corrected since; the plan keeps what was chosen then.
        return code, False
    return choice.title, choice.estimated


def evidence_titles(rules: RuleSet, kinds: Sequence[str]) -> tuple[str, ...]:
    """Name kinds of evidence."""
    known = {one.id: one.title for one in rules.evidence_kinds}
    return tuple(known.get(kind, kind) for kind in kinds)


def change_lines(rules: RuleSet, words: Words, changes: Any) -> tuple[tuple[str, str, str], ...]:
    """Put the changes since a return into words: sign, title, what changed."""
    lines = []
    for one in changes.added:
        lines.append(("added", _plain_title(rules, one), f"{one['quantity']}×"))
    for one in changes.removed:
        lines.append(("removed", _plain_title(rules, one), ""))
    for old, new in changes.altered:
        lines.append(("altered", _plain_title(rules, new), _difference(words, rules, old, new)))
    return tuple(lines)


def _plain_title(rules: RuleSet, entry: dict[str, Any]) -> str:
    try:
        step = rules.step(entry["step"])
    except UnknownCode:
        return str(entry["code"])
    return title_of(rules, step, entry["code"], entry["text"])[0]


def _difference(words: Words, rules: RuleSet, old: dict[str, Any], new: dict[str, Any]) -> str:
    if old["quantity"] != new["quantity"]:
        return f"{old['quantity']}× → {new['quantity']}×"
    if old["evidence"] != new["evidence"]:
        kinds = ", ".join(evidence_titles(rules, new["evidence"]))
        return words.label("plan.evidence_now", kinds=kinds or "–")
    return words.label("plan.words_changed")
