"""From the tables of a TOML file to the classes of the model, collecting every mistake.

The classes are the schema: their annotations say what a key must hold. Nothing here knows what
a rule set means; that is for `checks`.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_origin

from storage.rulesets.days import MonthDay

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a rule set: the file and the key it sits at, and what is wrong."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.reason}"


class Mistakes:
    """Collects mistakes while reading goes on."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def add(self, key: str, reason: str) -> None:
        """Note that the value at a key is wrong."""
        self.found.append((key, reason))

    def __bool__(self) -> bool:
        return bool(self.found)


class _WrongValueError(ValueError):
    """The value does not fit its annotation; the text says what was expected."""


def identity(row: Mapping[str, object], place: int) -> str:
    """Return how a row of a list of tables is named in keys: its code, id or number."""
    if "predicate" in row and "work_result" in row:
        return f"{row['work_result']}.{row.get('work_behaviour')}"
    if "period" in row and "id" in row:
        return f"{row['period']}.{row['id']}"
    for name in ("code", "id", "number"):
        if isinstance(row.get(name), str | int):
            return str(row[name])
    return f"#{place + 1}"


def read_file(schema: type[T], content: Mapping[str, object], mistakes: Mistakes) -> T | None:
    """Read a whole file: each field of `schema` names its table in its metadata."""
    known = {each.metadata["table"]: each for each in _fields(schema)}
    for name in content:
        if name not in known:
            mistakes.add(name, f"unknown table{_did_you_mean(name, known)}")
    values: dict[str, Any] = {}
    for name, each in known.items():
        if name in content:
            values[each.name] = _read_tables(each, name, content[name], mistakes)
        elif _is_required(each):
            mistakes.add(name, "the table is missing")
    return None if mistakes else schema(**values)


def _read_tables(each: Field[Any], name: str, value: object, mistakes: Mistakes) -> object:
    """Read one table, or a list of tables, of a file."""
    row_type = _row_type(each.type)
    if row_type is None:
        if isinstance(value, dict):
            return _read_table(_without_none(each.type), value, name, mistakes)
        mistakes.add(name, f"write one table: [{name}]")
        return None
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        mistakes.add(name, f"write a list of tables: [[{name}]]")
        return None
    return tuple(
        _read_table(row_type, row, f"{name}.{identity(row, place)}", mistakes)
        for place, row in enumerate(value)
    )


def _read_table(
    schema: type[T], table: Mapping[str, object], key: str, mistakes: Mistakes
) -> T | None:
    """Read one table into one object; None when something in it is wrong."""
    known = {each.name: each for each in _fields(schema)}
    before = len(mistakes.found)
    for name in table:
        if name not in known:
            mistakes.add(f"{key}.{name}", f"unknown key{_did_you_mean(name, known)}")
    values: dict[str, Any] = {}
    for name, each in known.items():
        if name in table:
            try:
                values[name] = _convert(each.type, table[name], f"{key}.{name}", mistakes)
            except _WrongValueError as error:
                mistakes.add(f"{key}.{name}", str(error))
            else:
                if values[name] == "" and _is_required(each) and name != "rule":
                    mistakes.add(f"{key}.{name}", "must not be empty")
        elif _is_required(each):
            mistakes.add(f"{key}.{name}", "the key is missing")
    return schema(**values) if len(mistakes.found) == before else None


def _convert(wanted: Any, value: object, key: str, mistakes: Mistakes) -> object:
    """Turn a TOML value into what an annotation wants. Raises _WrongValueError."""
    wanted = _without_none(wanted)
    if get_origin(wanted) is tuple:
        if not isinstance(value, list):
            raise _WrongValueError(f"must be a list, found {_kind(value)}")
        inner = get_args(wanted)[0]
        return tuple(
            _convert(inner, entry, f"{key}[{place}]", mistakes)
            for place, entry in enumerate(value)
        )
    if is_dataclass(wanted) and wanted is not MonthDay:
        if not isinstance(value, dict):
            raise _WrongValueError(f"must be a table, found {_kind(value)}")
        return _read_table(wanted, value, key, mistakes)  # type: ignore[arg-type]
    return _convert_plain(wanted, value)


def _convert_plain(wanted: Any, value: object) -> object:
    """Turn a single value into a plain type, a day or a word of a closed list."""
    if wanted is MonthDay or (isinstance(wanted, type) and issubclass(wanted, StrEnum)):
        if not isinstance(value, str):
            raise _WrongValueError(f"must be text, found {_kind(value)}")
        return _convert_text(wanted, value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not wanted:
        raise _WrongValueError(f"must be {_NAMES[wanted]}, found {_kind(value)}")
    return value


def _convert_text(wanted: Any, value: str) -> object:
    """Turn text into a day of the year or a word of a closed list."""
    if wanted is MonthDay:
        try:
            return MonthDay.parse(value)
        except ValueError as error:
            raise _WrongValueError(str(error)) from None
    try:
        return wanted(value)
    except ValueError:
        words = ", ".join(word.value for word in wanted)
        raise _WrongValueError(f"must be one of {words}; found {value!r}") from None


_NAMES: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date such as 2024-03-31, without quotes",
    datetime: "a date with a time",
    list: "a list",
    dict: "a table",
}


def _kind(value: object) -> str:
    """Return the everyday name of a TOML value's type, with the value when it is short."""
    name = _NAMES.get(type(value), type(value).__name__)
    if isinstance(value, list | dict):
        return name
    return f"{value!r}" if isinstance(value, str) else f"{value}"


def _fields(schema: type) -> tuple[Field[Any], ...]:
    return fields(schema)


def _is_required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _without_none(wanted: Any) -> Any:
    """Return `X` of `X | None`, anything else as it is."""
    if isinstance(wanted, types.UnionType):
        return next(part for part in get_args(wanted) if part is not types.NoneType)
    return wanted


def _row_type(wanted: Any) -> Any:
    """Return `X` of `tuple[X, ...]`, None for anything else."""
    return get_args(wanted)[0] if get_origin(wanted) is tuple else None


def _did_you_mean(name: str, known: Mapping[str, object]) -> str:
    """Return a hint for a typing mistake, or nothing."""
    return next((f"; did you mean {near}?" for near in _near(name, known)), "")


def _near(name: str, known: Mapping[str, object]) -> Iterator[str]:
    import difflib  # only needed once something is wrong

    yield from difflib.get_close_matches(name, known, n=1)
