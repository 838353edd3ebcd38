"""Settings for commands: read from the environment, refused in one line."""

import os

from bot.commands import WRONG_USE, Failed
from bot.settings import Settings, SettingsError, read_settings, require_token


def settings() -> Settings:
    """Read the settings. Raises `Failed` when they do not do."""
    try:
        return read_settings()
    except SettingsError as error:
        raise Failed(str(error), WRONG_USE) from None


def settings_to_run() -> Settings:
    """Read settings with which the real bot can start. Raises `Failed` otherwise."""
    found = settings()
    try:
        require_token(found)
    except SettingsError as error:
        raise Failed(str(error), WRONG_USE) from None
    return found


def without_secrets(text: str) -> str:
    """Give a text in which no secret of the environment stands."""
    try:
        secrets = read_settings().secrets
    except SettingsError:
        names = ("BOT_TOKEN", "WEBHOOK_SECRET")
        secrets = [value for name in names if (value := os.environ.get(name, "").strip())]
    for secret in secrets:
        text = text.replace(secret, "***")
    return text
