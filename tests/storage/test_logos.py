"""A school's logo: any sane picture becomes a small PNG, anything else is refused and says why."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from storage.inspecting import MOST_BYTES, inspect
from storage.inspecting.emblems import MOST_BYTES as MOST_LOGO
from storage.inspecting.emblems import emblem
from storage.logos import MOST_PIXELS, UnusableLogo, WhyNoLogo, read_logo

SVG = b"""<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>fetch('//x')</script></svg>"""


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def put(folder: Path, data: bytes) -> Path:
    path = folder / "arrived.part"
    path.write_bytes(data)
    return path


def fifty_megapixels(kind: str) -> bytes:
    return encoded(Image.new("L", (8_000, 6_250), 200), kind)


REFUSED: dict[str, tuple[Callable[[], bytes], WhyNoLogo]] = {
    "svg with a script": (lambda: SVG, WhyNoLogo.SVG),
    "svg in utf-16": (lambda: SVG.decode().encode("utf-16"), WhyNoLogo.SVG),
    "50 MP as png": (lambda: fifty_megapixels("PNG"), WhyNoLogo.TOO_LARGE),
    "50 MP as jpeg": (lambda: fifty_megapixels("JPEG"), WhyNoLogo.TOO_LARGE),
    "empty": (lambda: b"", WhyNoLogo.BROKEN),
    "cut off": (lambda: encoded(Image.new("RGB", (300, 300)), "JPEG")[:400], WhyNoLogo.BROKEN),
    "a text": (lambda: b"logo sekolah", WhyNoLogo.NO_PICTURE),
    "a pdf": (lambda: b"%PDF-1.4\n%%EOF", WhyNoLogo.NO_PICTURE),
    "a gif": (lambda: encoded(Image.new("P", (9, 9)), "GIF"), WhyNoLogo.NO_PICTURE),
    "a program": (lambda: b"MZ" + bytes(500), WhyNoLogo.NO_PICTURE),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_a_logo_is_refused_and_says_why(tmp_path: Path, what: str) -> None:
    make, why = REFUSED[what]
    path = put(tmp_path, make())
    with pytest.raises(UnusableLogo) as refused:
        read_logo(path, inspect)
    expected = {why} if what != "a pdf" else {WhyNoLogo.NO_PICTURE, WhyNoLogo.BROKEN}
    assert refused.value.why in expected
    assert [one.name for one in tmp_path.iterdir()] == ["arrived.part"]


def test_a_picture_just_within_the_limit_would_pass_the_inspection() -> None:
    assert 50_000_000 > MOST_PIXELS > 12_000_000
    assert MOST_LOGO < MOST_BYTES


def test_a_logo_becomes_a_small_png_and_keeps_what_is_transparent(tmp_path: Path) -> None:
    logo = Image.new("RGBA", (2_000, 1_000))
    logo.paste((200, 30, 30, 255), (500, 250, 1_500, 750))
    made = Image.open(io.BytesIO(read_logo(put(tmp_path, encoded(logo, "PNG")), inspect)))
    assert (made.format, made.mode, made.size) == ("PNG", "RGBA", (600, 300))
    assert made.getpixel((2, 2)) == (0, 0, 0, 0)
    assert made.getpixel((300, 150)) == (200, 30, 30, 255)


def test_the_hardest_picture_fits_into_the_database(tmp_path: Path) -> None:
    noise = np.frombuffer(os.urandom(1_200 * 1_200 * 4), np.uint8).reshape(1_200, 1_200, 4)
    made = emblem(put(tmp_path, encoded(Image.fromarray(noise, "RGBA"), "PNG")))
    assert len(made) <= MOST_LOGO
    assert min(Image.open(io.BytesIO(made)).size) >= 200


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "I;16", "LA", "1"])
def test_every_mode_of_colour_is_taken(tmp_path: Path, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    made = emblem(put(tmp_path, encoded(Image.new(mode, (640, 480)), kind)))
    assert Image.open(io.BytesIO(made)).mode in {"RGB", "RGBA"}


def test_a_photo_stands_upright_and_tells_nothing_else(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "RAHASIA"
    photo = encoded(Image.new("RGB", (800, 400), "navy"), "JPEG", exif=exif)
    made = read_logo(put(tmp_path, photo), inspect)
    assert Image.open(io.BytesIO(made)).size == (300, 600)
    assert b"RAHASIA" not in made
