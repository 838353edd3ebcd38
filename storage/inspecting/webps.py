"""WebP: what its header says, and which of its chunks are the picture and nothing else."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from storage.inspecting import exif
from storage.inspecting.findings import Unusable, Why
from storage.inspecting.layout import Layout
from storage.inspecting.streams import Part, Span, read_at, size_of
from storage.inspecting.trailers import refuse_second_file

_PICTURES: Final = (b"VP8 ", b"VP8L")
_KEPT: Final = frozenset((*_PICTURES, b"ALPH", b"ICCP"))
_ANIMATION, _XMP, _EXIF = 0x02, 0x04, 0x08
_MOST_PIXELS: Final = 20_000_000
"""Decoding takes fifteen bytes a pixel."""
_MOST_CHUNKS: Final = 1_000
_MOST_EXIF: Final = 64 * 1024


def read_webp(file: BinaryIO) -> Layout:
    """Read the structure of a WebP. Raises `Unusable` (broken, disguised, animated).

    Kept are the picture, its transparency and its colour profile; Exif (but the orientation),
    XMP, unknown chunks and whatever follows the end are not.
    """
    body = _body(file)
    kept: list[Part] = []
    head, size, orientation = b"", (0, 0), exif.UPRIGHT
    for name, chunk in _chunks(file, body):
        if name == b"VP8X":
            head = read_at(file, chunk.start, 18)
        elif name in (b"ANIM", b"ANMF"):
            raise Unusable(Why.ANIMATED, found="WebP")
        elif name == b"EXIF" and len(chunk) <= _MOST_EXIF:
            block = read_at(file, chunk.start + 8, len(chunk) - 8)
            orientation = exif.orientation_of(block.removeprefix(b"Exif\0\0"))
        elif name in _PICTURES:
            size = _picture_size(name, read_at(file, chunk.start + 8, 10))
        if name in _KEPT:
            kept.append(chunk)
    if head:
        size = (_three(head[12:15]) + 1, _three(head[15:18]) + 1)
        if head[8] & _ANIMATION:
            raise Unusable(Why.ANIMATED, found="WebP")
    if body.stop < size_of(file):
        refuse_second_file(file, range(body.stop, size_of(file)))
    return Layout(
        _file(head, kept, orientation), *size, orientation, _MOST_PIXELS, held_whole=True
    )


def _body(file: BinaryIO) -> Span:
    """Give where the chunks are, by the length that the header names."""
    length = int.from_bytes(read_at(file, 4, 4), "little")
    body = range(12, 8 + length)
    if length < 12 or body.stop > size_of(file):
        raise Unusable(Why.BROKEN)
    return body


def _chunks(file: BinaryIO, body: Span) -> Iterator[tuple[bytes, Span]]:
    at = body.start
    for _ in range(_MOST_CHUNKS):
        frame = read_at(file, at, 8)
        length = int.from_bytes(frame[4:], "little")
        chunk = range(at, at + 8 + length + length % 2)
        if len(frame) < 8 or chunk.stop > body.stop + length % 2:
            break
        yield frame[:4], range(chunk.start, min(chunk.stop, body.stop))
        at = chunk.stop
        if at >= body.stop:
            return
    raise Unusable(Why.BROKEN)


def _picture_size(name: bytes, start: bytes) -> tuple[int, int]:
    """Give width and height from the first ten bytes of the coded picture."""
    if name == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = (int.from_bytes(start[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return width, height


def _three(number: bytes) -> int:
    return int.from_bytes(number, "little")


def _file(head: bytes, kept: list[Part], orientation: int) -> tuple[Part, ...]:
    """Put a file together; its header tells its length and which chunks it has."""
    parts = kept
    if head:
        turned = _EXIF if orientation != exif.UPRIGHT else 0
        flags = bytes([head[8] & ~(_EXIF | _XMP) | turned])
        parts = [head[:8] + flags + head[9:], *kept]
        if turned:
            block = exif.only_orientation(orientation)
            parts.append(b"EXIF" + len(block).to_bytes(4, "little") + block)
    length = 4 + sum(len(part) for part in parts)
    return (b"RIFF" + length.to_bytes(4, "little") + b"WEBP", *parts)
