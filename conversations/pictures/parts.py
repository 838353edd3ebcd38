"""What pictures are put together from: a heading, panels, bars, steps, tables.

Each part is drawn from a y on and gives the y below it, in pixels. Parts measure before they draw:
a sheet is only as high as what stands on it.
"""

from collections.abc import Sequence
from typing import Final

from conversations.pictures.canvas import WIDTH, Canvas
from conversations.pictures.facts import Bar, Due, Line, Mark
from conversations.pictures.lettering import broken, legible, width_of
from conversations.pictures.palette import (
    ACCENT,
    FILL,
    GREY,
    INK,
    ON,
    PANEL,
    PAPER,
    RULE,
    Colour,
)

MARGIN: Final = 32
INNER: Final = WIDTH - 2 * MARGIN
PADDING: Final = 24
GAP: Final = 14
TITLE: Final = 40
BODY: Final = 29
SMALL: Final = 25

BAR_HEIGHT: Final = 26
BAR_STEP: Final = 78
LINE_STEP: Final = 42
DUE_STEP: Final = 44
STEPS_HEIGHT: Final = 138
PANEL_HEAD: Final = 56


def heading(
    canvas: Canvas, title: str, lines: Sequence[str], *, most: int = 1, beside: str = ""
) -> int:
    """Write the title, in at most so many lines, on a dark ground.

    `beside` stands on the right: of a title that has one line, else of the last line.
    """
    height = heading_height(title, lines, most=most)
    canvas.box(0, 0, WIDTH, height, ACCENT)
    taken = width_of(beside, SMALL) + 16 if beside else 0.0
    room = INNER - taken if most == 1 else INNER
    y = 26
    for name in broken(legible(title), TITLE, room, most, bold=True):
        y += TITLE + 8
        canvas.exact(name, MARGIN, y - 8, TITLE, width=INNER, colour=PAPER, bold=True)
    beside_at = y - 8 if most == 1 else height - 22
    for line in lines:
        y += 36
        is_last = most > 1 and line is lines[-1]
        room = INNER - taken if is_last else INNER
        canvas.text(line, MARGIN, y - 2, SMALL + 1, width=room, colour=PAPER)
    canvas.text(beside, MARGIN, beside_at, SMALL, width=INNER, colour=PAPER, align="r")
    return height


def heading_height(title: str, lines: Sequence[str], *, most: int = 1) -> int:
    """Say how high a heading is."""
    names = broken(legible(title), TITLE, INNER, most, bold=True)
    return 26 + len(names) * (TITLE + 8) + len(lines) * 36 + 20


def panel(canvas: Canvas, y: int, height: int, title: str, right: str = "") -> int:
    """Draw a panel of so many pixels with its title; give the y of what stands in it."""
    canvas.rounded(MARGIN, y, INNER, height, 14, PANEL)
    room = INNER - 2 * PADDING
    taken = width_of(right, SMALL) + 16 if right else 0
    canvas.text(title, MARGIN + PADDING, y + 42, BODY, width=room - taken, bold=True)
    if right:
        canvas.text(
            right, MARGIN + PADDING, y + 42, SMALL, width=room, colour=GREY, align="r"
        )  # fmt: skip
    return y + PANEL_HEAD


def bars(canvas: Canvas, y: int, shown: Sequence[Bar], target: int = 0) -> int:
    """Draw bars below each other, each with its label and numbers, and a line at the target."""
    left, room = MARGIN + PADDING, INNER - 2 * PADDING
    most = max([target, *(max(one.of, one.value) for one in shown)], default=0)
    for one in shown:
        taken = width_of(legible(one.text), BODY, bold=True) + 16
        canvas.text(one.label, left, y + 32, BODY, width=room - taken)
        canvas.text(one.text, left, y + 32, BODY, width=room, bold=True, align="r")
        _bar(canvas, left, y + 42, room, one, (target and most) or one.of)
        if target:
            at = left + room * target // most
            canvas.box(min(at, left + room - 4) - 1, y + 37, 5, BAR_HEIGHT + 10, INK)
        y += BAR_STEP
    return y


def _bar(canvas: Canvas, left: int, y: int, room: int, bar: Bar, of: int) -> None:
    canvas.rounded(left, y, room, BAR_HEIGHT, BAR_HEIGHT // 2, RULE)
    full = min(room, room * bar.value // of) if of > 0 else 0
    if full:
        canvas.rounded(left, y, max(full, BAR_HEIGHT), BAR_HEIGHT, BAR_HEIGHT // 2, FILL[bar.mark])


def listed(canvas: Canvas, y: int, lines: Sequence[Line]) -> int:
    """Write lines with a mark before and a remark behind each."""
    left, room = MARGIN + PADDING, INNER - 2 * PADDING
    for one in lines:
        canvas.mark(one.mark, left, y + 4, 32)
        taken = width_of(legible(one.note), SMALL) + 16
        canvas.text(one.title, left + 48, y + 30, BODY, width=room - 48 - taken)
        canvas.text(one.note, left, y + 30, SMALL, width=room, colour=GREY, align="r")
        y += LINE_STEP
    return y


def steps(canvas: Canvas, y: int, shown: Sequence[Line]) -> int:
    """Draw steps beside each other: dots on a line, each with its name and how far it is."""
    each, size = (INNER - PADDING) // max(1, len(shown)), 56
    left = MARGIN + PADDING // 2
    for at, one in enumerate(shown):
        middle = left + at * each + each // 2
        if at:
            walked = all(one.mark in (Mark.DONE, Mark.NOT_NEEDED) for one in shown[:at])
            canvas.box(
                middle - each + size // 2, y + size // 2 - 3, each - size, 6,
                ACCENT if walked else RULE,
            )  # fmt: skip
        canvas.mark(one.mark, middle - size // 2, y, size)
        x = middle - each // 2 + 2
        canvas.text(
            one.title, x - 1, y + size + 34, SMALL - 3, width=each - 2, bold=True, align="m"
        )
        canvas.text(
            one.note, x, y + size + 64, SMALL - 2, width=each - 4, colour=GREY, align="m"
        )  # fmt: skip
    return y + STEPS_HEIGHT


def dues(canvas: Canvas, y: int, shown: Sequence[Due]) -> int:
    """Write deadlines as a table: what, when, and how far away."""
    left, room = MARGIN + PADDING, INNER - 2 * PADDING
    for one in shown:
        canvas.text(one.title, left, y + 30, BODY, width=room * 0.42)
        canvas.text(one.day, left + room * 0.43, y + 30, BODY - 2, width=room * 0.24)
        colour, ground = (ON[Mark.RETURNED], FILL[Mark.RETURNED]) if one.presses else (INK, None)
        pill(canvas, one.left, left + room, y, colour, ground, width=room * 0.31)
        y += DUE_STEP
    return y


def pill(
    canvas: Canvas, text: str, right: int, y: int, colour: Colour, ground: Colour | None,
    *, width: float,
) -> None:  # fmt: skip
    """Write a few words that end at `right`, on a ground of their own if there is one."""
    if ground is not None:
        room = min(width, width_of(legible(text), SMALL, bold=True) + 28)
        canvas.rounded(right - round(room), y, round(room), 40, 20, ground)
        right -= 14
        width = room - 28
    canvas.text(
        text, right - width, y + 29, SMALL, width=width, colour=colour, bold=True, align="r"
    )


def paragraph(canvas: Canvas, y: int, text: str, most: int, *, size: int = BODY) -> int:
    """Write a text in at most so many lines."""
    left, room = MARGIN + PADDING, INNER - 2 * PADDING
    for line in broken(legible(text), size, room, most):
        canvas.exact(line, left, y + size, size, width=room)
        y += round(size * 1.35)
    return y


def paragraph_height(text: str, most: int, *, size: int = BODY) -> int:
    """Say how high a paragraph is."""
    return len(broken(legible(text), size, INNER - 2 * PADDING, most)) * round(size * 1.35)
