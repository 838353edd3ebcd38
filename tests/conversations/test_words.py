"""Every word exists in every language, and each language is given what it asks for."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

from conversations.words import FOLDER, LANGUAGES, Words

ROOMS = [Path(room) for room in ("conversations", "bot")]
LONGEST_LABEL = 24
ON_BUTTONS = (
    "nav", "home", "planning", "joining", "approving", "overview", "deputies", "members",
    "rating", "reminders", "school", "forms", "reporting", "trail", "own_data",
    "carrying", "copying",
)  # fmt: skip


def labels(language: str) -> dict[str, Any]:
    document = tomllib.loads((FOLDER / language / "labels.toml").read_text(encoding="utf-8"))
    return {
        f"{section}.{key}": text
        for section, keys in document.items()
        for key, text in keys.items()
    }


def blocks(language: str) -> dict[str, set[str]]:
    """Give each block with the values it needs."""
    environment = Environment(autoescape=True)  # parses only
    environment.filters.update(dict.fromkeys(("bar", "number"), str))
    found = {}
    for path in sorted((FOLDER / language).glob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for block in tree.find_all(nodes.Block):
            alone = nodes.Template(block.body)
            alone.set_environment(environment)
            found[f"{path.stem}.{block.name}"] = find_undeclared_variables(alone)
    return found


def placeholders(text: object) -> set[str]:
    texts = text if isinstance(text, list) else [text]
    return {name for one in texts for _, name, _, _ in string.Formatter().parse(str(one)) if name}


def names_in_code(method: str) -> Iterator[tuple[str, Path]]:
    """Give every name that the code passes to `words.label(…)` and its siblings."""
    for room in ROOMS:
        for path in room.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                if node.func.attr == method and node.args:
                    for part in ast.walk(node.args[0]):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield part.value, path


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_label_is_there_with_the_same_placeholders(language: str) -> None:
    first, other = labels(LANGUAGES[0]), labels(language)
    assert set(first) == set(other)
    for name, text in first.items():
        assert placeholders(text) == placeholders(other[name]), name
        assert isinstance(text, list) == isinstance(other[name], list), name
        if isinstance(text, list):
            assert len(text) == len(other[name]), name


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_message_is_there_and_asks_for_the_same_values(language: str) -> None:
    first, other = blocks(LANGUAGES[0]), blocks(language)
    assert set(first) == set(other)
    for name, values in first.items():
        assert other[name] <= values, name


def test_every_message_the_code_names_is_there() -> None:
    known = blocks(LANGUAGES[0])
    missing = [
        (name, str(path))
        for name, path in names_in_code("body")
        if "." in name and name not in known
    ]
    assert missing == []


def test_every_label_the_code_names_is_there() -> None:
    known = labels(LANGUAGES[0])
    sections = {name.partition(".")[0] for name in known}
    for name, path in names_in_code("label"):
        section, dot, key = name.partition(".")
        if not dot:
            continue
        assert section in sections, (name, path)
        # An f-string names only the beginning; the rest is decided when it runs.
        assert any(one.startswith(f"{section}.{key}") for one in known), (name, path)


def test_no_message_is_left_over() -> None:
    used = {name for name, _ in names_in_code("body")}
    used |= {name for name, _ in names_in_code("label")}
    assert [name for name in blocks(LANGUAGES[0]) if name not in used] == []


TAG = re.compile(r"<(/?)(\w+)[^>]*>")
AFTER_A_NAME = re.compile(
    r"""\{\{\s*(?:(?:\w+\.)*(?:name|who|by)
    |(?:told|others|coaches|operators|deciders|names)\b[^}]*)\s*\}\}(?:</\w+>)*\.""",
    re.VERBOSE,
)
PRESSED = re.compile(r"\b(?:tekan|tap) <b>([^<{]+)</b>", re.IGNORECASE)
TELEGRAMS_OWN = {"Mulai (Start)", "Start (Mulai)"}


def sources(language: str) -> dict[str, str]:
    """Give the text of each file of messages."""
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted((FOLDER / language).glob("*.html"))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tag_is_closed_within_its_message(language: str) -> None:
    for file, source in sources(language).items():
        for message in re.split(r"\{% (?:block|macro) ", source):
            still_open = []
            for closing, tag in TAG.findall(re.sub(r"\{[{%].*?[}%]\}", "", message)):
                if not closing:
                    still_open.append(tag)
                else:
                    assert tag in still_open[-1:], (file, message[:40])
                    still_open.pop()
            assert still_open == [], (file, message[:40])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_full_stop_follows_a_name(language: str) -> None:
    """A name may end in one itself: `Yusrizal, M.Pd.`"""
    for file, source in sources(language).items():
        assert AFTER_A_NAME.findall(source) == [], file
    for name, text in labels(language).items():
        assert not re.search(r"\{(?:name|by)\}\.", str(text)), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_called_by_their_labels(language: str) -> None:
    known = {re.sub(r"^[^\w]+", "", str(text)) for text in labels(language).values()}
    for file, source in sources(language).items():
        for pressed in PRESSED.findall(source):
            assert pressed in known | TELEGRAMS_OWN, (file, pressed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_on_buttons_fit_small_screens(language: str) -> None:
    for name, text in labels(language).items():
        if name.startswith("overview.state_"):
            continue  # stands in a message
        on_button = name.partition(".")[0] in ON_BUTTONS and not name.endswith("_placeholder")
        # Sentences are toasts and alerts; buttons have no full stop.
        if on_button and isinstance(text, str) and "{" not in text and text[-1] not in ".?!":
            plain = re.sub(r"[^\w ,‹›]", "", text).strip()
            assert len(plain) <= LONGEST_LABEL, (name, text)


def test_dates_are_told_as_people_say_them() -> None:
    from datetime import UTC, date, datetime
    from zoneinfo import ZoneInfo

    words = Words("id", ZoneInfo("Asia/Jayapura"))
    moment = datetime(2026, 1, 12, 1, 0, tzinfo=UTC)
    assert words.moment(moment) == "Senin, 12 Januari 2026, pukul 10.00 WIT"
    assert words.short_day(date(2026, 8, 1)) == "1 Agu 2026"
    assert Words("en", ZoneInfo("Asia/Makassar")).moment(moment) == (
        "Monday, 12 January 2026, 09:00 WITA"
    )


def test_an_unknown_language_is_indonesian() -> None:
    assert Words("xx").label("nav.home") == Words("id").label("nav.home")


def test_what_is_put_in_breaks_nothing() -> None:
    text = Words("id").body("joining.welcome", name="<b> & </i> _*`")
    assert "&lt;b&gt; &amp; &lt;/i&gt; _*`" in text
