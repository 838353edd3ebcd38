"""Every handler there is, in the order in which they are asked. The order matters."""

import logging
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

import conversations.observing_reminders  # noqa: F401 - draws what is told unasked
from bot.clock import Clock
from bot.replies import Replies
from conversations import (
    answering,
    carrying,
    everywhere,
    form_answers,
    home,
    issuing,
    joining,
    observing_days,
    observing_off,
    own_data,
    reminding,
    talking,
    verifying,
)
from conversations.coach import (
    broadcast_notices,
    broadcast_reports,
    broadcasting,
    helping,
    looking,
    proposing,
    scheduling,
)
from conversations.dialogue import Dialogue
from conversations.operator import (
    auditing,
    erasing,
    erasure_requests,
    inviting,
    letterhead,
    members,
    roster,
    rulesets,
    school,
)
from conversations.principal import (
    approving,
    board_picture,
    checking,
    confirming,
    deputising,
    exporting,
    overviewing,
    past_ratings,
    rating,
    rating_sealing,
    rating_words,
    reading,
    reading_reports,
    reopening_reports,
    returning_reports,
    rubric,
    sending_back,
)
from conversations.principal import observing as observing_teachers
from conversations.refusals import explain
from conversations.teacher import (
    asking,
    behaviours,
    copying,
    describing,
    duties,
    observing,
    planning,
    preparing,
    proving,
    rated,
    reporting,
    sorting,
    status,
    status_picture,
    suggesting,
    summary,
    taking_in,
)
from conversations.turn import current_turn
from conversations.words import Words
from storage.database import Database
from storage.errors import RulesBroken
from storage.groups import greet_once

logger = logging.getLogger(__name__)

DIALOGUES: tuple[Dialogue, ...] = (
    broadcasting.dialogue,  # first: while a broadcast is written, files are for that
    scheduling.dialogue,
    broadcast_reports.dialogue,
    broadcast_notices.dialogue,
    rubric.dialogue,  # before all that takes voice: in a lesson it is a note
    talking.dialogue,  # before all that takes files: in a conversation they are for the other
    form_answers.dialogue,  # likewise: while a question waits, voice notes and files answer it
    helping.dialogue,
    proposing.dialogue,
    letterhead.dialogue,  # before all that takes files too: a logo that was asked for
    planning.dialogue,
    summary.dialogue,
    duties.dialogue,
    behaviours.dialogue,
    suggesting.dialogue,
    status.dialogue,
    status_picture.dialogue,
    copying.dialogue,
    asking.dialogue,
    proving.dialogue,
    describing.dialogue,
    sorting.dialogue,
    preparing.dialogue,
    issuing.dialogue,
    verifying.dialogue,
    reporting.dialogue,
    observing.dialogue,
    observing_days.dialogue,
    observing_off.dialogue,
    observing_teachers.dialogue,
    approving.dialogue,
    checking.dialogue,
    confirming.dialogue,
    looking.dialogue,
    sending_back.dialogue,
    reading_reports.dialogue,
    returning_reports.dialogue,
    reopening_reports.dialogue,
    reading.dialogue,
    overviewing.dialogue,
    exporting.dialogue,
    board_picture.dialogue,
    rating.dialogue,
    past_ratings.dialogue,
    rating_words.dialogue,
    rating_sealing.dialogue,
    rated.dialogue,
    deputising.dialogue,
    members.dialogue,
    inviting.dialogue,
    roster.dialogue,
    taking_in.dialogue,  # after the roster: an operator's tables are rosters
    erasing.dialogue,
    erasure_requests.dialogue,
    auditing.dialogue,
    own_data.dialogue,
    carrying.dialogue,
    answering.dialogue,
    school.dialogue,
    rulesets.dialogue,
    reminding.dialogue,
    home.dialogue,
    joining.dialogue,
)

Context = CallbackContext[Any, Any, Any, Any]
PRIVATE = filters.ChatType.PRIVATE
NEW_WORDS = PRIVATE & filters.UpdateType.MESSAGE & filters.TEXT & ~filters.COMMAND


def add_handlers(
    application: Application[Any, Any, Any, Any, Any, Any],
    replies: Replies,
    database: Database,
    clock: Clock,
) -> None:
    """Register all handlers. Within one group the first that fits takes the update."""
    elsewhere = Elsewhere(replies, database, clock)
    commands = {name: one for one in DIALOGUES for name in one.commands}

    async def typed(_update: Update, _context: Context) -> None:
        await everywhere.take_typed(current_turn.get(), commands)

    add = application.add_handler
    add(MessageHandler(filters.ChatType.GROUPS, elsewhere.in_group))
    add(MessageHandler(NEW_WORDS & _EverywhereWord(), say_word))
    for dialogue in DIALOGUES:
        add(dialogue.conversation())
    add(CallbackQueryHandler(outdated_button))
    add(MessageHandler(NEW_WORDS, typed))
    add(MessageHandler(PRIVATE & filters.UpdateType.EDITED_MESSAGE, cannot_take("edited")))
    add(MessageHandler(PRIVATE & filters.COMMAND, unknown_command))
    files = filters.PHOTO | filters.Document.ALL
    add(MessageHandler(PRIVATE & files, cannot_take("file")))
    spoken = filters.VOICE | filters.VIDEO | filters.VIDEO_NOTE | filters.AUDIO
    add(MessageHandler(PRIVATE & (spoken | filters.ANIMATION), cannot_take("voice")))
    add(MessageHandler(PRIVATE & ~filters.StatusUpdate.ALL, cannot_take("other")))
    add(ChatMemberHandler(elsewhere.membership, ChatMemberHandler.MY_CHAT_MEMBER))
    add(TypeHandler(Update, nothing_to_do))
    application.add_error_handler(note_failure)


class _EverywhereWord(filters.MessageFilter):
    """Lets through the words that work on every step, even where free words are awaited."""

    def filter(self, message: Any) -> bool:
        """Say whether the whole message is such a word."""
        return everywhere.fold(message.text or "") in everywhere.EVERYWHERE_WORDS


async def say_word(_update: Update, _context: Context) -> None:
    """Obey `menu`, `lanjut`, `batal`, `bantuan`."""
    turn = current_turn.get()
    await everywhere.say_word(turn, everywhere.fold(turn.text))


async def outdated_button(_update: Update, _context: Context) -> None:
    """Answer a button that no dialogue knows."""
    turn = current_turn.get()
    turn.outdated()
    await everywhere.show_present(turn)


async def unknown_command(_update: Update, _context: Context) -> None:
    """Answer a command that does not exist."""
    await everywhere.not_understood(current_turn.get())


def cannot_take(what: str) -> Any:
    """Make the handler for a kind of message that cannot be used."""

    async def answer(_update: Update, _context: Context) -> None:
        await everywhere.cannot_take(current_turn.get(), what)

    return answer


async def nothing_to_do(_update: object, _context: Context) -> None:
    """Let everything else pass in silence."""


async def note_failure(_update: object, context: Context) -> None:
    """Hand an unforeseen error to the turn it struck, or to the log."""
    turn = current_turn.get(None)
    if turn is not None and isinstance(context.error, RulesBroken):
        # Words that work on every step meet it outside all dialogues.
        await turn.undo()
        explain(turn, context.error)
    elif turn is not None:
        turn.failure = context.error
    else:
        logger.error("unforeseen error outside a turn", exc_info=context.error)


class Elsewhere:
    """Groups, and people who block the bot or come back."""

    def __init__(self, replies: Replies, database: Database, clock: Clock) -> None:
        self._replies = replies
        self._database = database
        self._clock = clock

    async def in_group(self, update: Update, _context: Context) -> None:
        """Say once that the bot works in private, and be silent after."""
        chat = update.effective_chat
        if chat is not None:
            await self._greet(chat.id)

    async def membership(self, update: Update, _context: Context) -> None:
        """Note who blocks the bot; greet a group it was put into."""
        change, chat = update.my_chat_member, update.effective_chat
        if change is None or chat is None:
            return
        status = change.new_chat_member.status
        if chat.type == chat.PRIVATE:
            turn = current_turn.get()
            turn.note_blocked(blocked=status == "kicked")
        elif status in ("member", "administrator") and chat.type != chat.CHANNEL:
            await self._greet(chat.id)

    async def _greet(self, chat_id: int) -> None:
        async with self._database.transaction() as session:
            first_time = await greet_once(session, chat_id, self._clock.now())
        if first_time:
            await self._replies.say(chat_id, Words("id").body("everywhere.groups"))
