"""Names that no system refuses, whatever people call things."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.papers.names import LONGEST, originals, part_name, path_part
from conversations.papers.orders import Chapter, SourceFile
from tests.conversations.papers.samples import (
    DOCX,
    PDF,
    TEXTS,
    Drawer,
    a_chapter,
    a_piece,
    a_plain,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
HOSTILE = [
    "../../etc/passwd",
    "C:\\Windows\\system32",
    "CON",
    "nul.txt",
    "com1",
    "...",
    "   ",
    "",
    "a" * 300,
    "🌸" * 80,
    "عبد الله محمد " * 20,
    "\u202egpj.exe",
    "a\x00b\nc\td",
    'a<b>c:"d/e\\f|g?h*i',
    "nama. ",
    "-rf",
    "~",
    "\ud800",
]


def check(name: str) -> None:
    assert name
    assert len(name.encode()) <= LONGEST
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f]', name)
    assert name == name.strip(" .")
    assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name)
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in name)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_tamed(text: str) -> None:
    check(path_part(text))


@given(st.text(max_size=400))
def test_any_text_makes_a_name(text: str) -> None:
    name = path_part(text)
    check(name)
    assert path_part(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sertifikat 2026", "Sertifikat 2026"),
        ("Nur'aini, S.Pd.", "Nur'aini, S.Pd"),
        ("SK/2026: wali kelas", "SK 2026 wali kelas"),
        ("Jose\u0301", "José"),
        ("🌸 Rina", "Rina"),
        ("ꦗꦮ", "ꦗꦮ"),
    ],
)
def test_usual_names_stay_readable(text: str, name: str) -> None:
    assert path_part(text) == name


def test_parts_are_counted_where_there_are_several() -> None:
    assert part_name("Arsip Rina", ".zip", TEXTS, 1, 1) == "Arsip Rina.zip"
    assert part_name("Arsip Rina", ".zip", TEXTS, 2, 3) == "Arsip Rina bagian 2 dari 3.zip"


def places(*chapters: Chapter) -> list[str]:
    return [str(one.place) for one in originals(chapters)]


def test_originals_lie_in_named_folders(drawer: Drawer) -> None:
    photo, document = drawer.photo(a_plain("red")), drawer.put(b"PK", DOCX)
    assert places(
        a_chapter(1, a_piece(1, photo), a_piece(2, photo, document)),
        a_chapter(2, a_piece(3, drawer.put(b"%PDF", PDF), kind="SK", dated=None), title="Wali"),
    ) == [
        "01 Pelatihan mandiri/01 Sertifikat 2026-08-12.jpg",
        "01 Pelatihan mandiri/02 Sertifikat 2026-08-12 (1).jpg",
        "01 Pelatihan mandiri/02 Sertifikat 2026-08-12 (2).docx",
        "02 Wali/03 SK.pdf",
    ]


def test_numbers_are_as_wide_as_the_largest(drawer: Drawer) -> None:
    photo = drawer.photo(a_plain("red"))
    assert places(a_chapter(1, a_piece(7, photo), a_piece(123, photo))) == [
        "01 Pelatihan mandiri/007 Sertifikat 2026-08-12.jpg",
        "01 Pelatihan mandiri/123 Sertifikat 2026-08-12.jpg",
    ]


@given(st.lists(TEXT, min_size=1, max_size=6), TEXT)
def test_no_two_files_have_one_name(titles: list[str], kind: str) -> None:
    file = SourceFile(path=Path("x"), media_type="image/jpeg", name="x")
    chapters = [
        a_chapter(
            at,
            *[a_piece(10 * at + more, file, file, kind=kind) for more in (1, 2)],
            title=title,
        )
        for at, title in enumerate(titles, start=1)
    ]
    found = places(*chapters)
    assert len({one.casefold() for one in found}) == len(found) == 4 * len(titles)
    for place in found:
        folder, name = place.split("/")
        check(folder)
        check(name)
