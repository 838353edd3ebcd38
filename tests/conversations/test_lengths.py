"""Texts are as long as Telegram finds them, and fit where they are sent."""

import html
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.markup import parse_html, utf16_length
from conversations.evidence_views import PieceLine
from conversations.lengths import LONGEST_CAPTION, fitting, shown_length
from conversations.principal.check_cards import in_a_caption
from conversations.words import Words
from storage.evidence.flags import Flags
from storage.models import EvidenceStatus
from tests.world import MONDAY

CALM = settings(deadline=None)
SIGNS = st.characters(exclude_categories=["Cs"])
TAGS = ("b", "i", "blockquote")
MARKUP = st.lists(
    st.one_of(
        st.text(SIGNS, max_size=30).map(html.escape),
        st.tuples(st.sampled_from(TAGS), st.text(SIGNS, max_size=30).map(html.escape)).map(
            lambda one: f"<{one[0]}>{one[1]}</{one[0]}>"
        ),
    )
).map("".join)


@CALM
@given(MARKUP)
def test_markup_and_escapes_do_not_count(text: str) -> None:
    assert shown_length(text) == utf16_length(parse_html(text)[0])


@CALM
@given(MARKUP, st.integers(1, 60))
def test_a_text_that_is_cut_fits_and_is_the_beginning(text: str, longest: int) -> None:
    cut = fitting(text, longest)
    whole, shown = parse_html(text)[0], parse_html(cut)[0]
    assert utf16_length(shown) <= longest
    if utf16_length(whole) <= longest:
        assert cut == text
    else:
        assert shown.endswith("…")
        assert whole.startswith(shown[:-1])
        # No more is taken away than has to be: the next sign would not have fitted.
        assert utf16_length(whole[: len(shown)]) + 1 > longest


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("Halo", 4, "Halo"),
        ("Halo", 3, "Ha…"),
        ("<b>Ha</b>lo", 3, "<b>Ha</b>…"),
        ("<blockquote expandable><b>Halo</b></blockquote>", 3,
         "<blockquote expandable><b>Ha…</b></blockquote>"),
        ("&amp;&lt;&gt;&#39;", 3, "&amp;&lt;…"),
        ("😀😀", 3, "😀…"),
    ],
)  # fmt: skip
def test_examples(text: str, longest: int, cut: str) -> None:
    assert fitting(text, longest) == cut


HOSTILE = st.one_of(
    st.text(SIGNS, min_size=1, max_size=40).map(lambda text: text * 20),
    st.sampled_from(["𝔸", "<b>", "&", "👩‍🏫", "\u202e", "a b ", "{{ x }}"]).map(
        lambda one: one * 500
    ),
)


@CALM
@pytest.mark.parametrize("language", ["id", "en"])
@given(st.data(), st.sampled_from(EvidenceStatus))
def test_whatever_people_write_a_piece_fits_into_a_caption(
    language: str, data: st.DataObject, status: EvidenceStatus
) -> None:
    written = [data.draw(HOSTILE) for _ in range(11)]
    text = in_a_caption(Words(language), **_facts(written, status))
    shown = parse_html(text)[0]
    assert utf16_length(shown) <= LONGEST_CAPTION
    assert "👤" in shown


def test_what_people_usually_write_is_not_cut() -> None:
    written = ["Yang asli ada di map saya"] * 11
    text = in_a_caption(Words("id"), **_facts(written, EvidenceStatus.RECEIVED))
    assert "…" not in text
    assert text.count(written[0]) == 13


def _facts(written: list[str], status: EvidenceStatus) -> dict[str, Any]:
    """All there is to say about a piece, at its longest."""
    name, entry, note, link, reason, by, twin, title, said, who, other = written
    line = PieceLine(
        id=1, sign="⏳", status=status, what="Surat Keputusan atau Surat Tugas dari sekolah",
        dated_on=MONDAY.date(), size="1000 halaman", covers=20, note=note[:300],
        link=f"https://{link}"[:2000], reason=reason[:500], decided_at=MONDAY,
    )  # fmt: skip
    twins = tuple(
        SimpleNamespace(evidence=SimpleNamespace(member_id=2), name=one[:120], exact=exact)
        for one, exact in ((twin, True), (other, False))
    )
    comment = (SimpleNamespace(text=said[:500]), SimpleNamespace(name=who[:120]))
    return {
        "name": name[:120], "line": line, "entry": entry[:500], "by": by[:120], "sender": 1,
        "period": SimpleNamespace(name="Januari–Desember", year=2026), "place": (100, 200),
        "asked": reason[:500], "decides": False,
        "flags": Flags(
            outside_period=True, complaints=("small", "blurred", "dark"), twins=twins  # type: ignore[arg-type]
        ),
        "twins": twins, "twin_titles": [title[:200]] * 2, "comments": [comment] * 2,
    }  # fmt: skip
