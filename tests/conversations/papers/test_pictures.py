"""Photos from disk: upright, small enough, whatever kind they are."""

import io
from pathlib import Path

import pytest
from PIL import Image

from conversations.papers.orders import Why
from conversations.papers.pictures import NotUsable, as_jpeg, open_upright, upright_size
from tests.conversations.papers.samples import (
    RED,
    Drawer,
    a_plain,
    a_view,
    close,
    encoded,
    jpeg,
)

LARGE = (5_000, 5_000)


def written(folder: Path, data: bytes) -> Path:
    path = folder / "e3b0c442"
    path.write_bytes(data)
    return path


def corner(image: Image.Image) -> tuple[int, ...]:
    colour = image.convert("RGB").getpixel((10, 10))
    assert isinstance(colour, tuple)
    return colour


def lying_on_its_side(orientation: int) -> bytes:
    """A red corner at the upper left, as people see it, stored in one of EXIF's eight ways."""
    picture = a_plain("white", 300, 400)
    picture.paste(RED, (0, 0, 60, 60))
    turns = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turn = turns[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    return jpeg(picture if turn is None else picture.transpose(turn), exif=exif)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(orientation: int, tmp_path: Path) -> None:
    path = written(tmp_path, lying_on_its_side(orientation))
    assert upright_size(path) == (300, 400)
    for box in (LARGE, (150, 200)):
        image = open_upright(path, *box)
        assert image.width < image.height
        assert close(corner(image), RED)


def test_a_photo_is_scaled_down_into_its_box_and_never_up(tmp_path: Path) -> None:
    path = written(tmp_path, jpeg(a_plain("red", 1600, 1200)))
    assert open_upright(path, 800, 900).size == (800, 600)
    assert open_upright(path, *LARGE).size == (1600, 1200)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_kind_of_picture_is_read(kind: str, tmp_path: Path) -> None:
    path = written(tmp_path, encoded(a_plain("red"), kind))
    assert close(corner(open_upright(path, *LARGE)), RED, 20)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_mode_becomes_grey_or_rgb(mode: str, tmp_path: Path) -> None:
    if mode == "I;16":
        picture = Image.new(mode, (60, 80), 65_535)
    else:
        picture = Image.new("RGB", (60, 80), "white").convert(mode)
    image = open_upright(written(tmp_path, encoded(picture, "PNG")), *LARGE)
    assert image.mode in {"L", "RGB"}
    assert close(corner(image), (255, 255, 255), 3)


def test_what_is_transparent_lies_on_white(tmp_path: Path) -> None:
    for picture in (Image.new("RGBA", (60, 80), (0, 0, 0, 0)), transparent_palette()):
        path = written(tmp_path, encoded(picture, "PNG"))
        assert corner(open_upright(path, *LARGE)) == (255, 255, 255)


def transparent_palette() -> Image.Image:
    picture = Image.new("P", (60, 80), 0)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.info["transparency"] = b"\x00\xff"
    return picture


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    path = written(tmp_path, jpeg(Image.new("CMYK", (60, 80))))
    assert as_jpeg(path, *LARGE, 80).data[:2] == b"\xff\xd8"
    assert Image.open(io.BytesIO(as_jpeg(path, *LARGE, 80).data)).mode == "RGB"


def test_the_first_picture_of_an_animation_is_taken(tmp_path: Path) -> None:
    frames = [a_plain("blue", 60, 80)]
    data = encoded(a_plain("red", 60, 80), "WEBP", save_all=True, append_images=frames)
    assert close(corner(open_upright(written(tmp_path, data), *LARGE)), RED, 20)


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", b"%PDF-1.4", jpeg(a_view())[:9_000], encoded(a_view(), "PNG")[:9_000]],
    ids=["empty", "text", "pdf", "half a jpeg", "half a png"],
)
def test_a_broken_picture_is_told(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotUsable) as told:
        open_upright(written(tmp_path, data), *LARGE)
    assert told.value.why is Why.BROKEN


def test_a_missing_picture_is_told(drawer: Drawer) -> None:
    with pytest.raises(NotUsable) as told:
        open_upright(drawer.lost().path, *LARGE)
    assert told.value.why is Why.MISSING


@pytest.mark.parametrize("side", [9_000, 14_000])
def test_a_picture_that_fills_the_memory_is_not_opened(side: int, tmp_path: Path) -> None:
    path = written(tmp_path, encoded(Image.new("1", (side, side)), "PNG"))
    with pytest.raises(NotUsable) as told:
        open_upright(path, 100, 100)
    assert told.value.why is Why.TOO_LARGE


def test_a_small_jpeg_stays_as_it_is(tmp_path: Path) -> None:
    data = jpeg(a_view(), 60)
    made = as_jpeg(written(tmp_path, data), 900, 1200, 90)
    assert made.data == data
    assert (made.width, made.height) == (900, 1200)


def test_a_jpeg_is_compressed_where_that_saves_something(tmp_path: Path) -> None:
    data = jpeg(a_view(), 95)
    assert len(as_jpeg(written(tmp_path, data), 1200, 1600, 60).data) < len(data) / 2


def test_a_turned_jpeg_is_never_taken_as_it_is(tmp_path: Path) -> None:
    made = as_jpeg(written(tmp_path, lying_on_its_side(6)), *LARGE, 95)
    assert (made.width, made.height) == (300, 400)
    assert Image.open(io.BytesIO(made.data)).size == (300, 400)


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0", b"Exif\0\0" + b"\xff" * 60])
def test_an_orientation_that_is_nonsense_is_passed_over(exif: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, jpeg(a_plain("red"), exif=exif))
    assert open_upright(path, *LARGE).size == (600, 800)
