"""The archive: the originals unchanged, named folders, an index that a school can work with."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.papers.archive import make_archive
from conversations.papers.orders import ArchiveOrder, Chapter, LeftOut, Made, Why
from tests.conversations.papers.samples import (
    DOCX,
    JPEG,
    PDF,
    TEXTS,
    Desk,
    Drawer,
    a_chapter,
    a_piece,
    a_plain,
    unheard,
)

INDEX = "00 Daftar bukti.xlsx"
COLUMNS = ["No.", "Kegiatan", "Jenis bukti", "Tanggal", "Keadaan", "Catatan", "Tautan"]


def contents(made: Made) -> dict[str, bytes]:
    with zipfile.ZipFile(made.path) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def index(made: Made) -> Any:
    return openpyxl.load_workbook(io.BytesIO(contents(made)[INDEX])).active


def rows(made: Made) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in index(made).iter_rows(min_row=2)]


async def test_originals_come_unchanged_in_named_folders(drawer: Drawer, desk: Desk) -> None:
    photo = drawer.photo(a_plain("red"))
    report = drawer.put(b"PK not really a document", DOCX, "Laporan.docx")
    (made,) = await desk.archive(
        a_chapter(1, a_piece(1, photo), a_piece(2, report, kind="Laporan")),
        a_chapter(2, a_piece(3, photo, dated=None, kind="SK"), title="Wali kelas"),
    )
    assert made.name == "Arsip.zip"
    files = contents(made)
    assert list(files) == [
        INDEX,
        "01 Pelatihan mandiri/01 Sertifikat 2026-08-12.jpg",
        "01 Pelatihan mandiri/02 Laporan 2026-08-12.docx",
        "02 Wali kelas/03 SK.jpg",
    ]
    assert list(files.values())[1:] == [
        photo.path.read_bytes(),
        report.path.read_bytes(),
        photo.path.read_bytes(),
    ]


async def test_the_index_has_a_row_for_each_piece(drawer: Drawer, desk: Desk) -> None:
    photo = drawer.photo(a_plain("red"))
    (made,) = await desk.archive(
        a_chapter(1, a_piece(1, photo, photo, note="Catatan saya")),
        a_chapter(2, a_piece(2, link="https://guru.id/artikel", dated=None), title="Artikel"),
    )
    sheet = index(made)
    assert [cell.value for cell in sheet[1]] == [*COLUMNS, "Nama berkas"]
    first, second = rows(made)
    assert first == [
        1,
        "01 Pelatihan mandiri",
        "Sertifikat",
        datetime(2026, 8, 12),  # noqa: DTZ001 - a date in a sheet has no zone
        "Diterima oleh Rina Wati, 14 Agu 2026",
        "Catatan saya",
        None,
        "01 Pelatihan mandiri/01 Sertifikat 2026-08-12 (1).jpg\n"
        "01 Pelatihan mandiri/01 Sertifikat 2026-08-12 (2).jpg",
    ]
    assert second[3] is None
    assert second[6] == "https://guru.id/artikel"
    assert second[7] is None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:H3"
    assert sheet["D2"].is_date
    assert sheet["G3"].hyperlink.target == "https://guru.id/artikel"


async def test_a_single_file_can_be_opened_from_the_index(drawer: Drawer, desk: Desk) -> None:
    (made,) = await desk.archive(a_chapter(1, a_piece(1, drawer.photo(a_plain("red")))))
    target = index(made)["H2"].hyperlink.target
    assert target == "01%20Pelatihan%20mandiri/01%20Sertifikat%202026-08-12.jpg"


INJECTED = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "'=1", "\r=1"]


@pytest.mark.parametrize("text", INJECTED)
async def test_nothing_that_people_write_is_a_formula(
    text: str, drawer: Drawer, desk: Desk
) -> None:
    piece = a_piece(1, kind=text, state_text=text, note=text, link=text)
    (made,) = await desk.archive(a_chapter(1, piece, title=text))
    for row in index(made).iter_rows(min_row=2):
        for cell in row[1:]:
            assert cell.data_type in {"s", "n", "d"}
            assert cell.hyperlink is None
    note = index(made)["F2"]
    assert note.value is not None
    assert note.value.strip() == text.strip()
    assert note.quotePrefix


async def test_what_excel_does_not_take_is_left_away(drawer: Drawer, desk: Desk) -> None:
    hostile = "a\x00b\x0b\ud7ff" + "x" * 40_000
    link = "https://guru.id/" + "y" * 5_000
    (made,) = await desk.archive(
        a_chapter(1, a_piece(1, note=hostile, link=link), title="[judul]: *?/\\")
    )
    (row,) = rows(made)
    assert row[5].startswith("ab\ud7ffxxx")
    assert len(row[5]) <= 32_767
    assert row[6] == link
    assert index(made)["G2"].hyperlink is None


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "http://", "[::1"])
async def test_only_web_addresses_can_be_tapped(link: str, desk: Desk) -> None:
    (made,) = await desk.archive(a_chapter(1, a_piece(1, link=link)))
    assert index(made)["G2"].value == link
    assert index(made)["G2"].hyperlink is None


async def test_a_missing_file_is_named_and_stops_nothing(drawer: Drawer, desk: Desk) -> None:
    (made,) = await desk.archive(
        a_chapter(1, a_piece(1, drawer.lost(JPEG, "foto.jpg"), drawer.photo(a_plain("red"))))
    )
    assert made.left_out == (LeftOut(name="foto.jpg", why=Why.MISSING, number=1),)
    assert len(contents(made)) == 2
    assert rows(made)[0][7].splitlines() == [
        "01 Pelatihan mandiri/01 Sertifikat 2026-08-12 (1).jpg (tidak ada)",
        "01 Pelatihan mandiri/01 Sertifikat 2026-08-12 (2).jpg",
    ]


async def test_without_evidence_there_is_an_empty_index(desk: Desk) -> None:
    (made,) = await desk.archive()
    assert list(contents(made)) == [INDEX]
    assert rows(made) == []


async def test_hostile_names_stay_inside_the_archive(drawer: Drawer, desk: Desk) -> None:
    photo = drawer.photo(a_plain("red"), "../../../etc/passwd")
    titles = ["../../etc/passwd", "C:\\con", "a" * 300, "🌸", "عبد الله", "\u202egpj.exe"]
    (made,) = await desk.archive(
        *[
            a_chapter(at, a_piece(at, photo, kind=title), title=title)
            for at, title in enumerate(titles, start=1)
        ]
    )
    for name in list(contents(made))[1:]:
        assert not name.startswith(("/", "."))
        assert ".." not in name.split("/")
        assert name.count("/") == 1
        assert all(len(part.encode()) < 140 for part in name.split("/"))


# ---------------------------------------------------------------- parts


async def test_what_is_too_much_for_one_comes_in_parts(drawer: Drawer, desk: Desk) -> None:
    files = [drawer.put(bytes([number]) * 40_000, PDF) for number in range(7)]
    made = await desk.archive(
        *[a_chapter(at, a_piece(at, file)) for at, file in enumerate(files, start=1)],
        most_bytes=120_000,
    )
    assert [one.name for one in made] == [
        f"Arsip bagian {part} dari {len(made)}.zip" for part in range(1, len(made) + 1)
    ]
    assert len(made) > 2
    assert all(one.path.stat().st_size <= 120_000 for one in made)
    packed = [contents(one) for one in made]
    assert all(INDEX in files_of for files_of in packed)
    together = [data for files_of in packed for name, data in files_of.items() if name != INDEX]
    assert together == [file.path.read_bytes() for file in files]
    where = {row[7]: row[8] for row in rows(made[0])}
    for number, files_of in enumerate(packed, start=1):
        for name in set(files_of) - {INDEX}:
            assert where[name] == str(number)


async def test_a_file_that_fits_into_no_part_is_named(drawer: Drawer, desk: Desk) -> None:
    large, small = drawer.put(b"x" * 200_000, PDF, "besar.pdf"), drawer.put(b"y" * 100, PDF)
    (made,) = await desk.archive(a_chapter(1, a_piece(1, large, small)), most_bytes=100_000)
    assert made.left_out == (LeftOut(name="besar.pdf", why=Why.TOO_LARGE, number=1),)
    assert made.path.stat().st_size <= 100_000


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(0, 30_000), max_size=12), st.integers(50_000, 120_000))
def test_any_files_come_whole_in_parts_within_the_limit(
    drawer: Drawer, tmp_path: Path, sizes: list[int], most: int
) -> None:
    files = [drawer.put(at.to_bytes(2) + b"x" * size, PDF) for at, size in enumerate(sizes)]
    chapters: tuple[Chapter, ...] = tuple(
        a_chapter(at, a_piece(at, file)) for at, file in enumerate(files, start=1)
    )
    bench = tmp_path / "bench"
    bench.mkdir(exist_ok=True)
    order = ArchiveOrder(
        out=tmp_path, name="Arsip", chapters=chapters, texts=TEXTS, most_bytes=most
    )
    made = make_archive(order, bench, unheard)
    assert all(one.path.stat().st_size <= most for one in made)
    together = [data for one in made for name, data in contents(one).items() if name != INDEX]
    assert together == [file.path.read_bytes() for file in files]
    assert all(one.left_out == () for one in made)


def test_dates_that_a_zip_cannot_tell_do_no_harm(drawer: Drawer, tmp_path: Path) -> None:
    photo = drawer.photo(a_plain("red"))
    pieces = [a_piece(at, photo, dated=date(year, 1, 31)) for at, year in ((1, 1), (2, 9999))]
    order = ArchiveOrder(
        out=tmp_path, name="Arsip", chapters=(a_chapter(1, *pieces),), texts=TEXTS
    )
    bench = tmp_path / "bench"
    bench.mkdir()
    (made,) = make_archive(order, bench, unheard)
    assert len(contents(made)) == 3
