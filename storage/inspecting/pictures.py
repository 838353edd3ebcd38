"""Pictures: is it one, whole and of a sane size; cleaned, measured and described."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from storage.inspecting import exif
from storage.inspecting.damage import damage_refused
from storage.inspecting.decoding import grey_copy, turn_for, upright
from storage.inspecting.findings import JPEG, PNG, WEBP, Complaint, Unusable, Why
from storage.inspecting.jpegs import read_jpeg
from storage.inspecting.layout import Layout, keep_only
from storage.inspecting.legibility import complaints_about
from storage.inspecting.look import look_of
from storage.inspecting.pngs import read_png
from storage.inspecting.webps import read_webp


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
    with turn_for(layout), damage_refused():
        grey = upright(grey_copy(path, media_type, layout), layout.orientation)
    width, height = layout.width, layout.height
    if exif.is_lying(layout.orientation):
        width, height = height, width
    return Picture(
        width=width,
        height=height,
        look=look_of(grey),
        complaints=complaints_about(grey, width, height),
    )


def _refuse_bomb(layout: Layout) -> None:
    if not (layout.width and layout.height):
        raise Unusable(Why.BROKEN)
    if layout.width * layout.height > layout.most_pixels:
        raise Unusable(Why.BOMB)
