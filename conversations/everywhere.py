"""What works everywhere: plain words, typed numbers and labels, and everything unforeseen.

A phone without signal queues what is typed, not what is tapped. So each thing a button does can be
typed: its number, its label, or the command's word.
"""

import re
import unicodedata

from conversations.answering import help_screen, is_question, show_found, takes_questions
from conversations.callbacks.packing import Button, UnreadableButton, is_readable, unpack
from conversations.dialogue import TAPS, Dialogue, press
from conversations.home import show_home
from conversations.screens import Screen
from conversations.talk_hints import offer_talk
from conversations.turn import Turn
from storage import cards
from storage.errors import Refused
from storage.rulesets import UnknownCode

EVERYWHERE_WORDS = ("menu", "lanjut", "batal", "bantuan")


async def say_word(turn: Turn, word: str) -> None:
    """Obey one of the words that work on every step."""
    if word == "lanjut":
        await carry_on(turn)
    elif turn.membership is None:
        turn.greet_stranger()
    elif word == "bantuan":
        turn.show(await help_screen(turn))
    elif word == "batal":
        turn.stop_waiting()
        turn.show(Screen(turn.words.body("home.cancelled")))
        await show_home(turn, below=True)
    else:
        turn.stop_waiting()
        await show_home(turn)


async def carry_on(turn: Turn) -> None:
    """Show again what the person was at: the open question, or the last screen."""
    if turn.membership is None and not turn.account.view:
        turn.greet_stranger()
        return
    if is_readable(turn.account.view):  # an older version may have stored what is not
        await press(turn, turn.account.view)
    if not turn.answer.screens:
        await show_present(turn)
    prompt = turn.prompt
    if prompt is not None and prompt.question and prompt.id == turn.account.prompt_id:
        turn.ask_again(prompt)


async def take_typed(turn: Turn, commands: dict[str, Dialogue]) -> None:
    """Do what a button would: match a number, a label, or a command's word."""
    if turn.membership is None and not turn.account.view:
        turn.greet_stranger()
        return
    word = fold(turn.text)
    dialogue = commands.get(word)
    if await press_typed(turn):
        return
    if dialogue is not None:
        handler = dialogue.commands[word]
        await dialogue.run(turn, lambda: handler(turn, ""))
    elif takes_questions(turn):
        show_found(turn, turn.text)
    elif await _is_for_somebody(turn):
        pass  # and has been asked for whom
    elif is_question(turn):
        show_found(turn, turn.text)
    else:
        await not_understood(turn)


async def _is_for_somebody(turn: Turn) -> bool:
    """Ask for whom words are, where the person is helping or being helped."""
    return turn.membership is not None and not _is_number(turn) and await offer_talk(turn)


def _is_number(turn: Turn) -> bool:
    return whole_number(turn.text) is not None


async def press_typed(turn: Turn) -> bool:
    """Do what a button on the screen does, if its number or its words were typed."""
    button = await _meant(turn, turn.text)
    if button is None:
        return False
    if not (turn.waits_for_files and button.keeps_files):
        turn.stop_waiting()
    dialogue, handler = TAPS[type(button)]
    await dialogue.run(turn, lambda: handler(turn, button), button)
    return True


async def not_understood(turn: Turn) -> None:
    """Answer what cannot be matched: the screen again, with an example of what can be typed."""
    if turn.membership is None:
        turn.greet_stranger()
        return
    turn.toast(turn.words.label("everywhere.not_understood"))
    await carry_on(turn)


async def show_present(turn: Turn) -> None:
    """Show the home card below a message whose button no longer works."""
    if turn.membership is None:
        turn.greet_stranger()
    else:
        await show_home(turn, below=True)


async def cannot_take(turn: Turn, what: str) -> None:
    """Say kindly that this kind of message cannot be used, and what to do instead."""
    if turn.membership is None:
        turn.greet_stranger()
        return
    turn.show_below(Screen(turn.words.body("everywhere.cannot_take", what=what)))


async def _meant(turn: Turn, text: str) -> Button | None:
    replied_to = await _card_replied_to(turn)
    screen = await _drawn(turn, replied_to or turn.account.view)
    if screen is not None and _only_back(turn, screen, text):
        return screen.view
    number = whole_number(text)
    found = _by_number(screen, number) if number is not None else _by_label(screen, text)
    if found is None and number is None and not replied_to and turn.membership is not None:
        # A card that came by itself is on the phone too. Words may mean it, bare numbers not.
        card = await cards.latest_open(turn.session, turn.actor.member_id)
        found = _by_label(await _drawn(turn, card.view), text) if card else None
    return found


def _only_back(turn: Turn, screen: Screen, text: str) -> bool:
    """Whether the words are "kembali" where no button says so: "Kembalikan" begins alike."""
    back = fold(turn.words.label("nav.back"))
    return fold(text) == back and all(fold(key.label) != back for key in screen.keys)


async def _card_replied_to(turn: Turn) -> str:
    """Give the view of the card that the message replies to, if it is one."""
    quoted = turn.message.reply_to_message if turn.message else None
    if quoted is None or turn.membership is None:
        return ""
    card = await cards.at_place(turn.session, (quoted.chat.id, quoted.message_id))
    return card.view if card is not None and card.member_id == turn.actor.member_id else ""


async def _drawn(turn: Turn, view: str) -> Screen | None:
    """Draw what the person sees, to know which buttons there are. Changes nothing."""
    if not view:
        return None
    answer, looked_at = turn.answer, turn.account.view
    try:
        button = unpack(view)
        turn.answer, turn.only_looks = type(answer)(), True
        await TAPS[type(button)][1](turn, button)
        screens = turn.answer.screens
    except (UnreadableButton, Refused, UnknownCode):
        return None
    finally:
        turn.answer, turn.only_looks, turn.account.view = answer, False, looked_at
    return next((screen for screen in reversed(screens) if screen.rows), None)


def _by_number(screen: Screen | None, number: int) -> Button | None:
    if screen is None:
        return None
    by_number = [key for key in screen.keys if key.number == number and key.data is not None]
    if by_number:
        return by_number[0].data
    meant = screen.takes_number(number) if screen.takes_number else None
    return None if meant == screen.view else meant


def _by_label(screen: Screen | None, text: str) -> Button | None:
    typed = fold(text)
    if not typed or screen is None:
        return None
    labelled = [(fold(key.label), key.data) for key in screen.keys if key.data is not None]
    exact = [data for label, data in labelled if label == typed]
    if exact:
        return exact[0]
    close = [data for label, data in labelled if len(typed) >= 4 and typed in label]
    if len(close) == 1:
        return close[0]
    return screen.takes_words(text) if screen.takes_words else None


def fold(text: str) -> str:
    """Fold case, signs and spaces away: `✅ Setujui!` and `setujui` are the same."""
    kept = "".join(sign if sign.isalnum() else " " for sign in unicodedata.normalize("NFKC", text))
    return " ".join(kept.casefold().split())


def whole_number(text: str) -> int | None:
    """Read a whole number in any script's digits; None for anything else, such as `1e9`."""
    text = text.strip().rstrip(".)")
    if not re.fullmatch(r"[+-]?\d{1,6}", text):
        return None
    return int(text)
