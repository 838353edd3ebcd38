"""The one day that a caption or an answer names, as people write it; or none."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.day_words import read_day, read_days
from conversations.words import Words

TODAY = date(2026, 7, 6)
CALM = settings(deadline=None)
LANGUAGES = ("id", "en")

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 Juli 2026", date(2026, 7, 3)),
        ("3 juli", date(2026, 7, 3)),
        ("3 JULI 2026.", date(2026, 7, 3)),
        ("03-07-2026", date(2026, 7, 3)),
        ("3/7/2026", date(2026, 7, 3)),
        ("3.7.26", date(2026, 7, 3)),
        ("3 / 7 / 2026", date(2026, 7, 3)),
        ("2026-07-03", date(2026, 7, 3)),
        ("٣/٧/٢٠٢٦", date(2026, 7, 3)),
        ("3 Jul. 26", date(2026, 7, 3)),
        ("3 July 2026", date(2026, 7, 3)),
        ("17 Agt 2025", date(2025, 8, 17)),
        ("17 Pebruari 2025", date(2025, 2, 17)),
        ("20/7", date(2025, 7, 20)),
        ("tgl 3/7", date(2026, 7, 3)),
        ("pada tanggal 3-7", date(2026, 7, 3)),
        ("6/7", TODAY),
        ("7/7", date(2025, 7, 7)),
        ("31 Des", date(2025, 12, 31)),
        ("29 feb", date(2024, 2, 29)),
        ("12/1/00", date(2000, 1, 12)),
        ("hari ini", TODAY),
        ("  Hari  INI ", TODAY),
        ("today", TODAY),
        ("kemarin", date(2026, 7, 5)),
        ("Yesterday", date(2026, 7, 5)),
        # In a caption, and in the name of a file.
        ("Sertifikat webinar 3 Juli 2026", date(2026, 7, 3)),
        ("Lokakarya, Surian, 3 Juli 2026, pukul 08.10-10.00 WIB", date(2026, 7, 3)),
        ("Rapat 3 juli pukul 08.10", date(2026, 7, 3)),
        ("Sertifikat_2026-07-03.pdf", date(2026, 7, 3)),
        ("Terbit 3/7/2026 (3 Juli 2026)", date(2026, 7, 3)),
        ("SK nomor 421.3/056/2026 tanggal 3 Juli 2026", date(2026, 7, 3)),
        # Of a span the end is the day that is named whole.
        ("Pelatihan 1-3 Juli 2026", date(2026, 7, 3)),
        ("Pelatihan 1 s.d. 3 Juli 2026", date(2026, 7, 3)),
        # It may be yet to come: whoever asks judges that.
        ("12 Januari 2027", date(2027, 1, 12)),
    ],
)
def test_a_day_as_people_write_it(text: str, day: date) -> None:
    assert read_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "kapan ya", "Juli 2026", "2026", "5", "-1", "1e9", "hari ini juga", "besok",
        "31 Februari 2026", "30/2/2026", "0/7/2026", "3/13/2026", "3 Kapan 2026", "31/4",
        # Several days: nobody knows which one is meant.
        "1 Juli 2026 dan 3 Juli 2026", "1/7/2026 - 3/7/2026", "2026-07-01 2026-07-03",
        # Numbers of letters and laws, of classes and pages, marks and hours.
        "SK nomor 421.3/056/2026", "421.3/12/2026", "800/123/SMP/2026", "005/SK/VII/2026",
        "Permendikbud 15/2018", "PermenPANRB 6/2022", "NIP 19850412 201001 1 002",
        "kelas 7.2", "hal 1/2", "halaman 2/3", "foto 1 / 2", "nilai 3.5", "1/2 halaman",
        "pukul 08.10", "08.10-10.00", "pukul 08.10-10.00 WIB", "32 JP", "8 jam 2 hari",
        "IMG-20260703-WA0012", "20260703", "3/7/20261", "13/7/2", "0852-1234-5678",
    ],
)  # fmt: skip
def test_where_there_is_no_day_none_is_read(text: str) -> None:
    assert read_day(text, TODAY) is None


@CALM
@given(days, days, st.sampled_from(LANGUAGES), st.sampled_from("/.-"))
def test_every_whole_day_is_read(day: date, latest: date, language: str, sign: str) -> None:
    words = Words(language)
    for text in (
        f"{day.day}{sign}{day.month}{sign}{day.year}",
        f"{day:%d}{sign}{day:%m}{sign}{day:%y}",
        f"{day:%d} {sign} {day:%m} {sign} {day:%Y}",
        day.isoformat(),
        words.day(day),
        words.short_day(day),
        f"Sertifikat webinar, {words.day(day)}, 32 JP",
    ):
        assert read_day(text, latest) == day, text


@CALM
@given(days, st.integers(0, 364), st.sampled_from(LANGUAGES))
def test_without_a_year_it_is_the_last_one_that_has_come(
    latest: date, ago: int, language: str
) -> None:
    day = latest - timedelta(days=ago)
    if (day.day, day.month) == (29, 2):
        return
    name = Words(language).day(day).rpartition(" ")[0].rpartition(", ")[2]
    for text in (f"{day.day}/{day.month}", name):
        assert read_day(text, latest) == day, text


@CALM
@given(
    st.one_of(
        st.text(),
        st.text(alphabet="0123456789/.- :,", max_size=24),
        st.text(alphabet="0129 /.-jullifebmarch²٣", max_size=24),
    ),
    days,
)
def test_no_text_makes_reading_stumble(text: str, today: date) -> None:
    one = read_day(text, today)
    assert one is None or isinstance(one, date)
    assert read_day(f"  {text}\n", today) == one
    two = read_days(text, today)
    assert two is None or all(isinstance(each, date) for each in two)
