"""How a dialogue is put together: handlers of buttons, commands and free words.

A dialogue becomes one `ConversationHandler` of the Telegram library. Its cursor (which free words
are awaited) is not kept in memory: it is read from the person's row before each update and stored
in the transaction of the update, so a restart between two messages goes unnoticed.
"""

import warnings
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.warnings import PTBUserWarning

from conversations.callbacks.packing import (
    Button,
    UnreadableButton,
    code_of,
    is_readable,
    keeps_files,
    unpack,
)
from conversations.refusals import explain
from conversations.turn import Turn, current_turn
from storage.errors import NotFound, Refused
from storage.files import FileStore
from storage.inspecting import Inspected
from storage.rulesets import UnknownCode

B = TypeVar("B", bound=Button)
Act = Callable[[], Awaitable[None]]
TapHandler = Callable[[Turn, Any], Awaitable[None]]
CommandAction = Callable[[Turn, str], Awaitable[None]]
AnswerHandler = Callable[[Turn, Any], Awaitable[None]]
FileHandler = Callable[[Turn], Awaitable[None]]

Context = CallbackContext[Any, Any, Any, Any]
Callback = Callable[[Update, Context], Coroutine[Any, Any, object]]
Handler = BaseHandler[Update, Context, object]

TAPS: dict[type[Button], tuple["Dialogue", TapHandler]] = {}
"""Which handler a button belongs to, over all dialogues."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that has come in: where it lies for now, and the school that it is for.

    It is taken away after it was read, unless `files` has been asked to place it. `inspect` says
    what it is, or raises `Unusable`.
    """

    path: Path
    name: str
    school_id: int
    files: FileStore
    inspect: Callable[[Path], Inspected]


ReadFile = Callable[[Incoming], object]


@dataclass(frozen=True, slots=True)
class FileReader:
    """How a file that comes in is read before its turn begins.

    `read` runs in a thread of its own; what it returns is the turn's `file`. A file larger than
    `most_bytes` is not fetched.
    """

    read: ReadFile
    most_bytes: int


READERS: list[tuple[filters.BaseFilter, FileReader | None]] = []
"""Who takes which files, over all dialogues; without a reader a file is left at Telegram."""


def reader_of(update: Update) -> FileReader | None:
    """Say who reads the file that came in, if anybody. Asks the same filters as the handlers."""
    return next((reader for which, reader in READERS if which.check_update(update)), None)


class Dialogue:
    """One dialogue. `present` draws the true state again after a refused tap."""

    def __init__(self, name: str, *, open_to_strangers: bool = False) -> None:
        self.name = name
        self.open_to_strangers = open_to_strangers
        self._codes: set[str] = set()
        self._commands: dict[str, CommandAction] = {}
        self._answers: dict[str, AnswerHandler] = {}
        self._files: list[tuple[filters.BaseFilter, FileHandler]] = []
        self.present: TapHandler | None = None

    def tap(self, kind: type[B]) -> Callable[[TapHandler], TapHandler]:
        """Register what a button does."""

        def register(handler: TapHandler) -> TapHandler:
            if kind in TAPS:
                raise TypeError(f"two handlers for {kind.__name__}")
            TAPS[kind] = (self, handler)
            self._codes.add(kind.code)
            return handler

        return register

    def command(self, *names: str) -> Callable[[CommandAction], CommandAction]:
        """Register what a command does; it is given the words after the command."""

        def register(handler: CommandAction) -> CommandAction:
            self._commands.update(dict.fromkeys(names, handler))
            return handler

        return register

    def answer(self, state: str) -> Callable[[AnswerHandler], AnswerHandler]:
        """Register what takes the free words awaited in a state; it is given the subject."""

        def register(handler: AnswerHandler) -> AnswerHandler:
            self._answers[state] = handler
            return handler

        return register

    def file(
        self, which: filters.BaseFilter, read: ReadFile | None = None, most_bytes: int = 0
    ) -> Callable[[FileHandler], FileHandler]:
        """Register what takes files that pass a filter, whatever is awaited.

        With `read`, the file is fetched and read before the turn begins (see `FileReader`).
        """

        def register(handler: FileHandler) -> FileHandler:
            self._files.append((which, handler))
            READERS.append((which, FileReader(read, most_bytes) if read else None))
            return handler

        return register

    def presents(self, handler: TapHandler) -> TapHandler:
        """Register what shows the true state after a tap was refused."""
        self.present = handler
        return handler

    @property
    def commands(self) -> dict[str, CommandAction]:
        """The commands, without the slash."""
        return dict(self._commands)

    def conversation(self) -> "DurableConversation":
        """Build the library's handler."""
        entry_points: list[Handler] = [CallbackQueryHandler(self._on_tap, pattern=self._knows)]
        # Only what is new: the library would hand an edited command to its handler again.
        new = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
        entry_points += [
            CommandHandler(name, self._on_command(name), new) for name in self._commands
        ]
        entry_points += [
            MessageHandler(new & which, self._on_file(handler)) for which, handler in self._files
        ]
        words = new & filters.TEXT & ~filters.COMMAND
        states: dict[object, list[Handler]] = {
            state: [MessageHandler(words, self._on_words(handler))]
            for state, handler in self._answers.items()
        }
        with warnings.catch_warnings():
            # The library warns that buttons are not tracked message by message. They need not
            # be: each carries its whole meaning.
            warnings.simplefilter("ignore", PTBUserWarning)
            return DurableConversation(
                entry_points, states, [], allow_reentry=True, knows=self._knows
            )

    def _knows(self, data: object) -> bool:
        return isinstance(data, str) and code_of(data) in self._codes and is_readable(data)

    async def _on_tap(self, update: Update, _context: Context) -> object:
        turn, query = current_turn.get(), update.callback_query
        data = (query.data or "") if query else ""
        if not (turn.waits_for_files and keeps_files(data)):
            turn.stop_waiting()
        await press(turn, data)
        return self._state(turn)

    def _on_command(self, name: str) -> Callback:
        async def run(_update: Update, context: Context) -> object:
            turn = current_turn.get()
            turn.stop_waiting()
            handler = self._commands[name]
            await self.run(turn, lambda: handler(turn, " ".join(context.args or [])))
            return self._state(turn)

        return run

    def _on_words(self, handler: AnswerHandler) -> Callback:
        async def run(_update: Update, _context: Context) -> object:
            turn = current_turn.get()
            prompt = turn.prompt
            if not turn.waits_for_files:
                if prompt is not None and prompt.id == turn.account.prompt_id:
                    turn.stop_waiting()
                turn.waits_in = None
            if prompt is not None:
                subject = unpack(prompt.subject)
                await self.run(turn, lambda: handler(turn, subject), subject)
            return self._state(turn)

        return run

    def _on_file(self, handler: FileHandler) -> Callback:
        async def run(_update: Update, _context: Context) -> object:
            turn = current_turn.get()
            if not turn.waits_for_files:
                turn.stop_waiting()
            await self.run(turn, lambda: take(turn))
            return self._state(turn)

        async def take(turn: Turn) -> None:
            if isinstance(turn.file, Exception):
                raise turn.file
            await handler(turn)

        return run

    async def run(self, turn: Turn, act: Act, tap: Button | None = None) -> None:
        """Let a handler act; a refusal is undone, put into words, and the truth is shown."""
        if turn.membership is None and not self.open_to_strangers:
            turn.greet_stranger()
            return
        try:
            await act()
        except Refused as refusal:
            await self._refuse(turn, refusal, tap)
        except UnknownCode:
            # The rule set has been corrected since the button was made, or the button was forged.
            await self._refuse(turn, NotFound(), tap)

    async def _refuse(self, turn: Turn, refusal: Refused, tap: Button | None) -> None:
        await turn.undo()
        explain(turn, refusal)
        await self._show_present(turn, tap)

    async def _show_present(self, turn: Turn, tap: Button | None) -> None:
        if self.present is None or tap is None or turn.membership is None:
            return
        try:
            await self.present(turn, tap)
        except (Refused, UnknownCode):
            # What the button was about is not this person's to see: the sentence is enough.
            turn.answer.screens.clear()

    def _state(self, turn: Turn) -> object:
        return turn.waits_in if turn.waits_in in self._answers else ConversationHandler.END


class DurableConversation(ConversationHandler[Context]):
    """A `ConversationHandler` whose cursor is the person's row, not this process's memory.

    `knows` says whether the data of a button belong here.
    """

    def __init__(self, *parts: Any, knows: Callable[[object], bool], **options: Any) -> None:
        super().__init__(*parts, **options)
        self._knows = knows

    def check_update(self, update: object) -> Any:
        """Set the cursor to what the row says, then decide as the library does."""
        turn = current_turn.get(None)
        if turn is None or not isinstance(update, Update) or update.effective_chat is None:
            return None
        query = update.callback_query
        if query is not None and not self._knows(query.data):
            # Every tap asks all dialogues, and the library takes its time to say no.
            return None
        key = self._get_key(update)
        if turn.waits_in in self.states:
            self._conversations[key] = turn.waits_in
        else:
            self._conversations.pop(key, None)
        return super().check_update(update)


async def press(turn: Turn, data: str) -> None:
    """Do what a packed button says, whether it was tapped or its words were typed."""
    try:
        button = unpack(data)
    except UnreadableButton:
        turn.outdated()
        return
    dialogue, handler = TAPS[type(button)]
    await dialogue.run(turn, lambda: handler(turn, button), button)
