"""How a photo is to be turned: the one piece of metadata that is kept.

Read by hand rather than by Pillow, which speaks of damaged metadata through `warnings`, and
those are not safe to silence in several threads at once.
"""

import struct
from typing import Final

UPRIGHT: Final = 1
_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_ENTRY_BYTES: Final = 12


def orientation_of(tiff: bytes) -> int:
    """Give the orientation, 1 to 8, from the TIFF structure of an Exif block; 1 where unsaid."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        return _from_directory(tiff, order)
    except struct.error:
        return UPRIGHT


def _from_directory(tiff: bytes, order: str) -> int:
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (entries,) = struct.unpack_from(f"{order}H", tiff, start)
    for number in range(entries):
        at = start + 2 + number * _ENTRY_BYTES
        tag, kind, count, value = struct.unpack_from(f"{order}HHIH", tiff, at)
        if (tag, kind, count) == (_ORIENTATION, _SHORT, 1):
            return value if UPRIGHT <= value <= 8 else UPRIGHT
    return UPRIGHT


def only_orientation(orientation: int) -> bytes:
    """Give the TIFF structure of an Exif block that says nothing but the orientation."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, _SHORT, 1, orientation, 0, 0)


def is_lying(orientation: int) -> bool:
    """Say whether width and height change places when the picture is turned upright."""
    return orientation >= 5
