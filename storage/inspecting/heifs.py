"""HEIC and HEIF, as iPhones make them: few phones and no browser show them, so they change."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage.inspecting.damage import damage_refused
from storage.inspecting.decoding import on_white, one_large
from storage.inspecting.findings import Unusable, Why
from storage.inspecting.layout import MOST_PIXELS

if TYPE_CHECKING:
    from PIL import Image

_QUALITY: Final = 90


def convert_heif(path: Path) -> None:
    """Replace a HEIC or HEIF by an upright JPEG of its main picture. Raises `Unusable`."""
    import pillow_heif

    with damage_refused():
        main = pillow_heif.open_heif(path)
        across, down = main.size
    if across * down > MOST_PIXELS:
        raise Unusable(Why.BOMB, found="HEIC")
    with one_large:
        with damage_refused():
            picture: Image.Image = main.to_pillow()
        del main  # it holds every pixel a second time
        _replace(path, on_white(picture), picture.info.get("icc_profile"))


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
