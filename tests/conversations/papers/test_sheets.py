"""Finding a sheet on a photo: surely, or not at all."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from conversations.papers.sheets import brightened, find_sheet, straightened
from tests.conversations.papers.samples import (
    SKEWED,
    Corners,
    a_photo,
    a_plain,
    a_sheet,
    a_table,
    a_view,
    alike,
    seen_from,
)

WOOD = (120, 85, 55)
LIGHT_WOOD = (205, 180, 140)
DARK = (45, 45, 48)
GREY = (170, 170, 170)
TURNED: Corners = ((420, 180), (1400, 420), (1090, 1780), (110, 1540))
NARROW: Corners = ((330, 300), (1180, 300), (1400, 1800), (120, 1800))
TIGHT: Corners = ((60, 50), (1440, 70), (1450, 1950), (40, 1930))
A_FEW_PIXELS = 3


@pytest.mark.parametrize(
    ("corners", "colour"),
    [
        (SKEWED, WOOD),
        (TURNED, WOOD),
        (NARROW, WOOD),
        (TIGHT, WOOD),
        (TURNED, LIGHT_WOOD),
        (NARROW, DARK),
        (SKEWED, GREY),
    ],
)
def test_the_corners_are_found(corners: Corners, colour: tuple[int, int, int]) -> None:
    found = find_sheet(a_photo(a_sheet(), corners, colour=colour))
    assert found is not None
    assert np.abs(found - np.array(corners)).max() <= A_FEW_PIXELS


def test_a_sheet_that_lies_across_is_found() -> None:
    corners = ((110, 560), (1400, 600), (1380, 1450), (90, 1480))
    found = find_sheet(a_photo(a_sheet(1754, 1240), corners))
    assert found is not None
    assert np.abs(found - np.array(corners)).max() <= A_FEW_PIXELS


def test_a_sheet_on_a_large_photo_is_found_as_well() -> None:
    corners = [(x * 1.6, y * 1.6) for x, y in SKEWED]
    found = find_sheet(a_photo(a_sheet(), corners, size=(2400, 3200)))
    assert found is not None
    assert np.abs(found - np.array(corners)).max() <= 2 * A_FEW_PIXELS


@pytest.mark.parametrize("corners", [seen_from(15, 8), seen_from(-20, 3), TURNED])
def test_a_straightened_sheet_reads_like_the_original(corners: Corners) -> None:
    sheet = a_sheet()
    photo = a_photo(sheet, corners)
    found = find_sheet(photo)
    assert found is not None
    straight = brightened(straightened(photo, found, *sheet.size))
    assert alike(straight, sheet) > 0.87
    assert alike(photo, sheet) < 0.5


@pytest.mark.parametrize(("tilt", "pan"), [(0, 3), (20, 0), (-20, 8), (10, 15)])
def test_a_sheet_gets_its_own_shape_back(tilt: float, pan: float) -> None:
    photo = a_photo(a_sheet(), seen_from(tilt, pan))
    found = find_sheet(photo)
    assert found is not None
    straight = straightened(photo, found, 2000, 2000)
    assert straight.height / straight.width == pytest.approx(297 / 210, abs=0.01)


def test_a_sheet_is_never_made_larger_than_its_photo() -> None:
    photo = a_photo(a_sheet())
    found = find_sheet(photo)
    assert found is not None
    assert max(straightened(photo, found, 9000, 9000).size) <= max(photo.size)


# ---------------------------------------------------------------- not confident


def two_sheets() -> Image.Image:
    photo = a_photo(a_sheet(), ((60, 500), (700, 520), (690, 1420), (50, 1400)))
    other = a_photo(a_sheet(), ((60, 500), (700, 520), (690, 1420), (50, 1400)))
    photo.paste(other.crop((0, 0, 740, 2000)), (750, 0))
    return photo


def a_screenshot() -> Image.Image:
    screen = Image.new("RGB", (1080, 1920), (60, 60, 70))
    ImageDraw.Draw(screen).rectangle((90, 350, 990, 1610), fill="white")
    return screen


def in_the_corner() -> Image.Image:
    """A sheet at the edge of a photo of something else."""
    return a_photo(a_sheet(), ((40, 40), (760, 60), (750, 1080), (30, 1060)))


def cut_off() -> Image.Image:
    """A sheet of which a part is not on the photo."""
    return a_photo(a_sheet(), ((-300, 240), (900, 330), (950, 1720), (-350, 1650)))


def a_blackboard() -> Image.Image:
    return a_photo(a_plain("#20382c", 1754, 1240), SKEWED, colour=(200, 200, 195))


def white_on_white() -> Image.Image:
    return a_photo(a_sheet(), SKEWED, colour=(250, 250, 248))


@pytest.mark.parametrize(
    "picture",
    [
        a_view(),
        a_plain("white"),
        a_plain("black"),
        a_table(900, 1200, WOOD),
        a_sheet(),
        a_screenshot(),
        two_sheets(),
        in_the_corner(),
        cut_off(),
        a_blackboard(),
        white_on_white(),
        Image.new("L", (1, 1)),
        Image.new("L", (3, 4000), 255),
    ],
    ids=[
        "no sheet",
        "white",
        "black",
        "table",
        "scan",
        "screenshot",
        "two sheets",
        "in the corner",
        "cut off",
        "blackboard",
        "white on white",
        "one pixel",
        "a line",
    ],
)
def test_without_a_clear_sheet_nothing_is_found(picture: Image.Image) -> None:
    assert find_sheet(picture) is None


def test_a_frame_printed_on_the_sheet_is_not_taken_for_it() -> None:
    """The border of a certificate belongs to it."""
    sheet = a_sheet()
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((20, 20, 1220, 1734), outline=(20, 40, 90), width=90)
    found = find_sheet(a_photo(sheet, SKEWED, colour=GREY))
    assert found is not None
    assert np.abs(found - np.array(SKEWED)).max() <= A_FEW_PIXELS


# ---------------------------------------------------------------- brightness


def test_dim_paper_becomes_nearly_white() -> None:
    dim = Image.new("RGB", (100, 100), (170, 168, 160))
    colour = brightened(dim).getpixel((50, 50))
    assert isinstance(colour, tuple)
    assert min(colour) > 220


def test_bright_paper_stays_as_it_is() -> None:
    bright = Image.new("L", (100, 100), 250)
    assert brightened(bright).getpixel((50, 50)) == 250
