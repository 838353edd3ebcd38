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
from conversations.papers.official import make_official
from conversations.papers.official_orders import OfficialOrder
from conversations.papers.orders import (
    Coded,
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
from conversations.papers.school import PAPER_STEPS, Steps
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
_PAPER_BYTES: Final = 500_000
"""More than an official paper takes, at once."""


def make_files(order: SchoolOrder, bench: Path, steps: Steps) -> tuple[Made, ...]:
    """Make the parts of a ZIP, or a folder. Raises NotMade when the disk has no room."""
    _require_room(order)
    desk = _Desk(order, bench, steps)
    if order.form is SchoolForm.FOLDER:
        return _make_folder(desk)
    return _make_parts(desk)


def _require_room(order: SchoolOrder) -> None:
    """Raise NotMade unless the database and the chats keep the room that they need."""
    free = shutil.disk_usage(order.out).free
    if free - order.bytes * _AT_ONCE - (order.skps + 1) * _PAPER_BYTES < RESERVE_BYTES:
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


# ---------------------------------------------------------------- what there is


@dataclass(slots=True)
class _Desk:
    """Makes papers one teacher after the other, and notes what is lost and what has a code."""

    order: SchoolOrder
    bench: Path
    steps: Steps
    left_out: list[LeftOut] = field(default_factory=list)
    coded: list[Coded] = field(default_factory=list)

    def of_school(self) -> Iterator[_Item]:
        """Make what is about all teachers: the tables, the recap."""
        texts = self.order.school_texts
        book = self.bench / "tables.xlsx"
        write_school_book(self.order, book, self.steps.one)
        yield _Item(book, f"{path_part(texts.data)}.xlsx")
        if self.order.recap is not None:
            recap = self._official(self.order.recap, self._empty("recap"))
            yield _Item(recap, f"{path_part(texts.recap)}{recap.suffix}")

    def of_teacher(self, teacher: TeacherFile) -> list[_Item]:
        """Make a teacher's papers, and give them with all that was sent; what is lost is noted."""
        made = [_Item(path, f"{teacher.folder}/{path.name}") for path in self._papers(teacher)]
        sent = list(self._sent(teacher))
        self.steps.note(len(sent))
        there = [item for item, name, number in sent if self._is_there(item, name, number)]
        return [*made, *there, *self._notes(teacher)]

    def _sent(self, teacher: TeacherFile) -> Iterator[tuple[_Item, str, int | None]]:
        """Give each file that was sent, what it is called, and the number of its piece."""
        folder = f"{teacher.folder}/{path_part(self.order.school_texts.evidence)}"
        for one in originals(teacher.chapters):
            item = _Item(one.file.path, f"{folder}/{one.place}", one.piece.dated)
            yield item, f"{teacher.name}, {one.piece.number}: {one.file.name}", one.piece.number
        for file in teacher.answers:
            item = _Item(file.path, f"{teacher.folder}/{file.place}")
            yield item, f"{teacher.name}: {file.place}", None

    def _is_there(self, item: _Item, name: str, number: int | None) -> bool:
        if not item.path.is_file():
            why = Why.MISSING
        elif self.order.form is SchoolForm.ZIP and item.bytes > _room(self.order):
            why = Why.TOO_LARGE
        else:
            return True
        self.left_out.append(LeftOut(name=name, number=number, why=why))
        return False

    def _papers(self, teacher: TeacherFile) -> Iterator[Path]:
        """Make a teacher's papers, one after the other, in a folder of their own."""
        made, work = self._empty("papers"), self._empty("work")
        if teacher.skp is not None:
            yield self._official(teacher.skp, made)
        files = sum(len(piece.files) for chapter in teacher.chapters for piece in chapter.pieces)
        if teacher.cover is not None:
            portfolio = PortfolioOrder(
                out=made,
                name=f"{self.order.texts.title} - {teacher.name}",
                cover=teacher.cover,
                chapters=teacher.chapters,
                texts=self.order.texts,
                most_bytes=_room(self.order) - _NAMES_BYTES,
            )
            for one in make_portfolio(
                portfolio, work, lambda done, of: self.steps.show(files * done // of)
            ):
                yield one.path

    def _official(self, order: OfficialOrder, out: Path) -> Path:
        """Make an official paper in the folder `out`."""
        order = order.model_copy(update={"out": out})
        (made,) = make_official(order, self._empty("work"), lambda _done, _of: None)
        self.coded += made.coded
        self.steps.note(PAPER_STEPS)
        return made.path

    def _notes(self, teacher: TeacherFile) -> Iterator[_Item]:
        """Write a line for each thing that is not here, where it would lie."""
        folder = self._empty("notes")
        for at, one in enumerate(teacher.notes):
            path = folder / f"{at}.txt"
            path.write_text(one.text, encoding="utf-8")
            yield _Item(path, f"{teacher.folder}/{one.place}")

    def _empty(self, name: str) -> Path:
        folder = self.bench / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder


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


def _make_parts(desk: _Desk) -> tuple[Made, ...]:
    order, bench = desk.order, desk.bench
    parts = _Parts(order, bench)
    packed: list[_Packed] = []
    try:
        for item in desk.of_school():
            parts.add(item)
        for teacher in teachers_in(order):
            packed.append(_pack_teacher(parts, teacher, desk.of_teacher(teacher)))
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
            left_out=() if at else tuple(desk.left_out),
            coded=() if at else tuple(desk.coded),
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


def _make_folder(desk: _Desk) -> tuple[Made, ...]:
    """Lay everything into folders; they appear in `order.out` once all of them are whole."""
    order, whole = desk.order, desk.bench / "whole"
    whole.mkdir()
    for item in desk.of_school():
        shutil.copyfile(item.path, whole / item.place)
    write_csv_files(order, whole / path_part(order.school_texts.csv_folder))
    for teacher in teachers_in(order):
        for item in desk.of_teacher(teacher):
            target = whole / item.place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(item.path, target)
    if hasattr(os, "sync"):  # not on Windows
        os.sync()
    for one in sorted(whole.iterdir()):
        publish(one, order.out)
    book = f"{path_part(order.school_texts.data)}.xlsx"
    return (
        Made(
            path=order.out / book, name=book,
            left_out=tuple(desk.left_out), coded=tuple(desk.coded),
        ),
    )  # fmt: skip
