"""Photos from disk: upright, no larger than needed, as JPEG.

A photo of twelve megapixels is not decoded whole when a smaller one will do.
"""

import io
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from conversations.papers.orders import Why

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
FORMATS: Final = ("JPEG", "PNG", "WEBP")
MOST_PIXELS: Final = 64_000_000
"""The largest picture that is decoded: some 250 MB while it is worked on."""
RESAMPLING: Final = Image.Resampling.HAMMING
"""As sharp as the best for making pictures smaller, in half the time."""

_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING: Final = frozenset({5, 6, 7, 8})
"""The orientations whose stored width is the height that people see."""
_TRANSPARENT: Final = frozenset({"RGBA", "RGBa", "LA", "La", "PA"})


class NotUsable(Exception):
    """A file cannot be put on paper."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A picture ready for paper; width and height in pixels."""

    data: bytes
    width: int
    height: int


def open_upright(path: Path, width: int, height: int) -> Image.Image:
    """Open a picture as people see it, in grey or RGB, scaled down to fit into a box of pixels.

    Never scaled up. Raises NotUsable.
    """
    with _opened(path) as image:
        orientation = _orientation(image)
        box = (height, width) if orientation in _LYING else (width, height)
        size = _fitting(image.size, box)
        image.draft("RGB" if image.mode != "L" else "L", size)
        if image.width * image.height > MOST_PIXELS:
            raise NotUsable(Why.TOO_LARGE)
        upright = _plain(_loaded(image))
    if upright.size != size:
        upright = upright.resize(size, RESAMPLING)
    turn = _TURNS.get(orientation)
    return upright if turn is None else upright.transpose(turn)


def upright_size(path: Path) -> tuple[int, int]:
    """Return width and height in pixels as people see them. Raises NotUsable."""
    with _opened(path) as image:
        return image.size[::-1] if _orientation(image) in _LYING else image.size


def as_jpeg(path: Path, width: int, height: int, quality: int) -> Jpeg:
    """Return a picture as JPEG within a box of pixels.

    A JPEG that is small enough as it is stays as it is: saving it again would only blur it.
    Raises NotUsable.
    """
    image = open_upright(path, width, height)
    made = encode(image, quality)
    if _fits_unchanged(path, width, height) and path.stat().st_size <= len(made.data):
        return Jpeg(path.read_bytes(), image.width, image.height)
    return made


def encode(image: Image.Image, quality: int) -> Jpeg:
    """Compress a picture in grey or RGB; `quality` as JPEG counts it, 1 to 95."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=True)
    return Jpeg(file.getvalue(), image.width, image.height)


def _opened(path: Path) -> Image.Image:
    if not path.is_file():
        raise NotUsable(Why.MISSING)
    try:
        with warnings.catch_warnings():
            # We look at the size ourselves: a JPEG that large can still be opened smaller.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError:
        raise NotUsable(Why.TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise NotUsable(Why.BROKEN) from None


def _orientation(image: Image.Image) -> int:
    """Tell how a picture is to be turned, 1 to 8, without decoding it."""
    if "exif" not in image.info:
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (OSError, SyntaxError, TypeError, ValueError, struct.error):
        return 1  # it says something else


def _loaded(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, EOFError):
        raise NotUsable(Why.BROKEN) from None
    return image


def _fitting(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _plain(image: Image.Image) -> Image.Image:
    """Return a picture in grey or RGB, on white where it is transparent."""
    if image.mode in {"L", "RGB"}:
        return image
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode in _TRANSPARENT or "transparency" in image.info:
        whole = image.convert("RGBA")
        sheet = Image.new("RGB", image.size, "white")
        sheet.paste(whole, mask=whole.getchannel("A"))
        return sheet
    return image.convert("L" if image.mode in {"1", "I", "F"} else "RGB")


def _fits_unchanged(path: Path, width: int, height: int) -> bool:
    with _opened(path) as image:
        return (
            image.format == "JPEG"
            and image.mode in {"L", "RGB"}
            and _orientation(image) == 1
            and image.width <= width
            and image.height <= height
        )
