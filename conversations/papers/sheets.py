"""Finding a sheet of paper on a photo, and looking at it from straight above.

A sheet is only taken for one when everything speaks for it: four straight sides all along which
bright paper borders on something darker, the shape of paper, in the middle of the picture.
Otherwise the photo stays as it is: half a certificate is worse than a crooked one.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Points = NDArray[np.float64]
"""Four corners as rows of x and y in pixels: top left, top right, bottom right, bottom left."""
_Grey = NDArray[Any]

_LOOKED_AT: Final = 800
"""The longer side of the picture in which a sheet is looked for, in pixels."""
_LEAST_AREA: Final = 0.25
_MOST_AREA: Final = 0.97
_OFF_CENTRE: Final = 0.2
"""How far the sheet's middle may lie from the picture's, in parts of its sides."""
_SHARPEST_CORNER: Final = 55.0
_SHAPES: Final = (1.15, 1.75)
"""Longer side by shorter side of what can be a sheet."""
_PAPERS: Final = (297 / 210, 330 / 215, 11 / 8.5)
"""A4, folio and letter: a sheet that comes near to one of them is taken to be it."""
_NEAR: Final = 0.05
_FULL: Final = 0.93
"""How much of the four-sided shape its outline fills."""
_STEP: Final = 12.0
"""By how much paper differs from what it lies on, of 255."""
_PAPER: Final = 90
"""The least brightness of paper, even in a dim room."""
_SUPPORTED: Final = 0.8
"""The part of each side along which that must be so."""
_ALONG: Final = 48
_ACROSS: Final = 8
_NEARBY: Final = 4
_UPRIGHT: Final = 0.003
"""Boxes on a screenshot stand exactly upright (slope of all sides); a photo's sheet never does."""
_PAPER_PART: Final = 0.9
"""So much of a sheet is no brighter than its paper."""
_WHITE: Final = 240
_MOST_GAIN: Final = 1.7
_FOCAL: Final = 0.8
"""The focal length of an average phone, in longer sides of the picture."""


def find_sheet(picture: Image.Image) -> Points | None:
    """Return the corners of the one sheet that a photo shows, if there is no doubt about it."""
    scale = max(1.0, max(picture.size) / _LOOKED_AT)
    small = picture.resize(
        (max(1, round(picture.width / scale)), max(1, round(picture.height / scale))),
        Image.Resampling.BOX,
    )
    # The darkest of the three colours: paper keeps all of them, a table of light wood does not.
    grey = cv2.GaussianBlur(np.asarray(small.convert("RGB")).min(axis=2), (5, 5), 0)
    found = [
        sheet
        for rough in _four_sided(grey)
        if _shaped_like_a_sheet(rough, grey.shape)
        for sheet in [_refined(rough, grey)]
        if _lies_on_something(sheet, grey)
    ]
    if not found:
        return None
    # A frame printed on the sheet may look like one, too: the outermost is the sheet.
    largest = max(found, key=_area)
    if any(_area(other) > _area(largest) / 4 and _apart(other, largest) for other in found):
        return None  # two sheets: each of them matters
    return (largest + 0.5) * (picture.width / small.width, picture.height / small.height) - 0.5


def straightened(picture: Image.Image, corners: Points, width: int, height: int) -> Image.Image:
    """Return the sheet alone, seen from straight above, within a box of pixels."""
    shape = _shape(corners, picture.size)
    sides = _lengths(corners)
    tall = max(sides[1], sides[3])
    wide = max(sides[0], sides[2])
    # As many pixels as the photo has of it, in the sheet's own shape.
    wide = max(wide, tall * shape)
    scale = min(1.0, width / wide, height * shape / wide)
    size = max(1, round(wide * scale)), max(1, round(wide * scale / shape))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    matrix = cv2.getPerspectiveTransform(target, (corners + 0.5).astype(np.float32))
    # Pillow's own transformation needs no second copy of the photo.
    return picture.transform(
        size,
        Image.Transform.PERSPECTIVE,
        tuple((matrix / matrix[2, 2]).ravel()[:8]),
        Image.Resampling.BICUBIC,
    )


def brightened(sheet: Image.Image) -> Image.Image:
    """Return a sheet whose paper is nearly white, as far as its photo is not too dark for it."""
    counts = sheet.convert("L").histogram()
    paper = int(np.searchsorted(np.cumsum(counts), _PAPER_PART * sum(counts)))
    gain = min(max(_WHITE / max(paper, 1), 1.0), _MOST_GAIN)
    table = [min(255, round(value * gain)) for value in range(256)]
    return sheet.point(table * len(sheet.getbands()))


def _four_sided(grey: _Grey) -> Iterator[Points]:
    """Give whatever large thing with four corners can be seen, in several ways of looking."""
    for mask in _masks(grey):
        outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            hull = cv2.convexHull(outline)
            if cv2.contourArea(hull) < _LEAST_AREA * grey.size:
                continue
            corners = _corners(hull)
            if corners is not None:
                yield corners


def _masks(grey: _Grey) -> Iterator[_Grey]:
    kernel = np.ones((3, 3), np.uint8)
    for low, high in ((20, 60), (50, 150)):
        yield cv2.dilate(cv2.Canny(grey, low, high), kernel)
    otsu, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)
    wide = np.ones((9, 9), np.uint8)
    for level in (otsu, otsu * 0.85, otsu * 1.15, 200.0):
        _, bright = cv2.threshold(grey, level, 255, cv2.THRESH_BINARY)
        yield cv2.morphologyEx(bright, cv2.MORPH_CLOSE, wide)
    yield cv2.morphologyEx(
        cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 6),
        cv2.MORPH_CLOSE,
        kernel,
    )


def _corners(hull: NDArray[Any]) -> Points | None:
    """Return the four corners of an outline that has just four, in order."""
    round_about = cv2.arcLength(hull, True)
    for part in (0.01, 0.02, 0.03, 0.05):
        rough = cv2.approxPolyDP(hull, part * round_about, True)
        if len(rough) == 4:
            corners = _in_order(rough.reshape(4, 2).astype(np.float64))
            return corners if cv2.contourArea(hull) >= _FULL * _area(corners) else None
    return None


def _in_order(corners: Points) -> Points:
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    clockwise = corners[np.argsort(angles)]
    first = int(np.argmin(clockwise.sum(axis=1)))
    return np.roll(clockwise, -first, axis=0)


def _shaped_like_a_sheet(corners: Points, size: tuple[int, ...]) -> bool:
    height, width = size
    middle = corners.mean(axis=0) / (width, height)
    shape = _shape(corners, (width, height))
    return (
        _LEAST_AREA <= _area(corners) / (width * height) <= _MOST_AREA
        and bool(np.all(np.abs(middle - 0.5) <= _OFF_CENTRE))
        and all(_SHARPEST_CORNER <= angle <= 180 - _SHARPEST_CORNER for angle in _angles(corners))
        and _SHAPES[0] <= max(shape, 1 / shape) <= _SHAPES[1]
    )


def _lies_on_something(corners: Points, grey: _Grey) -> bool:
    return (
        not _stands_upright(corners)
        and all(_borders(start, end, grey) for start, end in _sides(corners))
        and _bright(corners, grey)
    )


def _sides(corners: Points) -> Iterator[tuple[Points, Points]]:
    yield from pairwise([*corners, corners[0]])


def _lengths(corners: Points) -> list[float]:
    return [float(np.linalg.norm(end - start)) for start, end in _sides(corners)]


def _area(corners: Points) -> float:
    return float(cv2.contourArea(corners.astype(np.float32)))


def _apart(one: Points, other: Points) -> bool:
    shared, _ = cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))
    return float(shared) < 0.1 * min(_area(one), _area(other))


def _angles(corners: Points) -> Iterator[float]:
    """Give the inner angles in degrees."""
    for at in range(4):
        before, after = corners[at - 1] - corners[at], corners[(at + 1) % 4] - corners[at]
        cosine = before @ after / (np.linalg.norm(before) * np.linalg.norm(after) or 1.0)
        yield math.degrees(math.acos(float(np.clip(cosine, -1, 1))))


def _stands_upright(corners: Points) -> bool:
    return all(
        np.min(np.abs(end - start)) <= 1 + _UPRIGHT * np.max(np.abs(end - start))
        for start, end in _sides(corners)
    )


def _across(start: Points, end: Points, reach: int) -> Points:
    """Give places all along a side, and at each of them across it: (places, steps, 2).

    Across means from outside to inside, so many pixels either way.
    """
    along = end - start
    inwards = np.array([-along[1], along[0]]) / (np.linalg.norm(along) or 1.0)
    places = start + np.linspace(0.06, 0.94, _ALONG)[:, None] * along
    steps = np.arange(-reach, reach + 1)
    return places[:, None, :] + steps[None, :, None] * inwards


def _values(grey: _Grey, places: Points) -> NDArray[np.float64]:
    """Read the brightness at places, with the picture's border going on beyond it."""
    at = places.astype(np.float32)
    return cv2.remap(
        grey, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float64)


def _borders(start: Points, end: Points, grey: _Grey) -> bool:
    """Whether something else begins beyond a side, all along it."""
    values = _values(grey, _across(start, end, _NEARBY))
    step = values[:, -_NEARBY:].mean(axis=1) - values[:, :_NEARBY].mean(axis=1)
    step *= np.sign(np.median(step))
    return float(np.mean(step >= _STEP)) >= _SUPPORTED


def _bright(corners: Points, grey: _Grey) -> bool:
    """Whether a sheet is mostly as bright as paper: brighter than what surrounds it."""
    mask = cv2.fillConvexPoly(np.zeros_like(grey), corners.round().astype(np.int32), 255)
    inside, outside = np.median(grey[mask > 0]), np.median(grey[mask == 0])
    return bool(inside >= _PAPER and inside >= outside + _STEP)


def _refined(corners: Points, grey: _Grey) -> Points:
    """Lay a line along each side where the brightness changes most; return where they meet."""
    lines = [_line(start, end, grey) for start, end in _sides(corners)]
    met = [_meeting(lines[at - 1], lines[at]) for at in range(4)]
    moved = [
        new if new is not None and np.linalg.norm(new - old) <= _ACROSS else old
        for new, old in zip(met, corners, strict=True)
    ]
    return np.array(moved)


def _line(start: Points, end: Points, grey: _Grey) -> NDArray[np.float64]:
    """Return direction and a point of the line that fits the edge between two corners."""
    places = _across(start, end, _ACROSS)
    rise = np.diff(_values(grey, places), axis=1)
    rise = rise * np.sign(np.median(rise.sum(axis=1)) or 1.0)
    steepest = rise.argmax(axis=1)
    rows = np.arange(len(rise))
    # The top of the parabola through the steepest step and its neighbours.
    left = rise[rows, np.maximum(steepest - 1, 0)]
    right = rise[rows, np.minimum(steepest + 1, rise.shape[1] - 1)]
    bend = left - 2 * rise[rows, steepest] + right
    shift = np.where(bend < 0, (left - right) / np.where(bend < 0, 2 * bend, 1.0), 0.0)
    at = steepest + 0.5 + np.clip(shift, -0.5, 0.5)
    step = places[:, 1] - places[:, 0]
    edge = places[:, 0] + at[:, None] * step
    line = cv2.fitLine(edge.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01)
    direction_and_point: NDArray[np.float64] = line.ravel().astype(np.float64)
    return direction_and_point


def _meeting(one: NDArray[np.float64], other: NDArray[np.float64]) -> Points | None:
    across = one[0] * other[1] - one[1] * other[0]
    if abs(across) < 1e-6:
        return None
    gap = other[2:] - one[2:]
    met: Points = one[2:] + (gap[0] * other[1] - gap[1] * other[0]) / across * one[:2]
    return met


def _shape(corners: Points, size: tuple[int, int]) -> float:
    """Return width by height of the sheet itself, as if seen from straight above."""
    shape = _true_shape(corners, size)
    for paper in _PAPERS:
        for known in (paper, 1 / paper):
            if abs(shape / known - 1) <= _NEAR:
                return known
    return shape


def _true_shape(corners: Points, size: tuple[int, int]) -> float:
    """Undo the perspective, for a lens that looks at the middle of the picture.

    Method: Zhang and He, "Whiteboard scanning and image enhancement" (2007). The focal length is
    taken as known: guessed from four corners, it is wrong more often than an average phone's.
    """
    flat = (corners - np.array(size) / 2) / (_FOCAL * max(size))
    top_left, top_right, bottom_right, bottom_left = np.column_stack([flat, np.ones(4)])
    diagonal = np.cross(top_left, bottom_right)
    by_right = np.cross(top_right, bottom_right) @ bottom_left
    by_left = np.cross(bottom_left, bottom_right) @ top_right
    if not by_right or not by_left:
        return 1.0  # not four corners at all
    right = diagonal @ bottom_left / by_right * top_right - top_left
    down = diagonal @ top_right / by_left * bottom_left - top_left
    tall = float(np.linalg.norm(down))
    return float(np.linalg.norm(right)) / tall if tall else 1.0
