"""Where one teacher stands, on one phone screen."""

from dataclasses import replace

from conversations.pictures import parts
from conversations.pictures.canvas import HIGHEST, Canvas
from conversations.pictures.facts import StatusFacts
from conversations.pictures.parts import GAP, PADDING, PANEL_HEAD

_NAME_LINES = 2
_NEXT_LINES = (3, 2, 1)


def draw_status(facts: StatusFacts) -> bytes:
    """Draw the picture; give it as PNG."""
    head = [facts.school, facts.scheme]
    facts, most = _fitting(facts, head)
    canvas = Canvas(_height(facts, head, most))
    y = parts.heading(canvas, facts.name, head, most=_NAME_LINES, beside=facts.as_of) + GAP
    if facts.bars or facts.lines:
        height = _bars_height(facts)
        inside = parts.panel(canvas, y, height, facts.bars_title, facts.target_text)
        inside = parts.listed(canvas, inside, facts.lines)
        parts.bars(canvas, inside, facts.bars, facts.target)
        y += height + GAP
    inside = parts.panel(canvas, y, _steps_height(), facts.steps_title)
    parts.steps(canvas, inside, facts.steps)
    y += _steps_height() + GAP
    if facts.dues:
        inside = parts.panel(canvas, y, _dues_height(facts), facts.dues_title, facts.dues_note)
        parts.dues(canvas, inside, facts.dues)
        y += _dues_height(facts) + GAP
    inside = parts.panel(canvas, y, _next_height(facts, most), facts.next_title)
    parts.paragraph(canvas, inside, facts.next, most)
    return canvas.png()


def _fitting(facts: StatusFacts, head: list[str]) -> tuple[StatusFacts, int]:
    """Give what a phone shows: fewer lines of what is next, then fewer of the later deadlines."""
    for kept in range(len(facts.dues), -1, -1):
        fewer = replace(facts, dues=facts.dues[:kept])
        for most in _NEXT_LINES:
            if _height(fewer, head, most) <= HIGHEST:
                return fewer, most
    return replace(facts, dues=()), _NEXT_LINES[-1]


def _height(facts: StatusFacts, head: list[str], most: int) -> int:
    blocks = [parts.heading_height(facts.name, head, most=_NAME_LINES)]
    if facts.bars or facts.lines:
        blocks.append(_bars_height(facts))
    blocks.append(_steps_height())
    if facts.dues:
        blocks.append(_dues_height(facts))
    blocks.append(_next_height(facts, most))
    return sum(block + GAP for block in blocks) + GAP


def _bars_height(facts: StatusFacts) -> int:
    inside = len(facts.lines) * parts.LINE_STEP + len(facts.bars) * parts.BAR_STEP
    return PANEL_HEAD + inside + PADDING // 2


def _steps_height() -> int:
    return PANEL_HEAD + parts.STEPS_HEIGHT


def _dues_height(facts: StatusFacts) -> int:
    return PANEL_HEAD + len(facts.dues) * parts.DUE_STEP + PADDING // 2


def _next_height(facts: StatusFacts, most: int) -> int:
    return PANEL_HEAD + parts.paragraph_height(facts.next, most) + PADDING // 2
