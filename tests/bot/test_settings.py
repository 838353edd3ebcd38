"""The environment: read once, refused in one line, documented in `.env.example`."""

import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read_settings, require_token

TOKEN = "123456789:AAExampleExampleExampleExampleExampl"
EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without `.env`, and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_defaults() -> None:
    settings = read_settings()
    assert settings.token == ""
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.database_url == "sqlite+aiosqlite:///data/kawan.db"
    assert settings.data_dir == Path("data")
    assert settings.http_port is None
    assert settings.ruleset == "pmm-2024"
    assert (settings.log_level, settings.log_format) == ("INFO", "text")


def test_the_example_has_every_variable_with_its_default(tmp_path: Path) -> None:
    example = EXAMPLE.read_text(encoding="utf-8")
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}
    (tmp_path / ".env").write_text(example, encoding="utf-8")
    assert read_settings() == Settings(_env_file=None)


def test_a_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=9000\nRULESET=ruang-gtk-2025\nLAIN=1\n")
    monkeypatch.setenv("HTTP_PORT", "9001")
    settings = read_settings()
    assert (settings.http_port, settings.ruleset) == (9001, "ruang-gtk-2025")


def test_what_is_left_empty_is_not_set(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOT_TOKEN=\nHTTP_PORT=\nLOG_LEVEL=\n")
    settings = read_settings()
    assert (settings.token, settings.http_port, settings.log_level) == ("", None, "INFO")


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTP_PORT", "banyak"), ("HTTP_PORT", "70000"), ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "x")],
)
def test_a_wrong_value_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value).startswith(f"{name} ")
    assert "\n" not in str(refused.value)


def test_settings_do_not_show_secrets() -> None:
    settings = Settings(bot_token=TOKEN, webhook_secret="rahasia", _env_file=None)
    assert TOKEN not in repr(settings)
    assert "rahasia" not in repr(settings)
    assert {TOKEN, "rahasia", TOKEN.partition(":")[2]} <= set(settings.secrets)
    assert settings.secrets == sorted(settings.secrets, key=len, reverse=True)


def refusal(**values: str) -> str:
    with pytest.raises(SettingsError) as refused:
        require_token(Settings(_env_file=None, **values))  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_the_bot_needs_a_token() -> None:
    assert "BOT_TOKEN" in refusal()
    assert "BOT_TOKEN" in refusal(bot_token="  ")
    require_token(Settings(bot_token=TOKEN, _env_file=None))


@pytest.mark.parametrize("secret", ["", "dua kata", "x" * 257, "rahasiaß"])
def test_a_webhook_needs_a_secret_that_telegram_takes(secret: str) -> None:
    url = "https://bot.sekolah.sch.id/kawan"
    said = refusal(bot_token=TOKEN, webhook_url=url, webhook_secret=secret)
    assert "WEBHOOK_SECRET" in said
    assert not secret or secret not in said


def test_a_webhook_needs_an_address() -> None:
    assert "WEBHOOK_URL" in refusal(bot_token=TOKEN, webhook_url="bot", webhook_secret="rahasia")
