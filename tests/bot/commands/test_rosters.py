"""Whole rosters, good and bad."""

import os
from pathlib import Path

import pytest

from bot.simulator import Simulator
from storage.database import Database
from storage.members import join
from storage.people import new_account
from tests.bot.commands.staging import NIP, NPSN, Kawan, founds, is_link
from tests.world import MONDAY


async def test_a_roster_gives_a_line_for_each_person(
    kawan: Kawan, sim: Simulator, tmp_path: Path
) -> None:
    await founds(kawan)
    first = await kawan(
        "invite", "--npsn", NPSN, "--role", "teacher", "--name", "Rina Wati", "--token-only"
    )
    database = Database(os.environ["DATABASE_URL"])
    async with database.transaction() as session:
        await join(session, new_account(31, MONDAY), first.out.strip(), MONDAY)
    await database.close()
    file = tmp_path / "guru.csv"
    file.write_text(
        f"nama;nip;peran\nRina Wati;;guru + guru penggerak\nBudi <b>;{NIP};kepala sekolah\n",
        encoding="utf-8",
    )
    said = await kawan("roster", "import", str(file), "--npsn", NPSN)
    assert said.code == 0
    rina, budi = said.out.splitlines()
    assert rina == "Rina Wati\tsudah bergabung"
    name, _, link = budi.partition("\t")
    assert name == "Budi <b>"
    assert is_link(link)


async def test_a_bad_roster_names_every_line_and_changes_nothing(
    kawan: Kawan, tmp_path: Path
) -> None:
    await founds(kawan)
    file = tmp_path / "guru.csv"
    file.write_text(f"nama,nip,peran\nRina,,guru\nBudi,12,guru\n,{NIP},raja\n", encoding="utf-8")
    said = await kawan("roster", "import", str(file), "--npsn", NPSN, "--token-only")
    assert (said.code, said.out) == (1, "")
    lines = said.err.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == ["Baris 3", "Baris 4", "Baris 4"]
    assert "Tidak seorang pun dimasukkan" in lines[-1]
    file.write_text("nama,nip,peran\nRina,,guru\n", encoding="utf-8")
    good = await kawan("roster", "import", str(file), "--npsn", NPSN, "--token-only")
    assert good.out.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "data", "code", "told"),
    [
        ("tiada.csv", None, 2, "tidak ditemukan"),
        ("guru.csv", b"%PDF-1.7", 1, "berkas PDF"),
        ("guru.xlsx", b"nama,nip,peran\n", 1, "tulisan biasa"),
        ("guru.csv", b"", 1, "kosong"),
        ("guru.csv", b"nama,nip,peran\n", 1, "Belum ada nama"),
        ("guru.csv", b"x" * 5_000_001, 1, "5 MB"),
        (".", None, 2, "tidak bisa dibaca"),
    ],
)
async def test_a_file_that_is_no_roster(
    kawan: Kawan, tmp_path: Path, name: str, data: bytes | None, code: int, told: str
) -> None:
    file = tmp_path / name
    if data is not None:
        file.write_bytes(data)
    said = await kawan("roster", "import", str(file), "--npsn", NPSN, "--token-only")
    assert (said.code, said.out) == (code, "")
    assert told in said.err
