"""PDF: what may come in, and what is refused."""

import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.inspecting import Inspected, Why, inspect
from tests.storage.inspecting.conftest import Inspect, Refuse
from tests.storage.inspecting.made import pdf, plain_pdf, zipped

WHOLE = pdf(2)


def stream(body: bytes, number: int = 4) -> bytes:
    return b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(body), body)


def test_a_pdf_comes_in_as_it_is(inspected: Inspect, path: Path) -> None:
    content = pdf(3)
    found = inspected(content)
    assert (found.media_type, found.pages, found.size) == ("application/pdf", 3, len(content))
    assert found.sha256 == found.original_sha256
    assert (found.look, found.complaints, found.width, found.height) == ("", (), 0, 0)
    assert path.read_bytes() == content


def test_the_plain_pdf_of_these_tests_comes_in(inspected: Inspect) -> None:
    assert inspected(plain_pdf()).pages == 1


@pytest.mark.parametrize("before", [b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\0" * 100, b" \t\n"])
def test_blanks_before_a_pdf_do_no_harm(inspected: Inspect, before: bytes) -> None:
    assert inspected(before + pdf()).pages == 1


@pytest.mark.parametrize("before", [b"MZ\x90\0", b"#!/bin/sh\n", b"<html>", b"GIF89a", b"halo "])
def test_a_pdf_behind_something_else_is_refused(refused: Refuse, before: bytes) -> None:
    assert refused(before + pdf()) == Why.DISGUISED


def test_a_pdf_behind_a_picture_is_refused(refused: Refuse) -> None:
    assert refused(b"\xff\xd8\xff\xfe" + pdf()) == Why.BROKEN


def test_a_pdf_that_is_a_zip_too_is_refused(refused: Refuse) -> None:
    assert refused(pdf() + zipped({"jahat.exe": "MZ"})) == Why.DISGUISED


def test_blanks_after_a_pdf_do_no_harm(inspected: Inspect) -> None:
    assert inspected(pdf() + b"\r\n" + bytes(5000)).pages == 1


def test_a_pdf_behind_a_password_is_refused(refused: Refuse) -> None:
    content = pdf(owner_password="kepala", user_password="guru")
    assert refused(content) == Why.ENCRYPTED


def test_a_pdf_that_only_forbids_changes_comes_in(inspected: Inspect) -> None:
    assert inspected(pdf(owner_password="kepala")).pages == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(8, len(WHOLE) - 7))
def test_a_pdf_that_is_not_whole_never_comes_in(refused: Refuse, length: int) -> None:
    assert refused(WHOLE[:length]) == Why.BROKEN


def test_a_pdf_without_pages_is_broken(refused: Refuse) -> None:
    content = plain_pdf().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[]/Count 0")
    assert refused(content) == Why.BROKEN


@pytest.mark.parametrize(
    "action",
    [
        b"<</S/JavaScript/JS(app.alert\\(1\\))>>",
        b"<</S /JavaScript /JS 4 0 R>>",
        b"<</JS\n(1)/S\r\n/JavaScript>>",
        b"<</S/#4aavaScript/#4A#53(app.alert\\(1\\))>>",
        b"<</S/Launch/F(cmd.exe)>>",
        b"<</S/La#75nch/F(cmd.exe)>>",
        b"<</Type/RichMedia >>",
    ],
)
def test_a_pdf_that_acts_is_refused(refused: Refuse, action: bytes) -> None:
    assert refused(plain_pdf(catalog=b"/OpenAction" + action)) == Why.ACTIVE


def test_a_pdf_that_carries_a_file_is_refused(refused: Refuse) -> None:
    names = b"/Names<</EmbeddedFiles<</Names[(a.exe)4 0 R]>>>>"
    held = (
        b"4 0 obj\n<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>\nendobj\n"
        b"5 0 obj\n<</Type/EmbeddedFile/Length 2>>\nstream\nMZ\nendstream\nendobj\n"
    )
    assert refused(plain_pdf(names, held)) == Why.ACTIVE


def test_scripts_in_packed_objects_are_seen_too(refused: Refuse) -> None:
    packed = zlib.compress(b"6 0 <</Names[(a)<</S/JavaScript/JS(1)>>]>>")
    held = b"5 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(
        packed
    )
    held += packed + b"\nendstream\nendobj\n"
    body = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/Names<</JavaScript 6 0 R>>>>\nendobj\n"
    assert refused(body + held + b"trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n") == Why.ACTIVE


@pytest.mark.parametrize(
    "harmless",
    [
        stream(b"\x1b/JS \xe3/Launch(/JavaScript "),
        b"4 0 obj\n<</Title(Pelatihan HTML/CSS/JavaScript, /JSON dan /JS)>>\nendobj\n",
        b"4 0 obj\n<</S/URI/URI(https://guru.kemdikbud.go.id)>>\nendobj\n",
    ],
)
def test_the_same_letters_elsewhere_do_no_harm(inspected: Inspect, harmless: bytes) -> None:
    assert inspected(plain_pdf(objects=harmless)).pages == 1


def test_a_name_across_two_pieces_of_reading_is_seen(refused: Refuse) -> None:
    piece = 256 * 1024
    for shift in range(0, 12, 3):
        start = plain_pdf().index(b"trailer")
        blanks = b" " * (piece - start - shift - 20)
        held = blanks + b"4 0 obj\n<</S/JavaScript /JS (1)>>\nendobj\n"
        assert refused(plain_pdf(objects=held)) == Why.ACTIVE


def test_several_threads_read_pdfs_together(tmp_path: Path) -> None:
    def run(number: int) -> Inspected:
        path = tmp_path / f"{number}"
        path.write_bytes(pdf(number % 3 + 1))
        return inspect(path)

    with ThreadPoolExecutor(6) as pool:
        assert [each.pages for each in pool.map(run, range(18))] == [1, 2, 3] * 6
