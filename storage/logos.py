"""A picture that somebody sends as the school's logo: judged, made small, or refused."""

import subprocess
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from storage.errors import Refused
from storage.inspecting import Inspected, Unusable, Why
from storage.workers import command, surroundings

MOST_PIXELS = 30_000_000
"""Larger pictures are no logos; a phone's photo, as Telegram sends it, has 2 million."""

PATIENCE_S = 30.0
_WORKER = command("storage.inspecting.emblems")
_SVG_WITHIN = 4_096


class WhyNoLogo(StrEnum):
    """Why a file cannot be the logo."""

    SVG = "svg"
    TOO_LARGE = "too_large"
    NO_PICTURE = "no_picture"
    BROKEN = "broken"


class UnusableLogo(Refused):
    """The file cannot be the school's logo. `megapixels` where that is the trouble, else 0."""

    def __init__(self, why: WhyNoLogo, megapixels: int = 0) -> None:
        super().__init__(why, megapixels)
        self.why = why
        self.megapixels = megapixels


def read_logo(path: Path, inspect: Callable[[Path], Inspected]) -> bytes:
    """Give a picture as a small PNG. Raises `UnusableLogo`. Blocks until it is done.

    An SVG is a program as much as a picture, so none is taken, whatever is in it.
    """
    if _is_svg(path):
        raise UnusableLogo(WhyNoLogo.SVG)
    try:
        seen = inspect(path)
    except Unusable as refusal:
        raise UnusableLogo(_BECAUSE.get(refusal.why, WhyNoLogo.NO_PICTURE)) from None
    pixels = seen.width * seen.height
    if not pixels:
        raise UnusableLogo(WhyNoLogo.NO_PICTURE)
    if pixels > MOST_PIXELS:
        raise UnusableLogo(WhyNoLogo.TOO_LARGE, round(pixels / 1_000_000))
    return _made_small(path)


_BECAUSE = {
    Why.EMPTY: WhyNoLogo.BROKEN,
    Why.BROKEN: WhyNoLogo.BROKEN,
    Why.BOMB: WhyNoLogo.TOO_LARGE,
    Why.TOO_LARGE: WhyNoLogo.TOO_LARGE,
}


def _is_svg(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_SVG_WITHIN)
    return b"<svg" in head.replace(b"\0", b"").lower()


def _made_small(path: Path) -> bytes:
    target = path.with_name(path.name + ".png")
    try:
        subprocess.run(  # noqa: S603 - our own module, on a file that we named
            [*_WORKER, str(path), str(target)],
            check=True, capture_output=True, timeout=PATIENCE_S, env=surroundings(),
        )  # fmt: skip
        return target.read_bytes()
    except (subprocess.SubprocessError, FileNotFoundError):
        raise UnusableLogo(WhyNoLogo.BROKEN) from None
    finally:
        target.unlink(missing_ok=True)
