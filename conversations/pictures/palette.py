"""The colours of pictures. What differs in meaning differs in lightness too, and in its mark."""

from typing import Final

from conversations.pictures.facts import Mark

Colour = tuple[int, int, int]

PAPER: Final[Colour] = (255, 255, 255)
PANEL: Final[Colour] = (240, 243, 245)
RULE: Final[Colour] = (214, 221, 226)
INK: Final[Colour] = (24, 32, 38)
GREY: Final[Colour] = (88, 98, 106)
ACCENT: Final[Colour] = (15, 62, 94)

FILL: Final[dict[Mark, Colour]] = {
    Mark.NOT_NEEDED: PAPER,
    Mark.NOT_YET: PANEL,
    Mark.UNDER_WAY: (240, 200, 70),
    Mark.WAITING: (90, 162, 212),
    Mark.RETURNED: (188, 76, 18),
    Mark.DONE: ACCENT,
}
"""The ground of a mark: from light to dark in the order in which things get done."""

ON: Final[dict[Mark, Colour]] = {
    Mark.NOT_NEEDED: GREY,
    Mark.NOT_YET: GREY,
    Mark.UNDER_WAY: INK,
    Mark.WAITING: INK,
    Mark.RETURNED: PAPER,
    Mark.DONE: PAPER,
}
"""What is written on that ground."""


_MEETINGS: Final = (
    *((ground, letters) for ground in (PAPER, PANEL) for letters in (INK, GREY)),
    (ACCENT, PAPER),
    *((FILL[mark], ON[mark]) for mark in Mark),
    *((PANEL, FILL[mark]) for mark in Mark),
)
"""Which colours meet at the edges of letters and round shapes."""

_SEEN: Final = 1.2
"""Between two colours that are nearer to each other nobody sees an edge."""
_STEPS: Final = (0.25, 0.5, 0.75)


def every_colour() -> tuple[Colour, ...]:
    """Give all colours that a picture may have: few enough to pack small, and always the same."""
    plain = (PAPER, PANEL, RULE, INK, GREY, ACCENT, *FILL.values())
    edges = (
        _mixed(one, other, step)
        for one, other in _MEETINGS
        if contrast(one, other) > _SEEN
        for step in _STEPS
    )
    return tuple(dict.fromkeys((*plain, *edges)))


def _mixed(one: Colour, other: Colour, step: float) -> Colour:
    red, green, blue = (round(a + (b - a) * step) for a, b in zip(one, other, strict=True))
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Give the relative luminance of sRGB, 0 (black) to 1 (white), as WCAG 2 defines it."""
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lightness(colour: Colour) -> float:
    """Give the lightness L* of CIELAB, 0 (black) to 100 (white)."""
    light = luminance(colour)
    root: float = light ** (1 / 3)
    return 116 * root - 16 if light > 216 / 24389 else light * 24389 / 27


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast of two colours as WCAG 2 counts it, 1 to 21; text needs 4.5."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _linear(part: float) -> float:
    if part <= 0.04045:
        return part / 12.92
    linear: float = ((part + 0.055) / 1.055) ** 2.4
    return linear
