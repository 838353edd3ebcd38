"""Observation, report and rating as rows: what is final, of this period, for who may have it."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conversations.papers.orders import SchoolForm
from conversations.papers.school_ordering import school_order
from conversations.papers.school_source import Source
from conversations.papers.workbook import write_school_book
from conversations.words import Words
from storage.database import Database
from storage.files import FileStore
from storage.models import (
    FinalRating,
    Rating,
    RatingStatus,
    Report,
    ReportDecision,
    ReportRevision,
    ReportStatus,
)
from storage.observations import marking
from storage.plans import FullPlan
from storage.rulebook import RuleBook
from tests.storage.evidence.staging import (
    NOW,
    PERIOD,
    Cast,
    cast_for,
    entry_of,
    files,
    holds,
)
from tests.storage.observing import BOOK, LESSON, agreed, observed

CYCLE = ("Observasi", "Hasil observasi", "Laporan", "Isi laporan", "Penilaian")


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await cast_for(database)


async def book_of(database: Database, cast: Cast, folder: Path) -> dict[str, list[Any]]:
    """Take the school's tables away, and read them."""
    async with database.reading() as session:
        source = Source(
            session, cast.school, RuleBook(), FileStore(folder / "files"), Words("id"), NOW, "Bu"
        )
        order, _ = await school_order(source, PERIOD.id, SchoolForm.XLSX, folder / "out")
    path = folder / "book.xlsx"
    write_school_book(order, path)
    found = load_workbook(path)
    return {
        sheet.title: [
            dict(zip([cell.value for cell in sheet[1]], row, strict=True))
            for row in sheet.iter_rows(min_row=2, values_only=True)
        ]
        for sheet in found
    }


async def reports(database: Database, cast: Cast, full: FullPlan) -> None:
    async with database.transaction() as session:
        report = Report(
            school_id=cast.rina.school_id, member_id=cast.rina.member_id, plan_id=full.id,
            status=ReportStatus.RETURNED, revision=1, created_at=NOW, changed_at=NOW,
            submitted_at=NOW,
        )  # fmt: skip
        session.add(report)
        await session.flush()
        report_id = report.id or 0
        answers = [
            {"field": "a", "title": "Refleksi", "text": "=1+1", "voice_id": "", "files": []},
            {"field": "b", "title": "Rencana", "text": "", "voice_id": "x", "files": []},
        ]
        content = {"planned_points": 56, "achieved_points": 8, "answers": answers}
        session.add(
            ReportRevision(report_id=report_id, number=1, content=content, submitted_at=NOW)
        )
        session.add(
            ReportDecision(
                report_id=report_id, revision=1, verdict="returned", reason="Kurang contoh",
                member_id=cast.principal.member_id, decided_at=NOW,
            )
        )  # fmt: skip


async def rates(database: Database, cast: Cast, full: FullPlan, *, final: bool) -> None:
    said: dict[str, Any] = {
        "work_result": BOOK.named(cast.school, cast.school.ruleset).rating.levels[-1],
        "work_behaviour": BOOK.named(cast.school, cast.school.ruleset).rating.levels[1],
        "predicate": "baik", "feedback": "-Teruskan",
    }  # fmt: skip
    async with database.transaction() as session:
        status = RatingStatus.FINAL if final else RatingStatus.DRAFT
        session.add(
            Rating(
                plan_id=full.id, status=status, number=int(final), changed_at=NOW,
                changed_by=cast.principal.member_id, **said,
            )
        )  # fmt: skip
        if final:
            session.add(
                FinalRating(
                    plan_id=full.id, number=1, ruleset_version=1, final_at=NOW,
                    rated_by=cast.principal.member_id, answer="Terima kasih", **said,
                )
            )  # fmt: skip


async def test_what_came_after_the_plan_is_in_the_tables(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        await holds(session, cast.budi, cast.principal)
        await agreed(session, cast.rina, cast.principal, full.id)
        await observed(session, cast.principal, full.id)
    await reports(database, cast, full)
    await rates(database, cast, full, final=True)
    book = await book_of(database, cast, tmp_path)

    (seen,) = book["Observasi"]
    assert (seen["Nama"], seen["Pengamat"]) == ("Rina", "Kepala")
    assert seen["Jadwal"].isoformat() == "2026-09-14T09:00:00"
    assert seen["Disahkan"].date() == LESSON.date()
    assert 0 < seen["Langkah selesai"] <= seen["Semua langkah"]
    assert [row["Nilai"] for row in book["Hasil observasi"]] == [3, 2, 1, 3]
    assert all(row["Tingkat"] for row in book["Hasil observasi"])

    (report,) = book["Laporan"]
    assert (report["Keadaan"], report["Diputuskan oleh"]) == ("Dikembalikan", "Kepala")
    assert (report["Poin rencana"], report["Poin diterima"]) == (56, 8)
    assert report["Alasan dikembalikan"] == "Kurang contoh"
    assert [(row["Pertanyaan"], row["Jawaban"]) for row in book["Isi laporan"]] == [
        ("Refleksi", "=1+1"),
        ("Rencana", "(pesan suara)"),
    ]

    (rating,) = book["Penilaian"]
    assert rating["Dinilai oleh"] == "Kepala"
    assert rating["Predikat"]
    assert rating["Umpan balik"] == "-Teruskan"
    assert rating["Tanggapan guru"] == "Terima kasih"


async def test_what_is_not_final_is_nobody_elses(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        await agreed(session, cast.rina, cast.principal, full.id)
        marks = [3, 2, 1, 3]
        await marking.mark_line(session, cast.principal, full.id, marks, BOOK, LESSON)
    await rates(database, cast, full, final=False)
    book = await book_of(database, cast, tmp_path)
    assert [len(book[name]) for name in CYCLE] == [1, 0, 0, 0, 0]


async def test_what_the_plan_has_no_more_is_not_lost(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    """A plan that was opened again may lose entries; what was sent for them stays."""
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        await files(session, cast.rina, full, "satu", "RHK-01")
        await files(session, cast.rina, full, "dua", "RHK-08")
        await session.delete(entry_of(full, "RHK-08"))
    book = await book_of(database, cast, tmp_path)
    told = [(row["No."], row["Kegiatan"], row["Berkas"]) for row in book["Bukti dukung"]]
    assert [told[0][0], told[0][2]] == [1, 1]
    assert told[1] == (2, "Tidak lagi di rencana", 1)
    assert "Tidak lagi di rencana/02 " in book["Bukti dukung"][1]["Letak di ZIP"]
    assert {row["Bukti"] for row in book["Guru"] if row["Nama"] == "Rina"} == {2}
