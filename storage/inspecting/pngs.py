"""PNG: what its header says, and which of its chunks are the picture and nothing else."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from storage.inspecting import exif
from storage.inspecting.findings import Unusable, Why
from storage.inspecting.layout import MOST_PIXELS, Layout
from storage.inspecting.streams import Part, Span, read_at, size_of
from storage.inspecting.trailers import refuse_second_file

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB")
) | frozenset((b"cICP", b"mDCV", b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT"))
_FRAME_BYTES: Final = 12
"""Length, name and checksum of a chunk."""
_MOST_CHUNKS: Final = 50_000
"""Some programs write the picture in chunks of 8 kB, or even less."""
_MOST_EXIF: Final = 64 * 1024


def read_png(file: BinaryIO) -> Layout:
    """Read the structure of a PNG. Raises `Unusable` (broken, disguised, animated).

    Kept are the picture and what its colours mean; texts, times, Exif (but the orientation),
    private chunks and whatever follows the end are not.
    """
    kept: list[Part] = [SIGNATURE]
    header, orientation, end = b"", exif.UPRIGHT, 0
    for name, chunk in _chunks(file):
        if name == b"IHDR" and not header:
            header = read_at(file, chunk.start + 8, 13)
        elif name == b"acTL":
            raise Unusable(Why.ANIMATED, found="PNG")
        elif name == b"eXIf" and len(chunk) <= _MOST_EXIF:
            body = read_at(file, chunk.start + 8, len(chunk) - _FRAME_BYTES)
            orientation = exif.orientation_of(body)
        if name in _KEPT:
            kept.append(chunk)
        end = chunk.stop
    if len(header) != 13:
        raise Unusable(Why.BROKEN)
    if end < size_of(file):
        refuse_second_file(file, range(end, size_of(file)))
    if orientation != exif.UPRIGHT:
        kept.insert(2, _chunk(b"eXIf", exif.only_orientation(orientation)))
    width, height = struct.unpack_from(">II", header)
    return Layout(tuple(kept), width, height, orientation, MOST_PIXELS, held_whole=True)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, Span]]:
    """Give the chunks up to the end; the first is the header."""
    size, at = size_of(file), len(SIGNATURE)
    for number in range(_MOST_CHUNKS):
        frame = read_at(file, at, 8)
        length, name = int.from_bytes(frame[:4]), frame[4:]
        chunk = range(at, at + length + _FRAME_BYTES)
        if len(frame) < 8 or chunk.stop > size or (name == b"IHDR") is not (number == 0):
            break
        yield name, chunk
        if name == b"IEND":
            return
        at = chunk.stop
    raise Unusable(Why.BROKEN)


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)
