"""The recap of a school: every teacher of a period in one table."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conversations.earlier_papers import recap_before
from conversations.papers.issues import Press
from conversations.papers.official_orders import (
    Align,
    Column,
    OfficialOrder,
    Paragraph,
    Proof,
    Row,
    Section,
    Table,
)
from conversations.papers.official_parts import (
    head_signature,
    letterhead_part,
    office_words,
    period_line,
    rules_line,
)
from conversations.papers.ordering import Filled
from conversations.people import Person
from conversations.rating_views import lines_of
from conversations.words import Words
from storage import confirmations, exports, letterheads, models
from storage.confirmations import Paper
from storage.evidence import needs
from storage.evidence.changing import OPEN_PLANS
from storage.evidence.needs import Progress
from storage.exports import Dossier
from storage.issuing import Issue, PaperKind, new_code
from storage.letterheads import Head
from storage.models import EvidenceStatus, Role, School
from storage.observations.reading import FullCycle
from storage.overviews import STAGES
from storage.people import known_id
from storage.rulesets import Period, RuleSet

NOT_STARTED = "none"


@dataclass(frozen=True, slots=True)
class Recap:
    """What a recap tells, beside the school it is about."""

    period: Period
    rules: RuleSet
    letterhead: models.Letterhead | None
    head: Head
    lines: tuple["Line", ...]


async def fill_recap(person: Person, period_id: str, out: Path, username: str) -> Filled:
    """Fill the order of a recap. Raises `NotAllowed` for who does not decide."""
    person.actor.require_decider()
    session, school = person.session, person.school
    rules, period = person.rulebook.period_named(school, period_id)
    letterhead = await letterheads.letterhead_of(session, person.actor.school_id)
    every = exports.dossiers(session, person.actor.school_id, period_id, person.rulebook)
    recap = Recap(
        period=period,
        rules=rules,
        letterhead=letterhead,
        head=await letterheads.head_of(session, school, letterhead),
        lines=tuple([_line(person, one) async for one in every if counts_in_recap(one)]),
    )
    press = Press(office_words(person), username)
    order = issue_recap(press, school, recap, person.actor.member_id, person.now, out)
    title = person.words.label("issuing.title_recap", period=period_line(period))
    return Filled(order, title, await recap_before(person, period), tuple(press.issues))


def issue_recap(
    press: Press, school: School, recap: Recap, made_by: int | None, now: datetime, out: Path
) -> OfficialOrder:
    """Issue the recap of a school."""
    printed = {"period": period_line(recap.period), "teachers": len(recap.lines)}
    issue = Issue(
        new_code(), PaperKind.RECAP, known_id(school.id), None, recap.period.id, made_by, now,
        final=True, facts=printed,
    )  # fmt: skip
    return press.issue(
        issue, lambda at, foot: recap_order(press.words, school, at, recap, foot, out)
    )


def recap_order(
    words: Words, school: School, now: datetime, recap: Recap, foot: Proof, out: Path
) -> OfficialOrder:
    """Put a recap into words and a table."""
    title, period = words.label("recap.title"), period_line(recap.period)
    return OfficialOrder(
        out=out,
        name=f"{words.label('recap.name')} - {school.name} - {recap.period.id}",
        made_at=now,
        lying=True,
        letterhead=letterhead_part(words, school, recap.letterhead),
        title=title,
        subtitle=words.label("recap.subtitle", period=period, moment=words.moment(now)),
        author=school.name,
        running=f"{title} · {school.name} · {period}",
        sections=tuple(sections(words, recap.rules, recap.lines)),
        signatures=(head_signature(words, now, recap.head, recap.letterhead, rates=False),),
        rules=rules_line(words, recap.rules, recap.rules.version),
        proof=foot,
        page_of=words.label("official.page_of"),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One teacher of the recap: where the plan stands, points, pieces of evidence by status."""

    name: str
    nip: str
    stage: str
    progress: Progress | None
    accepted: int = 0
    waiting: int = 0
    returned: int = 0
    observed: tuple[int, int] | None = None
    """Steps of the observation that are done, of all; None while it has not begun."""

    report: str = NOT_STARTED
    predicate: str = ""
    """Its title, once the rating is final."""

    papers: tuple[Paper, ...] = ()
    """The documents that are confirmed instead of an upload."""


def counts_in_recap(dossier: Dossier) -> bool:
    """Whether somebody is a teacher of the school now."""
    return bool(Role(dossier.member.roles) & Role.TEACHER)


def _line(person: Person, dossier: Dossier) -> Line:
    full = dossier.full
    return line_of(dossier, person.rulebook.of_plan(person.school, full.plan) if full else None)


def line_of(dossier: Dossier, rules: RuleSet | None) -> Line:
    """Tell a teacher's line; `rules` are those of the plan."""
    full, member = dossier.full, dossier.member
    if full is None or rules is None:
        return Line(name=member.name, nip=member.nip or "", stage=NOT_STARTED, progress=None)
    evidence = [piece.evidence for piece in dossier.pieces]
    count = Counter(one.status for one in evidence)
    rating = dossier.rating
    holds = full.status in OPEN_PLANS
    return Line(
        name=member.name,
        nip=member.nip or "",
        stage=str(full.status),
        progress=needs.progress(needs.provable(rules, full), evidence),
        accepted=count[EvidenceStatus.ACCEPTED],
        waiting=count[EvidenceStatus.RECEIVED],
        returned=count[EvidenceStatus.RETURNED],
        observed=_steps(dossier.cycle) if dossier.cycle is not None else None,
        report=str(dossier.report_status or NOT_STARTED),
        predicate=lines_of(rules, rating).predicate if rating is not None else "",
        papers=confirmations.papers_with(rules, full, dossier.confirmed) if holds else (),
    )


def _steps(cycle: FullCycle) -> tuple[int, int]:
    steps = cycle.steps
    return sum(one.done_at is not None for one in steps), len(steps)


def sections(words: Words, rules: RuleSet, lines: Sequence[Line]) -> Iterator[Section]:
    """Give the table of all teachers with its sums, and how many are how far."""
    if not lines:
        yield Section(paragraphs=(Paragraph(text=words.label("recap.nobody")),))
        return
    points, evidence = rules.points is not None, _shows_evidence(rules, lines)
    columns = [
        Column(title=words.label("skp.number"), weight=5, align=Align.CENTRE),
        Column(title=words.label("recap.teacher"), weight=28),
        Column(title=words.label("recap.stage"), weight=13),
    ]
    if points:
        columns += [
            Column(title=words.label(f"recap.{name}"), weight=10, align=Align.RIGHT)
            for name in ("planned", "proven", "achieved")
        ]
    if evidence:
        columns += [
            Column(title=words.label(f"recap.{name}"), weight=weight, align=Align.RIGHT)
            for name, weight in (("accepted", 10), ("waiting", 12), ("returned", 14))
        ]
    if rules.confirms_documents:
        columns.append(Column(title=words.label("recap.documents"), weight=12))
    columns += [
        Column(title=words.label(f"recap.{name}"), weight=weight)
        for name, weight in (("observation", 12), ("report", 13), ("predicate", 14))
    ]
    rows = [
        _row(words, rules, at, one, evidence=evidence) for at, one in enumerate(lines, start=1)
    ]
    rows.append(_total(words, rules, lines))
    yield Section(table=Table(columns=tuple(columns), rows=tuple(rows)))
    yield _stages(words, lines)


def _shows_evidence(rules: RuleSet, lines: Sequence[Line]) -> bool:
    """Say whether there are pieces to count: where some are asked for, or some have been sent."""
    return rules.upload.required or any(one.accepted + one.waiting + one.returned for one in lines)


def _row(words: Words, rules: RuleSet, at: int, line: Line, *, evidence: bool) -> Row:
    who = f"{line.name}\n{words.label('official.nip', nip=line.nip)}" if line.nip else line.name
    cells = [str(at), who, words.label(f"overview.{line.stage}")]
    if rules.points:
        cells += [str(one) if line.progress else "–" for one in _points(line.progress)]
    if evidence:
        cells += [str(one) for one in (line.accepted, line.waiting, line.returned)]
    if rules.confirms_documents:
        cells.append(_papers(words, line))
    done, of = line.observed or (0, 0)
    cells += [
        words.label("recap.steps", done=done, of=of) if line.observed else "–",
        words.label(f"recap.report_{line.report}"),
        line.predicate or "–",
    ]
    return Row(cells=tuple(cells))


def _papers(words: Words, line: Line) -> str:
    if not line.papers:
        return "–"
    done = sum(one.is_confirmed for one in line.papers)
    return words.label("recap.steps", done=done, of=len(line.papers))


def _points(progress: Progress | None) -> tuple[int, int, int]:
    if progress is None:
        return 0, 0, 0
    return progress.planned_points, progress.sent_points, progress.accepted_points


def _total(words: Words, rules: RuleSet, lines: Sequence[Line]) -> Row:
    cells = ["", words.label("recap.total", count=len(lines)), ""]
    if rules.points:
        sums = zip(*(_points(one.progress) for one in lines), strict=True)
        cells += [str(sum(one)) for one in sums]
    if _shows_evidence(rules, lines):
        cells += [
            str(sum(getattr(one, name) for one in lines))
            for name in ("accepted", "waiting", "returned")
        ]
    rest = 4 if rules.confirms_documents else 3
    return Row(cells=(*cells, *[""] * rest), strong=True)


def _stages(words: Words, lines: Sequence[Line]) -> Section:
    """Say how many are how far, and how many have which predicate."""
    stages = Counter(one.stage for one in lines)
    ratings = Counter(one.predicate or words.label("recap.unrated") for one in lines)
    told = (
        [
            (words.label(f"overview.{stage}"), stages[stage])
            for stage in (str(one or NOT_STARTED) for one in STAGES)
            if stages[stage]
        ],
        ratings.most_common(),
    )
    labels = (words.label("recap.stage"), words.label("recap.predicate"))
    return Section(
        paragraphs=tuple(
            Paragraph(text=f"{label}: {' · '.join(f'{what} {count}' for what, count in counts)}")
            for label, counts in zip(labels, told, strict=True)
        )
    )
