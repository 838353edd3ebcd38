"""All that an SKP tells, gathered in one place from wherever it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations.papers.chapters import ordered_pieces
from conversations.people import Person
from storage import confirmations, decisions, letterheads, plans
from storage.confirmations import Paper
from storage.evidence import needs, reading
from storage.evidence.needs import Progress, Provable, Units
from storage.evidence.reading import Piece
from storage.exports import Dossier
from storage.issuing import plan_for_paper
from storage.letterheads import Head
from storage.models import EvidenceStatus, Letterhead, Member, Verdict
from storage.observations.reading import FullCycle, cycle_of
from storage.plans import FullPlan
from storage.ratings.reading import FullRating, rating_of
from storage.reports.reading import FullReport, report_of
from storage.rulesets import Period, RuleSet


@dataclass(frozen=True, slots=True)
class Numbered:
    """A piece of evidence with its number: the same as in the portfolio and the archive."""

    number: int
    piece: Piece
    decided_by: str

    @property
    def is_accepted(self) -> bool:
        """Whether it counts as realised."""
        return self.piece.status is EvidenceStatus.ACCEPTED


@dataclass(frozen=True, slots=True)
class Proven:
    """A planned entry with its evidence and how many units are proven."""

    one: Provable
    units: Units
    pieces: tuple[Numbered, ...]


@dataclass(frozen=True, slots=True)
class SkpFacts:
    """What is known about one teacher's period."""

    full: FullPlan
    rules: RuleSet
    period: Period
    owner: Member
    letterhead: Letterhead | None
    head: Head
    approval: tuple[str, datetime] | None
    """Who approved the plan, and when."""

    proven: tuple[Proven, ...]
    progress: Progress
    cycle: FullCycle | None = None
    report: FullReport | None = None
    rating: FullRating | None = None
    """Only one that is final: a draft is its raters' alone."""

    papers: tuple[Paper, ...] = ()
    """The documents that are confirmed instead of an upload."""

    @property
    def is_final(self) -> bool:
        """Whether the rating is final; until then the paper is a draft."""
        return self.rating is not None

    @property
    def shows_evidence(self) -> bool:
        """Whether it tells of evidence: where some is asked for, or some has been sent."""
        return self.rules.upload.required or any(one.pieces for one in self.proven)

    def proven_in(self, step_id: str) -> dict[str, Proven]:
        """Give the provable entries of a step by their codes."""
        return {one.one.entry.code: one for one in self.proven if one.one.entry.step == step_id}


async def gather(person: Person, plan_id: int) -> SkpFacts:
    """Gather what an SKP tells. Raises what `plan_for_paper` raises."""
    session, school = person.session, person.school
    full = await plan_for_paper(session, person.actor, plan_id)
    rules = person.rulebook.of_plan(school, full.plan)
    letterhead = await letterheads.letterhead_of(session, person.actor.school_id)
    decided = await plans.latest_decision(session, full.id)
    pieces = await reading.pieces_of_plan(session, full.id)
    names = await reading.deciders_of(session, pieces)
    rating = await rating_of(session, full.id)
    approved = decided is not None and decided[0].verdict == Verdict.APPROVED
    return SkpFacts(
        full=full,
        rules=rules,
        period=rules.period(full.plan.period),
        owner=await decisions.owner_of(session, full),
        letterhead=letterhead,
        head=await letterheads.head_of(session, school, letterhead),
        approval=(decided[1].name, decided[0].decided_at) if decided and approved else None,
        proven=_proven(ordered_pieces(rules, full, pieces), names),
        progress=_progress(rules, full, pieces),
        cycle=await cycle_of(session, full.id, person.rulebook),
        report=await report_of(session, full.id),
        rating=rating if rating is not None and rating.is_final else None,
        papers=await confirmations.papers_of(session, rules, full),
    )


@dataclass(frozen=True, slots=True)
class Signed:
    """What all papers of a school have alike: the letterhead, and who signs."""

    letterhead: Letterhead | None
    head: Head


def facts_of(
    dossier: Dossier,
    full: FullPlan,
    rules: RuleSet,
    ordered: Sequence[tuple[Provable, list[Piece]]],
    names: Mapping[int, str],
    signed: Signed,
) -> SkpFacts:
    """Put together what an SKP tells from what has been read; `names` are those of all members."""
    decision, reported = dossier.decision, dossier.reported
    approved = decision is not None and decision.verdict == Verdict.APPROVED
    return SkpFacts(
        full=full,
        rules=rules,
        period=rules.period(full.plan.period),
        owner=dossier.member,
        letterhead=signed.letterhead,
        head=signed.head,
        approval=(names.get(decision.member_id, ""), decision.decided_at)
        if decision and approved
        else None,
        proven=_proven(ordered, names),
        progress=_progress(rules, full, dossier.pieces),
        cycle=dossier.cycle,
        report=FullReport(reported.report, content=dict(reported.content)) if reported else None,
        rating=dossier.rating,
        papers=confirmations.papers_with(rules, full, dossier.confirmed),
    )


def _progress(rules: RuleSet, full: FullPlan, pieces: Sequence[Piece]) -> Progress:
    return needs.progress(needs.provable(rules, full), [piece.evidence for piece in pieces])


def _proven(
    ordered: Sequence[tuple[Provable, list[Piece]]], names: Mapping[int, str]
) -> tuple[Proven, ...]:
    found: list[Proven] = []
    number = 0
    for one, mine in ordered:
        numbered = []
        for piece in mine:
            number += 1
            numbered.append(Numbered(number, piece, names.get(piece.evidence.decided_by or 0, "")))
        units = needs.units_of(one, [piece.evidence for piece in mine])
        found.append(Proven(one, units, tuple(numbered)))
    return tuple(found)
