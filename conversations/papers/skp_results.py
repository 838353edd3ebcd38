"""What an SKP tells of a period's results: the observation, the report, the rating."""

from collections.abc import Iterator
from datetime import datetime

from conversations.papers.official_orders import Align, Column, Paragraph, Row, Section, Table
from conversations.papers.official_parts import estimated_line, marked
from conversations.papers.skp_facts import SkpFacts
from conversations.rating_views import lines_of
from conversations.words import Words
from storage.confirmations import Paper
from storage.models import Marking
from storage.observations.reading import FullCycle
from storage.rulesets import AskedOf, Confidence, FieldKind, Indicator


def observation(words: Words, facts: SkpFacts) -> Iterator[Section]:
    """Tell of the class observation: what was looked at, each step, marks once they are signed."""
    cycle = facts.cycle
    heading = words.label("skp.observation")
    if cycle is None:
        yield _nothing(words, heading)
        return
    rubric = cycle.rubric
    rows = [
        ("indicator", rubric.name if rubric else ""),
        ("focus", cycle.focus.text if cycle.focus else ""),
        ("observer", cycle.named.name if cycle.named else ""),
        ("observed_on", _day(words, cycle.row.marked_at or cycle.agreed_at)),
    ]
    steps = [
        (f"{one.letter}. {one.title}", _step_state(words, one.done_at)) for one in cycle.steps
    ]
    labelled = [(words.label(f"skp.{name}"), value) for name, value in rows if value]
    yield Section(heading=heading, table=_two_columns([*labelled, *steps]))
    if cycle.marking is Marking.SIGNED and rubric is not None:
        yield _marks(words, cycle, rubric)
    answers = tuple(_answers(cycle))
    if answers:
        yield Section(paragraphs=answers)


def _step_state(words: Words, done_at: datetime | None) -> str:
    return words.label("skp.step_done", day=_day(words, done_at)) if done_at else (
        words.label("skp.step_open")
    )  # fmt: skip


def _marks(words: Words, cycle: FullCycle, rubric: Indicator) -> Section:
    levels = cycle.rules.indicator_rules.rubric_levels
    rows = []
    for at, statement in enumerate(rubric.statements, start=1):
        mark = cycle.marks.get(statement.code)
        level = levels[mark.level] if mark is not None and mark.level is not None else "–"
        rows.append(Row(cells=(str(at), statement.text, level, mark.note if mark else "")))
    guess = Confidence.RECONSTRUCTED in (
        rubric.statements_confidence, cycle.rules.indicator_rules.rubric_confidence,
    )  # fmt: skip
    return Section(
        note=words.label("skp.marks"),
        table=Table(
            columns=(
                Column(title=words.label("skp.number"), weight=6, align=Align.CENTRE),
                Column(title=marked(words.label("skp.statement"), guess), weight=48),
                Column(title=words.label("skp.level"), weight=20),
                Column(title=words.label("skp.remark"), weight=26),
            ),
            rows=tuple(rows),
        ),
        foot=estimated_line(words, guess),
    )


def _answers(cycle: FullCycle) -> Iterator[Paragraph]:
    """Give what was written; the observer's words only once they are signed off."""
    signed = cycle.marking is Marking.SIGNED
    for blank in cycle.rules.observation_fields:
        text = cycle.answers.get(blank.id, "")
        if blank.kind is FieldKind.WORDS and text and (signed or blank.asked is AskedOf.TEACHER):
            yield Paragraph(heading=blank.title, text=text)


def report(words: Words, facts: SkpFacts) -> Iterator[Section]:
    """Tell what the teacher reported, as it was handed in last."""
    heading = words.label("skp.report")
    full = facts.report
    if full is None or not full.is_handed_in:
        yield Section(heading=heading, paragraphs=(Paragraph(text=words.label("skp.no_report")),))
        return
    answers = full.content.get("answers", ())
    yield Section(
        heading=heading,
        note=words.label(f"skp.report_{full.status}", day=_day(words, full.submitted_at)),
        paragraphs=tuple(
            Paragraph(heading=one["title"], text=one["text"] or words.label("skp.not_written"))
            for one in answers
        )
        or (Paragraph(text=words.label("skp.nothing")),),
    )


def rating(words: Words, facts: SkpFacts) -> Iterator[Section]:
    """Tell the rating, once it is final."""
    if facts.rating is None:
        return
    lines = lines_of(facts.rules, facts.rating)
    by = facts.rating.rater.name if facts.rating.rater else ""
    rows = [
        ("work_result", lines.work_result),
        ("work_behaviour", lines.work_behaviour),
        ("predicate", marked(lines.predicate, lines.estimated)),
        ("feedback", lines.feedback),
        ("rated_by", f"{by}, {_day(words, facts.rating.final_at)}"),
        ("answer", facts.rating.answer),
    ]
    labelled = [(words.label(f"skp.{name}"), value) for name, value in rows if value]
    yield Section(
        heading=words.label("skp.rating"),
        table=_two_columns(labelled, strong=words.label("skp.predicate")),
        foot=estimated_line(words, lines.estimated),
    )


def documents(words: Words, facts: SkpFacts) -> Iterator[Section]:
    """List the documents that the principal confirms, where the rule set asks for them."""
    if not facts.papers:
        return
    yield Section(
        heading=words.label("skp.documents"),
        note=words.label("skp.documents_note"),
        table=Table(
            columns=(
                Column(title=words.label("skp.number"), weight=6, align=Align.CENTRE),
                Column(title=words.label("skp.document"), weight=54),
                Column(title=words.label("skp.state"), weight=40),
            ),
            rows=tuple(
                Row(cells=(str(at), one.document.title, _confirmed(words, one)))
                for at, one in enumerate(facts.papers, start=1)
            ),
        ),
    )


def _confirmed(words: Words, paper: Paper) -> str:
    if paper.at is None:
        return words.label("skp.unconfirmed")
    return words.label("skp.confirmed", by=paper.by, day=words.short_day(paper.at))


def _two_columns(rows: list[tuple[str, str]], strong: str = "") -> Table:
    """Set labels beside their values."""
    return Table(
        columns=(Column(title="", weight=30), Column(title="", weight=70)),
        rows=tuple(Row(cells=row, strong=row[0] == strong) for row in rows),
    )


def _nothing(words: Words, heading: str) -> Section:
    return Section(heading=heading, paragraphs=(Paragraph(text=words.label("skp.none_yet")),))


def _day(words: Words, moment: datetime | None) -> str:
    return words.short_day(moment) if moment else ""
