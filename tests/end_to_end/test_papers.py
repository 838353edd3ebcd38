"""Papers ordered in the chat: made beside everything else, told how far, sent when done."""

import io
import zipfile
from collections.abc import Iterator

import pypdfium2 as pdfium
import pytest
from openpyxl import load_workbook
from sqlmodel import select

from bot.simulator.driver import Person
from storage.models import PaperOrder, PaperStatus
from tests import papers
from tests.end_to_end.submitting import a_school
from tests.world import TestWorld

PATIENCE = 60.0
"""A paper starts a process of its own."""


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    teacher, _principal = await a_school(world)
    return teacher


async def proves(rina: Person) -> None:
    """Send an album and a PDF for one activity, and leave its card open."""
    await rina.types("/bukti")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Kirim bukti")
    await rina.sees("Kirim bukti untuk:")
    before = rina.messages[-1]
    await rina.sends_album([papers.photo("satu"), papers.photo("dua")])
    await rina.sees("2 halaman", after=before)
    before = rina.messages[-1]
    await rina.sends_document(papers.pdf("tiga", "empat"), "laporan.pdf")
    await rina.sees("Tersimpan.", after=before)
    await rina.taps("Selesai")
    await rina.sees("Selesai mengirim")


async def orders(world: TestWorld) -> list[PaperOrder]:
    async with world.database.reading() as session:
        return list((await session.exec(select(PaperOrder))).all())


async def test_one_pdf_for_pmm_is_made_of_photos_and_documents(
    world: TestWorld, rina: Person
) -> None:
    await proves(rina)
    await rina.taps("Siapkan untuk PMM")
    missing = await rina.sees("Yang masih kurang")
    assert "2 Sertifikat Topik" in missing.text
    assert "satu PDF" in missing.text
    await rina.taps("Buat sekarang")
    paper = await rina.sees_document("Pelatihan mandiri", within=PATIENCE)
    assert paper.file_name.endswith(".pdf")
    made = await rina.downloads(paper)
    assert len(made) <= 10_000_000
    assert len(pdfium.PdfDocument(made)) == 4
    await rina.sees("sudah jadi", within=PATIENCE)
    assert [one.status for one in await orders(world)] == [PaperStatus.DONE]
    assert not list((world.settings.data_dir / "papers").glob("*"))
    # The photos as they were taken are one tap away.
    await rina.taps("Tanpa diluruskan", on=paper)
    again = await rina.sees_document("Pelatihan mandiri", within=PATIENCE, after=paper)
    assert len(pdfium.PdfDocument(await rina.downloads(again))) == 4


async def test_without_a_page_nothing_is_made(world: TestWorld, rina: Person) -> None:
    await rina.types("/bukti")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Kirim bukti")
    before = rina.messages[-1]
    await rina.sends_document(papers.docx(), "Laporan.docx")
    await rina.sees("Tersimpan.", after=before)
    await rina.taps("Selesai")
    await rina.taps("Siapkan untuk PMM")
    card = await rina.sees("Laporan.docx")
    assert "simpan dahulu sebagai PDF" in card.text
    await rina.taps("Buat sekarang")
    await rina.sees("Belum ada foto atau PDF yang bisa disatukan", within=PATIENCE)
    assert [one.status for one in await orders(world)] == [PaperStatus.FAILED]


async def test_the_portfolio_as_pdf_and_as_zip(world: TestWorld, rina: Person) -> None:
    await proves(rina)
    await rina.types("/status")
    await rina.taps("Unduh portofolio")
    book = await rina.sees_document("Portofolio", within=PATIENCE)
    text = pdfium.PdfDocument(await rina.downloads(book))
    first = text[0].get_textpage().get_text_range()
    assert "Rina Wati" in first
    assert "SMPN 1 Surian" in first
    await rina.types("/status")
    await rina.taps("Unduh ZIP")
    packed = await rina.sees_document("Arsip", within=PATIENCE)
    archive = zipfile.ZipFile(io.BytesIO(await rina.downloads(packed)))
    names = archive.namelist()
    assert len([one for one in names if one.endswith(".jpg")]) == 2
    index = next(one for one in names if one.endswith(".xlsx"))
    sheet = load_workbook(io.BytesIO(archive.read(index))).active
    assert sheet is not None
    assert sheet.max_row >= 3
    photo = next(one for one in names if one.endswith(".jpg"))
    assert archive.read(photo) in {papers.photo("satu"), papers.photo("dua")}


async def test_ordering_twice_makes_one(world: TestWorld, rina: Person) -> None:
    await proves(rina)
    await rina.types("/status")
    card = await rina.sees_button("Unduh ZIP")
    data = next(
        button["callback_data"] for row in card.rows for button in row if "ZIP" in button["text"]
    )
    rina.press(data, card)
    await rina.taps_data(data, card)
    await rina.sees_document("Arsip", within=PATIENCE)
    await rina.sees("sudah jadi", within=PATIENCE)
    assert len(await orders(world)) == 1


async def test_a_restart_takes_an_order_up_again(world: TestWorld, rina: Person) -> None:
    await proves(rina)
    await rina.types("/status")
    await rina.taps("Unduh ZIP")
    await world.restart()
    await rina.sees_document("Arsip", within=PATIENCE)
    await rina.sees("sudah jadi", within=PATIENCE)
    assert [one.status for one in await orders(world)] == [PaperStatus.DONE]


async def test_an_order_can_be_cancelled(world: TestWorld, rina: Person) -> None:
    await proves(rina)
    fault = world.sim.faults.add("sendDocument", latency=3.0, times=1)
    await rina.types("/status")
    await rina.taps("Unduh portofolio")
    await rina.taps("Batalkan", within=PATIENCE)
    await rina.sees("Baik, dibatalkan", within=PATIENCE)
    assert [one.status for one in await orders(world)] == [PaperStatus.CANCELLED]
    # The maker is free for the next one.
    fault.times = 0
    await rina.types("/status")
    await rina.taps("Unduh ZIP")
    await rina.sees_document("Arsip", within=PATIENCE)


async def test_others_tap_while_a_paper_is_made(world: TestWorld, rina: Person) -> None:
    await proves(rina)
    await rina.types("/status")
    await rina.taps("Unduh portofolio")
    await rina.sees("sedang disiapkan", within=PATIENCE)
    before = rina.messages[-1]
    await rina.types("menu")
    await rina.sees("SMPN 1 Surian", after=before)
    await rina.sees_document("Portofolio", within=PATIENCE)
