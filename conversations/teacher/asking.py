"""Asking for help: the coaches hear who is stuck, and where; and what comes back from them."""

from typing import Any

from telegram import Message
from telegram.ext import filters

from conversations.callbacks.evidence import SendFor
from conversations.callbacks.helping import DeclineProposal, ShowHelp, ShowProposal, TakeProposal
from conversations.callbacks.packing import unpack
from conversations.callbacks.planning import AskForHelp, OpenPlan
from conversations.coach.proposing import proposal_title
from conversations.dialogue import Dialogue
from conversations.everywhere import press_typed, whole_number
from conversations.evidence_views import gap_text, missing_for
from conversations.help_views import is_place
from conversations.home import back_home
from conversations.notices import Notice, notice, replied_to
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style
from conversations.talking import request_of, show_help, talk_row
from conversations.teacher.proving import send_for
from conversations.turn import Turn, current_turn
from storage.errors import NotFound, Refused
from storage.evidence import changing, needs, reading
from storage.helping import asking, proposing, requests, talking
from storage.helping.proposing import FullProposal
from storage.helping.talking import Said
from storage.models import HelpStatus, Member, SaidAs
from storage.people import known_id

dialogue = Dialogue("asking")

REPLYING = "asking.reply"

replied_to("broadcast", REPLYING, lambda _subject: AskForHelp("broadcast"))
replied_to("remind", REPLYING, lambda _subject: AskForHelp("reminder"))


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show a proposal as it stands now."""
    if isinstance(tap, TakeProposal | DeclineProposal | ShowProposal):
        await show_proposal(turn, ShowProposal(tap.proposal))


@dialogue.tap(AskForHelp)
async def ask_for_help(turn: Turn, tap: AskForHelp) -> None:
    """Tell the coaches, and tell the teacher who they are. Asking again adds the new place."""
    # A forged place would be told anew each time.
    where = tap.where if is_place(turn.rules, tap.where) else "-"
    helpers = await asking.call_for_help(
        turn.session, turn.actor, where, today=turn.today, now=turn.now
    )
    active = await requests.active_of(turn.session, turn.actor.member_id)
    if active is not None and active.status is HelpStatus.CLAIMED:
        await show_help(turn, active)
        return
    text = turn.words.body("asking.called", **_told(helpers))
    rows: list[Row] = []
    if active is not None:
        more = Key(turn.words.label("helping.more"), ShowHelp(active.id), Style.NEXT)
        rows.append((more,))
    turn.show_below(Screen(text, (*rows, back_home(turn))))


def _told(helpers: list[Member]) -> dict[str, list[str]]:
    return {
        "told": [one.name for one in helpers if one.account_id is not None],
        "others": [one.name for one in helpers if one.account_id is None],
    }


@dialogue.answer(REPLYING)
async def take_reply(turn: Turn, subject: AskForHelp) -> None:
    """Bring a reply to a broadcast or a reminder to a coach. A number is a button's."""
    if whole_number(turn.text) is not None and await press_typed(turn):
        return
    await _bring(turn, subject, Said(turn.text))


class _SpokenReply(filters.MessageFilter):
    """Lets through a voice that replies to a broadcast or a reminder."""

    def filter(self, message: Message) -> bool:
        """Say whether the message is such a voice."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None:
            return False
        return turn.waits_in == REPLYING and bool(message.voice)


@dialogue.file(filters.UpdateType.MESSAGE & _SpokenReply())
async def take_spoken_reply(turn: Turn) -> None:
    """Bring a spoken reply to a coach."""
    subject = unpack(turn.prompt.subject) if turn.prompt is not None else None
    voice = turn.message.voice if turn.message is not None else None
    if voice is None or not isinstance(subject, AskForHelp):
        raise NotFound
    await _bring(turn, subject, Said(turn.text, SaidAs.VOICE, voice.file_id))


async def _bring(turn: Turn, subject: AskForHelp, said: Said) -> None:
    helpers = await asking.call_for_help(
        turn.session, turn.actor, subject.where, today=turn.today, now=turn.now, said=said
    )
    active = await requests.active_of(turn.session, turn.actor.member_id)
    told = _told(helpers)
    if active is not None and active.helper is not None:
        told = _told([active.helper])
    text = turn.words.body("asking.replied", **told)
    rows: list[Row] = []
    if active is not None:
        rows.append((Key(turn.words.label("helping.more"), ShowHelp(active.id)),))
    turn.show_below(Screen(text, (*rows, back_home(turn))))


# ------------------------------------------------------------------------------- proposals


async def _proposal_screen(person: Person, full: FullProposal) -> Screen | None:
    """Draw a proposal beside what the plan holds now; None for evidence that has come."""
    words, proposal = person.words, full.proposal
    rules = person.rulebook.of_plan(person.school, full.plan.plan)
    coach = await proposing.proposer_of(person.session, full)
    gap = ""
    if not proposal.quantity:
        evidence = await reading.evidence_of_plan(person.session, full.plan.id)
        entries = needs.provable(rules, full.plan)
        ours = [one for one in entries if one.key == (proposal.step, proposal.code)]
        gap = "".join(gap_text(person.words, rules, missing_for(one, evidence)) for one in ours)
        if not gap and full.is_open:
            return None
    item = next((one for one in rules.items if one.code == proposal.code), None)
    worth = item.points_floor if item else 0
    text = words.body(
        "asking.proposal", by=coach.name, title=proposal_title(person, full), full=full.plan,
        units=proposal.quantity, current=full.current, gap=gap, state=proposal.state,
        is_open=full.is_open, points=rules.points,
        after=full.plan.plan.points_floor + (proposal.quantity - full.current) * worth,
    )  # fmt: skip
    return Screen(text, _proposal_rows(person, full), view=ShowProposal(full.id))


def _proposal_rows(person: Person, full: FullProposal) -> tuple[Row, ...]:
    words, rows = person.words, list[Row]()
    if full.is_open:
        label = "asking.take" if full.proposal.quantity else "proving.send"
        rows.append(
            (
                Key(words.label(label), TakeProposal(full.id, full.current), Style.YES),
                Key(words.label("asking.decline"), DeclineProposal(full.id)),
            )
        )
    else:
        rows.append((Key(words.label("home.open_plan"), OpenPlan(), Style.NEXT),))
    if full.request.status is not HelpStatus.CLOSED:
        rows.append(talk_row(person, full.request))
    return tuple(rows)


@dialogue.tap(ShowProposal)
async def show_proposal(turn: Turn, tap: ShowProposal) -> None:
    """Show a proposal beside what the plan holds now."""
    full = await proposing.read_proposal(turn.session, turn.actor, tap.proposal)
    screen = await _proposal_screen(turn, full)
    if screen is not None:
        turn.show(screen)
    else:
        await show_help(turn, full.request)


@dialogue.tap(TakeProposal)
async def take_proposal(turn: Turn, tap: TakeProposal) -> None:
    """Take a proposal over with one tap; for evidence, open its activity for sending."""
    before = await proposing.read_proposal(turn.session, turn.actor, tap.proposal)
    rules = turn.rulebook.of_plan(turn.school, before.plan.plan)
    full = await proposing.take(
        turn.session, turn.actor, rules, tap.proposal, tap.current, turn.now
    )
    entry = full.plan.entry(full.proposal.step, full.proposal.code)
    if not full.proposal.quantity:
        opens = full.plan.status in changing.OPEN_PLANS
        if entry is not None and opens:
            await send_for(turn, SendFor(full.plan.id, known_id(entry.id)))
            return
    turn.toast(turn.words.label("asking.taken", points=full.plan.plan.points_floor))
    await show_proposal(turn, ShowProposal(full.id))


@dialogue.tap(DeclineProposal)
async def decline_proposal(turn: Turn, tap: DeclineProposal) -> None:
    """Decline a proposal; the plan stays as it is."""
    full = await proposing.decline(turn.session, turn.actor, tap.proposal, turn.now)
    turn.toast(turn.words.label("asking.declined"))
    await show_proposal(turn, ShowProposal(full.id))


# ------------------------------------------------------------------------------- notices


@notice("help_proposed")
async def help_proposed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Show what the coach proposes, with one button to take it over."""
    try:
        full = await proposing.read_proposal(person.session, person.actor, subject["proposal"])
    except Refused:
        return None
    screen = await _proposal_screen(person, full) if full.is_open else None
    return Notice(screen) if screen is not None else None


@notice("help_claimed")
async def help_claimed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher who helps, with the way to write to that person."""
    full = await request_of(person, subject)
    if full is None or full.status is not HelpStatus.CLAIMED or full.helper is None:
        return None
    reachable = await talking.is_reachable(person.session, full.helper)
    text = person.words.body("asking.claimed", by=full.helper.name, reachable=reachable)
    return Notice(Screen(text, (talk_row(person, full),), view=ShowHelp(full.id)))


@notice("help_back_in_queue")
async def help_back_in_queue(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher that somebody else is looked for."""
    full = await request_of(person, subject)
    if full is None or full.status is not HelpStatus.OPEN:
        return None
    text = person.words.body("asking.back_in_queue")
    rows = ((Key(person.words.label("helping.open"), ShowHelp(full.id)),),)
    return Notice(Screen(text, rows, view=ShowHelp(full.id)))
