"""Something in every table and in every folder, and a way to compare all of it."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    func,
    insert,
    null,
    select,
    update,
)
from sqlmodel.sql.sqltypes import AutoString

from storage.columns import UtcDateTime
from storage.database import Database
from storage.files import FileStore, Kept
from storage.models import metadata
from tests.storage.ruleset_files import THIRD, add_third

ROWS = 3
MOMENT = datetime(2026, 7, 6, 3, 0, 0, 123456, tzinfo=UTC)
FIRST_ACCOUNT = 7_000_000_000
"""Telegram's numbers need more than 32 bits."""

AWKWARD = "é 🙂 ' \" \\ <b>&amp; 0"
NPSNS = [f"1030456{number}" for number in range(1, ROWS + 1)]

OWN_RULES = f"{THIRD}.toml"
RULED: dict[str, dict[str, Any]] = {
    "school": {"ruleset": "pmm-2024", "later_rulesets": [["2027-01-01", "ruang-gtk-2025"]]},
    "plan": {"ruleset": "pmm-2024"},
}
"""Rule sets that there are: whoever reads the rows looks for them."""

Everything = dict[str, list[tuple[Any, ...]]]


async def fill(database: Database, data_dir: Path) -> None:
    """Write rows into every table, with every kind of value, and the files they name."""
    files = FileStore(data_dir / "files")
    async with database.engine.begin() as connection:
        for table in metadata.sorted_tables:
            for number in range(1, ROWS + 1):
                row = {
                    column.name: _value(column, number)
                    for column in table.columns
                    if not _is_counted(column)
                }
                row |= RULED.get(table.name, {})
                if table.name == "evidence_page":
                    row |= _page(files, number)
                await connection.execute(insert(table).values(**row))
        for table in metadata.sorted_tables:
            for key in table.foreign_keys:
                if key.column.table is table:  # a row may refer to a later one
                    first = update(table).where(key.column == 1)
                    await connection.execute(first.values({key.parent: ROWS}))
    for number, npsn in enumerate(NPSNS):
        rules = data_dir / "rulesets" / npsn / "pmm-2024.toml"
        rules.parent.mkdir(parents=True, exist_ok=True)
        rules.write_text(f"[points]\ntarget_min = {30 + number}\n", encoding="utf-8")
    add_third(data_dir / "rulesets")


def photo(number: int) -> bytes:
    """Bytes for a file; the last one is empty, the first one larger than what is read at once."""
    return (b"photo %d " % number) * (300_000, 1, 0)[number - 1]


def keep(files: FileStore, school_id: int, data: bytes) -> Kept:
    """Put a file where it belongs."""
    sha256 = hashlib.sha256(data).hexdigest()
    arrived = files.incoming()
    arrived.write_bytes(data)
    files.place(arrived, school_id, sha256)
    return Kept(school_id, sha256)


async def everything(database: Database) -> Everything:
    """Read all rows of all tables, and for documents whether they are NULL."""
    found = {}
    async with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            documents = [column.is_(null()) for column in table.columns if _is_document(column)]
            query = select(*table.columns, *documents).order_by(*table.primary_key)
            found[table.name] = [tuple(row) for row in await connection.execute(query)]
    return found


async def next_numbers(database: Database) -> dict[str, int]:
    """Add a row to each table that counts its rows; say which number it got. Nothing stays."""
    numbers = {}
    fresh: dict[str, int] = {}
    async with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            (key,) = table.primary_key
            if not _is_counted(key):
                continue
            last = (await connection.execute(select(func.max(key)))).scalar_one()
            row = {
                column.name: _value(column, ROWS + 1)
                for column in table.columns
                if column is not key
            }
            if table.name == "evidence_page":
                row |= {"sha256": "0" * 64, "original_sha256": "0" * 64}
            # Where each may be referred to once only, all others have been.
            row |= {
                column.name: fresh[foreign.column.table.name]
                for column in table.columns
                if _is_unique(column)
                for foreign in column.foreign_keys
            }
            added = await connection.execute(insert(table).values(**row).returning(key))
            fresh[table.name] = added.scalar_one()
            numbers[table.name] = fresh[table.name] - last
    return numbers


def tree(folder: Path) -> dict[str, bytes]:
    """Read all evidence and all rules below a data folder; half files are no evidence."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_half = name.startswith("files/incoming/") or name.endswith(".part")
        if path.is_file() and name.startswith(("files/", "rulesets/")) and not is_half:
            found[name] = path.read_bytes()
    return found


def _is_counted(column: Column[Any]) -> bool:
    table: Table = column.table
    return column.primary_key and column is table.autoincrement_column


def _is_unique(column: Column[Any]) -> bool:
    """Whether a column alone has to be unique."""
    constraints = [one for one in column.table.constraints if isinstance(one, UniqueConstraint)]
    return any(list(one.columns) == [column] for one in constraints)


def _is_document(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _is_alone(column: Column[Any]) -> bool:
    """Whether no two rows may refer to the same one."""
    table: Table = column.table
    uniques = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    return bool(column.unique) or any(list(one.columns) == [column] for one in uniques)


def _page(files: FileStore, number: int) -> dict[str, Any]:
    kept = keep(files, number, photo(number))
    return {
        "sha256": kept.sha256,
        "original_sha256": kept.sha256,
        "size": len(photo(number)),
        "name": f"{AWKWARD} {number}.jpg",
    }


def _value(column: Column[Any], number: int) -> Any:
    """Make a value for a column: empty in the second row where it may be."""
    for key in column.foreign_keys:
        return _reference(column, key.column, number)
    if column.nullable and number == 2:
        return null() if _is_document(column) else None
    if column.name == "npsn":
        return f"1030456{number}"
    match column.type:
        case JSON():
            document = {"angka": [number, -0.5, 2**53, None, True], "kata": AWKWARD, "": {}}
            return JSON.NULL if column.nullable and number == ROWS else document
        case UtcDateTime():
            return MOMENT.replace(second=number)
        case Date():
            return date(2026, 2, number)
        case Boolean():
            return number % 2 == 0
        case BigInteger():
            return FIRST_ACCOUNT + number
        case Integer():
            return number
        case LargeBinary():
            return bytes(range(256)) * number
        case AutoString():
            return f"{number} {AWKWARD}"[: column.type.length]
    raise AssertionError(f"no value for {column}")


def _reference(column: Column[Any], key: Column[Any], number: int) -> int | None:
    """Refer to the row of the same number; after the last, to a pair that is not there yet."""
    if key.table is column.table:
        return number - 1 if 1 < number <= ROWS else None
    if number > ROWS and _is_alone(column):
        number = ROWS + 1  # the row that was added to the other table just before
    elif number > ROWS:
        number = 1 + list(column.table.columns).index(column) % ROWS
    return number if _is_counted(key) else FIRST_ACCOUNT + number
