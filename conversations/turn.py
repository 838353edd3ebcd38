"""One turn: one update of one person, in one transaction, and what the person gets for it.

Handlers read and change through `turn.session` and say what to answer; nothing leaves for
Telegram before the transaction has been committed.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from telegram import Message, Update

from conversations.callbacks.packing import Button
from conversations.people import Person
from conversations.screens import Screen
from storage.cards import MessagePlace, Subject
from storage.errors import Refused
from storage.models import Prompt
from storage.people import find_account, known_id, new_account

FILES = "files."
"""How the names of states begin in which files are awaited, one or many."""


class FileLost(Refused):
    """Telegram did not hand out the file that somebody sent."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to send along. A picture is shown, anything else is a document.

    What takes long to make is given as a function: it is called after the commit, in a thread.
    """

    content: bytes | Callable[[], bytes]
    name: str
    caption: str
    is_picture: bool = False
    screen: Screen | None = None


@dataclass(slots=True)
class Answer:
    """What the person gets for this turn."""

    screens: list[Screen] = field(default_factory=list)
    in_place: bool = True
    question: Prompt | None = None
    files: list[File] = field(default_factory=list)
    toast: str = ""
    alert: bool = False
    asks_about: Subject | None = None
    gathered: Button | None = None
    new_menu: bool = False


@dataclass(kw_only=True)
class Turn(Person):
    """The turn of one person: what came in, and the answer as it is being put together."""

    update: Update
    prompt: Prompt | None = None
    waits_in: str | None = None
    file: object = None
    """What a dialogue's reader made of the file that came in; None when it was not fetched."""
    answer: Answer = field(default_factory=Answer)
    only_looks: bool = False
    """Whether a screen is drawn only to know its buttons: then nothing may change by it."""
    failure: BaseException | None = None

    # -- what came in

    @property
    def message(self) -> Message | None:
        """The message the person sent, if it was one."""
        return self.update.message

    @property
    def text(self) -> str:
        """The words that came in, stripped; empty when there were none."""
        message = self.message
        return (message.text or message.caption or "").strip() if message else ""

    @property
    def tapped(self) -> MessagePlace | None:
        """Where the tapped button stands, unless Telegram no longer shows that message."""
        query = self.update.callback_query
        message = query.message if query else None
        # An inaccessible message arrives dated 1970 and cannot be edited.
        if message is None or not message.is_accessible:
            return None
        return (message.chat.id, message.message_id)

    @property
    def tapped_exhibit(self) -> bool:
        """Whether the tapped button stands below a photo or a document."""
        query = self.update.callback_query
        message = query.message if query else None
        return isinstance(message, Message) and bool(message.photo or message.document)

    @property
    def bot_username(self) -> str:
        """The bot's own name, for links."""
        return self.update.get_bot().username

    @property
    def waits_for_files(self) -> bool:
        """Whether files are awaited: the names of such states begin alike."""
        return (self.waits_in or "").startswith(FILES)

    # -- what the person gets

    def show(self, screen: Screen) -> None:
        """Show a screen: in place of the tapped one, or below when there was no tap."""
        self.answer.screens = [*self.answer.screens[:-1], screen]
        self._look_at(screen)

    def show_below(self, screen: Screen) -> None:
        """Show a screen as a new message, below whatever else is shown."""
        if not self.answer.screens:
            self.answer.in_place = False
        self.answer.screens.append(screen)
        self._look_at(screen)

    def show_decision(self, screen: Screen, subject: Subject) -> None:
        """Show a screen that asks for a decision: it is kept true when somebody else decides."""
        self.show(screen)
        self.answer.asks_about = subject

    def _look_at(self, screen: Screen) -> None:
        self._remember_view(screen.view.pack() if screen.view is not None else "")

    def _remember_view(self, view: str) -> None:
        if view and self.account.view != view:
            self.account.view = view
            self.session.add(self.account)

    def show_gathered(self, button: Button) -> None:
        """Show what a button draws, once for all that arrives together, such as an album."""
        self.answer.gathered = button
        self._remember_view(button.pack())

    def toast(self, text: str) -> None:
        """Show a short line over the chat; below a screen when nothing was tapped."""
        self.answer.toast, self.answer.alert = text, False

    def alert(self, text: str) -> None:
        """Show a line that has to be dismissed: for a refusal or a loss."""
        self.answer.toast, self.answer.alert = text, True

    def send_file(self, file: File) -> None:
        """Send a file along."""
        self.answer.files.append(file)

    async def undo(self) -> None:
        """Take back what this turn has changed so far, and what it was going to answer."""
        user = self.update.effective_user  # a row of a broken transaction cannot be asked
        account_id = user.id if user is not None else 0
        await self.session.rollback()
        account, self.memberships = await find_account(self.session, account_id, self.now)
        self.account = account or new_account(account_id, self.now)
        self.prompt = None
        self.forget()
        self.answer = Answer()

    async def ask(self, state: str, subject: Button, text: str, placeholder: str = "") -> None:
        """Ask for free words: `state` names who takes the answer, `subject` what it is about."""
        prompt = Prompt(
            account_id=self.account.id,
            state=state,
            subject=subject.pack(),
            question=text,
            placeholder=placeholder[:64],
            asked_at=self.now,
        )
        self.session.add(prompt)
        await self.session.flush()
        self.account.prompt_id = known_id(prompt.id)
        self.session.add(self.account)
        self.waits_in = state
        self.answer.question = prompt

    async def listen(self, state: str, subject: Button) -> None:
        """Wait for what a screen that is shown asks for; nothing more is sent."""
        if self.only_looks:
            return
        await self.ask(state, subject, "")
        self.answer.question = None

    async def settle_in(self) -> None:
        """Look again who this is, after joining or changing over; the command menu follows."""
        await self.session.flush()
        account, self.memberships = await find_account(self.session, self.account.id, self.now)
        self.account = account or self.account
        self.forget()
        self.answer.new_menu = True

    def ask_again(self, prompt: Prompt) -> None:
        """Put a question that still waits on the screen once more."""
        self.waits_in = prompt.state
        self.answer.question = prompt

    def note_blocked(self, *, blocked: bool) -> None:
        """Note that the person has blocked the bot, or lets it speak again."""
        if self.membership is not None:
            self.account.blocked_at = self.now if blocked else None
            self.session.add(self.account)

    def greet_stranger(self) -> None:
        """Tell somebody who is in no school how to get in."""
        self.show_below(Screen(self.words.body("joining.stranger")))

    def outdated(self) -> None:
        """Answer a button that this version cannot read."""
        self.alert(self.words.label("refusals.outdated"))

    def stop_waiting(self) -> None:
        """No longer wait for free words. A reply to the question still reaches its handler."""
        self.waits_in = None
        if self.account.prompt_id is not None:
            self.account.prompt_id = None
            self.session.add(self.account)


current_turn: ContextVar[Turn] = ContextVar("current_turn")
"""The turn that is being handled; set before the Telegram library picks a handler."""
