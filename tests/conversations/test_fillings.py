"""What is filled into a broadcast: only what is known, only once, and never too long."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from conversations.coach import fillings
from conversations.coach.fillings import KNOWN, room_for, unknown_braces
from conversations.lengths import LONGEST_CAPTION, LONGEST_TEXT, shown_length
from conversations.words import LANGUAGES, Words
from storage.models import Member
from storage.shortfalls import Lack, Shortfall
from tests.storage.evidence.staging import CALM, NOW

PIECES = st.lists(
    st.one_of(
        st.sampled_from([*(f"{{{one}}}" for one in KNOWN), "{ NAMA }", "{kelas}", "{", "}", "{}"]),
        st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}")),
        st.sampled_from(["🙂", "<b>", "&amp;", "مرحبا", "\n\n", "  "]),
    ),
    max_size=12,
).map("".join)
SENDER = Member(school_id=1, name="Bu <Penggerak> & Co", roles=4, created_at=NOW)


@given(PIECES)
def test_what_is_filled_in_is_not_filled_in_again(text: str) -> None:
    values = dict.fromkeys(KNOWN, "{nama} {kurang} {tenggat}")
    filled = fillings._fill(text, values)
    for one in unknown_braces(text):
        assert one in filled
    assert fillings._fill(text, {}) == text


@given(PIECES)
def test_the_unknown_is_what_stays_and_the_known_is_never_named(text: str) -> None:
    for one in unknown_braces(text):
        assert one in text
        assert one.strip("{}").strip().casefold() not in KNOWN


@CALM
@given(
    text=PIECES,
    language=st.sampled_from(LANGUAGES),
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60),
    lack=st.sampled_from(Lack),
    count=st.integers(0, 999),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    has_file=st.booleans(),
)
def test_what_has_room_fits_whoever_it_is_for(
    text: str, language: str, name: str, lack: Lack, count: int, day: date, has_file: bool
) -> None:
    words = Words(language)
    room, length = room_for(words, SENDER, text, has_file=has_file)
    values = {
        "nama": name, "kurang": fillings._in_words(words, Shortfall(lack, count)),
        "tenggat": words.day(day),
    }  # fmt: skip
    drawn = fillings._body(words, SENDER, fillings._fill(text, values))
    longest = LONGEST_CAPTION if has_file else LONGEST_TEXT
    assert shown_length(drawn) - length <= longest - room
