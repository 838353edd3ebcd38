"""Every word a person reads, apart from the code that decides when it is said.

A language is a folder. `labels.toml` holds what stands on buttons and in toasts: plain text with
`{placeholders}`. Each `*.html` holds the messages of one dialogue as Jinja2 blocks: what is put in
is escaped by construction, so a teacher named `<b>` breaks nothing.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from conversations.words.calendars import Calendar, zone_name
from conversations.words.shapes import bar, number

_BLANK_LINES = re.compile(r"\n{3,}")

FOLDER = Path(__file__).parent
LANGUAGES = ("id", "en")


class Words:
    """The words of one language, with dates told in one time zone."""

    def __init__(self, language: str, zone: ZoneInfo | None = None) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self.zone = zone or ZoneInfo("Asia/Jakarta")
        self._calendar = Calendar(self.language)

    @property
    def environment(self) -> Environment:
        """Where the messages come from; a file is read when it is first asked for."""
        return _environment(self.language)

    def body(self, name: str, /, **values: Any) -> str:
        """Give a message as Telegram's HTML; `name` is file and block: `planning.item`."""
        file, _, block = name.partition(".")
        template = self.environment.get_template(f"{file}.html")
        context = template.new_context({"words": self, **values})
        text = "".join(template.blocks[block](context))
        return _BLANK_LINES.sub("\n\n", "\n".join(map(str.strip, text.strip().splitlines())))

    def label(self, name: str, /, **values: Any) -> str:
        """Give a button's label or a toast; `name` is section and key: `planning.submit`."""
        section, _, key = name.partition(".")
        text: str = _labels(self.language)[section][key]
        return text.format_map(values) if values else text

    def has_label(self, name: str) -> bool:
        """Say whether there is such a label."""
        section, _, key = name.partition(".")
        return key in _labels(self.language).get(section, {})

    def list(self, name: str) -> list[str]:
        """Give a list of ready sentences, such as the reasons to send a plan back."""
        section, _, key = name.partition(".")
        return list(_labels(self.language)[section][key])

    def day(self, value: date | datetime) -> str:
        """Tell a day: `Senin, 12 Januari 2026`."""
        return self._calendar.day(self._local(value))

    def short_day(self, value: date | datetime) -> str:
        """Tell a day in short: `12 Jan 2026`."""
        return self._calendar.short_day(self._local(value))

    def short_month(self, value: date) -> str:
        """Tell the month of a day in short: `Jan`."""
        return self._calendar.short_month(value)

    def day_of_year(self, value: date | datetime) -> str:
        """Tell a day of the year that is spoken of anyway: `12 Jan`."""
        return self._calendar.day_of_year(self._local(value))

    def moment(self, value: datetime) -> str:
        """Tell a moment with its zone: `Senin, 12 Januari 2026, pukul 10.00 WIB`."""
        local = value.astimezone(self.zone)
        return self._calendar.moment(local, zone_name(self.zone, local))

    def clock(self, value: datetime) -> str:
        """Tell the time of day: `pukul 10.00 WIB`."""
        local = value.astimezone(self.zone)
        return self._calendar.clock(local, zone_name(self.zone, local))

    def _local(self, value: date | datetime) -> date:
        return value.astimezone(self.zone).date() if isinstance(value, datetime) else value


@lru_cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / language),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    environment.filters["bar"] = bar
    environment.filters["number"] = number
    # What several messages share; a block on its own does not see its file's macros.
    macros = environment.get_template("macros.html").module
    environment.globals.update(
        {name: getattr(macros, name) for name in dir(macros) if not name.startswith("_")}
    )
    return environment


@lru_cache
def _labels(language: str) -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((FOLDER / language / "labels.toml").read_text(encoding="utf-8"))
