"""The school's letterhead: lines, logo, and who signs its papers."""

from typing import Any

from telegram import Message
from telegram.ext import filters

from conversations.callbacks.official import AskLogo, OpenLetterhead, RemoveLogo, WriteLetterhead
from conversations.callbacks.school import OpenSchool
from conversations.dialogue import Dialogue, Incoming
from conversations.everywhere import fold, press_typed
from conversations.home import back_to
from conversations.screens import Key, Row, Screen, in_rows, numbered
from conversations.turn import FILES, Turn, current_turn
from storage import letterheads
from storage.errors import NotFound
from storage.inspecting import MOST_BYTES
from storage.letterheads import LONGEST
from storage.logos import UnusableLogo, WhyNoLogo, read_logo
from storage.school_hours import MAY_CHANGE

dialogue = Dialogue("letterhead")

WORDS_STATE = "letterhead.words"
LOGO_STATE = FILES + "logo"


class _Logo(filters.MessageFilter):
    """Lets through any file while a logo is awaited."""

    def filter(self, message: Message) -> bool:
        """Say whether the message may bring the logo."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None or turn.waits_in != LOGO_STATE:
            return False
        return bool(message.document or message.photo)


@dialogue.presents
async def present(turn: Turn, _tap: Any) -> None:
    """Show the letterhead as it is."""
    turn.show(await _screen(turn))


@dialogue.tap(OpenLetterhead)
async def open_letterhead(turn: Turn, _tap: OpenLetterhead) -> None:
    """Show what stands on the school's papers."""
    turn.show(await _screen(turn))


async def _screen(turn: Turn) -> Screen:
    turn.actor.require(MAY_CHANGE)
    words = turn.words
    row = await letterheads.letterhead_of(turn.session, turn.actor.school_id)
    head = await letterheads.head_of(turn.session, turn.school, row)
    has_logo = row is not None and row.logo is not None
    text = words.body(
        "letterhead.card", school=turn.school.name, has_logo=has_logo,
        office=row.office.splitlines() if row else [], place=row.place if row else "",
        address=row.address.splitlines() if row else [],
        title=head.title or words.label("official.head_title"), name=head.name, nip=head.nip,
    )  # fmt: skip
    keys = [Key(words.label(f"letterhead.{part}"), WriteLetterhead(part)) for part in LONGEST]
    keys.append(Key(words.label("letterhead.logo"), AskLogo()))
    if has_logo:
        keys.append(Key(words.label("letterhead.remove_logo"), RemoveLogo()))
    rows: tuple[Row, ...] = (*in_rows(numbered(keys)), (back_to(turn, OpenSchool()),))
    return Screen(text, rows, view=OpenLetterhead())


# ------------------------------------------------------------------------------- words


@dialogue.tap(WriteLetterhead)
async def write_part(turn: Turn, tap: WriteLetterhead) -> None:
    """Ask for the words of a part."""
    turn.actor.require(MAY_CHANGE)
    if tap.field not in LONGEST:
        raise NotFound
    text = turn.words.body(
        "letterhead.write", what=turn.words.label(f"letterhead.{tap.field}"), part=tap.field,
        example=turn.words.label(f"letterhead.example_{tap.field}"),
    )  # fmt: skip
    await turn.ask(WORDS_STATE, tap, text)


@dialogue.answer(WORDS_STATE)
async def take_words(turn: Turn, subject: WriteLetterhead) -> None:
    """Keep the words just written. "Kembali" leaves everything as it is."""
    if fold(turn.text) != fold(turn.words.label("nav.back")):
        await letterheads.write_part(turn.session, turn.actor, subject.field, turn.text, turn.now)
        turn.toast(turn.words.label("letterhead.kept"))
    turn.show(await _screen(turn))


# ------------------------------------------------------------------------------- logo


@dialogue.tap(AskLogo)
async def ask_logo(turn: Turn, tap: AskLogo) -> None:
    """Wait for a picture."""
    turn.actor.require(MAY_CHANGE)
    rows: tuple[Row, ...] = ((back_to(turn, OpenLetterhead()),),)
    turn.show(Screen(turn.words.body("letterhead.ask_logo"), rows, view=tap))
    await turn.listen(LOGO_STATE, tap)


def read_upload(incoming: Incoming) -> bytes:
    """Make the picture that came in small; runs in a thread."""
    return read_logo(incoming.path, incoming.inspect)


@dialogue.file(filters.UpdateType.MESSAGE & _Logo(), read_upload, MOST_BYTES)
async def take_logo(turn: Turn) -> None:
    """Keep the picture as the logo."""
    if not isinstance(turn.file, bytes):
        raise UnusableLogo(WhyNoLogo.TOO_LARGE)
    await letterheads.keep_logo(turn.session, turn.actor, turn.file, turn.now)
    turn.stop_waiting()
    turn.toast(turn.words.label("letterhead.logo_kept"))
    turn.show(await _screen(turn))


@dialogue.answer(LOGO_STATE)
async def take_words_for_logo(turn: Turn, _subject: AskLogo) -> None:
    """Press the button whose words were typed; any other words are no picture."""
    if not await press_typed(turn):
        raise UnusableLogo(WhyNoLogo.NO_PICTURE)


@dialogue.tap(RemoveLogo)
async def remove_logo(turn: Turn, _tap: RemoveLogo) -> None:
    """Take the logo off the papers."""
    await letterheads.keep_logo(turn.session, turn.actor, None, turn.now)
    turn.toast(turn.words.label("letterhead.logo_removed"))
    turn.show(await _screen(turn))
