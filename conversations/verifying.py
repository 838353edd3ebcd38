"""Whether a paper is genuine: anybody may ask, by the code at its foot.

Told is only what stands on the paper anyway: which school, what, whose, of when; and whether a
newer one has taken its place.
"""

from zoneinfo import ZoneInfo

from conversations.callbacks.official import CheckPaper
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_home, show_home
from conversations.links import CHECK
from conversations.screens import Row, Screen
from conversations.turn import Turn
from conversations.words import Words
from storage import verifying
from storage.issuing import grouped, read_code
from storage.verifying import Genuine, TooOften

dialogue = Dialogue("verifying", open_to_strangers=True)

CODE_STATE = "verifying.code"


@dialogue.command("cek")
async def check_command(turn: Turn, words: str) -> None:
    """Say what a code stands for; without one, ask for it."""
    if words.strip():
        await look_up(turn, words)
    else:
        await ask_code(turn, CheckPaper())


@dialogue.tap(CheckPaper)
async def ask_code(turn: Turn, tap: CheckPaper) -> None:
    """Ask for a code. From a stranger nothing is awaited: it is told how to write it."""
    if turn.membership is None:
        turn.show_below(Screen(turn.words.body("verifying.how")))
        return
    text = turn.words.body("verifying.ask")
    await turn.ask(CODE_STATE, tap, text, turn.words.label("verifying.placeholder"))


@dialogue.answer(CODE_STATE)
async def take_code(turn: Turn, _subject: CheckPaper) -> None:
    """Look up the code just written."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await show_home(turn)
        return
    await look_up(turn, turn.text)


async def look_up(turn: Turn, typed: str) -> None:
    """Look a code up, as it was typed or as a QR code brought it."""
    code = read_code(typed.rpartition(CHECK)[2])
    rows = _way_home(turn)
    if code is None:
        turn.show(Screen(turn.words.body("verifying.no_code"), rows, view=_view(turn)))
        return
    found = await verifying.check(turn.session, turn.account.id, code, turn.now)
    if isinstance(found, Genuine):
        text = _genuine(turn, found)
    elif isinstance(found, TooOften):
        text = turn.words.body("verifying.too_often", until=found.until)
    else:
        text = turn.words.body("verifying.not_known", code=grouped(code), left=found.left)
    turn.show(Screen(text, rows, view=_view(turn)))


def _genuine(turn: Turn, found: Genuine) -> str:
    paper = found.paper
    # The school's own day and hour: they are what is printed.
    words = Words(turn.words.language, ZoneInfo(found.school.timezone))
    return words.body(
        "verifying.genuine", code=grouped(paper.code), school=found.school.name,
        npsn=found.school.npsn, kind=words.label(f"verifying.kind_{paper.kind}"),
        draft=not paper.final, period=paper.facts.get("period", paper.period),
        name=paper.facts.get("name", ""),
        made_at=paper.made_at, pages=paper.pages,
        newer_at=found.newer.made_at if found.newer else None, rating_holds=found.rating_holds,
    )  # fmt: skip


def _view(turn: Turn) -> CheckPaper | None:
    return None if turn.membership is None else CheckPaper()


def _way_home(turn: Turn) -> tuple[Row, ...]:
    return () if turn.membership is None else (back_home(turn),)
