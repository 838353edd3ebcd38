"""The recap of a school: every teacher of a period in one table."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conversations.callbacks.official import OrderRecap
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
    proof,
    rules_line,
)
from conversations.papers.ordering import Filled
from conversations.people import Person
from conversations.words import Words
from storage import letterheads, models, recaps
from storage.evidence import needs
from storage.evidence.needs import Progress
from storage.issuing import Issue, PaperKind, new_code
from storage.letterheads import Head
from storage.models import EvidenceStatus, School
from storage.overviews import STAGES
from storage.recaps import TeacherPlan
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
    session, school, words, code = person.session, person.school, office_words(person), new_code()
    teachers = await recaps.teacher_plans(session, person.actor, period_id)
    letterhead = await letterheads.letterhead_of(session, person.actor.school_id)
    recap = Recap(
        period=person.rules.period(period_id),
        rules=person.rules,
        letterhead=letterhead,
        head=await letterheads.head_of(session, school, letterhead),
        lines=tuple(_line(person, one) for one in teachers),
    )
    order = recap_order(words, school, person.now, recap, proof(words, username, code), out)
    printed = {"teachers": len(teachers), "plans": sum(one.full is not None for one in teachers)}
    issue = Issue(
        code, PaperKind.RECAP, person.actor.school_id, None, period_id,
        person.actor.member_id, final=True, facts=printed,
    )  # fmt: skip
    before = person.rules.previous_period(recap.period)
    instead = (person.words.label("issuing.recap_of", period=before.id), OrderRecap(before.id))
    return Filled(order, _title(person, recap.period), instead, issue)


def recap_order(
    words: Words, school: School, now: datetime, recap: Recap, foot: Proof, out: Path
) -> OfficialOrder:
    """Put a recap into words and a table."""
    title, period = words.label("recap.title"), period_line(recap.period)
    today = now.astimezone(words.zone).date()
    return OfficialOrder(
        out=out,
        name=f"{words.label('recap.name')} - {school.name} - {recap.period.id}",
        lying=True,
        letterhead=letterhead_part(words, school, recap.letterhead),
        title=title,
        subtitle=words.label("recap.subtitle", period=period, moment=words.moment(now)),
        author=school.name,
        running=f"{title} · {school.name} · {period}",
        sections=tuple(sections(words, recap.lines, points=recap.rules.points is not None)),
        signatures=(head_signature(words, today, recap.head, recap.letterhead, rates=False),),
        rules=rules_line(words, recap.rules, recap.rules.version),
        proof=foot,
        page_of=words.label("official.page_of"),
    )


def _title(person: Person, period: Period) -> str:
    return person.words.label("issuing.title_recap", period=period_line(period))


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


def _line(person: Person, teacher: TeacherPlan) -> Line:
    progress = None
    if teacher.full is not None:
        rules = person.rulebook.of_plan(person.school, teacher.full.plan)
        progress = needs.progress(needs.provable(rules, teacher.full), teacher.evidence)
    count = Counter(one.status for one in teacher.evidence)
    return Line(
        name=teacher.state.name,
        nip=teacher.nip,
        stage=str(teacher.state.status or NOT_STARTED),
        progress=progress,
        accepted=count[EvidenceStatus.ACCEPTED],
        waiting=count[EvidenceStatus.RECEIVED],
        returned=count[EvidenceStatus.RETURNED],
    )


def sections(words: Words, lines: Sequence[Line], *, points: bool) -> Iterator[Section]:
    """Give the table of all teachers with its sums, and how many are how far."""
    if not lines:
        yield Section(paragraphs=(Paragraph(text=words.label("recap.nobody")),))
        return
    columns = [
        Column(title=words.label("skp.number"), weight=4, align=Align.CENTRE),
        Column(title=words.label("recap.teacher"), weight=32),
        Column(title=words.label("recap.stage"), weight=14),
    ]
    if points:
        columns += [
            Column(title=words.label(f"recap.{name}"), weight=10, align=Align.RIGHT)
            for name in ("planned", "proven", "achieved")
        ]
    columns += [
        Column(title=words.label(f"recap.{name}"), weight=10, align=Align.RIGHT)
        for name in ("accepted", "waiting", "returned")
    ]
    rows = [_row(words, at, one, points=points) for at, one in enumerate(lines, start=1)]
    rows.append(_total(words, lines, points=points))
    yield Section(table=Table(columns=tuple(columns), rows=tuple(rows)))
    yield _stages(words, lines)


def _row(words: Words, at: int, line: Line, *, points: bool) -> Row:
    who = f"{line.name}\n{words.label('official.nip', nip=line.nip)}" if line.nip else line.name
    cells = [str(at), who, words.label(f"overview.{line.stage}")]
    if points:
        cells += [str(one) if line.progress else "–" for one in _points(line.progress)]
    cells += [str(one) for one in (line.accepted, line.waiting, line.returned)]
    return Row(cells=tuple(cells))


def _points(progress: Progress | None) -> tuple[int, int, int]:
    if progress is None:
        return 0, 0, 0
    return progress.planned_points, progress.sent_points, progress.accepted_points


def _total(words: Words, lines: Sequence[Line], *, points: bool) -> Row:
    cells = ["", words.label("recap.total", count=len(lines)), ""]
    if points:
        sums = zip(*(_points(one.progress) for one in lines), strict=True)
        cells += [str(sum(one)) for one in sums]
    cells += [
        str(sum(getattr(one, name) for one in lines))
        for name in ("accepted", "waiting", "returned")
    ]
    return Row(cells=tuple(cells), strong=True)


def _stages(words: Words, lines: Sequence[Line]) -> Section:
    count = Counter(one.stage for one in lines)
    told = [
        words.label("recap.count", stage=words.label(f"overview.{stage}"), count=count[stage])
        for stage in (str(one or NOT_STARTED) for one in STAGES)
        if count[stage]
    ]
    return Section(paragraphs=(Paragraph(text=" · ".join(told)),))
