"""Putting screens on phones: from our plain values to Telegram's types and calls."""

import asyncio
from collections.abc import Awaitable, Callable

from telegram import (
    Bot,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.calls import ATTEMPTS, has_no_caption, insist, is_gone, is_not_modified
from conversations.lengths import LONGEST_CAPTION, LONGEST_TEXT, fitting
from conversations.screens import Key, Media, Screen
from conversations.turn import File
from storage.cards import MessagePlace
from storage.models import Prompt

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def keyboard(screen: Screen) -> InlineKeyboardMarkup | None:
    """Give the screen's buttons as Telegram wants them."""
    if not screen.rows:
        return None
    return InlineKeyboardMarkup([[_button(key) for key in row] for row in screen.rows])


def _button(key: Key) -> InlineKeyboardButton:
    style = str(key.style) if key.style else None
    if key.link:
        return InlineKeyboardButton(key.text, url=key.link, style=style)
    if key.copies:
        return InlineKeyboardButton(key.text, copy_text=CopyTextButton(key.copies), style=style)
    if key.data is None:
        raise ValueError(f"the button {key.label!r} does nothing")
    return InlineKeyboardButton(key.text, callback_data=key.data.pack(), style=style)


async def send(
    bot: Bot, chat_id: int, screen: Screen, *, silent: bool = False, attempts: int = ATTEMPTS
) -> Message:
    """Send a screen without exhibits as a new message."""
    if screen.media is not None:
        return await _send_media(bot, chat_id, screen, screen.media, attempts)
    markup = keyboard(screen)
    return await insist(
        lambda: bot.send_message(
            chat_id,
            fitting(screen.text, LONGEST_TEXT),
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            link_preview_options=NO_PREVIEW,
            disable_notification=silent or None,
            protect_content=screen.protected or None,
        ),
        attempts,
    )


async def _send_media(
    bot: Bot, chat_id: int, screen: Screen, media: Media, attempts: int
) -> Message:
    """Send a file that Telegram has already, with the text as its caption."""
    calls: dict[str, Callable[..., Awaitable[Message]]] = {
        "photo": bot.send_photo,
        "voice": bot.send_voice,
        "document": bot.send_document,
    }
    markup = keyboard(screen)
    return await insist(
        lambda: calls[media.kind](
            chat_id,
            media.telegram_id,
            caption=fitting(screen.text, LONGEST_CAPTION),
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            protect_content=screen.protected or None,
        ),
        attempts,
    )


async def edit(bot: Bot, place: MessagePlace, screen: Screen, *, attempts: int = ATTEMPTS) -> bool:
    """Put a screen in place of a message; False when there is no such message any more."""
    try:
        if screen.below_exhibits:
            await _edit_caption(bot, place, screen, attempts)
        else:
            await _edit_text(bot, place, screen, attempts)
    except BadRequest as error:
        if is_not_modified(error):
            return True
        if is_gone(error):
            return False
        raise
    return True


async def _edit_text(bot: Bot, place: MessagePlace, screen: Screen, attempts: int) -> None:
    chat_id, message_id = place
    markup = keyboard(screen)
    await insist(
        lambda: bot.edit_message_text(
            fitting(screen.text, LONGEST_TEXT),
            chat_id=chat_id,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            link_preview_options=NO_PREVIEW,
        ),
        attempts,
    )


async def _edit_caption(bot: Bot, place: MessagePlace, screen: Screen, attempts: int) -> None:
    """Change what stands below an exhibit; below an album that is a text of its own."""
    chat_id, message_id = place
    markup = keyboard(screen)
    try:
        await insist(
            lambda: bot.edit_message_caption(
                chat_id,
                message_id,
                caption=fitting(screen.text, LONGEST_CAPTION),
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
            ),
            attempts,
        )
    except BadRequest as error:
        if not has_no_caption(error):
            raise
        await _edit_text(bot, place, screen, attempts)


async def ask(bot: Bot, chat_id: int, prompt: Prompt) -> Message:
    """Send a question whose answer the phone binds to it as a reply."""
    return await insist(
        lambda: bot.send_message(
            chat_id,
            fitting(prompt.question, LONGEST_TEXT),
            parse_mode=ParseMode.HTML,
            reply_markup=ForceReply(input_field_placeholder=prompt.placeholder or None),
            link_preview_options=NO_PREVIEW,
        )
    )


async def send_file(bot: Bot, chat_id: int, file: File, *, attempts: int = ATTEMPTS) -> Message:
    """Send a picture or a document; one that takes long is made now, beside everything else."""
    markup = keyboard(file.screen) if file.screen else None
    made = file.content
    content = made if isinstance(made, bytes) else await asyncio.to_thread(made)
    caption = fitting(file.caption, LONGEST_CAPTION)
    if file.is_picture:
        return await insist(
            lambda: bot.send_photo(
                chat_id, content, caption=caption, parse_mode=ParseMode.HTML,
                filename=file.name, reply_markup=markup,
            ),
            attempts,
        )  # fmt: skip
    return await insist(
        lambda: bot.send_document(
            chat_id, content, caption=caption, parse_mode=ParseMode.HTML,
            filename=file.name, reply_markup=markup,
        ),
        attempts,
    )  # fmt: skip
