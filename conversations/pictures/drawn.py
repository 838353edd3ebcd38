"""Facts to pictures: which kind is drawn by what."""

from conversations.pictures.board import draw_board
from conversations.pictures.facts import Facts, StatusFacts
from conversations.pictures.status import draw_status


def draw(facts: Facts) -> bytes:
    """Draw a picture; give it as PNG."""
    if isinstance(facts, StatusFacts):
        return draw_status(facts)
    return draw_board(facts)
