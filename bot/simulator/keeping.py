"""The world on disk: one JSON document beside the bytes of the files."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from bot.simulator.models import Answer, CallbackQuery, Chat, Json, Message, StoredFile, User
from bot.simulator.webhook import WebhookState
from bot.simulator.world import World

STATE = "state.json"
FILES = "files"
VERSION = 1


def save(world: World, folder: Path) -> None:
    """Write the state; the document is replaced in one step, after the bytes it needs."""
    (folder / FILES).mkdir(parents=True, exist_ok=True)
    for digest, data in world.files.blobs.items():
        path = folder / FILES / digest
        if not path.exists():
            _replace(path, data)
    document = json.dumps(_pack(world), ensure_ascii=False, default=dataclasses.asdict)
    _replace(folder / STATE, document.encode("utf-8", "surrogatepass"))


def load(world: World, folder: Path) -> None:
    """Read the state back, where there is one."""
    path = folder / STATE
    if path.exists():
        _unpack(world, json.loads(path.read_bytes().decode("utf-8", "surrogatepass")), folder)


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _pack(world: World) -> Json:
    updates, files = world.updates, world.files
    return {
        "version": VERSION,
        "users": list(world.users.values()),
        "chats": list(world.chats.values()),
        "queries": list(world.queries.values()),
        "files": list(files.files.values()),
        "file_count": files.count,
        "commands": world.commands,
        "profile": world.profile,
        "menu_button": world.menu_button,
        "last_message_id": world.last_message_id,
        "last_query_id": world.last_query_id,
        "updates": list(updates.queue),
        "next_update_id": updates.next_id,
        "allowed_updates": updates.allowed,
        "webhook": world.webhook.state,
    }


def _unpack(world: World, document: Json, folder: Path) -> None:
    if document["version"] != VERSION:
        raise ValueError(f"{folder / STATE} was written by another version of the simulator")
    for fields in document["users"]:
        world.users[fields["id"]] = User(**fields)
    world.bot = world.users.get(world.bot.id, world.bot)
    for fields in document["chats"]:
        world.chats[fields["id"]] = _chat(fields)
    for fields in document["queries"]:
        # The clock starts anew with each run: a tap kept on disk may be answered in full time.
        query = CallbackQuery(**fields | {"at": world.clock(), "answer": None})
        world.queries[query.id] = query
    _unpack_files(world, document, folder)
    _unpack_counters(world, document)


def _chat(fields: dict[str, Any]) -> Chat:
    messages = {one["id"]: Message(**one) for one in fields.pop("messages").values()}
    toasts = [Answer(**one) for one in fields.pop("toasts")]
    return Chat(**fields, messages=messages, toasts=toasts)


def _unpack_files(world: World, document: Json, folder: Path) -> None:
    files = world.files
    for fields in document["files"]:
        stored = StoredFile(**fields)
        files.files[stored.id] = stored
        files.paths[stored.path] = stored.id
        files.blobs[stored.digest] = (folder / FILES / stored.digest).read_bytes()
    files.count = document["file_count"]


def _unpack_counters(world: World, document: Json) -> None:
    world.commands = document["commands"]
    world.profile = document["profile"]
    world.menu_button = document["menu_button"]
    world.last_message_id = document["last_message_id"]
    world.last_query_id = document["last_query_id"]
    world.updates.queue.extend(document["updates"])
    world.updates.next_id = document["next_update_id"]
    world.updates.allowed = document["allowed_updates"]
    world.webhook.state = WebhookState(**document["webhook"])
