"""The process that makes a school's logo small: a picture on disk becomes a small PNG.

`python -m storage.inspecting.emblems SOURCE TARGET` exits with 0 when the PNG is there. The
picture has been inspected before; whatever it still does happens here, within limits.
"""

import io
import sys
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from storage.workers import keep_small

MOST_BYTES: Final = 200_000
"""So large a logo is kept at most; printed 24 mm wide, it needs no more."""

SIDES: Final = (600, 480, 360, 240, 200)
"""Longest sides in pixels that are tried; the last fits whatever is on it."""


def emblem(path: Path) -> bytes:
    """Give the picture as a PNG of at most `MOST_BYTES`, upright, without metadata."""
    with Image.open(path) as opened:
        opened.draft("RGB", (2 * SIDES[0], 2 * SIDES[0]))
        picture = ImageOps.exif_transpose(opened)
        mode = "RGBA" if picture.has_transparency_data else "RGB"
        picture.thumbnail((SIDES[0], SIDES[0]), Image.Resampling.LANCZOS, reducing_gap=2.0)
        picture = picture.convert(mode)
    for side in SIDES:
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        picture.save(file, "PNG", optimize=True)
        if file.tell() <= MOST_BYTES:
            break
    return file.getvalue()


def main() -> int:
    """Make the PNG; return the exit code."""
    keep_small()
    source, target = map(Path, sys.argv[1:3])
    # The limit is the caller's, who knows how many pixels there are.
    Image.MAX_IMAGE_PIXELS = None
    target.write_bytes(emblem(source))
    return 0


if __name__ == "__main__":
    sys.exit(main())
