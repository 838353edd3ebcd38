"""Whether a picture can be read: large enough, sharp enough, bright enough.

Sharpness is measured by blurring once more: that changes a sharp edge a lot and a blurred one
hardly. The measure is how many times steeper the picture is than its blurred copy; it depends
neither on how much is in the picture nor on how strong its colours are. It is taken in four
directions, and the worst counts: a shaken photo is sharp across the shaking. It is taken tile by
tile, and one of the better tiles that hold anything counts: walls and far background may be soft.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from storage.inspecting.findings import Complaint

if TYPE_CHECKING:
    from PIL import Image

EDGE: Final = 1000
"""Pixels of the longer edge of the grey copy that everything is measured on."""

SMALL_SHORT: Final = 500
"""A page of A4 needs about so many pixels across: its letters are five pixels high then."""
STRIP_LONG: Final = 1000
"""A picture so long is a strip cut out of a page rather than a small page."""
BLURRED_BELOW: Final = 1.45
"""Measured: sharp pages and photos 1.6 to 6; letters hard to make out 1.3; shaken 1.2 and less."""
DARK_BELOW: Final = 70
"""Of 255. Paper in a photo that can be read is brighter."""

_TILES: Final = 8
_SOFTEN: Final = 2
_SOMETHING: Final = 1.0
"""Mean squared slope of the softened copy from which on a tile is more than noise."""
_GOOD_TILE: Final = 70
"""Percentile among the tiles with something in them."""
_BRIGHT_PART: Final = 0.98
"""White letters on black cover some percent of a screenshot, a lamp in the dark hardly any."""
_TINY: Final = 4 * _TILES
_DIRECTIONS: Final = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Steps down and across."""


def complaints_about(grey: "Image.Image", width: int, height: int) -> tuple[Complaint, ...]:
    """Say what makes a picture of `width` x `height` pixels hard to read, by its grey copy."""
    found = {
        Complaint.SMALL: min(width, height) < SMALL_SHORT and max(width, height) < STRIP_LONG,
        Complaint.BLURRED: sharpness(grey) < BLURRED_BELOW,
        Complaint.DARK: brightness(grey) < DARK_BELOW,
    }
    return tuple(complaint for complaint, is_so in found.items() if is_so)


def brightness(grey: "Image.Image") -> int:
    """Give the brightness, 0 to 255, that two percent of the picture exceed."""
    counts = grey.histogram()
    left = sum(counts) * _BRIGHT_PART
    for level, count in enumerate(counts):
        left -= count
        if left < 0:
            return level
    return 255


def sharpness(grey: "Image.Image") -> float:
    """Say how many times steeper the picture is than its softened copy; 0 if nothing is in it."""
    import numpy as np
    from PIL import ImageFilter

    if min(grey.size) < _TINY:
        return math.inf  # too small to say
    steep = _mean_squares(np.asarray(grey))
    soft = _mean_squares(np.asarray(grey.filter(ImageFilter.GaussianBlur(_SOFTEN)))).mean(axis=0)
    telling = soft > _SOMETHING
    if not telling.any():
        return 0.0
    ratios = np.sqrt(steep[:, telling] / soft[telling])
    return float(np.percentile(ratios, _GOOD_TILE, axis=1).min())


def _mean_squares(pixels: Any) -> Any:
    """Give the mean squared slope for each direction and, in a row, each tile."""
    import numpy as np

    return np.array([np.concatenate(list(_slopes(pixels, *each))) for each in _DIRECTIONS])


def _slopes(pixels: Any, down: int, across: int) -> Iterator[Any]:
    """Give the mean squared slopes in one direction, one row of tiles after the other."""
    import numpy as np

    if across < 0:
        pixels, across = pixels[:, ::-1], -across
    high = pixels.shape[0] // _TILES
    for top in range(0, high * _TILES, high):
        rows = pixels[top : top + high].astype(np.float32)
        steps = rows[down:, across:] - rows[: high - down, : rows.shape[1] - across]
        wide = steps.shape[1] // _TILES
        tiles = steps[:, : wide * _TILES].reshape(high - down, _TILES, wide)
        slopes = np.square(tiles).mean(axis=(0, 2)) / (down + across)
        yield slopes if pixels.strides[1] > 0 else slopes[::-1]
