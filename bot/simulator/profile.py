"""Bot API methods about the bot itself: who it is, its commands, its menu, and its files."""

from __future__ import annotations

import re
from typing import Any

from bot.simulator.errors import bad_request
from bot.simulator.models import Json
from bot.simulator.params import Params
from bot.simulator.registry import method
from bot.simulator.world import World

MAX_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}
_LIMITS = {"name": 64, "description": 512, "short_description": 120}


@method("getMe")
def get_me(world: World, _params: Params) -> Json:
    """The bot."""
    return world.bot.api() | {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("getFile")
def get_file(world: World, params: Params) -> Json:
    """Where a file can be downloaded, up to 20 MB."""
    return world.files.describe(params.text("file_id"))


@method("getChat")
def get_chat(world: World, params: Params) -> Json:
    """A chat the bot knows."""
    chat = world.reachable(params.chat_id())
    full = world.chat_api(chat) | {
        "accent_color_id": chat.id % 7 if chat.id > 0 else 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": True,
            "limited_gifts": True,
            "unique_gifts": True,
            "premium_subscription": True,
            "gifts_from_channels": True,
        },
    }
    if chat.pinned:
        full["pinned_message"] = world.message_api(chat.messages[chat.pinned[0]])
    return full


def _scope_key(world: World, params: Params) -> str:
    scope = params.document("scope", "can't parse BotCommandScope JSON object")
    language = params.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    if scope is None:
        return f"default|{language}"
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if not kind.startswith("chat"):
        return f"{kind}|{language}"
    if "chat_id" not in scope:
        raise bad_request("can't parse BotCommandScope: Empty chat_id specified")
    chat = world.reachable(_integer(scope["chat_id"]))
    member = f":{scope.get('user_id')}" if kind == "chat_member" else ""
    return f"{kind}:{chat.id}{member}|{language}"


def _integer(value: Any) -> int | str:
    try:
        return int(value)
    except (TypeError, ValueError):
        return str(value)


def _command(item: Any) -> Json:
    if not isinstance(item, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(item.get("command") or "").strip().removeprefix("/")
    description = str(item.get("description") or "").strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


def _commands_changed(world: World, key: str) -> None:
    scope, _, _ = key.partition("|")
    kind, _, chat_id = scope.partition(":")
    chats = [int(chat_id)] if kind == "chat" else list(world.chats)
    for chat in chats:
        world.tell("commands", chat)


@method("setMyCommands")
def set_my_commands(world: World, params: Params) -> bool:
    """The command menu of a scope and a language."""
    items = params.document("commands", "can't parse commands JSON object")
    if items is None:
        raise bad_request('parameter "commands" is required')
    if not isinstance(items, list):
        raise bad_request("expected an Array of BotCommand")
    key = _scope_key(world, params)
    commands = [_command(item) for item in items]
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.commands[key] = commands
    _commands_changed(world, key)
    return True


@method("getMyCommands")
def get_my_commands(world: World, params: Params) -> list[Json]:
    """The commands of exactly this scope and language."""
    return world.commands.get(_scope_key(world, params), [])


@method("deleteMyCommands")
def delete_my_commands(world: World, params: Params) -> bool:
    """Back to the wider scope's commands."""
    key = _scope_key(world, params)
    world.commands.pop(key, None)
    _commands_changed(world, key)
    return True


def _set_profile(world: World, params: Params, name: str) -> bool:
    value = params.text(name)
    if len(value) > _LIMITS[name]:
        # Telegram documents the limit; its own words for breaking it are not published.
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    world.profile[f"{name}|{params.text('language_code')}"] = value
    if name == "name" and value and not params.text("language_code"):
        world.bot.first_name = value
    return True


def _get_profile(world: World, params: Params, name: str) -> Json:
    language = params.text("language_code")
    default = world.bot.first_name if name == "name" else ""
    fallback = world.profile.get(f"{name}|", default)
    return {name: world.profile.get(f"{name}|{language}", fallback)}


@method("setMyName")
def set_my_name(world: World, params: Params) -> bool:
    """The bot's name in a language."""
    return _set_profile(world, params, "name")


@method("getMyName")
def get_my_name(world: World, params: Params) -> Json:
    """The bot's name in a language."""
    return _get_profile(world, params, "name")


@method("setMyDescription")
def set_my_description(world: World, params: Params) -> bool:
    """What people read before they press START."""
    return _set_profile(world, params, "description")


@method("getMyDescription")
def get_my_description(world: World, params: Params) -> Json:
    """What people read before they press START."""
    return _get_profile(world, params, "description")


@method("setMyShortDescription")
def set_my_short_description(world: World, params: Params) -> bool:
    """What people read on the bot's profile."""
    return _set_profile(world, params, "short_description")


@method("getMyShortDescription")
def get_my_short_description(world: World, params: Params) -> Json:
    """What people read on the bot's profile."""
    return _get_profile(world, params, "short_description")


@method("setChatMenuButton")
def set_chat_menu_button(world: World, params: Params) -> bool:
    """The button beside the text field, for one person or for everybody."""
    button = params.document("menu_button", "can't parse menu button JSON object")
    button = {"type": "default"} if button is None else button
    if not isinstance(button, dict):
        raise bad_request("can't parse menu button: MenuButton must be an Object")
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    if params.text("chat_id"):
        chat = world.reachable(params.chat_id())
        chat.menu_button = None if button["type"] == "default" else button
        world.tell("commands", chat.id)
    else:
        world.menu_button = button
        for chat_id in list(world.chats):
            world.tell("commands", chat_id)
    return True


@method("getChatMenuButton")
def get_chat_menu_button(world: World, params: Params) -> Json:
    """The button beside the text field."""
    if params.text("chat_id"):
        return world.reachable(params.chat_id()).menu_button or world.menu_button
    return world.menu_button
