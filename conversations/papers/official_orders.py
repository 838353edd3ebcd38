"""What an official paper is made of: letterhead, facts, tables, texts, signatures, a code.

All words come ready. An SKP and a recap differ only in what stands in them.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveFloat

from conversations.papers.parts import Part


class Align(StrEnum):
    """Where the text of a column stands."""

    LEFT = "L"
    CENTRE = "C"
    RIGHT = "R"


class Column(Part):
    """A column of a table. Of the page's width it gets its share by `weight`."""

    title: str
    weight: PositiveFloat
    align: Align = Align.LEFT


class Row(Part):
    """A row of a table, a text for each column; `strong` for sums and the like."""

    cells: tuple[str, ...]
    strong: bool = False


class Table(Part):
    """A table. Its head is repeated on every page on which it goes on."""

    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[Row, ...]


class Paragraph(Part):
    """Words below each other, with a heading of their own if there is one."""

    heading: str = ""
    text: str


class Section(Part):
    """A part of the paper. `note` stands small below the heading, `foot` below the rest."""

    heading: str = ""
    note: str = ""
    table: Table | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    foot: str = ""


class Letterhead(Part):
    """The top of the first page. `logo` is a PNG in base64, or empty."""

    above: tuple[str, ...] = ()
    school: str
    below: tuple[str, ...] = ()
    logo: str = ""


class Signature(Part):
    """Who signs: lines above the space for it, the name and lines below."""

    above: tuple[str, ...]
    name: str
    below: tuple[str, ...] = ()


class Proof(Part):
    """What stands at the foot of each page: `text` tells the code, `hint` how to use it.

    `link` is where the code leads, as a QR code; empty where the bot's name is not known.
    """

    code: str
    text: str
    link: str
    hint: str


class OfficialOrder(Part):
    """An official paper. `lying` lays the pages on their long side.

    `draft` is the word across each page of what is not final, `draft_note` says why; both empty
    for a final paper. `running` stands on top of every page but the first, `rules` at its foot.
    `made_at` is the moment in which the document says it was made: the same order makes the same
    file, to the byte.
    """

    paper: Literal["official"] = "official"
    out: Path
    name: str
    made_at: datetime
    lying: bool = False
    letterhead: Letterhead
    title: str
    subtitle: str
    author: str
    draft: str = ""
    draft_note: str = ""
    running: str
    sections: tuple[Section, ...]
    signatures: tuple[Signature, ...]
    rules: str
    proof: Proof
    page_of: str
