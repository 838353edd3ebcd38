"""The tables of a school's period: which there are, and the rows that a teacher gives them.

Rows hold real numbers and days; a NIP is text, for it has 18 digits and may begin with zero.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from conversations.papers.cycle_rows import CYCLE_COLUMNS, cycle_rows
from conversations.papers.orders import Cell, Column, ColumnKind, Row, Table
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
from conversations.plan_views import evidence_titles, title_of
from conversations.words import Words
from storage import confirmations
from storage.evidence import needs
from storage.evidence.needs import Units
from storage.models import EvidenceStatus, PlanEntry, School
from storage.plans import NO_DUTY, FullPlan
from storage.rulesets import RuleSet, Step, StepKind, UnknownCode

TEACHERS = "teachers"
ITEMS = "items"
CHOICES = "choices"
DUTIES = "duties"
BEHAVIOURS = "behaviours"
DOCUMENTS = "documents"
EVIDENCE = "evidence"

ALWAYS = frozenset({TEACHERS, EVIDENCE, *CYCLE_COLUMNS})
"""What every rule set has."""

POINTS = frozenset({"points", "points_each", "points_sent", "points_accepted"})
"""Columns that there are only where some rule set counts points."""

PROOF = frozenset({"planned", "sent", "accepted", "kinds"})
"""Columns that there are only where some rule set asks for evidence."""

STEP_TABLES = {
    StepKind.ITEMS: ITEMS,
    StepKind.CHOICE: CHOICES,
    StepKind.TEXT: CHOICES,
    StepKind.DUTIES: DUTIES,
    StepKind.BEHAVIOURS: BEHAVIOURS,
}

COLUMNS: Mapping[str, Columns] = {
    TEACHERS: (
        ("number", NUMBER, 6), *WHO, ("npsn", TEXT, 12), ("state", TEXT, 16),
        ("points", NUMBER, 12), ("points_sent", NUMBER, 12), ("points_accepted", NUMBER, 12),
        ("planned", NUMBER, 10), ("sent", NUMBER, 10), ("accepted", NUMBER, 10),
        ("pieces", NUMBER, 10), ("submitted", DAY, 14), ("decided", DAY, 14),
        ("joined", DAY, 14), ("rules", TEXT, 22), ("version", NUMBER, 8),
    ),
    ITEMS: (
        *WHO, ("code", TEXT, 10), ("item", TEXT, 60), ("units", NUMBER, 10),
        ("points_each", NUMBER, 12), ("points", NUMBER, 12), ("estimated", TEXT, 12),
        ("sent", NUMBER, 10), ("accepted", NUMBER, 10), ("kinds", TEXT, 40),
    ),
    CHOICES: (*WHO, ("step", TEXT, 28), ("code", TEXT, 20), ("choice", TEXT, 60)),
    DUTIES: (
        *WHO, ("code", TEXT, 10), ("duty", TEXT, 50), ("units", NUMBER, 10),
        ("sent", NUMBER, 10), ("accepted", NUMBER, 10), ("kinds", TEXT, 40),
    ),
    BEHAVIOURS: (*WHO, ("value", TEXT, 24), ("guide", TEXT, 80)),
    DOCUMENTS: (
        *WHO, ("document", TEXT, 50), ("confirmed_by", TEXT, 30), ("confirmed", DAY, 14),
    ),
    EVIDENCE: (
        *WHO, ("number", NUMBER, 6), ("activity", TEXT, 44), ("kind", TEXT, 24),
        ("dated", DAY, 14), ("received", MOMENT, 18), ("state", TEXT, 34),
        ("decided", DAY, 14), ("reason", TEXT, 30), ("covers", NUMBER, 8), ("note", TEXT, 30),
        ("link", TEXT, 40), ("count", NUMBER, 8), ("file", TEXT, 60),
    ),
    **CYCLE_COLUMNS,
}  # fmt: skip
"""What each table has: the label of a column, what is in it, its width in signs."""


def tables_for(words: Words, rule_sets: Collection[RuleSet]) -> tuple[Table, ...]:
    """Give the tables, in their order, that plans under these rule sets can fill."""
    kinds = {step.kind for rules in rule_sets for step in rules.steps}
    asked = {STEP_TABLES[kind] for kind in kinds} | ALWAYS
    if any(rules.accountability_documents for rules in rule_sets):
        asked |= {DOCUMENTS}
    unused = unused_columns(rule_sets)
    return tuple(
        Table(
            id=name,
            name=words.label(f"tables.{name}"),
            columns=tuple(
                _column(words.label(f"tables.column_{label}"), kind, width)
                for label, kind, width in columns
                if label not in unused
            ),
        )
        for name, columns in COLUMNS.items()
        if name in asked
    )


def unused_columns(rule_sets: Collection[RuleSet]) -> frozenset[str]:
    """Give the columns that no table needs: of points, of evidence, where no rule set has them."""
    points = frozenset[str]() if any(rules.points for rules in rule_sets) else POINTS
    proof = frozenset[str]() if any(rules.upload.required for rules in rule_sets) else PROOF
    return points | proof


def _column(title: str, kind: ColumnKind, width: int) -> Column:
    # Beside its words, a heading holds the arrow of the filter.
    return Column(title=title, kind=kind, width=max(width, len(title) + 4))


def rows_of(
    words: Words, school: School, teacher: Teacher, unused: Collection[str]
) -> dict[str, tuple[Row, ...]]:
    """Give a teacher's rows of each table, without the columns that `unused_columns` names."""
    rows = _full_rows(words, school, teacher)
    if not unused:
        return rows
    return {
        name: tuple(_without(unused, name, row) for row in some) for name, some in rows.items()
    }


def _without(unused: Collection[str], table: str, row: Row) -> Row:
    labels = (label for label, _, _ in COLUMNS[table])
    return tuple(cell for label, cell in zip(labels, row, strict=True) if label not in unused)


def _full_rows(words: Words, school: School, teacher: Teacher) -> dict[str, tuple[Row, ...]]:
    zone = ZoneInfo(school.timezone)
    rows: dict[str, tuple[Row, ...]] = {TEACHERS: (_summary(words, school, zone, teacher),)}
    full, rules = teacher.dossier.full, teacher.rules
    if full is None or rules is None:
        return rows
    for step in rules.steps:
        name = STEP_TABLES[step.kind]
        rows[name] = (*rows.get(name, ()), *_step_rows(words, rules, step, full, teacher))
    if rules.accountability_documents:
        rows[DOCUMENTS] = tuple(_document_rows(zone, rules, full, teacher))
    rows[EVIDENCE] = tuple(_evidence_rows(zone, teacher))
    return rows | cycle_rows(words, zone, rules, teacher)


def _summary(words: Words, school: School, zone: ZoneInfo, teacher: Teacher) -> Row:
    dossier, rules = teacher.dossier, teacher.rules
    full, member = dossier.full, dossier.member
    head: Row = (teacher.number, *teacher.who, school.npsn)
    joined = day_at(member.joined_at, zone)
    if full is None or rules is None:
        empty: Row = (None,) * 9
        return (*head, words.label("overview.none"), *empty, joined, None, None)
    evidence = [piece.evidence for piece in dossier.pieces]
    progress = needs.progress(needs.provable(rules, full), evidence)
    points: Row = (None, None, None)
    if rules.points:
        points = (full.plan.points_floor, progress.sent_points, progress.accepted_points)
    return (
        *head, words.label(f"overview.{full.status}"), *points,
        progress.planned, progress.sent, progress.accepted,
        sum(map(len, teacher.filed)),
        day_at(full.plan.submitted_at, zone), day_at(dossier.decided_at, zone), joined,
        rules.short_title, full.plan.ruleset_version,
    )  # fmt: skip


def _step_rows(
    words: Words, rules: RuleSet, step: Step, full: FullPlan, teacher: Teacher
) -> Iterator[Row]:
    units = {
        one.key: needs.units_of(one, [piece.evidence for piece in mine])
        for one, mine in teacher.ordered
    }
    for entry in full.of(step.id):
        if entry.code == NO_DUTY:
            continue
        done = units.get((entry.step, entry.code), Units(entry.quantity, 0, 0))
        yield (*teacher.who, *_entry_cells(words, rules, step, entry, done))


def _entry_cells(words: Words, rules: RuleSet, step: Step, entry: PlanEntry, done: Units) -> Row:
    title, estimated = title_of(rules, step, entry.code, entry.text)
    kinds = ", ".join(evidence_titles(rules, entry.evidence))
    match step.kind:
        case StepKind.ITEMS:
            return (
                entry.code, _wording(rules, entry, title), entry.quantity, entry.points_floor,
                entry.points_floor * entry.quantity,
                words.label("tables.estimated") if estimated else None,
                done.sent, done.accepted, kinds,
            )  # fmt: skip
        case StepKind.DUTIES:
            return (entry.code, title, entry.quantity, done.sent, done.accepted, kinds)
        case StepKind.BEHAVIOURS:
            return (_value_of(rules, entry.code), title)
        case _:
            return (step.title, None if entry.text else entry.code, title)


def _wording(rules: RuleSet, entry: PlanEntry, title: str) -> str:
    """Give an item in the words of the regulation, which the official form expects."""
    try:
        return rules.item(entry.code).title
    except UnknownCode:
        return title


def _value_of(rules: RuleSet, guide: str) -> str:
    """Name the work value that a guide statement belongs to."""
    return next(
        (one.name for one in rules.behaviours if guide in {each.code for each in one.guides}), ""
    )


def _document_rows(
    zone: ZoneInfo, rules: RuleSet, full: FullPlan, teacher: Teacher
) -> Iterator[Row]:
    for one in confirmations.papers_with(rules, full, teacher.dossier.confirmed):
        yield (*teacher.who, one.document.title, one.by or None, day_at(one.at, zone))


def _evidence_rows(zone: ZoneInfo, teacher: Teacher) -> Iterator[Row]:
    for mine, chapter in zip(teacher.filed, teacher.chapters, strict=True):
        for piece, part in zip(mine, chapter.pieces, strict=True):
            evidence = piece.evidence
            returned = piece.status is EvidenceStatus.RETURNED
            places = teacher.places.get(part.number, ())
            yield (
                *teacher.who, part.number, chapter.title, part.kind,
                _iso(evidence.dated_on), moment_at(evidence.received_at, zone), part.state_text,
                day_at(evidence.decided_at, zone), evidence.reason if returned else None,
                evidence.covers, evidence.note, evidence.link, len(places), "\n".join(places),
            )  # fmt: skip


def _iso(day: date | None) -> Cell:
    return day.isoformat() if day else None
