"""Helping teachers who are stuck: the queue, taking a request, looking at the draft."""

from typing import Any

from conversations.callbacks.helping import (
    ClaimHelp,
    OpenHelpQueue,
    ReleaseHelp,
    SeeDraft,
    ShowHelp,
)
from conversations.callbacks.packing import is_readable, unpack
from conversations.dialogue import Dialogue
from conversations.help_views import (
    helper_screen,
    place_title,
    propose_keys,
    stuck_at,
)
from conversations.home import back_home, back_to
from conversations.notices import Notice, notice
from conversations.people import Person, gets_cards
from conversations.plan_views import sections
from conversations.principal.reading import cut
from conversations.screens import Key, Row, Screen, in_rows, numbered, page_of, pager, short
from conversations.talking import present as present_request
from conversations.talking import request_of, show_help, talk_row
from conversations.turn import Turn
from storage import cards, decisions
from storage.cards import Subject
from storage.errors import NotFound
from storage.helping import following, moving, requests
from storage.helping.requests import FullRequest
from storage.models import HelpStatus
from storage.rulesets import StepKind

dialogue = Dialogue("helping")

REQUESTS_A_PAGE = 6
NAME_LENGTH = 20


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the request as it stands now. A refused queue has nothing to show."""
    if not isinstance(tap, OpenHelpQueue):
        await present_request(turn, tap)


@dialogue.command("antrean")
async def queue_command(turn: Turn, _words: str) -> None:
    """Show the open requests and one's own."""
    await open_queue(turn, OpenHelpQueue(0))


@dialogue.tap(OpenHelpQueue)
async def open_queue(turn: Turn, tap: OpenHelpQueue) -> None:
    """Show a page of the open requests and one's own, oldest first, with what each needs."""
    waiting = await requests.queue(turn.session, turn.actor)
    page = page_of(waiting, tap.page, REQUESTS_A_PAGE)
    lines = [await _line(turn, full) for full in page.items]
    text = turn.words.body("helping.queue", lines=lines, page=page)
    keys = [Key(short(full.owner.name, NAME_LENGTH), ShowHelp(full.id)) for full in page.items]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1))]
    rows += pager(page, OpenHelpQueue)
    rows.append(back_home(turn))
    turn.show(Screen(text, tuple(rows), view=OpenHelpQueue(page.number)))


async def _line(turn: Turn, full: FullRequest) -> dict[str, Any]:
    stuck = await stuck_at(turn, full)
    return {
        "name": full.owner.name,
        "mine": full.is_helped_by(turn.actor.member_id),
        "since": full.request.queued_at,
        "place": place_title(turn, stuck, full.request.places[-1]),
        "missing": stuck.missing,
        "started": stuck.full is not None,
        "proof": stuck.proof,
        "points": stuck.rules.points,
    }


@dialogue.tap(ClaimHelp)
async def claim_help(turn: Turn, tap: ClaimHelp) -> None:
    """Take a request: the others' cards say by whom, and the teacher is told."""
    full = await moving.claim(turn.session, turn.actor, tap.request, turn.now, turn.tapped)
    turn.toast(turn.words.label("helping.claimed"))
    await show_help(turn, full)


@dialogue.tap(ReleaseHelp)
async def release_help(turn: Turn, tap: ReleaseHelp) -> None:
    """Give a request back to the queue; the others and the teacher are told."""
    full = await moving.release(turn.session, turn.actor, tap.request, turn.today, turn.now)
    turn.toast(turn.words.label("helping.released"))
    await show_help(turn, full)


@dialogue.tap(SeeDraft)
async def see_draft(turn: Turn, tap: SeeDraft) -> None:
    """Show the teacher's plan as it is at this moment, to read only."""
    full = await requests.read(turn.session, turn.actor, tap.request)
    turn.show(await _draft_screen(turn, full, tap.page))
    if turn.tapped is not None and not turn.only_looks:
        message_id = turn.tapped[1]
        await following.note_look(turn.session, turn.actor, full.id, message_id, turn.now)


async def _draft_screen(person: Person, full: FullRequest, number: int) -> Screen:
    requests.require_helper(person.actor, full)
    stuck = await stuck_at(person, full)
    plan, rules = stuck.full, stuck.rules
    if plan is None:
        raise NotFound
    page = page_of(cut(sections(rules, plan)), number, 1)
    text = person.words.body(
        "approving.details", rules=rules, period=rules.period(plan.plan.period), full=plan,
        points=rules.points, parts=page.items[0], page=page, name=full.owner.name,
        standing=await decisions.standing(person.session, plan), StepKind=StepKind,
    )  # fmt: skip
    seen = person.words.body("helping.draft_seen", at=person.now)
    view = SeeDraft(full.id, page.number)
    rows: list[Row] = [*pager(page, lambda to: SeeDraft(full.id, to))]
    rows.append((Key(person.words.label("helping.refresh"), view),))
    if full.is_helped_by(person.actor.member_id):
        rows += in_rows(propose_keys(person, full, stuck))
    rows.append((back_to(person, ShowHelp(full.id)),))
    return Screen(f"{text}\n\n{seen}", tuple(rows), view=view)


# ------------------------------------------------------------------------------- notices


@notice("help_wanted")
async def help_wanted(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell who is stuck, and where. A card that was shown lately is brought up to date."""
    full = await request_of(person, subject)
    if full is None or full.status is not HelpStatus.OPEN or not gets_cards(person.actor):
        return None
    screen = await helper_screen(person, full)
    about = Subject(help_id=full.id)
    card = await cards.about_help(person.session, person.actor.member_id, full.id)
    if card is not None and person.now - card.shown_at < cards.FRESH:
        return Notice(screen, replaces=(card.chat_id, card.message_id), asks_about=about)
    return Notice(screen, asks_about=about)


@notice("help_unclaimed")
async def help_unclaimed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell once more, and the principal too, that nobody has taken a request for too long."""
    full = await request_of(person, subject)
    if full is None or full.status is not HelpStatus.OPEN or not gets_cards(person.actor):
        return None
    heading = person.words.body("helping.unclaimed", since=full.request.queued_at)
    screen = await helper_screen(person, full, heading)
    return Notice(screen, asks_about=Subject(help_id=full.id))


@notice("help_card_closed")
async def help_card_closed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Take "Ambil" off a card, and say who helps or that it is over."""
    card = await cards.outdated(person.session, subject["card"], person.actor.member_id)
    full = await request_of(person, subject)
    if card is None or card.help_id != subject["help"] or full is None:
        return None
    place = (card.chat_id, card.message_id)
    return Notice(await helper_screen(person, full), place, only_in_place=True)


@notice("help_lapsed")
async def help_lapsed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell whoever has been silent that the request waits for others again."""
    full = await request_of(person, subject)
    if full is None or full.status is HelpStatus.CLOSED:
        return None
    text = person.words.body(
        "helping.lapsed", name=full.owner.name, taken=full.status is HelpStatus.CLAIMED
    )
    screen = await helper_screen(person, full, text)
    about = Subject(help_id=full.id) if full.status is HelpStatus.OPEN else None
    return Notice(screen, asks_about=about)


@notice("help_also")
async def help_also(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell whoever helps that the teacher is stuck at one more place."""
    full = await request_of(person, subject)
    if full is None or not full.is_helped_by(person.actor.member_id):
        return None
    stuck = await stuck_at(person, full)
    place = place_title(person, stuck, subject["where"])
    text = person.words.body("helping.also", name=full.owner.name, place=place)
    return Notice(Screen(text, (talk_row(person, full),), view=ShowHelp(full.id)))


@notice("help_unreachable")
async def help_unreachable(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell whoever helps that the bot does not reach the teacher any more."""
    full = await request_of(person, subject)
    if full is None or not full.is_helped_by(person.actor.member_id):
        return None
    text = person.words.body("helping.unreachable", name=full.owner.name)
    rows = ((Key(person.words.label("helping.open"), ShowHelp(full.id)),),)
    return Notice(Screen(text, rows, view=ShowHelp(full.id)))


@notice("help_draft")
async def help_draft(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Bring the plan on the helper's screen up to date, as long as it is still there."""
    full = await request_of(person, subject)
    if full is None or not full.is_helped_by(person.actor.member_id):
        return None
    on_screen = unpack(person.account.view) if is_readable(person.account.view) else None
    message_id = full.request.draft_message_id
    if not isinstance(on_screen, SeeDraft) or on_screen.request != full.id or message_id is None:
        return None
    screen = await _draft_screen(person, full, on_screen.page)
    return Notice(screen, replaces=(person.account.id, message_id), only_in_place=True)
