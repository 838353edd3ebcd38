"""File names: whatever comes in, what goes out is safe everywhere."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.inspecting import safe_name

PDF = "application/pdf"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
media_types = st.sampled_from([PDF, JPEG, DOCX, "image/png", "text/odd"])


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Sertifikat Rina Wati, S.Pd. (32 JP).pdf", "Sertifikat Rina Wati, S.Pd. (32 JP).pdf"),
        ("SK_Pembagian_Tugas 2024-2025.PDF", "SK_Pembagian_Tugas 2024-2025.pdf"),
        ("Laporan 12.02.2024.pdf", "Laporan 12.02.2024.pdf"),
        ("Nur'aini & Ñuraini – bukti #3.pdf", "Nur'aini & Ñuraini – bukti #3.pdf"),
        ("شهادة.pdf", "شهادة.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\Windows\\system.ini", "system.ini.pdf"),
        ("/", "bukti.pdf"),
        ("", "bukti.pdf"),
        ("...", "bukti.pdf"),
        (".pdf", "bukti.pdf"),
        (".bashrc", "bashrc.pdf"),
        ("foto.jpg", "foto.pdf"),
        ("foto.JPG.pdf", "foto.pdf"),
        ("undangan.pdf.exe", "undangan.pdf"),
        ("laporan.pdf ", "laporan.pdf"),
        ("laporan . . .", "laporan.pdf"),
        ("CON", "berkas CON.pdf"),
        ("nul.txt", "berkas nul.pdf"),
        ("com1.laporan.pdf", "berkas com1.laporan.pdf"),
        ("LPT¹", "berkas LPT1.pdf"),
        ("Conny.pdf", "Conny.pdf"),
        ('a<b>c:d"e|f?g*h.pdf', "a b c d e f g h.pdf"),
        ("\u202egnp.exe\u202c.pdf", "gnp.pdf"),
        ("lap\u200boran\x00\x1b[31m\n.pdf", "lap oran [31m.pdf"),
        ("🎉 selamat 🎉.pdf", "selamat.pdf"),
        ("👩🏽‍🏫", "bukti.pdf"),
        ("=HYPERLINK(1).pdf", "HYPERLINK(1).pdf"),
        ("-rf.pdf", "rf.pdf"),
        ("~$laporan.docx", "laporan.pdf"),
        ("ｌａｐｏｒａｎ．ｐｄｆ", "laporan.pdf"),
    ],
)
def test_names_become_safe_and_stay_readable(name: str, safe: str) -> None:
    assert safe_name(name, PDF) == safe


def test_the_ending_tells_what_the_file_is() -> None:
    assert safe_name("IMG_2024.HEIC", JPEG) == "IMG_2024.jpg"
    assert safe_name("laporan.pdf", DOCX) == "laporan.docx"
    assert safe_name("laporan.doc", DOCX) == "laporan.docx"
    assert safe_name("aneh.xyz", "text/odd") == "aneh.xyz.bin"


def test_long_names_are_cut_before_the_ending() -> None:
    assert safe_name("a" * 300 + ".pdf", PDF) == "a" * 76 + ".pdf"
    assert safe_name("a" * 300, DOCX, longest=40) == "a" * 35 + ".docx"
    assert len(safe_name("學" * 300, PDF).encode()) <= 204


@given(st.text(max_size=400), media_types, st.integers(16, 120))
@example("a" * 70 + "." * 20 + "b", PDF, 80)
@example("x" * 75 + ".pdf" + "y" * 9, PDF, 80)
@example("con " * 40, PDF, 16)
def test_no_name_is_unsafe(name: str, media_type: str, longest: int) -> None:
    safe = safe_name(name, media_type, longest)
    stem, _, ending = safe.rpartition(".")
    assert stem
    assert ending in {"pdf", "jpg", "docx", "png", "bin"}
    assert len(safe) <= longest
    assert len(safe.encode()) <= 210
    assert not re.search(r'[/\\<>:"|?*\x00-\x1f\x7f]', safe)
    assert {unicodedata.category(each) for each in safe}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn"})
    assert not re.match(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", safe, re.IGNORECASE)
    assert not re.search(r"^[\s.]|[\s.]$", stem)


@given(st.text(max_size=300), media_types, st.integers(16, 120))
@example("con.con", PDF, 80)
@example("berkas con", PDF, 16)
@example("ﷺ" * 10, PDF, 80)
def test_making_a_name_safe_twice_changes_nothing(
    name: str, media_type: str, longest: int
) -> None:
    once = safe_name(name, media_type, longest)
    assert safe_name(once, media_type, longest) == once
