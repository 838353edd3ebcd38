"""What does not look right in a name, a NIP and an NPSN; and what only looks strange."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.words import LANGUAGES, Words
from storage.preflight import MENDED_BY, Mender, Trouble, look

TODAY = date(2026, 7, 6)
NIP = "198703152010012012"


def troubles(name: str = "Siti Aminah", nip: str | None = NIP, npsn: str = "10304567") -> set[str]:
    return {str(one.trouble) for one in look(name, nip, npsn, TODAY)}


def test_all_is_well() -> None:
    assert troubles() == set()
    assert troubles(nip="198703152022211003") == set()  # a contract teacher
    for name in ("Ni Luh Ayu", "M. Yusuf", "Al-Farabi", "Nur'aini", "Wa Ode Siti", "Sri"):
        assert troubles(name) == set(), name


@pytest.mark.parametrize(
    ("nip", "found"),
    [
        (None, {"nip_missing"}),
        ("", {"nip_missing"}),
        ("19870315201001201", {"nip_length"}),
        ("1987031520100120120", {"nip_length"}),
        ("19870315201001201x", {"nip_length"}),
        ("١٩٨٧٠٣١٥٢٠١٠٠١٢٠١٢", {"nip_length"}),
        ("198713152010012012", {"nip_birth"}),
        ("198702302010012012", {"nip_birth"}),
        ("201503152026012012", {"nip_birth", "nip_start"}),
        ("193003151960012012", {"nip_birth"}),
        ("198703152010132012", {"nip_start"}),
        ("198703151990012012", {"nip_start"}),
        ("198703152027012012", {"nip_start"}),
        ("198703152010013012", {"nip_sex"}),
    ],
)
def test_a_nip_that_cannot_be_right(nip: str | None, found: set[str]) -> None:
    assert troubles(nip=nip) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("SITI AMINAH", {"name_capitals"}),
        ("Siti  Aminah", {"name_spaces"}),
        (" Siti Aminah", {"name_spaces"}),
        ("Siti Aminah, S.Pd.", {"name_title"}),
        ("Siti Aminah S.Pd", {"name_title"}),
        ("Drs. Budi Santoso", {"name_title"}),
        ("H. Budi Santoso", {"name_title"}),
        ("Siti Aminah 2", {"name_signs"}),
        ("<b>Siti</b>", {"name_signs"}),
        ("=HYPERLINK()", {"name_signs", "name_capitals"}),
        ("🙂", {"name_signs"}),
        ("\u202eimanA", {"name_signs"}),
    ],
)
def test_a_name_to_be_looked_at(name: str, found: set[str]) -> None:
    assert troubles(name) == found


@pytest.mark.parametrize("npsn", ["", "1030456", "103045678", "P1030456", "1030456 "])
def test_an_npsn_that_cannot_be_right(npsn: str) -> None:
    assert troubles(npsn=npsn) == {"npsn"}


@given(st.text(max_size=130), st.none() | st.text(max_size=20) | st.from_regex(r"\A[0-9]{18}\Z"))
def test_nothing_stumbles(name: str, nip: str | None) -> None:
    for one in look(name, nip, name[:16], TODAY):
        assert one.mender is MENDED_BY[one.trouble]


def test_everything_is_said_in_every_language() -> None:
    for language in LANGUAGES:
        words = Words(language)
        for name in (*Trouble, *(f"by_{one}" for one in Mender)):
            assert words.has_label(f"preflight.{name}"), name
