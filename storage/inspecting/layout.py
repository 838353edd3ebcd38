"""A picture's file, taken apart without decoding it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from storage.inspecting.streams import Part, read_at, rewrite, size_of

MOST_PIXELS: Final = 50_000_000
"""Decoded in one piece, four bytes a pixel."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts that are kept, and what the header says.

    `width` and `height` are pixels as stored, before the picture is turned upright.
    `most_pixels` are as many as decoding such a file can take. `held_whole` tells that it holds
    every pixel in memory, at whatever scale.
    """

    parts: tuple[Part, ...]
    width: int
    height: int
    orientation: int
    most_pixels: int
    held_whole: bool


def keep_only(path: Path, parts: Sequence[Part]) -> None:
    """Leave nothing in the file but the parts; one that has nothing else is not touched."""
    with path.open("rb") as file:
        whole = _are_whole(file, parts)
    if not whole:
        rewrite(path, parts)


def _are_whole(file: BinaryIO, parts: Sequence[Part]) -> bool:
    """Say whether the parts, one after the other, are the file as it is."""
    at = 0
    for part in parts:
        same = (
            part.start == at if isinstance(part, range) else read_at(file, at, len(part)) == part
        )
        if not same:
            return False
        at += len(part)
    return at == size_of(file)
