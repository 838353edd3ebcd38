"""Copying an approved plan into the official form: one field a card, ticked off as one goes."""

from conversations.callbacks.copying import (
    CheckMyData,
    CopyNext,
    CopyOverview,
    CopySection,
    OpenCopying,
    ShowField,
    TickField,
    UntickField,
)
from conversations.callbacks.planning import OpenSummary
from conversations.dialogue import Dialogue
from conversations.home import back_to, help_key
from conversations.links import whatsapp_link
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, short
from conversations.turn import Turn
from storage import copying, plans, preflight
from storage.copying import Sheet, Value
from storage.errors import NotFound
from storage.evidence.changing import OPEN_PLANS
from storage.plans import FullPlan
from storage.preflight import Finding
from storage.rulesets import RuleSet

dialogue = Dialogue("copying")

LONGEST_COPY = 256
"""Telegram's limit for what one button copies."""

MOST_PARTS = 8
FIELDS_ON_CARD = 12
SECTIONS_UNDER_EACH_OTHER = 5


@dialogue.presents
async def present(turn: Turn, tap: OpenCopying) -> None:
    """Show how far the copying is."""
    turn.show(await _overview(turn, tap.plan))


def copying_row(person: Person, rules: RuleSet, full: FullPlan) -> tuple[Row, ...]:
    """Give the row that leads here, once the plan was approved and the form is known."""
    if full.status not in OPEN_PLANS or not rules.copy_fields:
        return ()
    return ((Key(person.words.label("copying.open"), OpenCopying(full.id)),),)


@dialogue.tap(OpenCopying)
async def open_copying(turn: Turn, tap: OpenCopying) -> None:
    """Show how far it is; before the first field, what does not look right in one's data."""
    sheet = await _sheet(turn, tap.plan)
    if _findings(turn) and not sheet.done:
        turn.show(_check_screen(turn, tap.plan))
        return
    turn.show(_overview_of(turn, sheet))


async def _sheet(turn: Turn, plan_id: int) -> Sheet:
    sheet = await copying.read(turn.session, turn.actor, await _rules(turn, plan_id), plan_id)
    if not sheet.values:
        raise NotFound
    return sheet


async def _rules(turn: Turn, plan_id: int) -> RuleSet:
    full = await plans.own_plan(turn.session, turn.actor, plan_id)
    return turn.rulebook.of_plan(turn.school, full.plan)


async def _overview(turn: Turn, plan_id: int) -> Screen:
    return _overview_of(turn, await _sheet(turn, plan_id))


def _overview_of(turn: Turn, sheet: Sheet) -> Screen:
    words, plan_id = turn.words, sheet.full.id
    counts = [
        (section, sum(one.key in sheet.done for one in sheet.of(section)), len(sheet.of(section)))
        for section in sheet.sections
    ]
    rules = turn.rulebook.of_plan(turn.school, sheet.full.plan)
    text = words.body(
        "copying.overview", rules=rules, period=rules.period(sheet.full.plan.period),
        sections=counts, done=len(sheet.done), total=len(sheet.values),
        estimated=any(one.estimated for one in sheet.values), findings=len(_findings(turn)),
    )  # fmt: skip
    width = 1 if len(counts) <= SECTIONS_UNDER_EACH_OTHER else 2
    keys = [
        Key(short(one[0], 30 // width), CopySection(plan_id, at)) for at, one in enumerate(counts)
    ]
    rows: list[Row] = []
    if sheet.next_open() is not None:
        label = "copying.go_on" if sheet.done else "copying.begin"
        rows.append((Key(words.label(label), CopyNext(plan_id), Style.NEXT),))
    rows += in_rows(numbered(keys), width)
    rows.append((Key(words.label("copying.check"), CheckMyData(plan_id)),))
    rows.append((back_to(turn, OpenSummary(plan_id)), help_key(turn, "summary")))
    return Screen(text, tuple(rows), view=CopyOverview(plan_id))


@dialogue.tap(CopyOverview)
async def copy_overview(turn: Turn, tap: CopyOverview) -> None:
    """Show how far it is."""
    turn.show(await _overview(turn, tap.plan))


@dialogue.tap(CopySection)
async def copy_section(turn: Turn, tap: CopySection) -> None:
    """Show the fields of one page of the form."""
    sheet = await _sheet(turn, tap.plan)
    if not 0 <= tap.section < len(sheet.sections):
        raise NotFound
    section = sheet.sections[tap.section]
    fields = sheet.of(section)
    first = next((at for at, one in enumerate(fields) if one.key not in sheet.done), 0)
    start = max(0, min(first, len(fields) - FIELDS_ON_CARD))
    shown = fields[start : start + FIELDS_ON_CARD]
    text = turn.words.body(
        "copying.section", section=section, before=start,
        fields=[(one, one.key in sheet.done) for one in shown],
        after=len(fields) - start - len(shown),
    )  # fmt: skip
    keys = [
        Key(
            ("✅ " if one.key in sheet.done else "") + short(_name_on_key(one), 16),
            ShowField(tap.plan, one.key), number=start + at,
        )
        for at, one in enumerate(shown, 1)
    ]  # fmt: skip
    rows = (*in_rows(keys), (back_to(turn, CopyOverview(tap.plan)),))
    turn.show(Screen(text, rows, view=tap))


def _name_on_key(value: Value) -> str:
    """Name a field by its text; a bare number says nothing."""
    return value.title if value.text.isdecimal() else value.text


@dialogue.tap(CopyNext)
async def copy_next(turn: Turn, tap: CopyNext) -> None:
    """Show the next field that has not been copied."""
    _show_next(turn, await _sheet(turn, tap.plan))


def _show_next(turn: Turn, sheet: Sheet, after: int = -1) -> None:
    value = sheet.next_open(after)
    if value is None:
        turn.show(_overview_of(turn, sheet))
    else:
        turn.show(_field_screen(turn, sheet, value))


@dialogue.tap(ShowField)
async def show_field(turn: Turn, tap: ShowField) -> None:
    """Show one field."""
    sheet = await _sheet(turn, tap.plan)
    turn.show(_field_screen(turn, sheet, sheet.values[sheet.at(tap.field)]))


def _field_screen(turn: Turn, sheet: Sheet, value: Value) -> Screen:
    words, plan_id, at = turn.words, sheet.full.id, sheet.at(value.key)
    texts = copying.parts(value.text, LONGEST_COPY)[:MOST_PARTS]
    is_done = value.key in sheet.done
    text = words.body(
        "copying.field", value=value, at=at + 1, total=len(sheet.values), done=len(sheet.done),
        is_done=is_done, parts=len(texts),
    )  # fmt: skip
    copies = [
        Key(
            words.label("copying.copy_part", part=part, parts=len(texts))
            if len(texts) > 1
            else words.label("copying.copy"),
            copies=one,
        )
        for part, one in enumerate(texts, 1)
    ]
    rows: list[Row] = [*in_rows(copies)]
    if is_done:
        rows.append((Key(words.label("copying.undo"), UntickField(plan_id, value.key)),))
    else:
        tick = TickField(plan_id, value.key)
        rows.append((Key(words.label("copying.done"), tick, Style.YES),))
    rows.append(_neighbours(turn, sheet, at))
    rows.append((back_to(turn, CopyOverview(plan_id)),))
    return Screen(text, tuple(rows), view=ShowField(plan_id, value.key))


def _neighbours(turn: Turn, sheet: Sheet, at: int) -> Row:
    plan_id, last = sheet.full.id, len(sheet.values) - 1
    row = []
    if at > 0:
        row.append(
            Key(turn.words.label("copying.before"), ShowField(plan_id, sheet.values[at - 1].key))
        )
    if at < last:
        row.append(
            Key(turn.words.label("copying.after"), ShowField(plan_id, sheet.values[at + 1].key))
        )
    return tuple(row) or (Key("1/1", CopyOverview(plan_id)),)


@dialogue.tap(TickField)
async def tick_field(turn: Turn, tap: TickField) -> None:
    """Note that a field was copied; the next one that was not follows."""
    sheet = await _tick(turn, tap.plan, tap.field, done=True)
    if sheet.next_open() is None:
        turn.toast(turn.words.label("copying.all_done"))
    _show_next(turn, sheet, sheet.at(tap.field))


@dialogue.tap(UntickField)
async def untick_field(turn: Turn, tap: UntickField) -> None:
    """Note that a field was not copied after all."""
    sheet = await _tick(turn, tap.plan, tap.field, done=False)
    turn.show(_field_screen(turn, sheet, sheet.values[sheet.at(tap.field)]))


async def _tick(turn: Turn, plan_id: int, key: str, *, done: bool) -> Sheet:
    rules = await _rules(turn, plan_id)
    return await copying.tick(turn.session, turn.actor, rules, plan_id, key, turn.now, done=done)


# ------------------------------------------------------------------------------- preflight


@dialogue.tap(CheckMyData)
async def check_my_data(turn: Turn, tap: CheckMyData) -> None:
    """Show what does not look right in one's data, and who can mend it."""
    await _sheet(turn, tap.plan)
    turn.show(_check_screen(turn, tap.plan))


def _findings(turn: Turn) -> tuple[Finding, ...]:
    seat = turn.membership
    if seat is None:
        return ()
    return preflight.look(seat.member.name, seat.member.nip, seat.school.npsn, turn.today)


def _check_screen(turn: Turn, plan_id: int) -> Screen:
    words, findings, seat = turn.words, _findings(turn), turn.membership
    nip = (seat.member.nip or "") if seat else ""
    told = [
        (words.label(f"preflight.{one.trouble}"), words.label(f"preflight.by_{one.mender}"))
        for one in findings
    ]
    text = words.body(
        "copying.check", name=turn.actor.name, nip=nip, npsn=turn.school.npsn,
        school=turn.school.name, findings=told,
    )  # fmt: skip
    rows: list[Row] = []
    if findings:
        message = words.label(
            "preflight.message", name=turn.actor.name, school=turn.school.name,
            what=" ".join(what for what, _ in told),
        )  # fmt: skip
        first = copying.parts(message, LONGEST_COPY)[0]
        rows.append(
            (
                Key(words.label("preflight.copy"), copies=first),
                Key(words.label("members.whatsapp"), link=whatsapp_link(message)),
            )
        )
    rows.append((Key(words.label("copying.begin"), CopyNext(plan_id), Style.NEXT),))
    rows.append((back_to(turn, CopyOverview(plan_id)),))
    return Screen(text, tuple(rows), view=CheckMyData(plan_id))
