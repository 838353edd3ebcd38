"""How much evidence a planned entry needs, and how many of its units are proven."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.models import EvidenceStatus, PlanEntry
from storage.plans import NO_DUTY, FullPlan
from storage.rulesets import RuleSet, Step, StepKind, UnknownCode

PROVABLE_STEPS = frozenset({StepKind.ITEMS, StepKind.DUTIES})
"""Behaviours and choices are observed, not proven by documents."""

COUNTS_AS_SENT = frozenset({EvidenceStatus.RECEIVED, EvidenceStatus.ACCEPTED})


class Counted(Protocol):
    """What counts of a document that has come for an entry."""

    @property
    def kind(self) -> str:
        """The kind of document."""

    @property
    def covers(self) -> int:
        """How many units it proves."""


class Document(Counted, Protocol):
    """What counts of a piece of evidence, or of several that are alike."""

    @property
    def step(self) -> str:
        """The step of the entry that it proves."""

    @property
    def code(self) -> str:
        """The entry that it proves."""

    @property
    def status(self) -> str:
        """Where it stands."""


@dataclass(frozen=True, slots=True)
class Need:
    """One kind of document that an entry needs `wanted` of; any one of `kinds` serves."""

    kinds: tuple[str, ...]
    wanted: int


@dataclass(frozen=True, slots=True)
class Provable:
    """A planned entry that evidence can be sent for."""

    step: Step
    entry: PlanEntry
    needs: tuple[Need, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What evidence names the entry by: step and code."""
        return (self.entry.step, self.entry.code)


@dataclass(frozen=True, slots=True)
class Units:
    """How many units of an entry are planned, how many have all documents, how many accepted."""

    planned: int
    sent: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole plan in points (as promised) and in units."""

    planned_points: int
    sent_points: int
    accepted_points: int
    planned: int
    sent: int
    accepted: int


def provable(rules: RuleSet, full: FullPlan) -> tuple[Provable, ...]:
    """Give the entries of a plan that evidence can be sent for, in the order of the steps."""
    return tuple(
        Provable(step, entry, needs_of(rules, step, entry))
        for step in rules.steps
        if step.kind in PROVABLE_STEPS
        for entry in full.of(step.id)
        if entry.code != NO_DUTY
    )


def needs_of(rules: RuleSet, step: Step, entry: PlanEntry) -> tuple[Need, ...]:
    """Say which documents an entry needs; for a duty, interchangeable ones stand for each other.

    An entry planned without a kind needs any document for each unit.
    """
    kinds = tuple(entry.evidence)
    if step.kind is not StepKind.DUTIES:
        return tuple(Need((kind,), entry.quantity) for kind in kinds) or (
            Need((), entry.quantity),
        )
    either = _interchangeable(rules, kinds)
    others = tuple(kind for kind in kinds if kind not in either)
    needs = [Need(either, entry.quantity)] if either else []
    needs += [Need((kind,), entry.quantity) for kind in others]
    return tuple(needs) or (Need((), entry.quantity),)


def _interchangeable(rules: RuleSet, kinds: Sequence[str]) -> tuple[str, ...]:
    """Give all kinds that stand for each other, if one of them is among `kinds`: that first."""
    every = rules.duty_rules.interchangeable
    named = [kind for kind in kinds if kind in every]
    return tuple(dict.fromkeys([*named, *every])) if named else ()


def kinds_for(rules: RuleSet, step: Step, entry: PlanEntry) -> tuple[str, ...]:
    """Give the kinds of evidence that may be sent for an entry: the intended ones first."""
    allowed: tuple[str, ...] = ()
    try:
        if step.kind is StepKind.ITEMS:
            allowed = rules.item(entry.code).evidence
        elif not entry.text:
            allowed = tuple(kind.id for kind in rules.evidence_of_duty(entry.code))
        else:
            allowed = rules.duty_rules.evidence
    except UnknownCode:
        # The rule set has been corrected since; what the plan intended still holds.
        allowed = ()
    intended = entry.evidence
    if step.kind is StepKind.DUTIES:
        intended = [*intended, *_interchangeable(rules, intended)]
    return tuple(dict.fromkeys([*intended, *allowed]))


def missing(needs: Sequence[Need], pieces: Iterable[Document]) -> tuple[Need, ...]:
    """Say what is still to be sent for all planned units; kinds not asked for fill no gap here."""
    have = _count(pieces)
    gaps = ((need, need.wanted - _of(need, have)) for need in needs)
    return tuple(Need(need.kinds, gap) for need, gap in gaps if gap > 0)


def proven_units(needs: Sequence[Need], pieces: Iterable[Counted], planned: int) -> int:
    """Say how many units have all their documents; never more than planned.

    A document of a kind that nobody asked for stands in for whatever is missing: whoever accepted
    it knew what it was.
    """
    have = _count(pieces)
    asked = {kind for need in needs for kind in need.kinds}
    if not asked:
        return min(planned, sum(have.values()))
    spare = sum(count for kind, count in have.items() if kind not in asked)
    units = 0
    while units < planned:
        gaps = sum(max(0, units + 1 - _of(need, have)) for need in needs)
        if gaps > spare:
            break
        units += 1
    return units


def units_of(one: Provable, pieces: Iterable[Document]) -> Units:
    """Count the units of an entry. `pieces` are those of the entry, in any status."""
    pieces = list(pieces)
    planned = one.entry.quantity
    sent = [piece for piece in pieces if piece.status in COUNTS_AS_SENT]
    accepted = [piece for piece in pieces if piece.status == EvidenceStatus.ACCEPTED]
    return Units(
        planned,
        proven_units(one.needs, sent, planned),
        proven_units(one.needs, accepted, planned),
    )


def progress(entries: Iterable[Provable], pieces: Iterable[Document]) -> Progress:
    """Add a plan up. Points are those that can be promised (`points_floor`)."""
    by_entry: dict[tuple[str, str], list[Document]] = {}
    for piece in pieces:
        by_entry.setdefault((piece.step, piece.code), []).append(piece)
    counted = [(one.entry, units_of(one, by_entry.get(one.key, ()))) for one in entries]
    return Progress(
        planned_points=sum(entry.points_floor * units.planned for entry, units in counted),
        sent_points=sum(entry.points_floor * units.sent for entry, units in counted),
        accepted_points=sum(entry.points_floor * units.accepted for entry, units in counted),
        planned=sum(units.planned for _, units in counted),
        sent=sum(units.sent for _, units in counted),
        accepted=sum(units.accepted for _, units in counted),
    )


def _count(pieces: Iterable[Counted]) -> Counter[str]:
    have: Counter[str] = Counter()
    for piece in pieces:
        have[piece.kind] += piece.covers
    return have


def _of(need: Need, have: Counter[str]) -> int:
    return sum(have[kind] for kind in need.kinds) if need.kinds else sum(have.values())
