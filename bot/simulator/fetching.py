"""Bot API methods through which a bot gets its updates."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from bot.simulator.errors import ApiError, bad_request
from bot.simulator.models import Json
from bot.simulator.params import Params
from bot.simulator.registry import method
from bot.simulator.world import World

MAX_POLL_SECONDS = 50
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


def _remember_allowed(world: World, params: Params) -> None:
    """``allowed_updates`` stays in force until it is named again; an empty list resets it."""
    if "allowed_updates" not in params.values:
        return
    given = params.document("allowed_updates", "can't parse allowed updates JSON object")
    if isinstance(given, list):
        world.updates.allowed = [str(kind) for kind in given]


async def get_updates(
    world: World, params: Params, gone: Callable[[], Awaitable[Any]] | None = None
) -> list[Json]:
    """Confirm what came before ``offset`` and return what follows, waiting if need be."""
    if world.webhook.state.url:
        raise ApiError(409, _WEBHOOK_ACTIVE)
    _remember_allowed(world, params)
    limit = min(100, max(1, params.integer("limit", 100)))
    seconds = min(MAX_POLL_SECONDS, max(0, params.integer("timeout")))
    return await world.updates.take(params.integer("offset"), limit, seconds, gone)


@method("setWebhook")
def set_webhook(world: World, params: Params) -> bool:
    """Have updates delivered; an empty address is the same as ``deleteWebhook``."""
    url = params.text("url")
    if not url:
        return delete_webhook(world, params)
    # Unlike Telegram's own servers, plain http is taken, as by a Bot API server of one's own.
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise bad_request("invalid webhook URL specified")
    secret = params.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    _remember_allowed(world, params)
    _drop_pending(world, params)
    world.updates.interrupt("Conflict: terminated by setWebhook request")
    world.webhook.set(url, secret, min(100, max(1, params.integer("max_connections", 40))))
    return True


@method("deleteWebhook")
def delete_webhook(world: World, params: Params) -> bool:
    """Back to ``getUpdates``."""
    _drop_pending(world, params)
    world.webhook.delete()
    return True


def _drop_pending(world: World, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        world.updates.queue.clear()


@method("getWebhookInfo")
def get_webhook_info(world: World, _params: Params) -> Json:
    """Where updates go and how many wait."""
    return world.webhook.info()
