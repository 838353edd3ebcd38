"""Founding a school and inviting people, with every wrong use."""

import os
from pathlib import Path

import pytest

from bot.simulator import Simulator
from storage.database import Database
from storage.members import find_school
from tests.bot.commands.staging import NPSN, TOKEN, Kawan, founds, is_link, is_token


async def test_a_school_is_founded_with_an_operator(kawan: Kawan, sim: Simulator) -> None:
    said = await kawan("school", "add", "--npsn", NPSN, "--name", "SMPN 1 Surian")
    assert said.code == 0
    assert is_link(said.out.rstrip("\n"))
    assert "Operator SMPN 1 Surian" in said.err
    again = await kawan("school", "add", "--npsn", NPSN, "--name", "SMPN 1 Surian")
    assert (again.code, again.out) == (1, "")
    assert "sudah ada" in again.err


async def test_a_school_is_founded_before_there_is_a_token(kawan: Kawan) -> None:
    said = await kawan(
        "school", "add", "--npsn", NPSN, "--name", "SMPN 1 Surian", "--operator", "Ratna Dewi",
        "--timezone", "Asia/Jayapura", "--ruleset", "ruang-gtk-2025",
    )  # fmt: skip
    assert said.code == 0
    assert is_token(said.out.rstrip("\n"))
    assert "Ratna Dewi" in said.err
    assert "BOT_TOKEN" in said.err
    database = Database(os.environ["DATABASE_URL"])
    async with database.reading() as session:
        school = await find_school(session, NPSN)
    await database.close()
    assert school is not None
    assert (school.timezone, school.ruleset) == ("Asia/Jayapura", "ruang-gtk-2025")


async def test_an_invitation_is_one_line(kawan: Kawan, sim: Simulator) -> None:
    await founds(kawan)
    said = await kawan("invite", "--npsn", NPSN, "--role", "teacher", "--name", "Rina Wati")
    assert said.code == 0
    assert said.out.count("\n") == 1
    assert is_link(said.out.rstrip("\n"))
    assert said.err == ""


@pytest.mark.parametrize("role", ["teacher", "coach", "principal", "operator"])
async def test_a_token_alone_needs_no_network(kawan: Kawan, role: str) -> None:
    await founds(kawan)
    said = await kawan(
        "invite", "--npsn", NPSN, "--role", role, "--name", "<b> & Rina", "--token-only"
    )
    assert (said.code, said.err) == (0, "")
    assert is_token(said.out.rstrip("\n"))


async def test_without_telegram_nothing_is_created(
    kawan: Kawan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    said = await kawan("school", "add", "--npsn", NPSN, "--name", "SMPN 1 Surian")
    assert (said.code, said.out) == (1, "")
    assert "Telegram tidak terjangkau" in said.err
    assert TOKEN not in said.err
    assert not (tmp_path / "kawan.db").exists()


async def test_a_refused_token_is_told(
    kawan: Kawan, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await founds(kawan)
    monkeypatch.setenv("BOT_TOKEN", TOKEN + "x")
    said = await kawan("invite", "--npsn", NPSN, "--role", "teacher", "--name", "Rina")
    assert (said.code, said.out) == (2, "")
    assert "Telegram menolak BOT_TOKEN" in said.err


SCHOOL = ["school", "add", "--name", "SMPN 1", "--token-only"]
INVITE = ["invite", "--role", "teacher", "--token-only"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ([*SCHOOL, "--npsn", "1030456"], 2, "8 angka"),
        ([*SCHOOL, "--npsn", "١٢٣٤٥٦٧٨"], 2, "8 angka"),
        ([*SCHOOL, "--npsn", "1030456x"], 2, "8 angka"),
        ([*SCHOOL, "--npsn", NPSN, "--timezone", "Asia/Surian"], 2, "Asia/Makassar (WITA)"),
        ([*SCHOOL, "--npsn", NPSN, "--timezone", "../etc"], 2, "Zona waktu"),
        ([*SCHOOL, "--npsn", NPSN, "--ruleset", "pmm-1999"], 2, "pmm-2024"),
        ([*SCHOOL, "--npsn", NPSN, "--operator", "🙂"], 2, "Nama operator"),
        ([*SCHOOL, "--npsn", NPSN, "--name", "123"], 2, "Nama sekolah"),
        ([*INVITE, "--npsn", NPSN, "--name", "Rina"], 1, "kawan school add --npsn 10304567"),
        ([*INVITE, "--npsn", NPSN, "--name", "🙂🙂"], 2, "Nama harus berisi huruf"),
        ([*INVITE, "--npsn", NPSN, "--name", "x" * 101], 2, "paling panjang 100"),
        ([*INVITE[:3], "--npsn", NPSN, "--name", "Rina"], 2, "BOT_TOKEN belum diisi"),
        (["invite", "--npsn", NPSN, "--name", "Rina", "--role", "guru"], 2, "teacher"),
        (["invite", "--npsn", NPSN, "--role", "teacher"], 2, "--name"),
        (["demo", "--port", "99999"], 2, "65535"),
        (["demo", "--ruleset", "pmm-2019"], 2, "'pmm-2019' tidak ada. Yang ada: pmm-2024, ruang"),
        (["backup", "x"], 2, "backup"),
    ],
)
async def test_wrong_use_is_explained(
    kawan: Kawan, words: list[str], code: int, told: str
) -> None:
    said = await kawan(*words)
    assert (said.code, said.out) == (code, "")
    assert told in " ".join(said.err.split())
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["run"],
        ["demo"],
        ["school"],
        ["school", "add"],
        ["invite"],
        ["roster"],
        ["roster", "import"],
        ["doctor"],
    ],
    ids=" ".join,
)
async def test_every_command_has_help(kawan: Kawan, words: list[str]) -> None:
    said = await kawan(*words, "--help")
    assert said.code == 0
    assert "Usage: " in said.out


async def test_a_database_that_cannot_be_opened_is_told(
    kawan: Kawan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sesuatu")
    said = await kawan(*SCHOOL, "--npsn", NPSN)
    assert (said.code, said.out) == (2, "")
    assert "DATABASE_URL" in said.err
    (tmp_path / "rusak.db").write_bytes(b"bukan basis data " * 100)
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/rusak.db")
    said = await kawan(*SCHOOL, "--npsn", NPSN)
    assert (said.code, said.out) == (1, "")
    assert "tidak bisa dibuka" in said.err
