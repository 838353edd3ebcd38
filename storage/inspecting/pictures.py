"""Pictures: is it one, whole and of a sane size; cleaned, measured and described."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Final

from storage.inspecting import exif
from storage.inspecting.damage import damage_refused
from storage.inspecting.findings import JPEG, PNG, WEBP, Complaint, Unusable, Why
from storage.inspecting.jpegs import read_jpeg
from storage.inspecting.layout import MOST_PIXELS, Layout, keep_only
from storage.inspecting.legibility import EDGE, complaints_about
from storage.inspecting.look import look_of
from storage.inspecting.pngs import read_png
from storage.inspecting.webps import read_webp

if TYPE_CHECKING:
    from PIL import Image

MANY_PIXELS: Final = 3_000_000
"""A screenshot of a phone has fewer. Larger ones held whole in memory are taken one by one."""

_QUALITY: Final = 90
_BAND: Final = 64
"""Rows of the coarse copy that are made at a time."""
_one_large = Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture that may come in; `width` and `height` when upright."""

    width: int
    height: int
    look: str
    complaints: tuple[Complaint, ...]


_READERS: Final[dict[str, Callable[[BinaryIO], Layout]]] = {
    JPEG: read_jpeg,
    PNG: read_png,
    WEBP: read_webp,
}


def inspect_picture(path: Path, media_type: str) -> Picture:
    """Take everything but the picture out of the file, without coding it anew; describe it.

    `media_type` is one of JPEG, PNG and WebP. Raises `Unusable`.
    """
    with path.open("rb") as file:
        layout = _READERS[media_type](file)
    _refuse_bomb(layout)
    keep_only(path, layout.parts)
    with _turn_for(layout), damage_refused():
        grey = _grey_copy(path, media_type, layout)
    upright = _upright(grey, layout.orientation)
    width, height = layout.width, layout.height
    if exif.is_lying(layout.orientation):
        width, height = height, width
    return Picture(
        width=width,
        height=height,
        look=look_of(upright),
        complaints=complaints_about(upright, width, height),
    )


def convert_heif(path: Path) -> None:
    """Replace a HEIC or HEIF by an upright JPEG of its main picture. Raises `Unusable`."""
    import pillow_heif
    from PIL import Image

    with damage_refused():
        main = pillow_heif.open_heif(path)
        across, down = main.size
    if across * down > MOST_PIXELS:
        raise Unusable(Why.BOMB, found="HEIC")
    with _one_large:
        with damage_refused():
            picture: Image.Image = main.to_pillow()
        del main  # it holds every pixel a second time
        _replace(path, _on_white(picture), picture.info.get("icc_profile"))


def _replace(path: Path, picture: "Image.Image", profile: bytes | None) -> None:
    """Put a picture as JPEG in the place of a file."""
    new = path.with_name(path.name + ".new")
    try:
        picture.save(new, "JPEG", quality=_QUALITY, icc_profile=profile)
        new.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            new.unlink()
        raise


def _refuse_bomb(layout: Layout) -> None:
    if not (layout.width and layout.height):
        raise Unusable(Why.BROKEN)
    if layout.width * layout.height > layout.most_pixels:
        raise Unusable(Why.BOMB)


def _grey_copy(path: Path, media_type: str, layout: Layout) -> "Image.Image":
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
        band = _on_white(picture.crop((0, upper, across, lower))).convert("L")
        coarse.paste(band.reduce(factor), (0, top))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def _on_white(picture: "Image.Image") -> "Image.Image":
    """Give the picture in a mode that can be made smaller; what is transparent becomes white."""
    from PIL import Image

    if picture.has_transparency_data:
        sheet = Image.new("RGBA", picture.size, "white")
        sheet.alpha_composite(picture.convert("RGBA"))
        return sheet.convert("RGB")
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda level: level / 256).convert("L")
    return picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")


def _upright(picture: "Image.Image", orientation: int) -> "Image.Image":
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


def _turn_for(layout: Layout) -> "Lock | nullcontext[None]":
    """Let large pictures that are held whole take turns: there is memory for one of them."""
    many = layout.held_whole and layout.width * layout.height > MANY_PIXELS
    return _one_large if many else nullcontext()
