"""What a school's archive holds beside evidence: SKP, recap, and what was sent as answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conversations.papers.orders import SchoolForm, SchoolOrder, TeacherFile
from conversations.papers.school_ordering import school_order
from conversations.papers.school_source import Source
from conversations.papers.spool import teachers_in
from conversations.words import Words
from storage import forms, issuing, letterheads
from storage.database import Database
from storage.erasure import erase_member
from storage.evidence.reading import FormPlace
from storage.files import FileStore
from storage.forms import Voice
from storage.issuing import Issue, Printed
from storage.models import (
    AuditEntry,
    IssuedPaper,
    Member,
    ObservationMark,
    PlanStatus,
    Report,
    ReportRevision,
    ReportStatus,
    School,
)
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    NOW,
    PERIOD,
    Cast,
    arrives,
    cast_for,
    digest,
    drafted,
    files,
    holds,
)
from tests.storage.observing import BOOK, agreed, observed
from tests.storage.test_forms import anybody

LATER = NOW + timedelta(days=9)


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await cast_for(database)


@dataclass(frozen=True)
class Archive:
    """What the worker would be told to make, and the papers that are new."""

    order: SchoolOrder
    issues: tuple[Issue, ...]
    teachers: dict[str, TeacherFile]

    def places(self, name: str) -> list[str]:
        """Where a teacher's answers lie."""
        one = self.teachers[name]
        return [file.place for file in one.answers] + [note.place for note in one.notes]

    def codes(self) -> dict[str, str]:
        """The code of each SKP by the teacher, and that of the recap."""
        found = {
            name: one.skp.proof.code for name, one in self.teachers.items() if one.skp is not None
        }
        assert self.order.recap is not None
        return found | {"recap": self.order.recap.proof.code}


async def archive_of(
    database: Database,
    school: School,
    folder: Path,
    form: SchoolForm = SchoolForm.ZIP,
    now: Any = NOW,
) -> Archive:
    """Order a school's archive."""
    async with database.reading() as session:
        source = Source(
            session, school, BOOK, FileStore(folder / "files"), Words("id"), now, "Bu",
            username="KawanBot",
        )  # fmt: skip
        order, issues = await school_order(source, PERIOD.id, form, folder / "out")
    return Archive(order, issues, {one.name: one for one in teachers_in(order)})


async def keeps(database: Database, issues: Sequence[Issue]) -> None:
    async with database.transaction() as session:
        await issuing.keep_issued(session, [Printed(one, "a" * 64, 2) for one in issues])


async def kept(database: Database) -> list[IssuedPaper]:
    async with database.reading() as session:
        return list((await session.exec(select(IssuedPaper))).all())


async def approved_elsewhere(session: AsyncSession, cast: Cast) -> FullPlan:
    """Let a plan of the other school hold."""
    full = await drafted(session, cast.stranger)
    full.plan.status = PlanStatus.AGREED
    session.add(full.plan)
    return full


async def attaches(database: Database, who: Any, place: FormPlace, words: str) -> int:
    async with database.transaction() as session:
        sent = await forms.take_file(session, who, place, arrives(words), NOW, anybody)
    return sent.piece.id


async def reports(
    database: Database, full: FullPlan, answers: list[dict[str, Any]], status: ReportStatus
) -> None:
    """Let a report be, handed in once with these answers unless it is a draft."""
    revision = 0 if status is ReportStatus.DRAFT else 1
    async with database.transaction() as session:
        report = Report(
            school_id=full.plan.school_id, member_id=full.plan.member_id, plan_id=full.id,
            status=status, revision=revision, created_at=NOW, changed_at=NOW,
        )  # fmt: skip
        session.add(report)
        await session.flush()
        if revision:
            session.add(
                ReportRevision(
                    report_id=report.id or 0, number=1, submitted_at=NOW,
                    content={"planned_points": 56, "achieved_points": 8, "answers": answers},
                )
            )  # fmt: skip


# ------------------------------------------------------------------------------- papers


async def test_papers_are_issued_once_until_they_say_something_else(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        await holds(session, cast.rina, cast.principal)
        budi = await holds(session, cast.budi, cast.principal)
        await drafted(session, cast.deputy)
        await approved_elsewhere(session, cast)
    first = await archive_of(database, cast.school, tmp_path)
    assert [(one.kind, one.member_id) for one in first.issues] == [
        ("skp", cast.budi.member_id), ("skp", cast.rina.member_id), ("recap", None),
    ]  # fmt: skip
    assert (first.order.skps, first.teachers["Wakil"].skp) == (2, None)
    skp, recap = first.teachers["Rina"].skp, first.order.recap
    assert skp is not None
    assert recap is not None
    assert skp.draft == "DRAF"
    assert skp.proof.link.endswith(f"cek-{skp.proof.code}")
    assert "Lain" not in recap.model_dump_json()
    # Broken off before the papers were made: nothing is left, and other codes are drawn.
    again = await archive_of(database, cast.school, tmp_path)
    assert not set(again.codes().values()) & set(first.codes().values())
    await keeps(database, again.issues)
    # Days later nothing has changed: the very papers of then, to the last byte.
    later = await archive_of(database, cast.school, tmp_path, SchoolForm.FOLDER, LATER)
    assert later.issues == ()
    assert later.codes() == again.codes()
    assert later.teachers["Rina"].skp == again.teachers["Rina"].skp
    assert later.order.recap == again.order.recap
    # Of one teacher something is new: of her alone, and of all together.
    async with database.transaction() as session:
        await files(session, cast.budi, budi, "satu")
    changed = await archive_of(database, cast.school, tmp_path, now=LATER)
    assert [(one.kind, one.member_id) for one in changed.issues] == [
        ("skp", cast.budi.member_id), ("recap", None),
    ]  # fmt: skip
    assert changed.codes()["Rina"] == again.codes()["Rina"]
    await keeps(database, changed.issues)
    assert len(await kept(database)) == 5
    # Another letterhead is another paper. Tables alone hold no papers at all.
    async with database.transaction() as session:
        await letterheads.write_part(session, cast.principal, "place", "Surian", LATER)
    tables = await archive_of(database, cast.school, tmp_path, SchoolForm.XLSX, LATER)
    assert tables.issues == ()
    assert tables.order.recap is None
    assert all(one.skp is None for one in tables.teachers.values())
    assert len((await archive_of(database, cast.school, tmp_path, now=LATER)).issues) == 3
    async with database.reading() as session:
        actions = (await session.exec(select(AuditEntry.action))).all()
    assert not {one for one in actions if one.startswith("paper.")}


async def test_what_a_person_asked_for_is_what_the_archive_holds(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    """A newer paper of the same content takes the place of an older one everywhere."""
    async with database.transaction() as session:
        await holds(session, cast.rina, cast.principal)
    first = await archive_of(database, cast.school, tmp_path)
    await keeps(database, first.issues)
    newer = [Issue("7K3M9QXA2BCD", one.kind, one.school_id, one.member_id, one.period,
                   cast.principal.member_id, LATER, content=one.content)
             for one in first.issues if one.member_id]  # fmt: skip
    await keeps(database, newer)
    found = await archive_of(database, cast.school, tmp_path)
    assert found.issues == ()
    assert found.codes()["Rina"] == "7K3M9QXA2BCD"
    assert found.codes()["recap"] == first.codes()["recap"]


async def test_of_who_is_erased_meanwhile_nothing_is_kept(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        await holds(session, cast.rina, cast.principal)
        await holds(session, cast.budi, cast.principal)
    archive = await archive_of(database, cast.school, tmp_path)
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    await keeps(database, archive.issues)
    assert {one.member_id for one in await kept(database)} == {cast.budi.member_id, None}
    again = await archive_of(database, cast.school, tmp_path)
    assert set(again.teachers) == {"Budi", "Wakil"}
    # The recap told of her, so that it is another one now.
    assert [one.kind for one in again.issues] == ["recap"]
    assert "Rina" not in again.order.model_dump_json()


# ------------------------------------------------------------------------------- answers


async def test_answers_of_a_report_lie_in_its_folder_once_it_was_handed_in(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        other = await holds(session, cast.budi, cast.principal)
        elsewhere = await approved_elsewhere(session, cast)
    place = FormPlace(full.id, "report", "refleksi")
    first = await attaches(database, cast.rina, place, "foto")
    second = await attaches(database, cast.rina, place, "foto lain")
    await attaches(database, cast.rina, place, "sesudahnya")
    await attaches(database, cast.budi, FormPlace(other.id, "report", "refleksi"), "rahasia")
    await attaches(database, cast.stranger, FormPlace(elsewhere.id, "report", "refleksi"), "asing")
    answers: list[dict[str, Any]] = [
        {"field": "a", "title": "../<b>: =1+1", "text": "x", "voice_id": "v",
         "voice_seconds": 83, "files": []},
        {"field": "refleksi", "title": "Refleksi " * 20, "text": "", "voice_id": "",
         "files": [first, second, 999]},
    ]  # fmt: skip
    await reports(database, full, answers, ReportStatus.RETURNED)
    await reports(database, other, [], ReportStatus.DRAFT)
    archive = await archive_of(database, cast.school, tmp_path)
    title = ("02 " + "Refleksi " * 5).strip() + " Refle"
    assert archive.places("Rina") == [
        f"Laporan/{title} 2026-07-06 (1).jpg",
        f"Laporan/{title} 2026-07-06 (2).jpg",
        "Laporan/01 b =1+1 - pesan suara.txt",
    ]
    assert [file.path.name for file in archive.teachers["Rina"].answers] == [
        digest("foto"), digest("foto lain"),
    ]  # fmt: skip
    (note,) = archive.teachers["Rina"].notes
    assert note.text.startswith('Pesan suara (1:23) untuk "../<b>: =1+1" tersimpan di Telegram')
    assert note.text.count("\n") == 1
    # What was never handed in is nobody else's; another school's least of all.
    assert archive.places("Budi") == []
    assert (archive.order.files, archive.order.bytes) == (2, 2000 + len("foto" + "foto lain"))
    assert digest("asing") not in archive.order.spool.read_text("utf-8")


async def test_the_observers_part_lies_there_once_it_is_signed_off(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        await agreed(session, cast.rina, cast.principal, full.id)
    lesson = FormPlace(full.id, "observation", "rpp_atau_modul_ajar")
    support = FormPlace(full.id, "observation", "dukungan")
    efforts = FormPlace(full.id, "observation", "upaya_mempelajari")
    await attaches(database, cast.rina, lesson, "rpp")
    await attaches(database, cast.principal, support, "catatan")
    async with database.transaction() as session:
        await forms.speak(session, cast.rina, efforts, Voice("v", 61), NOW, anybody)
        await forms.speak(session, cast.principal, support, Voice("w", 9), NOW, anybody)
    before = await archive_of(database, cast.school, tmp_path)
    assert before.places("Rina") == [
        "Observasi/04 RPP atau modul ajar 2026-07-06.jpg",
        "Observasi/03 Upaya mempelajari - pesan suara.txt",
    ]
    async with database.transaction() as session:
        await observed(session, cast.principal, full.id)
        mark = (
            await session.exec(select(ObservationMark).order_by(col(ObservationMark.statement)))
        ).all()[1]
        mark.voice_id, mark.voice_seconds = "z", 30
        session.add(mark)
    after = await archive_of(database, cast.school, tmp_path)
    added = set(after.places("Rina")) - set(before.places("Rina"))
    assert sorted(one.partition(" ")[2] for one in added) == [
        "Catatan observasi - pernyataan 2 - pesan suara.txt",
        "Dukungan untuk guru - pesan suara.txt",
        "Dukungan untuk guru 2026-07-06.jpg",
    ]
    # Who sent something may be erased: it goes, and so does the voice.
    async with database.transaction() as session:
        member = await session.get_one(Member, cast.rina.member_id)
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    assert member.name not in (await archive_of(database, cast.school, tmp_path)).teachers
