"""ZIP archives, judged by their list of entries before anything is unpacked."""

import re
import zipfile
from collections.abc import Sequence
from typing import BinaryIO, Final

from storage.inspecting.findings import Unusable, Why
from storage.inspecting.streams import read_at, size_of

MOST_ENTRIES: Final = 5_000
"""A presentation of two hundred slides has some thousand."""
MOST_LIST_BYTES: Final = 2_000_000
MOST_UNPACKED: Final = 300 * 1024 * 1024
MOST_RATIO: Final = 100
"""Deflated XML of a large, dull sheet reaches fifty."""
SMALL_UNPACKED: Final = 20 * 1024 * 1024
"""So much may come out of however little."""

_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_MOST_COMMENT: Final = 65_535
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BAD_PATH: Final = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|\\|^[A-Za-z]:|[\x00-\x1f]")


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open a ZIP whose list of entries is sane.

    Raises `Unusable` (broken, bomb, encrypted, disguised) by the list alone, and whatever
    `zipfile` raises about a damaged one.
    """
    _refuse_odd_list(file)
    archive = zipfile.ZipFile(file)
    _refuse_bomb(archive.infolist(), size_of(file))
    _refuse_odd_entries(archive.infolist())
    return archive


def _refuse_odd_list(file: BinaryIO) -> None:
    """The list must end the file, be short, and lie just where the file says it does."""
    size = size_of(file)
    start = max(0, size - _END_BYTES - _MOST_COMMENT)
    tail = read_at(file, start, size - start)
    at = tail.rfind(_END)
    end = tail[at : at + _END_BYTES]
    if at < 0 or len(end) < _END_BYTES:
        raise Unusable(Why.BROKEN, found="ZIP")
    entries, length, offset = (
        int.from_bytes(end[a:b], "little") for a, b in ((10, 12), (12, 16), (16, 20))
    )
    if entries > MOST_ENTRIES or length > MOST_LIST_BYTES:
        raise Unusable(Why.BOMB, found="ZIP")
    if offset + length > start + at:
        raise Unusable(Why.BROKEN, found="ZIP")
    if offset + length < start + at:  # something else comes before it
        raise Unusable(Why.DISGUISED, found="ZIP")


def _refuse_bomb(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    swollen = unpacked > SMALL_UNPACKED and unpacked > MOST_RATIO * size
    if unpacked > MOST_UNPACKED or swollen or len(entries) > MOST_ENTRIES:
        raise Unusable(Why.BOMB, found="ZIP")


def _refuse_odd_entries(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [entry.orig_filename for entry in entries]
    if any(map(_BAD_PATH.search, names)) or len(set(names)) < len(names):
        raise Unusable(Why.DISGUISED, found="ZIP")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unusable(Why.ENCRYPTED, found="ZIP")
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise Unusable(Why.BROKEN, found="ZIP")
