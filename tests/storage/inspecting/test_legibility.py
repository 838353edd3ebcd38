"""What is called hard to read, and what is not."""

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from storage.inspecting import Complaint
from tests.storage.inspecting.conftest import Inspect
from tests.storage.inspecting.made import (
    as_telegram_sends,
    certificate,
    coded,
    crowd,
    font,
    letter,
)

Make = Callable[..., Image.Image]
PAPERS = [certificate, letter]
ALL = [certificate, letter, crowd]


def soft(picture: Image.Image, thousandths: float) -> Image.Image:
    """Out of focus, by thousandths of the longer edge."""
    return picture.filter(ImageFilter.GaussianBlur(thousandths * max(picture.size) / 1000))


def shaken(picture: Image.Image, thousandths: float) -> Image.Image:
    """Moved sideways while the picture was taken."""
    width = round(thousandths * max(picture.size) / 1000)
    moved = picture.convert("RGB")
    for step in range(1, width):
        copy = picture.transform(picture.size, Image.Transform.AFFINE, (1, 0, step, 0, 1, 0))
        moved = Image.blend(moved, copy, 1 / (step + 1))
    return moved


def lit(picture: Image.Image, factor: float) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(factor)


def screenshot() -> Image.Image:
    """Grey letters on black, as many phones show them at night."""
    screen = Image.new("RGB", (1080, 2340), (18, 18, 18))
    pen = ImageDraw.Draw(screen)
    for row in range(22):
        words = "Nilai observasi kelas telah dikirim " * 2
        pen.text((60, 150 + row * 95), words[: 30 + row], font=font(44), fill=(225, 225, 225))
    return screen


def a_line_of_words() -> Image.Image:
    """Nearly nothing but paper."""
    sheet = Image.new("RGB", (1600, 1130), (250, 250, 246))
    place, words = (800, 560), "Rina Wati, S.Pd."
    ImageDraw.Draw(sheet).text(place, words, font=font(54), fill=(20, 20, 20), anchor="mm")
    return sheet


def before_a_soft_wall() -> Image.Image:
    """A sharp person before a background out of focus."""
    scene = soft(crowd(2, width=1280), 12)
    scene.paste(crowd(3, width=1280).crop((440, 300, 860, 960)), (440, 300))
    return scene


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("width", [1280, 1800])
def test_sharp_pictures_have_no_complaints(inspected: Inspect, make: Make, width: int) -> None:
    picture = make(width=width)
    assert inspected(coded(picture)).complaints == ()
    assert inspected(coded(as_telegram_sends(picture))).complaints == ()


@pytest.mark.parametrize("make", [screenshot, a_line_of_words, before_a_soft_wall])
def test_unusual_but_readable_pictures_have_no_complaints(inspected: Inspect, make: Make) -> None:
    assert inspected(coded(make())).complaints == ()


@pytest.mark.parametrize("make", ALL)
def test_a_trace_of_softness_is_no_blur(inspected: Inspect, make: Make) -> None:
    assert inspected(coded(soft(make(width=1400), 0.8))).complaints == ()


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("thousandths", [3, 5, 9])
def test_what_is_out_of_focus_is_blurred(
    inspected: Inspect, make: Make, thousandths: float
) -> None:
    picture = soft(make(width=1400), thousandths)
    assert inspected(coded(picture)).complaints == (Complaint.BLURRED,)
    assert inspected(coded(as_telegram_sends(picture))).complaints == (Complaint.BLURRED,)


@pytest.mark.parametrize("make", PAPERS)
def test_what_is_shaken_is_blurred(inspected: Inspect, make: Make) -> None:
    assert inspected(coded(shaken(make(width=1280), 10))).complaints == (Complaint.BLURRED,)


@pytest.mark.parametrize("make", PAPERS)
def test_a_photo_in_the_dark_is_dark(inspected: Inspect, make: Make) -> None:
    assert inspected(coded(lit(make(), 0.2))).complaints == (Complaint.DARK,)
    assert inspected(coded(lit(make(), 0.5))).complaints == ()


@pytest.mark.parametrize("make", PAPERS)
def test_a_small_page_is_small(inspected: Inspect, make: Make) -> None:
    small = make(width=1280)
    small.thumbnail((480, 480), Image.Resampling.LANCZOS)
    assert Complaint.SMALL in inspected(coded(small)).complaints


def test_a_strip_of_a_page_is_not_small(inspected: Inspect) -> None:
    strip = letter(width=1240).crop((0, 300, 1240, 600))
    assert inspected(coded(strip)).complaints == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (31, 31), (33, 40), (9, 900)])
def test_the_oddest_sizes_do_no_harm(inspected: Inspect, size: tuple[int, int]) -> None:
    found = inspected(coded(Image.new("RGB", size, "white"), "PNG"))
    assert (found.width, found.height) == size


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_picture_cannot_be_read(inspected: Inspect, level: int) -> None:
    found = inspected(coded(Image.new("L", (1200, 900), level)))
    assert Complaint.BLURRED in found.complaints
    assert (Complaint.DARK in found.complaints) == (level == 0)
