"""`kawan export`: a whole folder or none, never over another one, also while the bot runs."""

import csv
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import col, select

from storage import decisions, members, plans
from storage.database import Database
from storage.evidence import filing, receiving
from storage.evidence.receiving import Arrival
from storage.files import FileStore
from storage.inspecting import Inspected
from storage.models import AuditEntry, IssuedPaper, Role
from storage.people import Actor, known_id
from storage.rulesets import load_ruleset
from storage.suggestions import Pick
from tests import papers
from tests.bot.commands.staging import NPSN, Kawan

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
RULES = load_ruleset("pmm-2024")
PERIOD = "2026-2"
FORMULA = "=1+1 ../<b>"


@pytest.fixture
def kawan(kawan: Kawan, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Kawan:
    """Types a command beside a database that is ready."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    return kawan


async def a_school_with_evidence(url: str, data_dir: Path) -> Path:
    """Found a school with a teacher and one photo; give where the photo lies."""
    database = Database(url)
    photo = papers.photo("satu")
    digest = hashlib.sha256(photo).hexdigest()
    async with database.transaction() as session:
        school = await members.found_school(
            session, npsn=NPSN, name="SMPN 1 Surian", timezone="Asia/Jakarta",
            ruleset=RULES.id, now=NOW,
        )  # fmt: skip
        school_id, actors = known_id(school.id), {}
        for name, role in ((FORMULA, Role.TEACHER), ("Bu Kepala", Role.PRINCIPAL)):
            invited = await members.invite(session, school, name=name, roles=role, now=NOW)
            member_id = known_id(invited.member.id)
            decides = role is Role.PRINCIPAL
            actors[role] = Actor(member_id, school_id, name, role, decides)
        teacher, today = actors[Role.TEACHER], NOW.date()
        full = await plans.open_plan(session, teacher, RULES, RULES.period(PERIOD), NOW)
        await plans.take_picks(session, teacher, RULES, full.id, (Pick("RHK-01", 4),), NOW)
        await plans.have_no_duty(session, teacher, RULES, full.id, NOW)
        await plans.take_standard_guides(session, teacher, RULES, full.id, NOW)
        await plans.submit(
            session, teacher, RULES, full.id, 0, today=today, now=NOW, reason="Guru baru"
        )
        await decisions.approve(session, actors[Role.PRINCIPAL], full.id, 1, NOW)
        full = await plans.agree(session, teacher, RULES, full.id, 1, NOW)
        seen = Inspected(
            media_type="image/jpeg", original_sha256=digest, sha256=digest, size=len(photo),
            width=1240, height=1754, look="",
        )  # fmt: skip
        came = await receiving.receive(
            session, teacher, Arrival(seen, "satu.jpg", 1, telegram_id="x", is_photo=True), NOW
        )
        entry = next(one for one in full.entries if one.code == "RHK-01")
        await filing.file_under(
            session, teacher, RULES, full, came.piece.id, known_id(entry.id), NOW
        )
    await database.close()
    path = FileStore(data_dir / "files").path_of(school_id, digest)
    path.parent.mkdir(parents=True)
    path.write_bytes(photo)
    return path


async def issued(url: str) -> list[tuple[str, int | None]]:
    """The kind of each issued paper, and who had it made."""
    database = Database(url)
    async with database.reading() as session:
        found = (await session.exec(select(IssuedPaper).order_by(col(IssuedPaper.id)))).all()
    await database.close()
    return [(one.kind, one.made_by) for one in found]


async def trail(url: str) -> list[tuple[int | None, dict[str, Any]]]:
    """Who took the school's data away, and what."""
    database = Database(url)
    async with database.reading() as session:
        found = await session.exec(select(AuditEntry).where(AuditEntry.action == "school.export"))
        rows = found.all()
    await database.close()
    return [(one.member_id, one.detail) for one in rows]


def tree(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


def named_out(folder: Path) -> list[str]:
    """Name all that was made for `out`, half or whole."""
    return sorted(one.name for one in folder.iterdir() if "out" in one.name)


async def test_a_school_is_written_into_a_folder(
    kawan: Kawan, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = await a_school_with_evidence(sqlite_url, tmp_path)
    said = await kawan("export", "--npsn", NPSN, "--period", PERIOD, "out")
    assert said.code == 0, said.err
    assert "Ekspor selesai" in said.out
    assert "100%" in said.err
    out = tmp_path / "out"
    folder = "001 =1+1 .. b"
    found = tree(out)
    assert {"00 Data sekolah.xlsx", "CSV/Guru.csv", "CSV/Info.csv", ".kawan-export"} <= found
    assert f"{folder}/Portofolio Bukti Kinerja - =1+1 .. b.pdf" in found
    assert {"00 Rekap.pdf", f"{folder}/SKP - =1+1 .. b - 2026-2.pdf"} <= found
    assert "1 SKP" in said.out
    assert "tanpa kode QR" in said.err
    (kept,) = [out / one for one in found if one.endswith(".jpg")]
    assert kept.read_bytes() == photo.read_bytes()
    rows = list(load_workbook(out / "00 Data sekolah.xlsx")["Bukti dukung"].values)
    assert str(rows[1][-1]) == str(kept.relative_to(out))
    with (out / "CSV" / "Guru.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[2] for row in csv.reader(file, delimiter=";")] == ["Nama", f"'{FORMULA}"]
    assert named_out(tmp_path) == ["out"]

    # Its papers can be asked about, and it is in the trail that nobody of the school had them.
    assert await issued(sqlite_url) == [("recap", None), ("skp", None)]
    assert (await trail(sqlite_url))[-1] == (None, {"period": PERIOD, "form": "folder"})

    # It is not written over, and what is not ours never.
    kept.write_bytes(b"changed")
    said = await kawan("export", "--npsn", NPSN, "--period", PERIOD, "out")
    assert (said.code, said.out) == (1, "")
    assert "--force" in said.err
    assert kept.read_bytes() == b"changed"
    monkeypatch.setenv("BOT_TOKEN", "1:secret")
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9")
    said = await kawan("export", "--npsn", NPSN, "--period", PERIOD, "out", "--force")
    assert said.code == 0, said.err
    assert "tanpa kode QR" in said.err
    assert "secret" not in said.err
    assert kept.read_bytes() == photo.read_bytes()
    assert len(await issued(sqlite_url)) == 2
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("mine", encoding="utf-8")
    said = await kawan("export", "--npsn", NPSN, "--period", PERIOD, "foreign", "--force")
    assert said.code == 1
    assert tree(foreign) == {"letter.txt"}

    # What is lost is named, and the rest is there.
    photo.unlink()
    said = await kawan("export", "--npsn", NPSN, "--period", PERIOD, "later")
    assert said.code == 1
    assert "satu.jpg" in said.err
    assert "00 Data sekolah.xlsx" in tree(tmp_path / "later")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--npsn", "1", "out"], 2, "8 angka"),
        (["--npsn", "99999999", "out"], 1, "Belum ada sekolah"),
        (["--npsn", NPSN, "--period", "2026-9", "out"], 2, "Periode"),
        (["--npsn", NPSN, "--period", "../..", "out"], 2, "Periode"),
        (["--npsn", NPSN, "nowhere/out"], 2, "belum ada"),
        (["--npsn", NPSN], 2, "DEST"),
    ],
)
async def test_wrong_uses_leave_nothing_behind(
    kawan: Kawan, sqlite_url: str, tmp_path: Path, words: list[str], code: int, told: str
) -> None:
    database = Database(sqlite_url)
    async with database.transaction() as session:
        await members.found_school(
            session, npsn=NPSN, name="SMPN 1", timezone="Asia/Jakarta", ruleset=RULES.id, now=NOW
        )
    await database.close()
    said = await kawan("export", *words)
    assert said.code == code
    assert told in said.err
    assert named_out(tmp_path) == []


async def test_a_failure_half_way_leaves_nothing_behind(
    kawan: Kawan, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_school_with_evidence(sqlite_url, tmp_path)
    from bot.commands import exporting

    async def no_room(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(exporting, "make", no_room)
    said = await kawan("export", "--npsn", NPSN, "--period", PERIOD, "out")
    assert (said.code, said.out) == (1, "")
    assert "ruang disk" in said.err
    assert named_out(tmp_path) == []
    assert await issued(sqlite_url) == []
    assert await trail(sqlite_url) == []
