"""Names of files and folders that every system takes, and where each original lies."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from conversations.papers.orders import Chapter, PaperTexts, Piece, SourceFile
from storage.inspecting import ending_of

LONGEST: Final = 100
"""The longest part of a name, in bytes of UTF-8: Windows takes 260 signs for a whole path."""

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"})
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def path_part(text: str, longest: int = LONGEST) -> str:
    """Return a text as a part of a file's name: no path, no signs that a system refuses.

    What is left is at most `longest` bytes and never empty.
    """
    text = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", text))
    signs = (
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign) not in _INVISIBLE
    )
    name = _cut(" ".join("".join(signs).split()).strip(" ."), longest).rstrip(" .")
    if _DEVICES.match(name):
        name = _cut(f"_{name}", longest)
    return name or "_"


def _cut(text: str, longest: int) -> str:
    return text.encode(errors="ignore")[:longest].decode(errors="ignore")


def part_name(name: str, ending: str, texts: PaperTexts, part: int, parts: int) -> str:
    """Name one part of a paper: `Arsip Rina bagian 1 dari 3.zip`; alone it has no number."""
    return part_file_name(name, ending, texts.part_of, part, parts)


def part_file_name(name: str, ending: str, part_of: str, part: int, parts: int) -> str:
    """Do the same with the words that name a part: `bagian {part} dari {parts}`."""
    if parts > 1:
        ending = f" {path_part(part_of.format(part=part, parts=parts))}{ending}"
    return path_part(name) + ending


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """A file of a piece, and where it lies in the archive. Each is itself: two are never equal."""

    chapter: Chapter
    piece: Piece
    file: SourceFile
    place: PurePosixPath


def originals(chapters: Sequence[Chapter]) -> Iterator[Original]:
    """Give every file, in order, with its place: `01 Pelatihan/03 Sertifikat 2026-08-12.jpg`."""
    pieces = max((piece.number for chapter in chapters for piece in chapter.pieces), default=0)
    width = max(2, len(str(pieces)))
    for chapter in chapters:
        folder = path_part(f"{chapter.number:02} {chapter.title}", 60)
        for piece in chapter.pieces:
            for at, file in enumerate(piece.files, start=1):
                stem = f"{piece.number:0{width}} {_cut(piece.kind, 60)}{_dated(piece.dated)}"
                several = f" ({at})" if len(piece.files) > 1 else ""
                name = path_part(stem) + several + ending_of(file.media_type)
                yield Original(chapter, piece, file, PurePosixPath(folder, name))


def _dated(day: date | None) -> str:
    return f" {day.isoformat()}" if day else ""
