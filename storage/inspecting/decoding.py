"""Decodes pictures: as little of them as is needed, and the large ones one at a time."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from storage.inspecting.findings import JPEG, PNG, WEBP, Unusable, Why
from storage.inspecting.layout import Layout
from storage.inspecting.legibility import EDGE

if TYPE_CHECKING:
    from PIL import Image

MANY_PIXELS: Final = 3_000_000
"""A screenshot of a phone has fewer."""
_BAND: Final = 64
"""Rows of the coarse copy that are made at a time."""

one_large = Lock()
"""Held by whoever has every pixel of a large picture in memory: there is room for one."""


def turn_for(layout: Layout) -> "Lock | nullcontext[None]":
    """Let large pictures that are held whole take turns."""
    many = layout.held_whole and layout.width * layout.height > MANY_PIXELS
    return one_large if many else nullcontext()


def grey_copy(path: Path, media_type: str, layout: Layout) -> "Image.Image":
    """Decode the picture, all of it, to a grey copy with a longer edge of `EDGE` at most."""
    from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    # Not Image.open: it warns about large pictures, and their limits are known here.
    opener: Callable[[Path], Image.Image] = {
        JPEG: JpegImagePlugin.JpegImageFile,
        PNG: PngImagePlugin.PngImageFile,
        WEBP: WebPImagePlugin.WebPImageFile,
    }[media_type]
    with opener(path) as picture:
        if picture.size != (layout.width, layout.height):
            raise Unusable(Why.BROKEN)
        size = _reduced(picture.size)
        picture.draft("L", size)
        picture.load()
        return _reduce(picture, size)


def _reduced(size: tuple[int, int]) -> tuple[int, int]:
    """Give the size of the same shape whose longer edge has `EDGE` pixels; never a larger one."""
    factor = min(1.0, EDGE / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _reduce(picture: "Image.Image", size: tuple[int, int]) -> "Image.Image":
    """Make a grey copy, band by band: a second copy of all colours would need as much again."""
    from PIL import Image

    factor = max(1, max(picture.size) // (2 * max(size)))
    across, down = picture.size
    coarse = Image.new("L", (-(-across // factor), -(-down // factor)))
    for top in range(0, coarse.height, _BAND):
        upper, lower = top * factor, min(down, (top + _BAND) * factor)
        band = on_white(picture.crop((0, upper, across, lower))).convert("L")
        coarse.paste(band.reduce(factor), (0, top))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def on_white(picture: "Image.Image") -> "Image.Image":
    """Give the picture in a mode that can be made smaller; what is transparent becomes white."""
    from PIL import Image

    if picture.has_transparency_data:
        sheet = Image.new("RGBA", picture.size, "white")
        sheet.alpha_composite(picture.convert("RGBA"))
        return sheet.convert("RGB")
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda level: level / 256).convert("L")
    return picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")


def upright(picture: "Image.Image", orientation: int) -> "Image.Image":
    """Turn a picture as its Exif orientation, 1 to 8, tells."""
    from PIL import Image

    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(orientation)
    return picture if turn is None else picture.transpose(turn)
