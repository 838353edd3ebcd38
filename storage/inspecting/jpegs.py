"""JPEG: what its header says, and which of its bytes are the picture and nothing else."""

import re
from typing import BinaryIO, Final

from storage.inspecting import exif
from storage.inspecting.findings import Unusable, Why
from storage.inspecting.layout import MOST_PIXELS, Layout
from storage.inspecting.streams import Part, Span, first_match, read_at, size_of
from storage.inspecting.trailers import refuse_second_file

_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MANY_PASSES: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_SCAN: Final = 0xDA
_END: Final = 0xD9
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_COMMENT: Final = 0xFE
_START: Final = 0xD8
_MARKER: Final = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd7]")
_MOST_PIXELS_IN_ONE_PASS: Final = 250_000_000
"""More than the largest phone camera has. Decoded at an eighth of its size, line by line."""
_MOST_SEGMENTS: Final = 5_000
"""A photo has some twenty; a colour profile in pieces adds at most 255."""
_EXIF: Final = b"Exif\0\0"
_JFIF_BYTES: Final = 18
"""Marker, length and body of a JFIF header without a thumbnail."""


def read_jpeg(file: BinaryIO) -> Layout:
    """Read the structure of a JPEG. Raises `Unusable` (broken, disguised).

    Kept are the picture, its colour profile and how its colours are coded; Exif (but the
    orientation), XMP, IPTC, comments, thumbnails and whatever follows the end are not.
    """
    return _Reader(file).read()


class _Reader:
    """Walks from marker to marker, once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = size_of(file)
        self._kept: list[Part] = []
        self._orientation = exif.UPRIGHT
        self._frame = b""
        self._many_passes = False
        self._scanned = False

    def read(self) -> Layout:
        at = 2
        for _ in range(_MOST_SEGMENTS):
            marker, at = self._marker(at)
            if marker == _END:
                return self._finish(at + 2)
            segment = self._segment(marker, at)
            self._take(marker, segment)
            at = self._scan(segment.stop) if marker == _SCAN else segment.stop
        raise Unusable(Why.BROKEN)

    def _marker(self, at: int) -> tuple[int, int]:
        """Find the next marker: its code, and where it is."""
        here = read_at(self._file, at, 2)
        if _MARKER.fullmatch(here):
            return here[1], at
        found = first_match(self._file, range(at, self._size), _MARKER, 2)
        if found is None:
            raise Unusable(Why.BROKEN)
        return found[1][1], found[0]

    def _segment(self, marker: int, at: int) -> Span:
        length = int.from_bytes(read_at(self._file, at + 2, 2))
        if marker == _START or length < 2 or at + 2 + length > self._size:
            raise Unusable(Why.BROKEN)
        return range(at, at + 2 + length)

    def _finish(self, end: int) -> Layout:
        if not (self._scanned and self._frame):
            raise Unusable(Why.BROKEN)
        if end < self._size:
            refuse_second_file(self._file, range(end, self._size))
        return self._layout()

    def _take(self, marker: int, segment: Span) -> None:
        """Keep a segment, or learn from it and leave it."""
        start = read_at(self._file, segment.start + 4, min(len(segment) - 4, 12))
        if marker == _APP0:
            if start.startswith(b"JFIF\0") and len(segment) >= _JFIF_BYTES:
                self._kept.append(self._jfif(segment))
        elif marker == _APP1:
            if start.startswith(_EXIF):
                self._learn_orientation(segment)
        elif marker == _APP2:
            if start == b"ICC_PROFILE\0":
                self._kept.append(segment)
        elif marker == _APP14:
            if start.startswith(b"Adobe"):
                self._kept.append(segment)
        elif not (0xE0 <= marker <= 0xEF or marker == _COMMENT):
            self._kept.append(segment)
            if marker in _FRAMES:
                self._frame = start
                self._many_passes = marker in _MANY_PASSES

    def _jfif(self, segment: Span) -> bytes:
        """Give the JFIF header without its thumbnail."""
        header = read_at(self._file, segment.start + 4, 12)
        return b"\xff\xe0\x00\x10" + header + b"\0\0"

    def _learn_orientation(self, segment: Span) -> None:
        body = read_at(self._file, segment.start + 4, len(segment) - 4)
        self._orientation = exif.orientation_of(body.removeprefix(_EXIF))

    def _scan(self, at: int) -> int:
        """Keep the coded pixels that follow a scan's header; say where they end."""
        found = first_match(self._file, range(at, self._size), _MARKER, 2)
        if found is None:
            raise Unusable(Why.BROKEN)
        self._kept.append(range(at, found[0]))
        self._scanned = True
        return found[0]

    def _layout(self) -> Layout:
        height, width = int.from_bytes(self._frame[1:3]), int.from_bytes(self._frame[3:5])
        head: list[Part] = [b"\xff\xd8"]
        if self._kept and isinstance(self._kept[0], bytes):  # JFIF comes first
            head.append(self._kept.pop(0))
        if self._orientation != exif.UPRIGHT:
            body = _EXIF + exif.only_orientation(self._orientation)
            head.append(b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body)
        return Layout(
            parts=(*head, *self._kept, b"\xff\xd9"),
            width=width,
            height=height,
            orientation=self._orientation,
            most_pixels=MOST_PIXELS if self._many_passes else _MOST_PIXELS_IN_ONE_PASS,
            held_whole=self._many_passes,
        )
