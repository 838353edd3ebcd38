"""Files read, searched, hashed and written piece by piece, so that none is ever in memory."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from re import Match, Pattern
from typing import BinaryIO, Final

PIECE: Final = 256 * 1024
"""Bytes read at a time."""

Span = range
"""Bytes of a file, from `start` up to `stop`."""
Part = Span | bytes
"""A part of a new file: bytes of the old one, or new ones."""


def pieces(file: BinaryIO, span: Span) -> Iterator[bytes]:
    """Give the bytes of a span piece by piece; fewer where the file ends before."""
    file.seek(span.start)
    left = len(span)
    while left > 0 and (piece := file.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


def read_at(file: BinaryIO, position: int, count: int) -> bytes:
    """Give so many bytes from a position on; fewer where the file ends before."""
    file.seek(position)
    return file.read(count)


def size_of(file: BinaryIO) -> int:
    """Say how many bytes the file has."""
    return file.seek(0, os.SEEK_END)


def first_match(
    file: BinaryIO, span: Span, pattern: Pattern[bytes], longest: int
) -> tuple[int, bytes] | None:
    """Find where a pattern first matches within a span, and what; None where it does not.

    A match has at most `longest` bytes, so that one across two pieces is seen too.
    """
    return next(all_matches(file, span, pattern, longest), None)


def all_matches(
    file: BinaryIO, span: Span, pattern: Pattern[bytes], longest: int
) -> Iterator[tuple[int, bytes]]:
    """Give every match of a pattern within a span, as its position and its bytes."""
    position, held, beyond = span.start, b"", span.start
    for piece in pieces(file, span):
        window = held + piece
        base = position - len(held)
        last = position + len(piece) >= span.stop
        for match in pattern.finditer(window):
            if base + match.start() < beyond or not (last or _is_sure(match, window, longest)):
                continue
            beyond = base + match.end()
            yield base + match.start(), match.group()
        position += len(piece)
        held = window[-longest:]


def _is_sure(match: Match[bytes], window: bytes, longest: int) -> bool:
    """A match near the end of the window may grow; it is seen again with the next piece."""
    return match.start() <= len(window) - longest


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rewrite(path: Path, parts: Iterable[Part]) -> None:
    """Replace a file by one made of the parts, at once: it is the old one or the new one."""
    new = path.with_name(path.name + ".new")
    try:
        with path.open("rb") as old, new.open("wb") as file:
            for part in parts:
                file.writelines(pieces(old, part) if isinstance(part, range) else [part])
        new.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            new.unlink()
        raise
