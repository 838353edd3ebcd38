"""Rows of observation, report and rating: what came after the plan."""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from conversations.papers.orders import Row
from conversations.papers.rows import (
    DAY,
    MOMENT,
    NUMBER,
    TEXT,
    WHO,
    Columns,
    Teacher,
    day_at,
    moment_at,
)
from conversations.rating_views import lines_of
from conversations.words import Words
from storage.exports import Reported
from storage.models import Marking, ReportStatus
from storage.observations.reading import FullCycle
from storage.ratings.reading import FullRating
from storage.rulesets import RuleSet

OBSERVATIONS = "observations"
MARKS = "marks"
REPORTS = "reports"
ANSWERS = "answers"
RATINGS = "ratings"

CYCLE_COLUMNS: Mapping[str, Columns] = {
    OBSERVATIONS: (
        *WHO, ("observer", TEXT, 30), ("indicator", TEXT, 34), ("focus", TEXT, 44),
        ("meets", MOMENT, 18), ("steps_done", NUMBER, 10), ("steps", NUMBER, 8),
        ("next_step", TEXT, 30), ("due", DAY, 14), ("signed", DAY, 14),
    ),
    MARKS: (
        *WHO, ("code", TEXT, 12), ("statement", TEXT, 60), ("mark", NUMBER, 10),
        ("level", TEXT, 24), ("note", TEXT, 44),
    ),
    REPORTS: (
        *WHO, ("state", TEXT, 16), ("submissions", NUMBER, 10), ("submitted", DAY, 14),
        ("decided", DAY, 14), ("decider", TEXT, 30), ("reason", TEXT, 40),
        ("points", NUMBER, 12), ("points_accepted", NUMBER, 12),
    ),
    ANSWERS: (*WHO, ("question", TEXT, 36), ("answer", TEXT, 80)),
    RATINGS: (
        *WHO, ("work_result", TEXT, 24), ("work_behaviour", TEXT, 24), ("predicate", TEXT, 20),
        ("estimated", TEXT, 12),
        ("feedback", TEXT, 60), ("rater", TEXT, 30), ("final", DAY, 14),
        ("acknowledged", DAY, 14), ("response", TEXT, 40),
    ),
}  # fmt: skip


def cycle_rows(
    words: Words, zone: ZoneInfo, rules: RuleSet, teacher: Teacher
) -> dict[str, tuple[Row, ...]]:
    """Give a teacher's rows of each of these tables."""
    dossier, rows = teacher.dossier, dict[str, tuple[Row, ...]]()
    if dossier.cycle is not None:
        rows[OBSERVATIONS] = (_observation(zone, teacher, dossier.cycle),)
        rows[MARKS] = tuple(_marks(teacher, dossier.cycle))
    if dossier.reported is not None:
        rows[REPORTS] = (_report(words, zone, teacher, dossier.reported),)
        rows[ANSWERS] = tuple(_answers(words, teacher, dossier.reported))
    if dossier.rating is not None:
        rows[RATINGS] = (_rating(words, zone, rules, teacher, dossier.rating),)
    return rows


def _observation(zone: ZoneInfo, teacher: Teacher, cycle: FullCycle) -> Row:
    steps, following = cycle.steps, cycle.next_step
    return (
        *teacher.who,
        cycle.observer.name if cycle.observer else None,
        cycle.rubric.name if cycle.rubric else None,
        cycle.focus.text if cycle.focus else None,
        moment_at(cycle.agreed_at, zone),
        sum(one.done_at is not None for one in steps),
        len(steps),
        following.title if following else None,
        following.due_on.isoformat() if following else None,
        day_at(cycle.signed_off_at, zone),
    )


def _marks(teacher: Teacher, cycle: FullCycle) -> Iterator[Row]:
    """Give what was seen, once it is signed off: before that it may change."""
    if cycle.marking is not Marking.SIGNED or cycle.rubric is None:
        return
    levels = cycle.rules.indicator_rules.rubric_levels
    for statement in cycle.rubric.statements:
        mark = cycle.marks.get(statement.code)
        if mark is None:
            continue
        level = mark.level
        yield (
            *teacher.who,
            statement.code,
            statement.text,
            None if level is None else level + 1,
            levels[level] if level is not None and level < len(levels) else None,
            mark.note,
        )


def _report(words: Words, zone: ZoneInfo, teacher: Teacher, reported: Reported) -> Row:
    report, decision, content = reported.report, reported.decision, reported.content
    has_points = teacher.rules is not None and teacher.rules.points is not None
    return (
        *teacher.who,
        words.label(f"tables.report_{ReportStatus(report.status)}"),
        report.revision,
        day_at(report.submitted_at, zone),
        day_at(decision.decided_at, zone) if decision else None,
        teacher.names.get(decision.member_id) if decision else None,
        decision.reason if decision else None,
        content.get("planned_points") if has_points else None,
        content.get("achieved_points") if has_points else None,
    )


def _answers(words: Words, teacher: Teacher, reported: Reported) -> Iterator[Row]:
    """Give what was answered, as it was submitted last."""
    for answer in reported.content.get("answers", ()):
        spoken = words.label("tables.spoken") if answer.get("voice_id") else None
        yield (*teacher.who, answer["title"], answer["text"] or spoken)


def _rating(
    words: Words, zone: ZoneInfo, rules: RuleSet, teacher: Teacher, rating: FullRating
) -> Row:
    lines = lines_of(rules, rating)
    return (
        *teacher.who,
        lines.work_result,
        lines.work_behaviour,
        lines.predicate,
        words.label("tables.estimated") if lines.estimated else None,
        lines.feedback,
        rating.rater.name if rating.rater else None,
        day_at(rating.final_at, zone),
        day_at(rating.acknowledged_at, zone),
        rating.answer,
    )
