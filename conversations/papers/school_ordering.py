"""Turning the order for a school's data into what the worker is to make.

Everything goes teacher by teacher into a file, the spool, that the worker reads line by line: so
neither the bot nor the worker ever has a whole school in memory.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from conversations.papers.answers import files_of, given_in, note_of
from conversations.papers.chapters import (
    chapter_of_rest,
    chapters_of,
    cover_of,
    ordered_pieces,
)
from conversations.papers.names import originals, path_part
from conversations.papers.ordering import MOST_FROM_BOT, Filled
from conversations.papers.orders import (
    Chapter,
    ColumnKind,
    Fact,
    SchoolForm,
    SchoolOrder,
    SchoolTexts,
    TeacherFile,
)
from conversations.papers.rows import Teacher
from conversations.papers.school_office import Office, open_office
from conversations.papers.school_source import Source
from conversations.papers.tables import rows_of, tables_for, unused_columns
from conversations.papers.texts import paper_texts
from conversations.people import Person
from conversations.words import Words
from storage import exports
from storage.errors import NotFound
from storage.exports import Dossier
from storage.issuing import Issue
from storage.models import School
from storage.rulebook import RuleBook, spans_of
from storage.rulesets import Period, RuleSet, UnknownCode

LONGEST_S = 4 * 3600.0
"""A school of hundreds is made in minutes; longer than that something is wrong."""

WITH_PAPERS = frozenset({SchoolForm.ZIP, SchoolForm.FOLDER})
"""The forms that hold more than tables."""

FOLDER_BYTES = 60
"""The longest name of a teacher's folder: what lies in it has a name of its own."""


async def fill_school(person: Person, subject: dict[str, Any], out: Path, username: str) -> Filled:
    """Fill an order for the data of a person's school. Raises `NotAllowed` or `NotFound`."""
    person.actor.require(exports.MAY_EXPORT)
    source = Source(
        session=person.session,
        school=person.school,
        rulebook=person.rulebook,
        files=person.files,
        words=person.words,
        now=person.now,
        by=person.actor.name,
        made_by=person.actor.member_id,
        username=username,
    )
    form = SchoolForm(subject["form"])
    order, issues = await school_order(source, subject["period"], form, out)
    title = person.words.label(f"exporting.title_{form}", school=person.school.name)
    return Filled(order, title, issues=issues, seconds=LONGEST_S)


async def school_order(
    source: Source, period_id: str, form: SchoolForm, out: Path
) -> tuple[SchoolOrder, tuple[Issue, ...]]:
    """Write the spool of a school's period into the folder `out`; give the order for the worker.

    With it come the papers that are new, to be kept once they are made. Raises `NotFound` where
    the school's rules know no such period.
    """
    period = await known_period(source.session, source.rulebook, source.school, period_id)
    words = source.words
    rule_sets = await _rule_sets(source, period)
    office = await open_office(source, period, rule_sets, out) if form in WITH_PAPERS else None
    spool = out / "school.jsonl"
    await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    file = await asyncio.to_thread(spool.open, "w", encoding="utf-8")
    try:
        tally = await _write(source, period_id, rule_sets, office, file)
    finally:
        await asyncio.to_thread(file.close)
    name = words.label("exporting.file_name", school=source.school.name, period=period.id)
    order = SchoolOrder(
        out=out,
        name=path_part(name),
        form=form,
        spool=spool,
        recap=office.recap() if office is not None else None,
        teachers=tally.teachers,
        skps=tally.skps,
        files=tally.files,
        bytes=tally.bytes,
        tables=tables_for(words, rule_sets.values()),
        facts=_facts(source, period, rule_sets),
        texts=paper_texts(words),
        school_texts=school_texts(words),
        most_bytes=MOST_FROM_BOT,
    )
    return order, tuple(office.press.issues) if office is not None else ()


async def known_period(
    session: AsyncSession, rulebook: RuleBook, school: School, period_id: str
) -> Period:
    """Give a period of the school's rules, or of those that its plans were made under.

    Raises `NotFound` for anything else.
    """
    chosen = [span.ruleset for span in spans_of(school)]
    for name in (*chosen, *await exports.rule_sets_in(session, school, period_id)):
        try:
            return rulebook.named(school, name).period(period_id)
        except UnknownCode:
            continue
    raise NotFound


def school_texts(words: Words) -> SchoolTexts:
    """Collect the words around a school's data in one language."""
    return SchoolTexts(
        **{name: words.label(f"exporting.{name}") for name in SchoolTexts.model_fields}
    )


async def _rule_sets(source: Source, period: Period) -> dict[str, RuleSet]:
    """Give the rule sets of a period's plans, by id; without a plan, the one that holds then."""
    names = await exports.rule_sets_in(source.session, source.school, period.id)
    if names:
        return {name: source.rulebook.named(source.school, name) for name in names}
    rules = source.rulebook.of_school(source.school, period.start)
    return {rules.id: rules}


@dataclass(slots=True)
class Tally:
    """How much has been written to the spool."""

    teachers: int = 0
    skps: int = 0
    files: int = 0
    bytes: int = 0


async def _write(
    source: Source,
    period_id: str,
    rule_sets: Mapping[str, RuleSet],
    office: Office | None,
    file: IO[str],
) -> Tally:
    """Write all teachers, each a line."""
    names = await exports.names_in(source.session, source.school_id)
    unused = unused_columns(rule_sets.values())
    tally = Tally()
    every = exports.dossiers(source.session, source.school_id, period_id, source.rulebook)
    async for dossier in every:
        tally.teachers += 1
        rules = None
        if dossier.full is not None:
            rules = rule_sets[dossier.full.plan.ruleset]
        one = _teacher_file(source, dossier, rules, tally, names, unused, office)
        # In a thread, for the disk may be slow: chats go on between two teachers.
        await asyncio.to_thread(_append, file, one)
    return tally


def _append(file: IO[str], one: TeacherFile) -> None:
    file.write(one.model_dump_json() + "\n")


def _teacher_file(
    source: Source,
    dossier: Dossier,
    rules: RuleSet | None,
    tally: Tally,
    names: Mapping[int, str],
    unused: Collection[str],
    office: Office | None,
) -> TeacherFile:
    words, member = source.words, dossier.member
    folder = path_part(f"{tally.teachers:03} {member.name}", FOLDER_BYTES)
    teacher = _teacher(source, dossier, rules, tally.teachers, names, folder)
    chapters = teacher.chapters if any(one.pieces for one in teacher.chapters) else ()
    cover = None
    if chapters and rules and dossier.full:
        cover = cover_of(
            words, source.school, member, rules, dossier.full, dossier.pieces, source.now
        )
    skp = None
    if office is not None:
        office.count(teacher)
        skp = office.skp(teacher)
    given = tuple(given_in(words, rules, dossier)) if rules else ()
    tally.skps += skp is not None
    pages = [page for piece in dossier.pieces for page in piece.pages]
    pages += [page for one in given for page in one.pages]
    tally.files += len(pages)
    tally.bytes += sum(page.size for page in pages)
    return TeacherFile(
        number=tally.teachers,
        name=member.name,
        nip=member.nip or "",
        folder=folder,
        cover=cover,
        skp=skp,
        chapters=chapters,
        answers=tuple(file for one in given for file in files_of(words, source.files, one)),
        notes=tuple(filter(None, (note_of(words, one) for one in given))),
        rows=rows_of(words, source.school, teacher, unused),
    )


def _teacher(
    source: Source,
    dossier: Dossier,
    rules: RuleSet | None,
    number: int,
    names: Mapping[int, str],
    folder: str,
) -> Teacher:
    """Bring a teacher's evidence in order; what the plan no longer has comes last."""
    words, full = source.words, dossier.full
    ordered = ordered_pieces(rules, full, dossier.pieces) if rules and full else []
    filed = [mine for _, mine in ordered]
    chapters = chapters_of(words, source.files, rules, ordered, names) if rules else ()
    known = {piece.id for mine in filed for piece in mine}
    rest = [piece for piece in dossier.pieces if piece.id not in known]
    if rules and rest:
        last = chapter_of_rest(words, source.files, rules, rest, chapters, names)
        chapters, filed = (*chapters, last), [*filed, rest]
    places = _places(f"{folder}/{words.label('exporting.evidence')}", chapters)
    return Teacher(number, dossier, rules, tuple(ordered), tuple(filed), chapters, places, names)


def _places(folder: str, chapters: tuple[Chapter, ...]) -> dict[int, tuple[str, ...]]:
    """Say where the files of each piece lie, by the piece's number."""
    places: dict[int, tuple[str, ...]] = {}
    for one in originals(chapters):
        before = places.get(one.piece.number, ())
        places[one.piece.number] = (*before, f"{folder}/{one.place}")
    return places


def _facts(source: Source, period: Period, rule_sets: Mapping[str, RuleSet]) -> tuple[Fact, ...]:
    words, school = source.words, source.school
    local = source.now.astimezone(ZoneInfo(school.timezone)).replace(tzinfo=None, microsecond=0)
    facts: list[tuple[str, str]] = [
        ("school", school.name),
        ("npsn", school.npsn),
        ("period", f"{period.name} {period.year}"),
    ]
    for rules in rule_sets.values():
        version = words.label("tables.version_of", name=rules.id, version=rules.version)
        facts += [("rules", rules.title), ("regulation", rules.regulation), ("version", version)]
    facts += [
        ("made", local.isoformat()),
        ("zone", school.timezone),
        ("by", source.by),
        ("note", words.label("tables.private")),
    ]
    return tuple(
        Fact(
            label=words.label(f"tables.fact_{name}"),
            value=value,
            kind=ColumnKind.MOMENT if name == "made" else ColumnKind.TEXT,
        )
        for name, value in facts
    )
