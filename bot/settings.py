"""The environment, read once into one frozen value."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """The environment does not do; the message says what to change, in one line."""


WEBHOOK_PORT = 8443
"""Where the webhook is listened for, unless `HTTP_PORT` says otherwise."""


class Settings(BaseSettings):
    """What the program can be told from outside. `.env.example` explains each for an operator."""

    # A variable left empty in `.env` is not set. What is wrong may be a secret: it is not shown.
    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    bot_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    database_url: str = "sqlite+aiosqlite:///data/kawan.db"
    data_dir: Path = Path("data")
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    http_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    ruleset: str = "pmm-2024"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def token(self) -> str:
        """The bot's token, for the Telegram client alone."""
        return self.bot_token.get_secret_value().strip()

    @property
    def secrets(self) -> list[str]:
        """What must never stand in a log, in every form in which it could."""
        token, secret = self.token, self.webhook_secret.get_secret_value()
        # The longest first: a part of the token must not hide the rest of it from the search.
        forms = [token, token.replace(":", "%3A"), secret, _secret_half(token)]
        return sorted({form for form in forms if form}, key=len, reverse=True)


def _secret_half(token: str) -> str:
    # Before the colon is the bot's public id; a half shorter than Telegram's 35 is a test's.
    half = token.partition(":")[2]
    return half if len(half) >= 20 else ""


def read_settings() -> Settings:
    """Read the environment and `.env`. Raises `SettingsError` naming the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "environment"
        raise SettingsError(f"{name} tidak bisa dipakai: {first['msg']}") from None


def require_token(settings: Settings) -> None:
    """Refuse settings with which the real bot cannot start."""
    if not settings.token:
        raise SettingsError(
            "BOT_TOKEN belum diisi. Mintalah token kepada @BotFather di Telegram, "
            "lalu tulis BOT_TOKEN=… di berkas .env"
        )
    secret = settings.webhook_secret.get_secret_value()
    if settings.webhook_url and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise SettingsError(
            "WEBHOOK_SECRET belum diisi dengan benar. Isi dengan 1–256 huruf, angka, _ atau -; "
            "tanpa itu siapa pun bisa berpura-pura menjadi Telegram"
        )
    if settings.webhook_url and not re.match(r"https?://[^/\s]+", settings.webhook_url):
        raise SettingsError(
            "WEBHOOK_URL bukan alamat. Tulis lengkap, misalnya https://bot.sekolah.sch.id/kawan"
        )
