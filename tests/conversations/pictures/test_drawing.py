"""Pictures: sharp enough, small enough, and nothing that people are called breaks them."""

import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from conversations.pictures.canvas import HIGHEST, WIDTH
from conversations.pictures.drawn import draw
from conversations.pictures.facts import (
    FACTS,
    ROWS_A_PAGE,
    Bar,
    BoardFacts,
    Cell,
    Facts,
    Mark,
    StatusFacts,
    digest_of,
    packed,
)
from conversations.pictures.lettering import broken, legible, shortened, width_of
from conversations.pictures.palette import FILL, INK, RULE, every_colour
from tests.conversations.pictures.samples import (
    AWKWARD,
    FULL,
    LONGEST,
    MANY_STEPS,
    NOTHING,
    STATUS,
    WITHOUT_POINTS,
    board,
)

LARGEST_STATUS, LARGEST_BOARD = 60_000, 150_000
"""People pay for their data; in bytes."""

STATUSES = {
    "usual": STATUS, "without": WITHOUT_POINTS, "nothing": NOTHING, "longest": LONGEST,
    "many": MANY_STEPS,
}  # fmt: skip
BOARDS = {"nobody": board([]), "one": board(["Rina"]), "full": FULL}


def opened(facts: Facts) -> Image.Image:
    return Image.open(io.BytesIO(draw(facts)))


def colours(facts: Facts) -> dict[object, int]:
    """Say how many pixels each colour has."""
    counted = opened(facts).convert("RGB").getcolors(2**24) or []
    return {colour: count for count, colour in counted}


@pytest.mark.parametrize("facts", STATUSES.values(), ids=STATUSES)
def test_a_status_fits_a_phone_and_a_purse(facts: StatusFacts) -> None:
    image = opened(facts)
    assert (image.format, image.mode, image.width) == ("PNG", "P", WIDTH)
    assert 300 < image.height <= HIGHEST
    assert len(draw(facts)) < LARGEST_STATUS


@pytest.mark.parametrize("facts", BOARDS.values(), ids=BOARDS)
def test_a_board_fits_a_phone_and_a_purse(facts: BoardFacts) -> None:
    image = opened(facts)
    assert (image.format, image.mode, image.width) == ("PNG", "P", WIDTH)
    assert 300 < image.height <= HIGHEST
    assert len(draw(facts)) < LARGEST_BOARD


def test_more_rows_than_a_phone_shows_are_refused() -> None:
    with pytest.raises(ValueError, match="21 rows"):
        draw(board(["Rina"] * (ROWS_A_PAGE + 1)))


@pytest.mark.parametrize("name", AWKWARD, ids=[ascii(name[:12]) for name in AWKWARD])
def test_any_name_can_be_drawn(name: str) -> None:
    draw(replace(STATUS, name=name, school=name, next=name))
    draw(board([name] * 2))


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
def test_any_text_is_made_to_fit(text: str) -> None:
    shown = legible(text)
    assert all(sign.isprintable() for sign in shown)
    assert width_of(shortened(shown, 26, 200), 26) <= 200
    lines = broken(shown, 26, 200, 2)
    assert len(lines) <= 2
    assert all(width_of(line, 26) <= 200 for line in lines)
    assert "".join(lines).replace(" ", "")[:3] == shown.replace(" ", "")[:3]


def test_the_same_facts_give_the_same_bytes_and_others_give_others() -> None:
    again = FACTS.validate_json(packed(STATUS))
    assert again == STATUS
    assert draw(again) == draw(STATUS)
    assert digest_of(again) == digest_of(STATUS)
    for other in (
        replace(STATUS, as_of="7 Jul 2026"), replace(STATUS, target=33), WITHOUT_POINTS, FULL,
    ):  # fmt: skip
        assert digest_of(other) != digest_of(STATUS)


def test_signs_that_the_fonts_lack_are_left_out_or_stand_as_a_box() -> None:
    assert legible("Dewi 🙂 Lestari") == "Dewi Lestari"
    assert legible("王小明") == "□"
    assert legible("\u202eRina\u200b\x00 Wati") == "Rina Wati"
    assert legible("Z" + "\u0301" * 50).count("\u0301") <= 2
    assert legible("<b>&amp;") == "<b>&amp;"
    assert "□" not in legible("محمد الأمين Élodie Ñandú")


def test_a_bar_is_as_long_as_its_number() -> None:
    def filled(value: int) -> int:
        bar = Bar("Diterima", f"{value} poin", value, 40, Mark.DONE)
        bare = replace(STATUS, bars=(bar,), target=40, steps=(), dues=())
        image = opened(bare).convert("RGB")
        # Below the dark heading there is nothing else in that colour.
        rows = [image.crop((0, y, WIDTH, y + 1)) for y in range(290, 310)]
        return max(
            sum(count for count, colour in row.getcolors() or [] if colour == FILL[Mark.DONE])
            for row in rows
        )

    lengths = [filled(value) for value in (0, 10, 20, 40, 80)]
    assert lengths[0] == 0
    assert lengths == sorted(lengths)
    assert lengths[2] == pytest.approx(2 * lengths[1], abs=4)
    # Beyond the target a bar ends where the sheet does; the target moves instead.
    assert lengths[4] == pytest.approx(lengths[3], abs=8)


def test_only_the_palette_is_used_and_every_mark_is_seen() -> None:
    found = colours(FULL)
    assert set(found) <= set(every_colour())
    assert {FILL[mark] for mark in Mark} <= set(found)
    assert {INK, RULE} <= set(found)


def test_marks_differ_without_their_colours() -> None:
    """Each mark has a sign of its own: on one ground all of them would still differ."""
    signs = set()
    for mark in Mark:
        one = board(["Rina"])
        cells = (Cell(mark),) + (Cell(Mark.NOT_YET),) * 5
        facts = replace(one, rows=(replace(one.rows[0], cells=cells),), legend=(), late="")
        inside = opened(facts).convert("RGB").crop((371, 210, 425, 242))
        ground = Image.new("RGB", inside.size, FILL[mark])
        differs = ImageChops.difference(inside, ground).convert("L")
        signs.add(differs.point([0] + [1] * 255).tobytes())
    assert len(signs) == len(Mark)


def test_what_is_late_has_a_corner() -> None:
    on_time = board(["Rina"])
    cells = (Cell(Mark.NOT_YET),) * 6
    on_time = replace(on_time, rows=(replace(on_time.rows[0], cells=cells),), legend=(), late="")
    late = (Cell(Mark.NOT_YET, is_late=True), *cells[1:])
    is_late = replace(on_time, rows=(replace(on_time.rows[0], cells=late),))
    assert 40 < colours(is_late)[INK] - colours(on_time)[INK] < 400
