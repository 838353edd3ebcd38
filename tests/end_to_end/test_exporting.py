"""A school's data: ordered by who may, made beside everything else, in parts, and cancelled."""

import io
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import col, select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations.callbacks.exporting import OpenExports, OrderExport
from conversations.callbacks.official import OrderSkp
from conversations.papers import ordering, school_ordering
from storage.models import AuditEntry, IssuedPaper, Member, PaperOrder, PaperStatus, Role
from tests import papers
from tests.end_to_end.submitting import a_school, agrees, submits
from tests.world import TestWorld

PATIENCE = 60.0
"""A paper starts a process of its own."""

FORMULA = '=HYPERLINK("http://x";"Klik")'


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


async def proves(rina: Person, *photos: str) -> None:
    """Send an album for one activity."""
    await rina.types("/bukti")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Kirim bukti")
    await rina.sees("Kirim bukti untuk:")
    before = rina.messages[-1]
    await rina.sends_album([papers.photo(one) for one in photos])
    await rina.sees(f"{len(photos)} halaman", after=before)
    await rina.taps("Selesai")
    await rina.sees("Selesai mengirim")


async def reports(rina: Person) -> None:
    """Hand a report in, answered by words, by a voice note and by a photo."""
    await rina.types("/laporan")
    await rina.taps("Jawab pertanyaan")
    await rina.types("Saya belajar memberi umpan balik.")
    await rina.sees("Tersimpan.")
    await rina.taps("Berikutnya")
    await rina.sends_voice(seconds=42)
    await rina.sees("pesan suara 0:42")
    await rina.taps("Berikutnya")
    await rina.sees("3 dari 6 · Merencanakan pembelajaran")
    await rina.sends_photo(papers.photo("modul"))
    await rina.sees("1 berkas")
    await rina.types("selesai")
    await rina.taps("Lihat laporan")
    await rina.taps("Ajukan laporan")
    await rina.sees("Sudah diajukan")


async def opens(person: Person) -> None:
    """Open the forms in which the data can be had."""
    await person.types("/rekap")
    await person.taps("Unduh data")
    await person.sees("Unduh data sekolah")


async def orders(world: TestWorld) -> list[PaperOrder]:
    async with world.database.reading() as session:
        return list((await session.exec(select(PaperOrder))).all())


async def issued(world: TestWorld) -> list[IssuedPaper]:
    async with world.database.reading() as session:
        return list((await session.exec(select(IssuedPaper).order_by(col(IssuedPaper.id)))).all())


async def unpacked(person: Person, archive: Message) -> dict[str, bytes]:
    """Everything in a ZIP, in its order."""
    with zipfile.ZipFile(io.BytesIO(await person.downloads(archive))) as files:
        assert files.testzip() is None
        return {name: files.read(name) for name in files.namelist()}


def sheet(book: Any, name: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


async def test_the_principal_takes_the_tables_and_the_archive(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    await proves(rina, "satu", "dua")
    await reports(rina)
    await agrees(world, await world.joins(FORMULA, Role.TEACHER), principal)
    await world.invites("Gani", Role.TEACHER, nip="019870315201001200")
    await opens(principal)
    card = await principal.sees("3 guru, 2 rencana, 3 berkas bukti")
    assert "data pribadi" in card.text

    await principal.taps("XLSX")
    table = await principal.sees_document("Data SMPN 1 Surian", within=PATIENCE)
    assert table.file_name == "Data SMPN 1 Surian 2026-2.xlsx"
    book = load_workbook(io.BytesIO(await principal.downloads(table)))
    assert book.sheetnames == [
        "Guru", "Rencana RHK", "Tugas tambahan", "Perilaku kerja", "Bukti dukung", "Observasi",
        "Hasil observasi", "Laporan", "Isi laporan", "Penilaian", "Info",
    ]  # fmt: skip
    head, *teachers = sheet(book, "Guru")
    by_name = {row[2]: dict(zip(head, row, strict=True)) for row in teachers}
    assert set(by_name) == {"Rina Wati", "Gani", FORMULA}
    assert by_name["Gani"]["NIP"] == "019870315201001200"
    assert by_name["Gani"]["Keadaan"] == "Belum mulai"
    assert by_name["Rina Wati"]["Poin rencana"] == 48
    assert len(sheet(book, "Bukti dukung")) == 2
    await principal.sees("sudah jadi", within=PATIENCE)

    await opens(principal)
    await principal.taps("CSV")
    packed = await principal.sees_document("CSV.zip", within=PATIENCE)
    with zipfile.ZipFile(io.BytesIO(await principal.downloads(packed))) as files:
        assert "Guru.csv" in files.namelist()
        text = files.read("Guru.csv").decode("utf-8-sig")
    assert "'=HYPERLINK" in text

    await rina.taps_data(OrderSkp(1).pack())
    own = await rina.sees_document("SKP - Rina Wati", within=PATIENCE)
    await opens(principal)
    await principal.taps("ZIP sekolah")
    said = await principal.sees("kira-kira")
    assert "menit" in said.text
    assert "Pesan suara tidak ikut" in said.text
    await principal.taps("Buat ZIP")
    archive = await principal.sees_document("2026-2.zip", within=PATIENCE)
    packed_files = await unpacked(principal, archive)
    names = list(packed_files)
    assert names[:2] == ["00 Data sekolah.xlsx", "00 Rekap.pdf"]
    assert names[-1] == "00 Daftar isi.xlsx"
    assert "003 Rina Wati/Portofolio Bukti Kinerja - Rina Wati.pdf" in names
    assert sum("003 Rina Wati/Bukti/" in name for name in names) == 2
    answers = [name for name in names if name.startswith("003 Rina Wati/Laporan/")]
    assert answers == [
        "003 Rina Wati/Laporan/03 Merencanakan pembelajaran 2026-07-06.jpg",
        "003 Rina Wati/Laporan/02 Perilaku kerja - pesan suara.txt",
    ]
    assert "(0:42)" in packed_files[answers[1]].decode()
    safe = "=HYPERLINK( http x ; Klik )"
    assert names[2] == f"001 {safe}/SKP - {safe} - 2026-2.pdf"
    await principal.sees("ZIP SMPN 1 Surian sudah jadi", within=PATIENCE)

    # Its papers are genuine, and what somebody has had before is the same still. Asked for once
    # more, all are the same, and no more are issued.
    skp = "003 Rina Wati/SKP - Rina Wati - 2026-2.pdf"
    papers_kept = await issued(world)
    assert [(one.kind, one.final) for one in papers_kept] == [
        ("skp", False), ("recap", True), ("skp", False),
    ]  # fmt: skip
    assert packed_files[skp] == await rina.downloads(own)
    assert [sha256(packed_files[one]).hexdigest() for one in (skp, "00 Rekap.pdf", names[2])] == [
        one.sha256 for one in papers_kept
    ]
    await principal.types(f"/cek {papers_kept[2].code}")
    assert "HYPERLINK" in (await principal.sees("Asli.")).text
    before = principal.messages[-1]
    await opens(principal)
    await principal.taps("ZIP sekolah")
    await principal.taps("Buat ZIP")
    again = await principal.sees_document("2026-2.zip", within=PATIENCE, after=before)
    second = await unpacked(principal, again)
    assert [second[one] for one in (skp, "00 Rekap.pdf")] == [
        packed_files[one] for one in (skp, "00 Rekap.pdf")
    ]
    assert await issued(world) == papers_kept
    await principal.sees("ZIP SMPN 1 Surian sudah jadi", within=PATIENCE, after=before)
    assert {one.status for one in await orders(world)} == {PaperStatus.DONE}
    async with world.database.reading() as session:
        trail = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
    assert [one.detail["form"] for one in trail if one.action == "school.export"] == [
        "xlsx", "csv", "zip", "zip",
    ]  # fmt: skip


async def test_an_operator_may_and_nobody_else(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    await opens(principal)
    card = principal.messages[-1]
    coach = await world.joins("Kak Coach", Role.COACH)
    theirs = await world.founds("20304567", "SMPN 2")
    stranger = await world.joins("Bu Lain", Role.PRINCIPAL, theirs)
    await coach.types("/rekap")
    assert "Unduh data" not in " ".join((await coach.sees("Rekap")).buttons)
    for person in (rina, coach):
        for button in (OpenExports("-"), OrderExport("2026-2", "xlsx", 1)):
            heard = await person.taps_data(button.pack(), person.messages[-1])
            assert heard.show_alert
    # Of another school there is nothing to be had, whatever is forged.
    await stranger.taps_data(OpenExports("2026-2").pack(), stranger.messages[-1])
    await stranger.sees("Belum ada guru")
    for button in (
        OrderExport("9999-9", "xlsx", 1),
        OrderExport("2026-2", "folder", 1),
        OpenExports("../../x"),
    ):
        heard = await principal.taps_data(button.pack(), card)
        assert heard.show_alert
    heard = await principal.taps_data(OrderExport("2026-1", "zip", 1).pack(), card)
    assert "Belum ada rencana" in (heard.text or "")
    assert await orders(world) == []
    operator = await world.joins("Pak Operator", Role.OPERATOR)
    await operator.types("/rekap")
    await operator.sees("Unduh data sekolah")
    await operator.taps("XLSX")
    await operator.sees_document("Data SMPN 1 Surian", within=PATIENCE)


async def test_the_period_before_and_one_without_a_plan(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await submits(world, rina)
    world.clock.at = world.clock.at.replace(year=2027, month=2)
    await opens(principal)
    await principal.sees("1 guru, 0 rencana, 0 berkas bukti")
    await principal.taps("XLSX")
    table = await principal.sees_document("Data SMPN 1 Surian", within=PATIENCE)
    book = load_workbook(io.BytesIO(await principal.downloads(table)))
    assert [row[4] for row in sheet(book, "Guru")[1:]] == ["Belum mulai"]
    await opens(principal)
    await principal.taps("Jul–Des 2026")
    await principal.sees("1 guru, 1 rencana")


async def test_parts_are_sent_once_over_a_restart(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has been sent stays sent; the rest follows, without being made anew."""
    rina, principal = await a_school(world)
    await proves(rina, "satu", "dua", "tiga")
    monkeypatch.setattr(school_ordering, "MOST_FROM_BOT", 320_000)
    monkeypatch.setattr(ordering, "MOST_FROM_BOT", 320_000)
    await opens(principal)
    await principal.taps("ZIP sekolah")
    fault = world.sim.faults.add("sendDocument", latency=1.0)
    await principal.taps("Buat ZIP")
    first = await principal.sees_document("bagian 1 dari", within=PATIENCE)
    parts = int(first.file_name.removesuffix(".zip").rpartition(" ")[2])
    assert parts > 2
    await world.restart()
    fault.times = 0
    last = await principal.sees_document(f"bagian {parts} dari {parts}", within=PATIENCE)
    await principal.sees("sudah jadi", within=PATIENCE)
    sent = [one for one in principal.messages if one.file_name.endswith(".zip")]
    assert len(sent) in {parts, parts + 1}  # at most the one that was on its way comes twice
    for one in (first, last):
        data = await principal.downloads(one)
        assert len(data) <= 320_000
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            assert "00 Daftar isi.xlsx" in files.namelist()
    assert not list((world.settings.data_dir / "papers").glob("*"))


async def test_an_archive_is_cancelled_and_holds_nobody_up(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    await proves(rina, "satu", "dua")
    fault = world.sim.faults.add("sendDocument", latency=30.0, times=1)
    await opens(principal)
    await principal.taps("ZIP sekolah")
    await principal.taps("Buat ZIP")
    await principal.sees("sedang disiapkan", within=PATIENCE)
    # A teacher's own paper does not wait for the school's.
    fault.times = 0
    await rina.types("/status")
    await rina.taps("Unduh ZIP")
    await rina.sees_document("Arsip", within=PATIENCE)
    if principal.last.buttons:
        await principal.taps("Batalkan", within=PATIENCE)
    await principal.sees("Baik, dibatalkan", within=PATIENCE)


async def test_who_is_no_longer_principal_gets_nothing(world: TestWorld) -> None:
    _rina, principal = await a_school(world)
    await opens(principal)
    async with world.database.transaction() as session:
        member = (await session.exec(select(Member).where(Member.name == "Bu Kepala"))).one()
        member.roles = int(Role.TEACHER)
        session.add(member)
    heard = await principal.taps_data(
        OrderExport("2026-2", "xlsx", 1).pack(), principal.messages[-1]
    )
    assert heard.show_alert
    assert await orders(world) == []
