"""The command menu that Telegram shows, fitted to a person's roles.

It is looks only: every tap is authorised again.
"""

import logging

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from conversations.people import Person, gets_cards
from storage.broadcasts.reading import may_send
from storage.models import Role
from storage.school_hours import MAY_CHANGE

logger = logging.getLogger(__name__)


def commands_for(person: Person) -> list[str]:
    """Name the commands that fit the person, most used first; at most seven."""
    actor = person.actor
    commands = ["menu"]
    if actor.roles & Role.TEACHER:
        commands += ["rencana", "bukti", "status", "laporan"]
    if actor.decides:
        commands.append("persetujuan")
    if actor.decides or actor.roles & Role.COACH:
        commands.append("rekap")
    if may_send(actor):
        commands.append("siaran")
    if gets_cards(actor):
        commands.append("antrean")
    if actor.roles & Role.OPERATOR:
        commands.append("anggota")
    if actor.roles & MAY_CHANGE:
        commands.append("sekolah")
    return [*commands, "bantuan"][:7]


async def set_menu(bot: Bot, person: Person) -> None:
    """Show the person the commands that fit."""
    if person.membership is None:
        return
    menu = [
        BotCommand(name, person.words.label(f"commands.{name}")) for name in commands_for(person)
    ]
    try:
        await bot.set_my_commands(menu, scope=BotCommandScopeChat(person.account.id))
    except TelegramError as error:
        logger.warning("menu not set: %s", type(error).__name__)
