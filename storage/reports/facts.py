"""All that is known about a plan and its period without asking anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.evidence import needs, reading
from storage.evidence.needs import Progress, Units
from storage.forms import Answer
from storage.models import Evidence, EvidenceStatus, PlanEntry
from storage.people import known_id
from storage.plans import NO_DUTY, FullPlan
from storage.rulesets import ReportField, RuleSet


class AspectState(StrEnum):
    """What shows a main duty; the strongest that there is."""

    SHOWN = "shown"
    """The plan has it and it is proven, needs no proof, or was observed."""
    TOLD = "told"
    """The teacher tells of it in the report."""
    PLANNED = "planned"
    """It is planned, and nothing has been accepted yet."""
    NONE = "none"
    """The plan says that there is none, such as no additional duty."""
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Achieved:
    """A planned entry that needs proof, and how far it is. Points are those that are promised."""

    entry: PlanEntry
    units: Units

    @property
    def planned_points(self) -> int:
        """The points of all planned units."""
        return self.entry.points_floor * self.units.planned

    @property
    def achieved_points(self) -> int:
        """The points of the units whose evidence has been accepted."""
        return self.entry.points_floor * self.units.accepted


@dataclass(frozen=True, slots=True)
class Aspect:
    """One of the main duties and what shows it: `by` are entries of the plan (`step/code`)."""

    code: str
    state: AspectState
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedStep:
    """A step of the observation cycle (its letter) that was carried out on a day."""

    step: str
    done_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known: entries with proof, behaviours and choices, main duties, observation."""

    achieved: tuple[Achieved, ...]
    chosen: tuple[PlanEntry, ...]
    """The entries that need no proof: behaviours, choices, own words."""
    accepted: tuple[Evidence, ...]
    progress: Progress
    aspects: tuple[Aspect, ...]
    observed: tuple[ObservedStep, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """The codes of the main duties that nothing shows."""
        return tuple(one.code for one in self.aspects if one.state is AspectState.GAP)

    def content(self) -> dict[str, Any]:
        """Give all of it as plain data, for a revision that is kept for ever."""
        return {
            "achieved": [_achieved_data(one) for one in self.achieved],
            "chosen": [_entry_data(one) for one in self.chosen],
            "accepted": [
                {
                    "id": one.id, "step": one.step, "code": one.code, "kind": one.kind,
                    "covers": one.covers, "dated_on": one.dated_on and one.dated_on.isoformat(),
                }
                for one in self.accepted
            ],
            "planned_points": self.progress.planned_points,
            "achieved_points": self.progress.accepted_points,
            "planned": self.progress.planned,
            "achieved_units": self.progress.accepted,
            "aspects": [{"code": one.code, "state": one.state} for one in self.aspects],
            "observed": [
                {"step": one.step, "done_on": one.done_on.isoformat()} for one in self.observed
            ],
        }  # fmt: skip


def _entry_data(entry: PlanEntry) -> dict[str, Any]:
    return {"step": entry.step, "code": entry.code, "text": entry.text}


def _achieved_data(one: Achieved) -> dict[str, Any]:
    units = one.units
    return _entry_data(one.entry) | {
        "planned": units.planned, "sent": units.sent, "accepted": units.accepted,
        "planned_points": one.planned_points, "achieved_points": one.achieved_points,
    }  # fmt: skip


async def facts_of(
    session: AsyncSession,
    rules: RuleSet,
    full: FullPlan,
    answers: Mapping[str, Answer],
    observed: Sequence[ObservedStep] = (),
) -> Facts:
    """Gather what is known about a plan; one statement.

    `answers` are those of the report, by field: what the teacher tells of a main duty counts.
    """
    evidence = await reading.evidence_of_plan(session, full.id)
    provable = needs.provable(rules, full)
    by_entry: dict[tuple[str, str], list[Evidence]] = {}
    for piece in evidence:
        by_entry.setdefault((piece.step, piece.code), []).append(piece)
    achieved = tuple(
        Achieved(one.entry, needs.units_of(one, by_entry.get(one.key, ()))) for one in provable
    )
    proven = {one.key for one in provable}
    return Facts(
        achieved=achieved,
        chosen=tuple(
            entry
            for entry in full.entries
            if (entry.step, entry.code) not in proven and entry.code != NO_DUTY
        ),
        accepted=tuple(one for one in evidence if one.status == EvidenceStatus.ACCEPTED),
        progress=needs.progress(provable, evidence),
        aspects=_aspects(rules, full, achieved, answers, observed),
        observed=tuple(observed),
    )


def _aspects(
    rules: RuleSet,
    full: FullPlan,
    achieved: Sequence[Achieved],
    answers: Mapping[str, Answer],
    observed: Sequence[ObservedStep],
) -> tuple[Aspect, ...]:
    """Say for each main duty that the rule set can judge what shows it."""
    accepted = {known_id(one.entry.id): one.units.accepted for one in achieved}
    told = {one.aspect for one in rules.report_fields if one.aspect and one.id in answers}
    seen = {one.step for one in observed}
    found = []
    for cover in rules.coverages:
        entries = [
            entry
            for entry in full.entries
            if entry.code != NO_DUTY and (entry.code in cover.codes or entry.step in cover.steps)
        ]
        needs_proof = rules.upload.required
        shown = [
            entry for entry in entries if not needs_proof or accepted.get(known_id(entry.id), 1)
        ]
        if shown or seen.intersection(cover.observation):
            state, entries = AspectState.SHOWN, shown
        elif cover.code in told:
            state = AspectState.TOLD
        elif entries:
            state = AspectState.PLANNED
        else:
            is_none = any(full.entry(step, NO_DUTY) for step in cover.steps)
            state = AspectState.NONE if is_none else AspectState.GAP
        by = tuple(f"{entry.step}/{entry.code}" for entry in entries)
        found.append(Aspect(cover.code, state, by))
    return tuple(found)


def fields_to_ask(
    rules: RuleSet, full: FullPlan, facts: Facts, answers: Mapping[str, Answer]
) -> tuple[ReportField, ...]:
    """Give the questions of this report: about what was planned, and about what nothing shows.

    A question that has been answered stays, so that its answer can be seen and changed.
    """
    filled = {entry.step for entry in full.entries if entry.code != NO_DUTY}
    return tuple(
        one
        for one in rules.report_fields
        if one.id in answers
        or not (one.step or one.aspect)
        or one.step in filled
        or one.aspect in facts.gaps
    )
