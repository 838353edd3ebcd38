"""A school's tables as CSV, one file a table, for programs that read no XLSX.

Fields are divided by semicolons and the file begins with a byte order mark: so Excel with
Indonesian settings, where the comma divides decimals, opens it in columns and with all letters.
Days are in ISO form, which every program takes. A text that a spreadsheet could take for a
formula gets an apostrophe in front: CSV knows no other way to say that something is text.
"""

import csv
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from conversations.papers.cells import clean, is_suspicious
from conversations.papers.names import path_part
from conversations.papers.orders import Cell, ColumnKind, SchoolOrder
from conversations.papers.spool import teachers_in

DIVIDER: Final = ";"
ENCODING: Final = "utf-8-sig"


def write_csv_files(
    order: SchoolOrder, folder: Path, on_teacher: Callable[[], None] = lambda: None
) -> list[Path]:
    """Write a file for each table, and one that says what they are, into a folder."""
    folder.mkdir()
    texts = order.school_texts
    with ExitStack() as files:
        paths = []

        def opened(name: str, headings: list[str]) -> Callable[[list[str]], object]:
            paths.append(folder / f"{path_part(name)}.csv")
            file = files.enter_context(paths[-1].open("w", encoding=ENCODING, newline=""))
            write = csv.writer(file, delimiter=DIVIDER).writerow
            write([_field(one) for one in headings])
            return write

        tables = {
            one.id: opened(one.name, [column.title for column in one.columns])
            for one in order.tables
        }
        kinds = {one.id: [column.kind for column in one.columns] for one in order.tables}
        for teacher in teachers_in(order):
            for name, write in tables.items():
                for row in teacher.rows.get(name, ()):
                    write(list(map(_field, row, kinds[name])))
            on_teacher()
        about = opened(texts.about, [texts.about_what, texts.about_value])
        for fact in order.facts:
            about([_field(fact.label), _field(fact.value, fact.kind)])
    return paths


def write_csv_archive(
    order: SchoolOrder, bench: Path, path: Path, on_teacher: Callable[[], None]
) -> None:
    """Write all tables as CSV into one ZIP."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in write_csv_files(order, bench / "csv", on_teacher):
            packed.write(one, one.name)


def _field(value: Cell, kind: ColumnKind = ColumnKind.TEXT) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    if kind is ColumnKind.MOMENT:
        return value.replace("T", " ")
    text = clean(value)
    return f"'{text}" if is_suspicious(text) else text
