"""Deputies: who decides beside the principal, from which day to which."""

from datetime import date, timedelta
from typing import Any

from conversations.callbacks.approving import (
    ChooseDeputy,
    Deputies,
    DeputyDays,
    NameDeputy,
    OpenOverview,
    OpenQueue,
    WithdrawDeputy,
    WriteDeputyDays,
)
from conversations.callbacks.everybody import Home
from conversations.day_words import read_days
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from storage import members
from storage.errors import NotAllowed, NotFound
from storage.models import Deputy, Member, Role
from storage.people import known_id, member_of, members_with

dialogue = Dialogue("deputising")

MEMBERS_A_PAGE = 8
DEPUTIES_SHOWN = 4
DAYS_STATE = "deputising.days"
LENGTHS = (1, 3, 7, 14, 30)
"""The days offered on buttons, today included."""

ANYBODY = Role.TEACHER | Role.COACH | Role.OPERATOR


@dialogue.presents
async def present(turn: Turn, _tap: Any) -> None:
    """Show who deputises now."""
    turn.show(await _deputies_screen(turn))


@dialogue.command("wakil")
async def deputies_command(turn: Turn, _words: str) -> None:
    """Show who deputises."""
    turn.show(await _deputies_screen(turn))


@dialogue.tap(Deputies)
async def deputies(turn: Turn, _tap: Deputies) -> None:
    """Show who deputises."""
    turn.show(await _deputies_screen(turn))


async def _deputies_screen(turn: Turn) -> Screen:
    turn.actor.require(Role.PRINCIPAL)
    words = turn.words
    found = await members.current_deputies(turn.session, turn.actor.school_id, turn.today)
    text = words.body(
        "deputies.card", deputies=found[:DEPUTIES_SHOWN], today=turn.today,
        more=len(found) - DEPUTIES_SHOWN,
    )  # fmt: skip
    keys = [
        Key(words.label("deputies.withdraw", name=short(member.name, 14)),
            WithdrawDeputy(known_id(deputy.id)))
        for deputy, member in found[:DEPUTIES_SHOWN]
    ]  # fmt: skip
    rows: list[Row] = [*in_rows(numbered(keys), 1)]
    name = Key(words.label("deputies.name"), ChooseDeputy(0), Style.NEXT, number=len(keys) + 1)
    rows.append((name,))
    rows.append((back_to(turn, OpenOverview("-", 0)), Key(words.label("nav.home"), Home())))
    return Screen(text, tuple(rows), view=Deputies())


@dialogue.tap(WithdrawDeputy)
async def withdraw(turn: Turn, tap: WithdrawDeputy) -> None:
    """End a deputation at once; naming again takes two taps."""
    await members.withdraw_deputy(turn.session, turn.actor, tap.deputy, turn.now)
    await turn.session.flush()
    turn.toast(turn.words.label("deputies.withdrawn"))
    turn.show(await _deputies_screen(turn))


# ------------------------------------------------------------------------------- naming one


@dialogue.tap(ChooseDeputy)
async def choose_deputy(turn: Turn, tap: ChooseDeputy) -> None:
    """Show a page of the members who could deputise."""
    turn.actor.require(Role.PRINCIPAL)
    candidates = await _candidates(turn)
    page = page_of(candidates, tap.page, MEMBERS_A_PAGE)
    text = turn.words.body("deputies.choose", page=page)
    keys = [Key(short(one.name), DeputyDays(known_id(one.id))) for one in page.items]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1))]
    rows += pager(page, ChooseDeputy)
    rows.append((back_to(turn, Deputies()),))

    def by_number(typed: int) -> DeputyDays | ChooseDeputy:
        if not 1 <= typed <= len(candidates):
            return ChooseDeputy(page.number)
        return DeputyDays(known_id(candidates[typed - 1].id))

    view = ChooseDeputy(page.number)
    turn.show(Screen(text, tuple(rows), view=view, takes_number=by_number))


async def _candidates(turn: Turn) -> list[Member]:
    """Give everybody who is not a principal already."""
    found = await members_with(turn.session, turn.actor.school_id, ANYBODY)
    return [one for one in found if not one.roles & Role.PRINCIPAL]


async def _candidate(turn: Turn, member_id: int) -> Member:
    turn.actor.require(Role.PRINCIPAL)
    member = await member_of(turn.session, turn.actor.school_id, member_id)
    if member.roles & Role.PRINCIPAL:
        raise NotAllowed
    return member


@dialogue.tap(DeputyDays)
async def deputy_days(turn: Turn, tap: DeputyDays) -> None:
    """Offer until when."""
    member = await _candidate(turn, tap.member)
    turn.show(await _days_screen(turn, member))


async def _days_screen(turn: Turn, member: Member) -> Screen:
    words, today = turn.words, turn.today
    member_id = known_id(member.id)
    text = words.body(
        "deputies.days", name=member.name, joined=member.account_id is not None,
        ends=[today + timedelta(days - 1) for days in LENGTHS],
        labels=words.list("deputies.lengths"),
    )  # fmt: skip
    keys = [
        Key(label, NameDeputy(member_id, today.toordinal(), today.toordinal() + days - 1))
        for label, days in zip(words.list("deputies.lengths"), LENGTHS, strict=True)
    ]
    keys.append(Key(words.label("deputies.write_days"), WriteDeputyDays(member_id)))
    candidates = [one.id for one in await _candidates(turn)]
    at = candidates.index(member.id) if member.id in candidates else 0
    rows = (*in_rows(numbered(keys)), (back_to(turn, ChooseDeputy(at // MEMBERS_A_PAGE)),))
    return Screen(text, rows, view=DeputyDays(member_id))


@dialogue.tap(NameDeputy)
async def name_deputy(turn: Turn, tap: NameDeputy) -> None:
    """Name the deputy for the days on the button."""
    member = await _candidate(turn, tap.member)
    longest = date.max.toordinal()
    if not (0 < tap.first <= longest and 0 < tap.last <= longest):
        raise NotFound
    await _name(turn, member, date.fromordinal(tap.first), date.fromordinal(tap.last))


@dialogue.tap(WriteDeputyDays)
async def write_days(turn: Turn, tap: WriteDeputyDays) -> None:
    """Ask for the days in words."""
    member = await _candidate(turn, tap.member)
    await _ask_days(turn, member, tap, again=False)


async def _ask_days(turn: Turn, member: Member, tap: WriteDeputyDays, *, again: bool) -> None:
    text = turn.words.body(
        "deputies.ask_days", name=member.name, again=again, example=turn.today + timedelta(14),
    )  # fmt: skip
    await turn.ask(DAYS_STATE, tap, text, turn.words.label("deputies.days_placeholder"))


@dialogue.answer(DAYS_STATE)
async def take_days(turn: Turn, subject: WriteDeputyDays) -> None:
    """Name the deputy for the days just written, or ask again with an example."""
    member = await _candidate(turn, subject.member)
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        turn.show(await _days_screen(turn, member))
        return
    days = read_days(turn.text, turn.today)
    if days is None:
        await _ask_days(turn, member, subject, again=True)
    else:
        await _name(turn, member, *days)


async def _name(turn: Turn, member: Member, first: date, last: date) -> None:
    first = max(first, turn.today)
    if last < first or last - first > members.LONGEST_DEPUTATION:
        turn.alert(turn.words.label("deputies.bad_days", day=turn.words.short_day(turn.today)))
        turn.show(await _days_screen(turn, member))
        return
    if not await _named_already(turn, member, first, last):
        await members.name_deputy(
            turn.session, turn.actor, member_id=known_id(member.id),
            starts_on=first, ends_on=last, now=turn.now,
        )  # fmt: skip
    turn.toast(turn.words.label("deputies.named", name=short(member.name, 60)))
    turn.show(await _deputies_screen(turn))


async def _named_already(turn: Turn, member: Member, first: date, last: date) -> bool:
    """Whether the same tap has come before: named twice is named once."""
    current = await members.current_deputies(turn.session, turn.actor.school_id, turn.today)
    return any(
        one.member_id == member.id and one.starts_on == first and one.ends_on == last
        for one, _member in current
    )


# ------------------------------------------------------------------------------- notices


@notice("deputy_named")
async def deputy_named(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the deputy from when to when, and what there is to do."""
    deputy = await person.session.get(Deputy, subject["deputy"])
    if deputy is None or deputy.withdrawn_at is not None or deputy.ends_on < person.today:
        return None
    by = await member_of(person.session, person.actor.school_id, deputy.named_by)
    begun = deputy.starts_on <= person.today
    text = person.words.body(
        "deputies.told", who=person.salutation, by=by.name, deputy=deputy, begun=begun
    )
    words = person.words
    rows: list[Row] = []
    if begun:
        rows.append((Key(words.label("home.queue"), OpenQueue(0), Style.NEXT),))
    rows.append((Key(words.label("nav.home"), Home()),))
    return Notice(Screen(text, tuple(rows)))


@notice("deputy_withdrawn")
async def deputy_withdrawn(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the former deputy that it is over; who still decides otherwise is told nothing."""
    deputy = await person.session.get(Deputy, subject["deputy"])
    if deputy is None or person.actor.decides:
        return None
    text = person.words.body("deputies.withdrawn", who=person.salutation)
    return Notice(Screen(text, ((Key(person.words.label("nav.home"), Home()),),)))
