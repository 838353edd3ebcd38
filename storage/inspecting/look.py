"""Whether two pictures look the same: a perceptual hash of 256 bits.

The hash is ImageHash's `phash` with 16 x 16 bits. Its cosine transform is done here with numpy,
for ImageHash would take it from SciPy: 24 MB and a third of a second for two multiplications.
Measured on made certificates, letters and photos, phash tells two certificates of one template
apart by the name alone, where `dhash` of the same size finds them alike.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL import Image

ALIKE_WITHIN: Final = 10
"""So many of the 256 bits differ at most between two versions of one picture.

Sent through Telegram or made smaller: up to 8; ten percent brighter as well: mostly up to 10.
Certificates of one event that differ in name and number: 8 at least, half of them over 40.
"""

_SIDE: Final = 16
_SAMPLES: Final = 4 * _SIDE
_DIGITS: Final = 3
"""Decimals that count; below them an even surface would give bits by rounding errors."""


def look_of(grey: "Image.Image") -> str:
    """Give the hash of an upright grey picture as 64 hexadecimal digits."""
    import numpy as np
    from imagehash import ImageHash
    from PIL import Image

    small = grey.resize((_SAMPLES, _SAMPLES), Image.Resampling.LANCZOS)
    waves = _waves()
    low = np.round(waves @ np.asarray(small, dtype=np.float64) @ waves.T, _DIGITS)
    return str(ImageHash(low > np.median(low)))


@cache
def _waves() -> Any:
    """Give the lowest waves of the cosine transform, one a row."""
    import numpy as np

    numbers, places = np.ogrid[:_SIDE, :_SAMPLES]
    return 2 * np.cos(np.pi * numbers * (2 * places + 1) / (2 * _SAMPLES))


def likeness(look: str, other: str) -> int:
    """Say how many bits differ between two hashes; 0 for pictures that look the same."""
    return (int(look, 16) ^ int(other, 16)).bit_count()
