"""The environment, read once into one frozen value."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """The environment does not do; the message says what to change, in one line."""


class Settings(BaseSettings):
    """What the program can be told from outside. `.env.example` explains each for an operator."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    bot_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    database_url: str = "sqlite+aiosqlite:///data/kawan.db"
    data_dir: Path = Path("data")
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8443
    ruleset: str = "pmm-2024"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def token(self) -> str:
        """The bot's token, for the Telegram client alone."""
        return self.bot_token.get_secret_value()


def read_settings() -> Settings:
    """Read the environment and `.env`. Raises `SettingsError` naming the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "environment"
        raise SettingsError(f"{name}: {first['msg']}") from None


def require_token(settings: Settings) -> None:
    """Refuse settings with which the real bot cannot start."""
    if not settings.token:
        raise SettingsError(
            "BOT_TOKEN is not set. Ask @BotFather for a token and put BOT_TOKEN=… into .env"
        )
    if settings.webhook_url and not settings.webhook_secret.get_secret_value():
        raise SettingsError(
            "WEBHOOK_SECRET is not set. With WEBHOOK_URL anybody could post updates without it"
        )
