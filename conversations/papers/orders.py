"""What a paper is to be made of, and what came of it. All of it can be written as JSON.

Words come ready in the order: whoever makes a paper knows no language.
"""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, TypeAdapter

from conversations.papers.official_orders import OfficialOrder
from conversations.papers.parts import Part as _Part


class SourceFile(_Part):
    """A file on disk. `media_type` says what it is; `name` is for people, never for judging."""

    path: Path
    media_type: str
    name: str


class PieceState(StrEnum):
    """Where a piece of evidence stands."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    RETURNED = "returned"


class Piece(_Part):
    """One piece of evidence: its files in order, a link, or both.

    `number` is unique in the order and leads from the portfolio to the index of the archive.
    `kind` and `state_text` are words (`Sertifikat`; `Diterima oleh Rina, 12 Agu 2026`). `find` is
    the text of a QR code that leads to the original, if there is one.
    """

    number: PositiveInt
    kind: str
    state: PieceState
    state_text: str
    dated: date | None = None
    note: str = ""
    link: str = ""
    find: str = ""
    files: tuple[SourceFile, ...] = ()


class Chapter(_Part):
    """A planned item. `progress` is words: `2 dari 2 sertifikat diterima · 8 poin`."""

    number: PositiveInt
    title: str
    progress: str
    pieces: tuple[Piece, ...] = ()


class Points(_Part):
    """Points as they stand."""

    planned: int
    proven: int
    accepted: int


class Cover(_Part):
    """Who and when. `points` is missing where the rule set counts none; `made` is words."""

    school: str
    teacher: str
    nip: str = ""
    period: str
    rule_set: str
    points: Points | None = None
    made: str


class PaperTexts(_Part):
    """The words of the papers, of one language; braces are filled in by the worker."""

    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    title: str
    school: str
    teacher: str
    nip: str
    period: str
    rule_set: str
    made: str
    points: str
    planned: str
    proven: str
    accepted: str
    contents: str
    page: str
    page_of: str
    part_of: str
    in_part: str
    piece: str
    piece_page: str
    continued: str
    undated: str
    note: str
    link: str
    original: str
    no_evidence: str
    box_missing: str
    box_broken: str
    box_locked: str
    box_office: str
    box_too_large: str
    index_name: str
    index_number: str
    index_item: str
    index_kind: str
    index_date: str
    index_state: str
    index_note: str
    index_link: str
    index_file: str
    index_part: str
    index_missing: str


class PmmOrder(_Part):
    """One PDF of all files, in the given order, of at most `most_bytes`.

    `name` is the file's name without its ending. What is made lands in the folder `out`. Without
    `straighten`, photos of sheets stay as they were taken.
    """

    paper: Literal["pmm"] = "pmm"
    out: Path
    name: str
    files: tuple[SourceFile, ...]
    most_bytes: PositiveInt = 10_000_000
    straighten: bool = True


class PortfolioOrder(_Part):
    """A PDF with all evidence of a teacher, in parts of at most `most_bytes`."""

    paper: Literal["portfolio"] = "portfolio"
    out: Path
    name: str
    cover: Cover
    chapters: tuple[Chapter, ...]
    texts: PaperTexts
    most_bytes: PositiveInt = 49_000_000


class ArchiveOrder(_Part):
    """ZIPs of the original files with an index sheet, each of at most `most_bytes`."""

    paper: Literal["archive"] = "archive"
    out: Path
    name: str
    chapters: tuple[Chapter, ...]
    texts: PaperTexts
    most_bytes: PositiveInt = 49_000_000


class ColumnKind(StrEnum):
    """What the cells of a column are. A day and a moment are written in ISO form."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


Cell = int | float | str | None
Row = tuple[Cell, ...]


class Column(_Part):
    """A column of a table: its heading, what is in it, its width in signs."""

    title: str
    kind: ColumnKind = ColumnKind.TEXT
    width: PositiveInt = 14


class Table(_Part):
    """A table without its rows; `name` stands on its sheet."""

    id: str
    name: str
    columns: tuple[Column, ...]


class Fact(_Part):
    """A line about all tables: what they are of, when they were made."""

    label: str
    value: Cell
    kind: ColumnKind = ColumnKind.TEXT


class Document(_Part):
    """A text that is packed as it is; `place` is its path in the ZIP."""

    place: str
    text: str


class PackedFile(_Part):
    """A stored file, and its path in the ZIP."""

    place: str
    path: Path


class TeacherFile(_Part):
    """One teacher in the spool of a school, a line of JSON: papers, evidence, rows of tables.

    `answers` are files that were sent as answers, `notes` stand where something is not; their
    places are in the teacher's folder. `rows` are by the table's id. Who has no plan has only
    rows.
    """

    number: PositiveInt
    name: str
    nip: str = ""
    folder: str
    cover: Cover | None = None
    skp: OfficialOrder | None = None
    chapters: tuple[Chapter, ...] = ()
    answers: tuple[PackedFile, ...] = ()
    notes: tuple[Document, ...] = ()
    rows: dict[str, tuple[Row, ...]] = Field(default_factory=dict)


class SchoolForm(StrEnum):
    """In which form a school's data are wanted; a folder is for the operator's disk."""

    XLSX = "xlsx"
    CSV = "csv"
    ZIP = "zip"
    FOLDER = "folder"


class SchoolTexts(_Part):
    """The words around a school's data, of one language."""

    about: str
    about_what: str
    about_value: str
    data: str
    csv_folder: str
    recap: str
    evidence: str
    index: str
    number: str
    teacher: str
    nip: str
    folder: str
    part: str
    files: str
    size: str


class SchoolOrder(_Part):
    """Everything of a school's period: `spool` holds a `TeacherFile` a line.

    `teachers`, `skps`, `files` and `bytes` say how much is in the spool. Parts of a ZIP have at
    most `most_bytes` each.
    """

    paper: Literal["school"] = "school"
    out: Path
    name: str
    form: SchoolForm
    spool: Path
    recap: OfficialOrder | None = None
    teachers: int
    skps: int = 0
    files: int
    bytes: int
    tables: tuple[Table, ...]
    facts: tuple[Fact, ...]
    texts: PaperTexts
    school_texts: SchoolTexts
    most_bytes: PositiveInt = 49_000_000


class BundleOrder(_Part):
    """ZIPs of texts and files, each of at most `most_bytes`; the texts are in the first one.

    `part_of` names a part: `bagian {part} dari {parts}`.
    """

    paper: Literal["bundle"] = "bundle"
    out: Path
    name: str
    documents: tuple[Document, ...]
    files: tuple[PackedFile, ...] = ()
    part_of: str
    most_bytes: PositiveInt = 49_000_000


class SheetOrder(_Part):
    """A table for a spreadsheet. The first value of each row is a moment on the school's clock."""

    paper: Literal["sheet"] = "sheet"
    out: Path
    name: str
    form: Literal["xlsx", "csv"]
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[datetime, tuple[str, ...]], ...]


AnyOrder = (
    PmmOrder
    | PortfolioOrder
    | ArchiveOrder
    | OfficialOrder
    | SchoolOrder
    | BundleOrder
    | SheetOrder
)
ORDERS: TypeAdapter[AnyOrder] = TypeAdapter(Annotated[AnyOrder, Field(discriminator="paper")])
"""Reads any order from JSON."""


class Why(StrEnum):
    """Why a file is not in a paper."""

    MISSING = "missing"
    BROKEN = "broken"
    LOCKED = "locked"
    OFFICE = "office"
    TOO_LARGE = "too_large"


class LeftOut(_Part):
    """A file that could not be put in; `number` is its piece's, where pieces have numbers."""

    name: str
    why: Why
    number: int | None = None


class Coded(_Part):
    """A paper with a code that is what was made, or in it: the hash of its file and its pages."""

    code: str
    sha256: str
    pages: int


class Made(_Part):
    """A finished file. Each file that was left out is named once among the parts of a paper.

    `coded` are the papers with codes, each named once too. `lowered` counts the steps by which the
    quality was lowered to fit; 0 is the best quality. `holds` says in names what is in it, where
    that is not the same for all parts.
    """

    path: Path
    name: str
    pages: int = 0
    lowered: int = 0
    left_out: tuple[LeftOut, ...] = ()
    coded: tuple[Coded, ...] = ()
    holds: str = ""


class Refusal(StrEnum):
    """Why there is no paper at all."""

    NOTHING = "nothing"
    TOO_LARGE = "too_large"
    NO_ROOM = "no_room"
    TOO_SLOW = "too_slow"
    BROKE = "broke"


class NotMade(Exception):
    """There is no paper. `pages` counts what was to be put in, where that is the trouble."""

    def __init__(
        self, reason: Refusal, pages: int = 0, left_out: tuple[LeftOut, ...] = ()
    ) -> None:
        super().__init__(reason, pages, left_out)
        self.reason = reason
        self.pages = pages
        self.left_out = left_out


class Progress(_Part):
    """A line of the worker: so many steps of so many are done."""

    done: int
    of: int


class Finished(_Part):
    """The worker's last line when all went well."""

    made: tuple[Made, ...]


class Failed(_Part):
    """The worker's last line when there is no paper."""

    failed: Refusal
    pages: int = 0
    left_out: tuple[LeftOut, ...] = ()


MADE_PAPERS: TypeAdapter[tuple[Made, ...]] = TypeAdapter(tuple[Made, ...])
"""Reads what was made, where it was noted down."""
LINES: TypeAdapter[Progress | Finished | Failed] = TypeAdapter(Progress | Finished | Failed)
"""Reads a line of the worker."""
