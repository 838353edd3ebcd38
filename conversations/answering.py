"""The help page, and answers to the questions that teachers really ask.

Whatever is typed on these screens and is no button is searched for among the questions.
"""

from conversations.callbacks.answers import CheckWebinar, ShowAnswer, ShowAnswers
from conversations.callbacks.everybody import Help, Home
from conversations.callbacks.own_data import OpenOwnData
from conversations.callbacks.packing import code_of
from conversations.callbacks.planning import AskForHelp
from conversations.dialogue import Dialogue
from conversations.faq import CERTAINTIES, FAQ, Entry
from conversations.faq.search import search
from conversations.home import back_home, back_to
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, short
from conversations.turn import Turn
from storage.errors import NotFound
from storage.models import Role
from storage.people import members_with

dialogue = Dialogue("answering")

SHOWN = 5
LABEL_LENGTH = 40
WEBINAR_QUESTION = 20
_SCREENS = {kind.code for kind in (Help, ShowAnswers, ShowAnswer, CheckWebinar)}


def takes_questions(turn: Turn) -> bool:
    """Whether the present screen is there to be asked."""
    return turn.membership is not None and code_of(turn.account.view) in _SCREENS


def is_question(turn: Turn) -> bool:
    """Whether a member has typed something that looks like a question, on any screen."""
    return turn.membership is not None and turn.text.rstrip().endswith("?")


@dialogue.command("bantuan", "help")
async def help_command(turn: Turn, words: str) -> None:
    """Show the help page; with words after the command, what answers them."""
    if words.strip():
        show_found(turn, words)
    else:
        turn.show(await help_screen(turn))


@dialogue.tap(Help)
async def open_help(turn: Turn, _tap: Help) -> None:
    """Show the help page."""
    turn.show(await help_screen(turn))


async def help_screen(turn: Turn) -> Screen:
    """Draw the help page: how to ask, how the bot works, and people to ask."""
    coaches = await members_with(turn.session, turn.actor.school_id, Role.COACH)
    operators = await members_with(turn.session, turn.actor.school_id, Role.OPERATOR)
    text = turn.words.body(
        "home.help",
        coaches=[one.name for one in coaches if one.id != turn.actor.member_id],
        operators=[one.name for one in operators if one.id != turn.actor.member_id],
    )
    rows: list[Row] = [_human_row(turn, "-")] if _may_ask(turn) else []
    rows.append((Key(turn.words.label("answering.webinar"), CheckWebinar(0)),))
    rows.append((Key(turn.words.label("own_data.open"), OpenOwnData()),))
    return Screen(text, (*rows, back_home(turn)), view=Help())


def _may_ask(turn: Turn) -> bool:
    return bool(turn.actor.roles & Role.TEACHER)


def _human_row(turn: Turn, where: str) -> Row:
    return (Key(turn.words.label("home.ask_for_help"), AskForHelp(where), Style.NEXT),)


# ------------------------------------------------------------------------------- questions


def show_found(turn: Turn, text: str) -> None:
    """Show the questions that fit what was typed, best first; or say that there is none."""
    found = search(text, SHOWN)
    turn.show(_found_screen(turn, found))


def _found_screen(turn: Turn, found: list[Entry]) -> Screen:
    packed = ".".join(str(entry.number) for entry in found)
    keys = [
        Key(short(entry.question, LABEL_LENGTH), ShowAnswer(entry.number, packed))
        for entry in found
    ]
    rows: list[Row] = [*in_rows(numbered(keys), 1)]
    if _may_ask(turn):
        rows.append(_human_row(turn, "-"))
    rows.append((back_to(turn, Help()),))
    text = turn.words.body(
        "answering.found", questions=[entry.question for entry in found], may_ask=_may_ask(turn)
    )
    return Screen(text, tuple(rows), view=ShowAnswers(packed or "-"))


@dialogue.tap(ShowAnswers)
async def show_answers(turn: Turn, tap: ShowAnswers) -> None:
    """Show again what was found."""
    numbers = [int(one) for one in tap.found.split(".") if one.isdecimal()]
    turn.show(_found_screen(turn, [FAQ[one] for one in numbers[:SHOWN] if one in FAQ]))


@dialogue.tap(ShowAnswer)
async def show_answer(turn: Turn, tap: ShowAnswer) -> None:
    """Show an answer with its certainty, its year and its sources, and the way to a human."""
    entry = FAQ.get(tap.number)
    if entry is None:
        raise NotFound
    year = turn.rules.scheme.valid_from.year
    text = turn.words.body(
        "answering.answer", entry=entry, certainty=_certainty(entry), rules=turn.rules,
        is_older=entry.is_older_than(year), is_newer=entry.is_newer_than(year),
        may_ask=_may_ask(turn),
    )  # fmt: skip
    rows: list[Row] = []
    if entry.number == WEBINAR_QUESTION:
        rows.append((Key(turn.words.label("answering.webinar"), CheckWebinar(0), Style.NEXT),))
    if _may_ask(turn):
        rows.append(_human_row(turn, f"faq{entry.number}"))
    found = ShowAnswers(tap.found) if tap.found != "-" else Help()
    rows.append((back_to(turn, found), Key(turn.words.label("nav.home"), Home())))
    turn.show(Screen(text, tuple(rows), view=tap))


def _certainty(entry: Entry) -> str:
    """Give the least certain of the marks: an answer is only as sure as that.

    One that is official somewhere stays official.
    """
    if "resmi" in entry.certainty:
        return "resmi"
    return max(entry.certainty, key=CERTAINTIES.index)


# ------------------------------------------------------------------------------- webinars


@dialogue.tap(CheckWebinar)
async def check_webinar(turn: Turn, tap: CheckWebinar) -> None:
    """Show the signs of danger to tick, and what they add up to."""
    signs = turn.words.list("answering.signs")
    flags = tap.flags & ((1 << len(signs)) - 1)
    ticked = [at for at in range(len(signs)) if flags & (1 << at)]
    text = turn.words.body("answering.webinar", ticked=[signs[at] for at in ticked])
    keys = [
        Key(f"{'☑' if at in ticked else '☐'} {sign}", CheckWebinar(flags ^ (1 << at)))
        for at, sign in enumerate(signs)
    ]
    more = Key(turn.words.label("answering.why"), ShowAnswer(WEBINAR_QUESTION, "-"))
    rows = (*in_rows(numbered(keys), 1), (back_to(turn, Help()), more))
    turn.show(Screen(text, rows, view=CheckWebinar(flags)))
