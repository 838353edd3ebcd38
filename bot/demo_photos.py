"""Photos as a phone takes them, made up for the demo: a sheet on a table, a meeting."""

from typing import Final
from zlib import crc32

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.demo_sheets import LONG, Colour, Point

DARK_WOOD: Final[Colour] = (92, 60, 38)
LIGHT_WOOD: Final[Colour] = (158, 114, 78)
SHADOW: Final[Colour] = (24, 16, 10)
WALL: Final[Colour] = (222, 214, 196)
FLOOR: Final[Colour] = (150, 140, 126)
GREY: Final[Colour] = (124, 126, 128)
HAIR: Final[Colour] = (42, 34, 32)
SKIN: Final[Colour] = (176, 128, 96)
UNIFORM: Final[Colour] = (158, 128, 84)
SCARVES: Final[tuple[Colour, ...]] = ((128, 78, 92), (70, 96, 112), (120, 106, 68))

GRAIN: Final = 9


CORNERS: Final = np.array([[0.155, 0.112], [0.872, 0.085], [0.955, 0.866], [0.068, 0.912]])


def on_a_table(sheet: Image.Image, whose: str) -> Image.Image:
    """Photograph an upright sheet that lies on a table: askew, in the light of a window.

    Everybody (`whose`) holds the phone a little differently.
    """
    size = width, height = (LONG * 3 // 4, LONG)
    dice = np.random.default_rng(crc32(whose.encode()))
    held = (CORNERS + dice.uniform(-0.035, 0.035, CORNERS.shape)) * size
    corners = [(float(x), float(y)) for x, y in held]
    photo = _table(size)
    below = [(x + 16, y + 22) for x, y in corners]
    photo.paste(SHADOW, (0, 0), _where(size, below, 150, soft=17))
    # Thin lines would become stairs.
    bent = sheet.filter(ImageFilter.GaussianBlur(0.8)).transform(
        size,
        Image.Transform.PERSPECTIVE,
        _seen_from_above(sheet.size, corners),
        Image.Resampling.BICUBIC,
    )
    photo.paste(bent, (0, 0), _where(size, corners, 255, soft=0.7))
    across, down = np.linspace(0, 34, width), np.linspace(0, 36, height)[:, None]
    return _as_taken(photo, Image.fromarray((255 - across - down).astype(np.uint8)))


def meeting(topic: str, size: tuple[int, int] = (560, 340)) -> Image.Image:
    """Photograph teachers from behind, looking at a whiteboard."""
    width, height = size
    photo = Image.new("RGB", size, WALL)
    draw = ImageDraw.Draw(photo)
    draw.rectangle((0, 0.68 * height, width, height), FLOOR)
    draw.rectangle((0.04 * width, 0.1 * height, 0.16 * width, 0.5 * height), (236, 244, 248))
    draw.line((0.1 * width, 0.1 * height, 0.1 * width, 0.5 * height), GREY, 4)
    board = (0.3 * width, 0.08 * height, 0.86 * width, 0.52 * height)
    draw.rectangle(board, (246, 247, 248), GREY, 5)
    for at, length in enumerate((0.42, 0.3, 0.36, 0.24)):
        y = (0.18 + 0.075 * at) * height
        draw.line((0.34 * width, y, (0.34 + length) * width, y), (60, 84, 150), 4 - at // 2)
    _person(draw, (0.23 * width, 0.36 * height), 0.062 * height, HAIR)
    seats = np.random.default_rng(crc32(topic.encode())).permutation(5).tolist()
    for at, who in enumerate(seats):
        place = ((0.1 + 0.2 * at) * width, (0.66 + 0.02 * (at % 2)) * height)
        _person(draw, place, 0.095 * height, SCARVES[who] if who < len(SCARVES) else HAIR)
    light = Image.fromarray(np.tile(np.linspace(255, 214, width).astype(np.uint8), (height, 1)))
    return _as_taken(photo.filter(ImageFilter.GaussianBlur(1.4)), light)


def _person(draw: ImageDraw.ImageDraw, head: Point, radius: float, hair: Colour) -> None:
    x, y = head
    shoulders = (x - 2.1 * radius, y + radius, x + 2.1 * radius, y + 6.5 * radius)
    draw.ellipse(shoulders, UNIFORM)
    draw.rectangle((x - 0.45 * radius, y, x + 0.45 * radius, y + 1.5 * radius), SKIN)
    draw.ellipse((x - radius, y - 1.15 * radius, x + radius, y + 1.15 * radius), hair)


def _table(size: tuple[int, int]) -> Image.Image:
    """Saw wood: noise drawn out along the grain."""
    noise = np.random.default_rng(7).integers(0, 255, (size[1] // 3, 6), dtype=np.uint8)
    grain = Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)
    return ImageOps.colorize(grain, DARK_WOOD, LIGHT_WOOD)


def _where(
    size: tuple[int, int], corners: list[Point], strength: int, *, soft: float
) -> Image.Image:
    """Give the mask of what has these corners, with soft edges."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon(corners, strength)
    return mask.filter(ImageFilter.GaussianBlur(soft))


def _as_taken(photo: Image.Image, light: Image.Image) -> Image.Image:
    """Add the light and the grain of a small lens."""
    noise = np.random.default_rng(11).integers(0, GRAIN, photo.size[::-1], dtype=np.uint8)
    lit = ImageChops.multiply(photo, light.convert("RGB"))
    return ImageChops.subtract(lit, Image.fromarray(noise).convert("RGB"))


def _seen_from_above(size: tuple[int, int], corners: list[Point]) -> list[float]:
    """Give the eight numbers that Pillow wants, for a sheet whose corners lie at `corners`."""
    width, height = size
    flat = ((0, 0), (width, 0), (width, height), (0, height))
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(corners, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    wanted = [float(one) for place in flat for one in place]
    return list(map(float, np.linalg.solve(np.array(rows), np.array(wanted))))
