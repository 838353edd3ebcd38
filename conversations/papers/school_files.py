"""Everything of a school's period: tables, and each teacher's papers and evidence in a folder.

A ZIP comes in parts that Telegram takes. A teacher's folder lies in one part; only one that is
larger than a part is divided. Every part holds the index that says which teacher is where.
"""

import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from conversations.papers.archive import entry_bytes, pack
from conversations.papers.csv_files import write_csv_files
from conversations.papers.names import originals, part_name, path_part
from conversations.papers.orders import (
    Column,
    ColumnKind,
    LeftOut,
    Made,
    NotMade,
    PortfolioOrder,
    Refusal,
    Row,
    SchoolForm,
    SchoolOrder,
    Table,
    TeacherFile,
    Why,
)
from conversations.papers.portfolio import make_portfolio
from conversations.papers.school import Steps
from conversations.papers.spool import teachers_in
from conversations.papers.unfinished import publish
from conversations.papers.workbook import write_school_book, write_table
from storage.files import RESERVE_BYTES

_INDEX_BYTES: Final = 16_000
_INDEX_ROW_BYTES: Final = 400
"""The most that the index takes: at all, and for each teacher."""
_NAMES_BYTES: Final = 2_000
"""More than a part spends on the name of a file."""
_AT_ONCE: Final = 2.2
"""How many times the evidence is on the disk at once, papers made of it among that."""


def make_files(order: SchoolOrder, bench: Path, steps: Steps) -> tuple[Made, ...]:
    """Make the parts of a ZIP, or a folder. Raises NotMade when the disk has no room."""
    _require_room(order)
    if order.form is SchoolForm.FOLDER:
        return _make_folder(order, bench, steps)
    return _make_parts(order, bench, steps)


def _require_room(order: SchoolOrder) -> None:
    """Raise NotMade unless the database and the chats keep the room that they need."""
    free = shutil.disk_usage(order.out).free
    if free - order.bytes * _AT_ONCE < RESERVE_BYTES:
        raise NotMade(Refusal.NO_ROOM)


@dataclass(frozen=True, slots=True)
class _Item:
    """A file, and where it goes in the archive."""

    path: Path
    place: str
    dated: date | None = None

    @property
    def bytes(self) -> int:
        return entry_bytes(self.path, self.place)


@dataclass(slots=True)
class _Packed:
    """What has become of a teacher: the folder, the parts it is in, files and bytes."""

    teacher: TeacherFile
    parts: list[int] = field(default_factory=list)
    files: int = 0
    bytes: int = 0


# ---------------------------------------------------------------- what a teacher has


def _items(
    order: SchoolOrder, teacher: TeacherFile, bench: Path, steps: Steps, left_out: list[LeftOut]
) -> list[_Item]:
    """Make a teacher's papers, and give them with all evidence; what is lost is noted."""
    if not teacher.chapters:
        return []
    items = [
        _Item(path, f"{teacher.folder}/{path.name}")
        for path in _papers(order, teacher, bench, steps)
    ]
    every = list(originals(teacher.chapters))
    folder = f"{teacher.folder}/{path_part(order.school_texts.evidence)}"
    for one in every:
        item = _Item(one.file.path, f"{folder}/{one.place}", one.piece.dated)
        if not item.path.is_file():
            left_out.append(_lost(teacher, one.file.name, one.piece.number, Why.MISSING))
        elif order.form is SchoolForm.ZIP and item.bytes > _room(order):
            left_out.append(_lost(teacher, one.file.name, one.piece.number, Why.TOO_LARGE))
        else:
            items.append(item)
    steps.note(len(every))
    return items


def _lost(teacher: TeacherFile, name: str, number: int, why: Why) -> LeftOut:
    return LeftOut(name=f"{teacher.name}, {number}: {name}", number=number, why=why)


def _papers(order: SchoolOrder, teacher: TeacherFile, bench: Path, steps: Steps) -> Iterator[Path]:
    """Make a teacher's papers, one after the other, in a folder of their own."""
    made, work = bench / "papers", bench / "work"
    for folder in (made, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    files = sum(len(piece.files) for chapter in teacher.chapters for piece in chapter.pieces)
    if teacher.cover is not None:
        portfolio = PortfolioOrder(
            out=made,
            name=f"{order.texts.title} - {teacher.name}",
            cover=teacher.cover,
            chapters=teacher.chapters,
            texts=order.texts,
            most_bytes=_room(order) - _NAMES_BYTES,
        )
        for one in make_portfolio(
            portfolio, work, lambda done, of: steps.show(files * done // of)
        ):
            yield one.path


# ---------------------------------------------------------------- parts for the chat


def _room(order: SchoolOrder) -> int:
    """Say how many bytes a part has beside the index."""
    return order.most_bytes - _INDEX_BYTES - _INDEX_ROW_BYTES * order.teachers


class _Parts:
    """ZIPs that are filled one after the other."""

    def __init__(self, order: SchoolOrder, bench: Path) -> None:
        self._room = _room(order)
        self._bench = bench
        self._open: zipfile.ZipFile | None = None
        self._filled = 0
        self.paths: list[Path] = []
        self.holds: list[list[str]] = []

    @property
    def number(self) -> int:
        """The number of the part that is being filled, from 1."""
        return len(self.paths)

    def begin(self, size: int) -> None:
        """Begin a new part unless so many bytes still fit into this one."""
        if self._open is not None and self._filled + size <= self._room:
            return
        self.close()
        self.paths.append(self._bench / f"{len(self.paths) + 1}.zip")
        self.holds.append([])
        self._open = zipfile.ZipFile(self.paths[-1], "w")
        self._filled = 0

    def add(self, item: _Item) -> None:
        """Put a file in, into a new part if need be."""
        self.begin(item.bytes)
        if self._open is not None:
            pack(self._open, item.path, item.place, item.dated)
            self._filled += item.bytes

    def close(self) -> None:
        """Close the part that is being filled."""
        if self._open is not None:
            self._open.close()
            self._open = None


def _make_parts(order: SchoolOrder, bench: Path, steps: Steps) -> tuple[Made, ...]:
    parts = _Parts(order, bench)
    left_out: list[LeftOut] = []
    packed: list[_Packed] = []
    try:
        book = bench / "tables.xlsx"
        write_school_book(order, book, steps.one)
        parts.add(_Item(book, f"{path_part(order.school_texts.data)}.xlsx"))
        for teacher in teachers_in(order):
            items = _items(order, teacher, bench, steps, left_out)
            packed.append(_pack_teacher(parts, teacher, items))
    finally:
        parts.close()
    index = bench / "index.xlsx"
    _write_index(order, packed, index)
    made = []
    for at, path in enumerate(parts.paths, start=1):
        with zipfile.ZipFile(path, "a") as again:
            pack(again, index, f"{path_part(order.school_texts.index)}.xlsx", None)
        name = part_name(order.name, ".zip", order.texts, at, len(parts.paths))
        made.append(path.replace(bench / name))
    return tuple(
        Made(
            path=publish(path, order.out),
            name=path.name,
            left_out=() if at else tuple(left_out),
            holds=_from_to(parts.holds[at]),
        )
        for at, path in enumerate(made)
    )


def _pack_teacher(parts: _Parts, teacher: TeacherFile, items: list[_Item]) -> _Packed:
    """Put a teacher into one part if that is possible, else into as few as possible."""
    packed = _Packed(teacher)
    if items:
        parts.begin(sum(item.bytes for item in items))
    for item in items:
        parts.add(item)
        packed.files += 1
        packed.bytes += item.path.stat().st_size
        if parts.number not in packed.parts:
            packed.parts.append(parts.number)
            parts.holds[-1].append(teacher.name)
    return packed


def _from_to(names: list[str]) -> str:
    return " – ".join(dict.fromkeys([names[0], names[-1]])) if names else ""


def _write_index(order: SchoolOrder, packed: list[_Packed], path: Path) -> None:
    """Write which teacher lies in which part."""
    texts = order.school_texts
    number, text = ColumnKind.NUMBER, ColumnKind.TEXT
    shapes = (
        (texts.number, number, 6), (texts.nip, text, 22), (texts.teacher, text, 30),
        (texts.folder, text, 36), (texts.part, text, 10), (texts.files, number, 10),
        (texts.size, number, 14),
    )  # fmt: skip
    columns = tuple(Column(title=title, kind=kind, width=w) for title, kind, w in shapes)
    rows: list[Row] = [
        (
            one.teacher.number, one.teacher.nip, one.teacher.name,
            one.teacher.folder if one.files else None,
            ", ".join(map(str, one.parts)), one.files, round(one.bytes / 1000),
        )
        for one in packed
    ]  # fmt: skip
    write_table(path, Table(id="index", name=texts.index, columns=columns), rows)


# ---------------------------------------------------------------- a folder for the operator


def _make_folder(order: SchoolOrder, bench: Path, steps: Steps) -> tuple[Made, ...]:
    """Lay everything into folders; they appear in `order.out` once all of them are whole."""
    left_out: list[LeftOut] = []
    whole = bench / "whole"
    whole.mkdir()
    book = whole / f"{path_part(order.school_texts.data)}.xlsx"
    write_school_book(order, book, steps.one)
    write_csv_files(order, whole / path_part(order.school_texts.csv_folder))
    for teacher in teachers_in(order):
        for item in _items(order, teacher, bench, steps, left_out):
            target = whole / item.place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(item.path, target)
    if hasattr(os, "sync"):  # not on Windows
        os.sync()
    for one in sorted(whole.iterdir()):
        publish(one, order.out)
    path = order.out / book.name
    return (Made(path=path, name=book.name, left_out=tuple(left_out)),)
