"""A member who is stuck and whoever helps write to each other through the bot.

What is sent goes to the other one only while the conversation is open: after the button that
opens it, or as a reply to what the other one has said. Everything else keeps its meaning, so a
photo is evidence unless it was meant for somebody.
"""

from typing import Any

from telegram import Message
from telegram.ext import filters

from conversations.callbacks.everybody import Home
from conversations.callbacks.evidence import OpenEvidence
from conversations.callbacks.helping import CloseHelp, SayHelped, ShowHelp, TalkAbout
from conversations.callbacks.packing import unpack
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.help_views import help_screen, helped_row
from conversations.home import back_home, back_to
from conversations.notices import Notice, notice, replied_to
from conversations.people import Person
from conversations.screens import Key, Media, Row, Screen, Style
from conversations.turn import FILES, Turn, current_turn
from storage.cards import Subject
from storage.errors import NotFound, Refused
from storage.helping import moving, requests, talking
from storage.helping.requests import FullRequest
from storage.helping.talking import Said
from storage.models import HelpStatus, Role, SaidAs

dialogue = Dialogue("talking")

TALKING = FILES + "talk"

for _kind in ("help_said", "help_claimed", "help_proposed", "help_answered", "help_also"):
    replied_to(_kind, TALKING, lambda subject: TalkAbout(subject["help"]))


def is_talking(turn: Turn) -> bool:
    """Whether what comes in is meant for the other one of a conversation."""
    return turn.waits_in == TALKING


class _ForTheOther(filters.MessageFilter):
    """Lets through files for the other one."""

    def filter(self, message: Message) -> bool:
        """Say whether the message brings a photo, a voice or a document for somebody."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None or not is_talking(turn):
            return False
        return bool(message.photo or message.voice or message.document)


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the request as it stands now."""
    await show_help(turn, await requests.read(turn.session, turn.actor, tap.request))


async def show_help(turn: Turn, full: FullRequest) -> None:
    """Show a request; while it waits, its card is kept true for those who can help."""
    screen = await help_screen(turn, full)
    if full.status is HelpStatus.OPEN and full.request.member_id != turn.actor.member_id:
        turn.show_decision(screen, Subject(help_id=full.id))
    else:
        turn.show(screen)


@dialogue.tap(ShowHelp)
async def show_request(turn: Turn, tap: ShowHelp) -> None:
    """Show a request as it stands."""
    await show_help(turn, await requests.read(turn.session, turn.actor, tap.request))


@dialogue.tap(TalkAbout)
async def talk_about(turn: Turn, tap: TalkAbout) -> None:
    """Open the conversation: what is sent now goes to the other one."""
    full = await requests.read(turn.session, turn.actor, tap.request)
    if full.status is HelpStatus.CLOSED or not _takes_part(turn, full):
        await show_help(turn, full)
        return
    is_owner = full.request.member_id == turn.actor.member_id
    other = full.helper if is_owner else full.owner
    text = turn.words.body(
        "talking.open", other=other.name if other else "",
        evidence=bool(turn.actor.roles & Role.TEACHER),
    )  # fmt: skip
    turn.show(Screen(text, ((back_to(turn, ShowHelp(full.id)),),), view=tap))
    await turn.listen(TALKING, tap)


def _takes_part(turn: Turn, full: FullRequest) -> bool:
    me = turn.actor.member_id
    return full.request.member_id == me or full.is_helped_by(me)


@dialogue.answer(TALKING)
async def take_words(turn: Turn, subject: TalkAbout) -> None:
    """Pass words on; "kembali" is the button."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        turn.stop_waiting()
        await show_request(turn, ShowHelp(subject.request))
        return
    await _pass_on(turn, subject, Said(turn.text))


@dialogue.file(filters.UpdateType.MESSAGE & _ForTheOther())
async def take_file(turn: Turn) -> None:
    """Pass a photo, a voice or a document on, by Telegram's own name for it."""
    message, prompt = turn.message, turn.prompt
    subject = unpack(prompt.subject) if prompt is not None else None
    if message is None or not isinstance(subject, TalkAbout):
        raise NotFound
    if message.photo:
        said = Said(turn.text, SaidAs.PHOTO, message.photo[-1].file_id)
    elif message.voice is not None:
        said = Said(turn.text, SaidAs.VOICE, message.voice.file_id)
    elif message.document is not None:
        said = Said(turn.text, SaidAs.DOCUMENT, message.document.file_id)
    else:
        raise NotFound
    await _pass_on(turn, subject, said)


async def _pass_on(turn: Turn, subject: TalkAbout, said: Said) -> None:
    try:
        sent = await talking.say(turn.session, turn.actor, subject.request, said, turn.now)
    except Refused:
        # The conversation is over: what comes next means what it always means.
        await turn.undo()
        turn.stop_waiting()
        full = await requests.read(turn.session, turn.actor, subject.request)
        if full.status is not HelpStatus.CLOSED and _takes_part(turn, full):
            raise
        turn.toast(turn.words.label("talking.over"))
        await show_help(turn, full)
        return
    if turn.message is not None and turn.message.media_group_id:
        turn.show_gathered(ShowHelp(sent.full.id))  # once for the whole album
        return
    is_file = said.said_as is not SaidAs.TEXT
    for_evidence = is_file and bool(turn.actor.roles & Role.TEACHER)
    text = turn.words.body(
        "talking.sent", listener=sent.listener.name if sent.listener else "",
        reachable=sent.is_reachable, is_file=for_evidence,
    )  # fmt: skip
    rows: list[Row] = []
    if for_evidence:
        rows.append((Key(turn.words.label("home.evidence"), OpenEvidence()),))
    rows.append((back_to(turn, ShowHelp(sent.full.id)),))
    turn.show(Screen(text, tuple(rows), view=subject))


# ------------------------------------------------------------------------------- the end


@dialogue.tap(CloseHelp)
async def close_help(turn: Turn, tap: CloseHelp) -> None:
    """End the request; whoever asked is asked whether it has helped."""
    full = await moving.close(turn.session, turn.actor, tap.request, turn.now, turn.tapped)
    if full.request.member_id != turn.actor.member_id:
        turn.toast(turn.words.label("helping.closed"))
        await show_help(turn, full)
        return
    if full.request.claimed_by is None:
        turn.show(Screen(turn.words.body("asking.withdrawn"), (back_home(turn),), view=Home()))
        return
    await show_help(turn, full)


@dialogue.tap(SayHelped)
async def say_helped(turn: Turn, tap: SayHelped) -> None:
    """Keep whether it has helped; if not, the request waits again."""
    full = await moving.answer(
        turn.session, turn.actor, tap.request,
        helped=bool(tap.helped), today=turn.today, now=turn.now,
    )  # fmt: skip
    if tap.helped:
        turn.toast(turn.words.label("helping.thanks"))
    await show_help(turn, full)


# ------------------------------------------------------------------------------- notices


async def request_of(person: Person, subject: dict[str, Any]) -> FullRequest | None:
    """Give the request that a notice is about; None when it is not this person's to see."""
    try:
        return await requests.read(person.session, person.actor, subject["help"])
    except Refused:
        return None


def talk_row(person: Person, full: FullRequest) -> Row:
    """Give the keys that lead into the conversation."""
    words = person.words
    return (
        Key(words.label("helping.answer"), TalkAbout(full.id), Style.NEXT),
        Key(words.label("helping.open"), ShowHelp(full.id)),
    )


@notice("help_said")
async def help_said(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Bring what the other one has said, and say who speaks."""
    try:
        full, message, by = await talking.read_message(
            person.session, person.actor, subject["help"], subject["message"]
        )
    except Refused:
        return None
    text = person.words.body(
        "talking.said", by=by.name, is_helper=by.id != full.request.member_id, text=message.text,
    )  # fmt: skip
    media = None
    if message.said_as != SaidAs.TEXT:
        media = Media(message.said_as, message.telegram_id)
    over = full.status is HelpStatus.CLOSED
    rows: tuple[Row, ...] = () if over else (talk_row(person, full),)
    return Notice(Screen(text, rows, view=ShowHelp(full.id), media=media))


@notice("help_ended")
async def help_ended(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell that the other one has ended it; whoever asked is asked whether it has helped."""
    full = await request_of(person, subject)
    if full is None or full.status is not HelpStatus.CLOSED:
        return None
    is_owner = full.request.member_id == person.actor.member_id
    if is_owner and full.request.helped is not None:
        return None
    text = person.words.body(
        "talking.ended", is_owner=is_owner, owner=full.owner.name,
        by=full.helper.name if full.helper else "",
    )  # fmt: skip
    rows = (helped_row(person, full),) if is_owner else ()
    return Notice(Screen(text, rows, view=ShowHelp(full.id)))
