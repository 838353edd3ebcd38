"""Reply markup: checked as Telegram checks it, and kept in the shape bots get it back."""

from __future__ import annotations

import json
from typing import Any

from bot.simulator.errors import bad_request
from bot.simulator.markup import checked_url

MAX_BUTTONS = 100
MAX_MARKUP_BYTES = 10_240
MAX_CALLBACK_BYTES = 64
MAX_COPY_TEXT = 256
MAX_PLACEHOLDER = 64

_STYLES = {"", "default", "primary", "danger", "success"}
_REQUESTS = ("request_contact", "request_location", "request_poll", "request_users")

Markup = dict[str, Any]


def parse_markup(source: str) -> Markup | None:
    """The markup of a request, or ``None`` where it has none or an empty one.

    Raises:
        ApiError: 400 with Telegram's reason.
    """
    if not source:
        return None
    try:
        value = json.loads(source)
    except ValueError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if value.get("keyboard"):
        return _reply_keyboard(value)
    if value.get("inline_keyboard"):
        return _inline_keyboard(value, source)
    if value.get("remove_keyboard"):
        return {"remove_keyboard": True}
    if value.get("force_reply"):
        return {"force_reply": True} | _placeholder(value)
    return None


def parse_inline(source: str) -> Markup | None:
    """The same for an edit, where only inline keyboards are possible."""
    markup = parse_markup(source)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _rows(value: Any, complaint: str) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request(complaint)
    return value


def _placeholder(value: dict[str, Any]) -> dict[str, Any]:
    text = value.get("input_field_placeholder") or ""
    if len(text) > MAX_PLACEHOLDER:
        # Telegram documents 1-64 characters; its own words for more are not published.
        raise bad_request("input field placeholder is too long")
    return {"input_field_placeholder": text} if text else {}


def _style(button: dict[str, Any], kind: str) -> dict[str, Any]:
    style = str(button.get("style") or "").lower()
    if style not in _STYLES:
        raise bad_request(f"can't parse {kind}: invalid button style specified")
    return {"style": style} if style not in {"", "default"} else {}


def _label(button: dict[str, Any], kind: str) -> str:
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(f"can't parse {kind}: Can't find field \"text\"")
    return text


def _reply_keyboard(value: dict[str, Any]) -> Markup | None:
    rows = []
    for row in _rows(value["keyboard"], 'field "keyboard" must be an Array of Arrays'):
        buttons = [button for button in map(_keyboard_button, row) if button["text"]]
        if buttons:
            rows.append(buttons[:12])
    if not rows:
        return None
    if sum(map(len, rows)) > 3 * MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    flags = {
        name: True
        for name in ("resize_keyboard", "one_time_keyboard", "is_persistent", "selective")
        if value.get(name)
    }
    return {"keyboard": rows} | flags | _placeholder(value)


def _keyboard_button(button: Any) -> dict[str, Any]:
    if isinstance(button, str):
        return {"text": button}
    kind = "keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {kind}: KeyboardButton must be a String or an Object")
    wishes = {name: button[name] for name in _REQUESTS if button.get(name)}
    return {"text": _label(button, kind)} | _style(button, kind) | wishes


def _inline_keyboard(value: dict[str, Any], source: str) -> Markup | None:
    complaint = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    rows = []
    for row in _rows(value["inline_keyboard"], complaint):
        # Telegram drops buttons without a label instead of refusing them.
        buttons = [button for button in map(_inline_button, row) if button["text"]]
        if buttons:
            rows.append(buttons)
    if not rows:
        return None
    if sum(map(len, rows)) > MAX_BUTTONS or _is_long(source, rows):
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows}


def _is_long(source: str, rows: list[list[Any]]) -> bool:
    """Telegram also limits the size; escapes of the request do not count toward it."""
    if len(source) <= MAX_MARKUP_BYTES // 4:
        return False
    compact = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return len(compact.encode("utf-8", "surrogatepass")) > MAX_MARKUP_BYTES


def _inline_button(button: Any) -> dict[str, Any]:
    kind = "inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {kind}: InlineKeyboardButton must be an Object")
    return {"text": _label(button, kind)} | _style(button, kind) | _action(button, kind)


def _action(button: dict[str, Any], kind: str) -> dict[str, Any]:
    """What the button does: the first of the actions it names, in Telegram's order."""
    if url := button.get("url"):
        checked = checked_url(str(url))
        if not checked:
            raise bad_request(f"{kind} URL '{url}' is invalid: Wrong HTTP URL")
        return {"url": checked}
    if data := button.get("callback_data"):
        if len(str(data).encode("utf-8", "surrogatepass")) > MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"callback_data": str(data)}
    for name in ("switch_inline_query", "switch_inline_query_current_chat"):
        if name in button:
            return {name: str(button[name])}
    if isinstance(app := button.get("web_app"), dict):
        if not str(app.get("url", "")).startswith("https://"):
            raise bad_request(f"{kind} Web App URL '{app.get('url')}' is invalid: Wrong HTTP URL")
        return {"web_app": {"url": app["url"]}}
    if isinstance(copied := button.get("copy_text"), dict):
        text = copied.get("text")
        if not isinstance(text, str) or not 1 <= len(text) <= MAX_COPY_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return {"copy_text": {"text": text}}
    raise bad_request(f"can't parse {kind}: Text buttons are unallowed in the inline keyboard")
