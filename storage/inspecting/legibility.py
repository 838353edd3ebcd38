"""Whether a picture can be read: large enough, sharp enough, bright enough.

Sharpness is measured by blurring once more: that changes a sharp edge a lot and a blurred one
hardly. The measure is how many times steeper the picture is than its blurred copy; it depends
neither on how much is in the picture nor on how strong its colours are. It is taken in four
directions, the worst counts, since a shaken photo is sharp across the shaking; and per tile, of
those with something in them a good one counts, since walls and far background may be soft.
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
BLURRED_BELOW: Final = 1.4
DARK_BELOW: Final = 70
"""Of 255. Paper in a usable photo is brighter, and so are five percent of any screenshot."""

_TILES: Final = 8
_SOFTEN: Final = 2
_SOMETHING: Final = 3.0
"""Mean square of the steps between softened pixels where a tile is more than noise."""
_TILES_NEEDED: Final = 4
_GOOD_TILE: Final = 70
"""Percentile among the tiles with something in them."""
_BRIGHT_PART: Final = 0.95
_TINY: Final = 4 * _TILES
_STEPS: Final = ((0, 1), (1, 0), (1, 1), (1, -1))


def complaints_about(grey: "Image.Image", width: int, height: int) -> tuple[Complaint, ...]:
    """Say what makes a picture of `width` x `height` pixels hard to read, by its grey copy."""
    found = {
        Complaint.SMALL: min(width, height) < SMALL_SHORT and max(width, height) < STRIP_LONG,
        Complaint.BLURRED: sharpness(grey) < BLURRED_BELOW,
        Complaint.DARK: brightness(grey) < DARK_BELOW,
    }
    return tuple(complaint for complaint, is_so in found.items() if is_so)


def brightness(grey: "Image.Image") -> int:
    """Give the brightness, 0 to 255, that five percent of the picture exceed."""
    counts = grey.histogram()
    left = sum(counts) * _BRIGHT_PART
    for level, count in enumerate(counts):
        left -= count
        if left < 0:
            return level
    return 255


def sharpness(grey: "Image.Image") -> float:
    """Say how many times steeper the picture is than its softened copy; infinite if empty."""
    import numpy as np
    from PIL import ImageFilter

    if min(grey.size) < _TINY:
        return math.inf
    as_is, soft = (
        np.asarray(each) for each in (grey, grey.filter(ImageFilter.GaussianBlur(_SOFTEN)))
    )
    return min((_steepness(as_is, soft, step) for step in _STEPS), default=math.inf)


def _steepness(as_is: Any, soft: Any, step: tuple[int, int]) -> float:
    """Compare the steps of both pictures in one direction; infinite with too little to see."""
    import numpy as np

    steep = np.concatenate(list(_mean_squares(as_is, step)))
    softened = np.concatenate(list(_mean_squares(soft, step)))
    telling = softened > _SOMETHING
    if np.count_nonzero(telling) < _TILES_NEEDED:
        return math.inf
    ratios = np.sqrt(steep[telling] / softened[telling])
    return float(np.percentile(ratios, _GOOD_TILE))


def _mean_squares(pixels: Any, step: tuple[int, int]) -> Iterator[Any]:
    """Give, one row of tiles after the other, the mean squared step of each tile."""
    import numpy as np

    down, across = step
    if across < 0:
        pixels, across = pixels[:, ::-1], -across
    high = pixels.shape[0] // _TILES
    for top in range(0, high * _TILES, high):
        rows = pixels[top : top + high].astype(np.float32)
        steps = rows[down:, across:] - rows[: high - down, : rows.shape[1] - across]
        wide = steps.shape[1] // _TILES
        tiles = steps[:, : wide * _TILES].reshape(high - down, _TILES, wide)
        yield np.square(tiles).mean(axis=(0, 2))
