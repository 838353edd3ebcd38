"""The SKP of a teacher: the plan, what became of it, the evidence, the behaviours."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from string import ascii_uppercase

from conversations.earlier_papers import earlier_skp
from conversations.evidence_views import kind_title
from conversations.papers.issues import Press
from conversations.papers.official_orders import (
    Align,
    Column,
    OfficialOrder,
    Paragraph,
    Proof,
    Row,
    Section,
    Signature,
    Table,
)
from conversations.papers.official_parts import (
    estimated_line,
    head_signature,
    letterhead_part,
    marked,
    nip_lines,
    office_words,
    period_line,
    rules_line,
    title_of,
)
from conversations.papers.ordering import Filled
from conversations.papers.skp_facts import Numbered, Proven, SkpFacts, gather
from conversations.papers.skp_results import documents, observation, rating, report
from conversations.people import Person
from conversations.plan_views import title_of as entry_title
from conversations.words import Words
from storage.evidence.needs import PROVABLE_STEPS
from storage.issuing import Issue, PaperKind, new_code
from storage.models import PlanEntry, School
from storage.plans import NO_DUTY
from storage.rulesets import Step, StepKind


async def fill_skp(person: Person, plan_id: int, out: Path, username: str) -> Filled:
    """Fill the order of an SKP. Raises what `plan_for_paper` raises."""
    facts = await gather(person, plan_id)
    press = Press(office_words(person), username)
    order = issue_skp(press, person.school, facts, person.actor.member_id, person.now, out)
    title = person.words.label("issuing.title_skp", name=facts.owner.name)
    earlier = await earlier_skp(person, facts.full.plan.member_id, facts.period.id)
    return Filled(order, title, earlier, tuple(press.issues))


def issue_skp(
    press: Press, school: School, facts: SkpFacts, made_by: int | None, now: datetime, out: Path
) -> OfficialOrder:
    """Issue the SKP of these facts."""
    return press.issue(
        _issue(facts, made_by, now),
        lambda at, foot: skp_order(press.words, school, at, facts, foot, out),
    )


def skp_order(
    words: Words, school: School, now: datetime, facts: SkpFacts, foot: Proof, out: Path
) -> OfficialOrder:
    """Put the facts into words and tables."""
    title, period = words.label("skp.title"), period_line(facts.period)
    return OfficialOrder(
        out=out,
        name=f"SKP - {facts.owner.name} - {facts.period.id}",
        made_at=now,
        letterhead=letterhead_part(words, school, facts.letterhead),
        title=title,
        subtitle=words.label("official.period", period=period),
        author=facts.owner.name,
        draft="" if facts.is_final else words.label("official.draft"),
        draft_note="" if facts.is_final else words.label("skp.draft_note"),
        running=f"{title} · {facts.owner.name} · {period}",
        sections=tuple(sections(words, school.name, facts)),
        signatures=_signatures(words, now, facts),
        rules=rules_line(words, facts.rules, facts.full.plan.ruleset_version),
        proof=foot,
        page_of=words.label("official.page_of"),
    )


def _issue(facts: SkpFacts, made_by: int | None, now: datetime) -> Issue:
    printed: dict[str, str | int | None] = {
        "name": facts.owner.name,
        "period": period_line(facts.period),
        "planned": facts.progress.planned_points,
        "accepted": facts.progress.accepted_points,
    }
    if facts.rating is not None:
        printed |= {"predicate": facts.rating.predicate_id, "rating": facts.rating.number}
    return Issue(
        new_code(), PaperKind.SKP, facts.full.plan.school_id, facts.full.plan.member_id,
        facts.period.id, made_by, now, final=facts.is_final, facts=printed,
    )  # fmt: skip


def _signatures(words: Words, now: datetime, facts: SkpFacts) -> tuple[Signature, ...]:
    teacher = Signature(
        above=(words.label("official.rated"),),
        name=facts.owner.name,
        below=nip_lines(words, facts.owner.nip or ""),
    )
    head = head_signature(words, now, facts.head, facts.letterhead, rates=True)
    return (teacher, head)


# ------------------------------------------------------------------------------- sections


def sections(words: Words, school: str, facts: SkpFacts) -> Iterator[Section]:
    """Give everything between title and signatures, lettered from A."""
    yield _who(words, school, facts)
    letters = iter(ascii_uppercase)
    parts = [_step(words, facts, step) for step in facts.rules.steps]
    for part in (
        *parts, *observation(words, facts), *report(words, facts), *rating(words, facts),
        *documents(words, facts), *_evidence(words, facts),
    ):  # fmt: skip
        # What belongs to the part above has no heading of its own.
        heading = f"{next(letters)}. {part.heading}" if part.heading else ""
        yield part.model_copy(update={"heading": heading})


def _who(words: Words, school: str, facts: SkpFacts) -> Section:
    """Set who is rated beside who rates."""
    rows = (
        ("name", facts.owner.name, facts.head.name),
        ("nip_title", facts.owner.nip or "–", facts.head.nip or "–"),
        ("office", words.label("official.teacher"), title_of(words, facts.head)),
        ("unit", school, school),
    )
    return Section(
        table=Table(
            columns=(
                Column(title="", weight=16),
                Column(title=words.label("official.rated"), weight=42),
                Column(title=words.label("official.rater"), weight=42),
            ),
            rows=tuple(
                Row(cells=(words.label(f"official.{label}"), teacher, head))
                for label, teacher, head in rows
            ),
        ),
        foot=_approved(words, facts),
    )


def _approved(words: Words, facts: SkpFacts) -> str:
    if facts.approval is None:
        return ""
    by, decided_at = facts.approval
    return words.label("skp.approved", by=by, day=words.short_day(decided_at))


def _step(words: Words, facts: SkpFacts, step: Step) -> Section:
    """Set one step of the plan, and what became of it."""
    entries = [entry for entry in facts.full.of(step.id) if entry.code != NO_DUTY]
    if not entries:
        nothing = Paragraph(text=words.label("skp.nothing"))
        return Section(heading=step.title, paragraphs=(nothing,))
    if step.kind is StepKind.BEHAVIOURS:
        return Section(heading=step.title, table=_behaviours(words, facts, entries))
    if step.kind in PROVABLE_STEPS and facts.shows_evidence:
        return _provable(words, facts, step, entries)
    chosen = [entry_title(facts.rules, step, entry.code, entry.text) for entry in entries]
    return Section(
        heading=step.title,
        paragraphs=tuple(Paragraph(text=marked(title, guess)) for title, guess in chosen),
        foot=estimated_line(words, any(guess for _, guess in chosen)),
    )


def _provable(words: Words, facts: SkpFacts, step: Step, entries: list[PlanEntry]) -> Section:
    """Set entries with their evidence; points only where the rule set counts them."""
    points = facts.rules.points is not None and step.kind is StepKind.ITEMS
    proven = facts.proven_in(step.id)
    titles = [entry_title(facts.rules, step, entry.code, entry.text) for entry in entries]
    rows = [
        _provable_row(words, facts, at, marked(*title), proven[entry.code], points=points)
        for at, (title, entry) in enumerate(zip(titles, entries, strict=True), start=1)
    ]
    if points:
        progress = facts.progress
        total = (
            "", words.label("skp.total"), "", str(progress.planned_points), "",
            "", str(progress.accepted_points),
        )  # fmt: skip
        rows.append(Row(cells=total, strong=True))
    columns = [
        Column(title=words.label("skp.number"), weight=7, align=Align.CENTRE),
        Column(title=words.label(f"skp.what_{step.kind}"), weight=33),
        Column(title=words.label("skp.quantity"), weight=11, align=Align.CENTRE),
        Column(title=words.label("skp.realised"), weight=34),
        Column(title=words.label("skp.units"), weight=12, align=Align.CENTRE),
    ]
    if points:
        columns.insert(3, Column(title=words.label("skp.points"), weight=8, align=Align.CENTRE))
        columns.append(Column(title=words.label("skp.achieved"), weight=11, align=Align.CENTRE))
    return Section(
        heading=step.title,
        table=Table(columns=tuple(columns), rows=tuple(rows)),
        foot=estimated_line(words, any(guess for _, guess in titles)),
    )


def _provable_row(
    words: Words, facts: SkpFacts, at: int, title: str, proven: Proven, *, points: bool
) -> Row:
    entry, units = proven.one.entry, proven.units
    accepted = [one for one in proven.pieces if one.is_accepted]
    realised = "\n".join(_realised(words, facts, one) for one in accepted)
    cells = [
        str(at), title, f"{entry.quantity}×", realised or words.label("skp.none_yet"),
        words.label("skp.of", accepted=units.accepted, planned=units.planned),
    ]  # fmt: skip
    if points:
        cells.insert(3, str(entry.points_floor * entry.quantity))
        cells.append(str(entry.points_floor * units.accepted))
    return Row(cells=tuple(cells))


def _realised(words: Words, facts: SkpFacts, one: Numbered) -> str:
    kind = kind_title(words, facts.rules, one.piece).partition(" (")[0]
    return words.label("skp.piece", number=one.number, kind=kind, day=_day(words, one))


def _day(words: Words, one: Numbered) -> str:
    day = one.piece.evidence.dated_on
    return words.short_day(day) if day else words.label("papers.undated")


def _behaviours(words: Words, facts: SkpFacts, entries: list[PlanEntry]) -> Table:
    """Set each work value with the guide statements that were chosen for it."""
    chosen = {entry.code for entry in entries}
    rows: list[Row] = []
    for value in facts.rules.behaviours:
        guides = [guide.text for guide in value.guides if guide.code in chosen]
        if guides:
            text = "\n".join(f"• {one}" for one in guides)
            rows.append(Row(cells=(str(len(rows) + 1), value.name, text)))
    return Table(
        columns=(
            Column(title=words.label("skp.number"), weight=6, align=Align.CENTRE),
            Column(title=words.label("skp.value"), weight=25),
            Column(title=words.label("skp.guides"), weight=70),
        ),
        rows=tuple(rows),
    )


def _evidence(words: Words, facts: SkpFacts) -> Iterator[Section]:
    """List all evidence, numbered as in the portfolio."""
    if not facts.shows_evidence:
        return
    rows = [
        Row(
            cells=(
                str(one.number),
                entry_title(
                    facts.rules, proven.one.step, proven.one.entry.code, proven.one.entry.text
                )[0],
                kind_title(words, facts.rules, one.piece).partition(" (")[0],
                _day(words, one),
                _state(words, one),
            )
        )
        for proven in facts.proven
        for one in proven.pieces
    ]
    heading = words.label("skp.evidence")
    if not rows:
        yield Section(heading=heading, paragraphs=(Paragraph(text=words.label("skp.nothing")),))
        return
    yield Section(
        heading=heading,
        note=words.label("skp.evidence_note"),
        table=Table(
            columns=(
                Column(title=words.label("skp.number"), weight=6, align=Align.CENTRE),
                Column(title=words.label("skp.what_items"), weight=34),
                Column(title=words.label("skp.kind"), weight=20),
                Column(title=words.label("skp.date"), weight=13),
                Column(title=words.label("skp.state"), weight=27),
            ),
            rows=tuple(rows),
        ),
    )


def _state(words: Words, one: Numbered) -> str:
    evidence = one.piece.evidence
    return words.label(
        f"papers.state_{one.piece.status}",
        by=one.decided_by,
        day=words.short_day(evidence.decided_at) if evidence.decided_at else "",
    )
