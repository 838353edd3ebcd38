"""`kawan backup`, `kawan restore` and `kawan doctor` on evidence, as people type them."""

import asyncio
import contextlib
import os
import re
import sqlite3
import sys
import time
from collections import namedtuple
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.commands import backing_up
from bot.commands.backing_up import number_in_words, size_in_words
from bot.simulator import Simulator
from storage.database import Database
from storage.files import GRACE_S, FileStore
from tests.bot.commands.staging import STARTS_WITHIN_S, Kawan, founds, process
from tests.storage.everything import Everything, everything, fill, keep, photo, tree

Usage = namedtuple("Usage", "total used free")
Held = tuple[Everything, dict[str, bytes]]


async def held(url: str, data_dir: Path) -> Held:
    """Everything that a backup is to bring back."""
    database = Database(url)
    found = await everything(database), tree(data_dir)
    await database.close()
    return found


@pytest.fixture
async def filled(environment: dict[str, str], tmp_path: Path) -> Held:
    """The place that the environment names, with something of everything in it."""
    database = Database(environment["DATABASE_URL"])
    await database.migrate()
    await fill(database, tmp_path)
    await database.close()
    return await held(environment["DATABASE_URL"], tmp_path)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Another place, with nothing in it."""
    return tmp_path / "elsewhere"


def goes_there(monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    """Have the following commands work in a folder."""
    url = f"sqlite+aiosqlite:///{folder}/kawan.db"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(folder))
    return url


def list_of(folder: Path) -> list[Path]:
    return list(folder.iterdir())


# ---------------------------------------------------------------- backup and restore


async def test_a_backup_is_made_and_restored_elsewhere(
    kawan: Kawan, filled: Held, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await kawan("backup", str(tmp_path / "semua.tar"))
    assert (said.code, said.err) == (0, "")
    done, contents = said.out.splitlines()
    assert re.fullmatch(
        rf"Cadangan selesai: {re.escape(str(tmp_path / 'semua.tar'))} \(\d,\d MB\)\.?", done
    )
    assert contents == "Isinya: 3 sekolah, 3 orang, 3 bukti, 3 berkas (2,4 MB)."
    url = goes_there(monkeypatch, elsewhere)
    said = await kawan("restore", str(tmp_path / "semua.tar"))
    assert (said.code, said.err) == (0, "")
    assert f"Dipulihkan dari {tmp_path / 'semua.tar'}" in said.out
    assert contents in said.out
    assert "kawan run" in said.out
    assert await held(url, elsewhere) == filled


async def test_a_folder_gets_dated_backups_and_gives_the_newest(
    kawan: Kawan, filled: Held, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cadangan"
    folder.mkdir()
    for _ in range(2):
        assert (await kawan("backup", str(folder))).code == 0
    older, newer = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert all(path.name.startswith("kawan-20") for path in (older, newer))
    os.utime(older, (0, 0))
    goes_there(monkeypatch, elsewhere)
    said = await kawan("restore", str(folder))
    assert said.code == 0, said.err
    assert str(newer) in said.out


async def test_backups_go_after_their_term(kawan: Kawan, filled: Held, tmp_path: Path) -> None:
    """What was promised to people who were erased: gone from backups, too, in the end."""
    folder = tmp_path / "cadangan"
    folder.mkdir()
    day = 86_400
    ages = {"kawan-lama.tar": 91, "kawan-cukup.tar": 89, "milik-orang.tar": 400, "kawan.db": 400}
    for name, days in ages.items():
        (folder / name).write_bytes(b"x")
        then = time.time() - days * day
        os.utime(folder / name, (then, then))
    said = await kawan("backup", str(folder))
    assert said.code == 0, said.err
    assert "1 cadangan yang lebih lama dari 90 hari dihapus" in said.out
    left = {path.name for path in folder.iterdir()}
    assert left > {"kawan-cukup.tar", "milik-orang.tar", "kawan.db"}
    assert len(left) == 4
    # A single file that is named leaves its folder alone.
    (folder / "kawan-lama.tar").write_bytes(b"x")
    os.utime(folder / "kawan-lama.tar", (0, 0))
    assert (await kawan("backup", str(folder / "satu.tar"))).code == 0
    assert (folder / "kawan-lama.tar").exists()


async def test_force_keeps_what_was_there(
    kawan: Kawan, filled: Held, environment: dict[str, str], tmp_path: Path
) -> None:
    assert (await kawan("backup", "semua.tar")).code == 0
    await founds(kawan)
    now = await held(environment["DATABASE_URL"], tmp_path)
    said = await kawan("restore", "semua.tar")
    assert (said.code, said.out) == (1, "")
    assert "sudah ada data: 4 sekolah, berkas bukti, aturan sekolah" in said.err
    assert "--force" in said.err
    assert "Tidak ada yang berubah" in said.err
    assert await held(environment["DATABASE_URL"], tmp_path) == now
    said = await kawan("restore", "semua.tar", "--force")
    assert (said.code, said.err) == (0, "")
    (kept,) = [line for line in said.out.splitlines() if line.startswith("Data sebelumnya")]
    former = Path(kept.removeprefix("Data sebelumnya disimpan di "))
    assert await held(f"sqlite+aiosqlite:///{former}/kawan.db", former) == now
    assert await held(environment["DATABASE_URL"], tmp_path) == filled


async def test_a_school_grows_into_a_district_and_back(
    kawan: Kawan,
    filled: Held,
    elsewhere: Path,
    tmp_path: Path,
    empty_postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await kawan("backup", "semua.tar")).code == 0
    goes_there(monkeypatch, elsewhere)
    monkeypatch.setenv("DATABASE_URL", empty_postgres_url)
    assert (await kawan("restore", "semua.tar")).code == 0
    assert await held(empty_postgres_url, elsewhere) == filled
    said = await kawan("restore", "semua.tar")
    assert (said.code, "3 sekolah" in said.err) == (1, True)
    assert (await kawan("restore", "semua.tar", "--force")).code == 0
    assert (await kawan("backup", "kabupaten.tar")).code == 0
    url = goes_there(monkeypatch, tmp_path / "back")
    assert (await kawan("restore", "kabupaten.tar")).code == 0
    assert await held(url, tmp_path / "back") == filled


async def test_lost_files_are_named_and_the_backup_is_kept(
    kawan: Kawan, filled: Held, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FileStore(tmp_path / "files")
    first, second, _ = sorted(files.all(), key=lambda kept: kept.school_id)
    files.path_of(first.school_id, first.sha256).write_bytes(b"rusak")
    files.remove(second.school_id, second.sha256)
    said = await kawan("backup", "semua.tar")
    assert said.code == 1
    assert "Cadangan selesai: semua.tar" in said.out
    assert "1 berkas (0 byte)" in said.out
    told, *lines = said.err.splitlines()
    assert told.startswith("2 berkas bukti tidak ikut")
    assert "Yang lain lengkap" in told
    assert sorted(lines) == [
        f"✗ 1 é 🙂 ' \" \\ <b>&amp; 0 (10304561), bukti nomor 1: berkas rusak "
        f"(files/1/{first.sha256[:2]}/{first.sha256})",
        f"✗ 2 é 🙂 ' \" \\ <b>&amp; 0 (10304562), bukti nomor 2: berkas hilang "
        f"(files/2/{second.sha256[:2]}/{second.sha256})",
    ]
    goes_there(monkeypatch, elsewhere)
    said = await kawan("restore", "semua.tar")
    assert said.code == 0
    assert "2 berkas bukti sudah hilang atau rusak sebelum dicadangkan" in said.out


async def test_a_running_bot_is_backed_up_and_not_restored_over(
    sim: Simulator, kawan: Kawan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await founds(kawan)
    async with process("run") as bot:
        rina = sim.person("Rina", id=31)
        await rina.start()
        await rina.sees("undangan", within=STARTS_WITHIN_S)
        async with process("backup", "semua.tar") as backing:
            out, err = await backing.communicate()
        assert (backing.returncode, err) == (0, b"")
        assert b"1 sekolah" in out
        said = await kawan("restore", "semua.tar", "--force")
        assert (said.code, said.out) == (1, "")
        assert "sedang dipakai" in said.err
        assert bot.returncode is None
        await rina.start()
        await rina.sees("undangan", within=STARTS_WITHIN_S)
    assert (await kawan("restore", "semua.tar", "--force")).code == 0


# ---------------------------------------------------------------- wrong use


async def test_wrong_use_is_explained(
    kawan: Kawan, filled: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "foto.jpg").write_bytes(b"\xff\xd8 bukan cadangan")
    (tmp_path / "kosong").mkdir()
    cases = [
        (["backup", "foto.jpg"], 1, "foto.jpg sudah ada dan tidak ditimpa"),
        (["backup", "tiada/semua.tar"], 2, "belum ada. Buat dahulu"),
        (["backup"], 2, "DEST"),
        (["restore"], 2, "SRC"),
        (["restore", "tiada.tar"], 2, "tiada.tar tidak ditemukan"),
        (["restore", "kosong"], 2, "tidak ada berkas kawan-"),
        (["restore", "foto.jpg"], 1, "foto.jpg bukan cadangan Kawan Kinerja"),
    ]
    for words, code, told in cases:
        said = await kawan(*words)
        assert (said.code, said.out) == (code, ""), words
        assert told in " ".join(said.err.split())
        assert "Traceback" not in said.err


async def test_there_is_nothing_to_back_up_yet(kawan: Kawan, tmp_path: Path) -> None:
    said = await kawan("backup", "semua.tar")
    assert (said.code, said.out) == (2, "")
    assert "Belum ada data" in said.err
    assert not list_of(tmp_path)


async def test_a_damaged_backup_changes_nothing(
    kawan: Kawan, filled: Held, environment: dict[str, str], tmp_path: Path
) -> None:
    assert (await kawan("backup", "semua.tar")).code == 0
    whole = (tmp_path / "semua.tar").read_bytes()
    (tmp_path / "rusak.tar").write_bytes(whole[:-5000])
    said = await kawan("restore", "rusak.tar", "--force")
    assert (said.code, said.out) == (1, "")
    assert "rusak.tar rusak atau terpotong" in said.err
    assert await held(environment["DATABASE_URL"], tmp_path) == filled


async def test_a_newer_backup_asks_for_the_newer_program(
    kawan: Kawan, filled: Held, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "kawan.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    said = await kawan("backup", "semua.tar")
    assert (said.code, said.out) == (1, "")
    assert "program yang lebih baru" in said.err


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sesuatu", "DATABASE_URL"),
        ("postgresql+asyncpg://kawan@127.0.0.1:9/kawan", "Tidak berhasil"),
    ],
)
async def test_a_database_that_cannot_be_reached_is_told(
    kawan: Kawan, filled: Held, monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    assert (await kawan("backup", "semua.tar")).code == 0
    monkeypatch.setenv("DATABASE_URL", url)
    for words in (["backup", "lagi.tar"], ["restore", "semua.tar"]):
        said = await kawan(*words)
        assert (said.code, said.out) == (2 if url == "sesuatu" else 1, "")
        assert told in said.err


@pytest.mark.parametrize("words", [["backup"], ["restore"], ["doctor"]], ids=" ".join)
async def test_every_command_has_help(kawan: Kawan, words: list[str]) -> None:
    said = await kawan(*words, "--help")
    assert said.code == 0
    assert "Usage: " in said.out
    if words == ["restore"]:
        assert "Hentikan botnya dahulu" in said.out


async def test_a_terminal_sees_how_far_it_is(
    kawan: Kawan, filled: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backing_up, "LARGE", 0)
    assert (await kawan("backup", "piped.tar")).err == ""
    monkeypatch.setattr(backing_up, "_is_terminal", lambda: True)
    said = await kawan("backup", "semua.tar")
    assert "Menyalin: 100%\n" in said.err
    said = await kawan("restore", "semua.tar", "--force")
    assert "Memeriksa, lalu memulihkan: 50%" in said.err
    assert said.err.endswith("100%\n")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 byte"),
        (999, "999 byte"),
        (250_000, "250 kB"),
        (999_499, "999 kB"),
        (999_999, "1,0 MB"),
        (3_210_000, "3,2 MB"),
        (1_550_000_000, "1,6 GB"),
        (4_000_000_000_000, "4000,0 GB"),
    ],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_numbers_in_words() -> None:
    assert [number_in_words(number) for number in (0, 999, 4000, 1234567)] == [
        "0",
        "999",
        "4.000",
        "1.234.567",
    ]


# ---------------------------------------------------------------- killed


@contextlib.asynccontextmanager
async def stopped(where: str, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `kawan` that has come to a function and is then killed."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.commands.stopped_kawan", where, *words,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    try:
        assert started.stdout is not None
        async with asyncio.timeout(STARTS_WITHIN_S):
            assert await started.stdout.readline() == b"here\n"
        yield started
    finally:
        started.kill()
        await started.wait()


@pytest.mark.parametrize(
    "where",
    [
        "storage.snapshots:_revision_in",
        "storage.ledger:Ledger.note",
        "storage.backups:_Making._add_rows",
        "storage.backups:_publish",
    ],
)
async def test_a_backup_that_is_killed_leaves_no_file_of_that_name(
    kawan: Kawan, filled: Held, environment: dict[str, str], tmp_path: Path, where: str
) -> None:
    async with stopped(where, "backup", "semua.tar"):
        pass
    assert not (tmp_path / "semua.tar").exists()
    assert await held(environment["DATABASE_URL"], tmp_path) == filled
    assert (await kawan("backup", "semua.tar")).code == 0


@pytest.mark.parametrize(
    ("where", "new"),
    [
        ("storage.restoring:_extract_rows", False),
        ("storage.restoring:_Place._copy_former", False),
        ("storage.restoring:_all_to_disk", False),
        ("storage.restoring:_Place._write_rules", False),
        ("storage.snapshots:_SqliteTarget._fill", False),
        ("storage.restoring:_Place._use_rules", True),
        ("storage.restoring:_Place._remove_others", True),
    ],
)
async def test_a_restore_that_is_killed_leaves_the_old_or_the_new(
    kawan: Kawan, filled: Held, environment: dict[str, str], tmp_path: Path, where: str, new: bool
) -> None:
    assert (await kawan("backup", "semua.tar")).code == 0
    await founds(kawan)
    url = environment["DATABASE_URL"]
    now = await held(url, tmp_path)
    async with stopped(where, "restore", "semua.tar", "--force"):
        pass
    rows, files = await held(url, tmp_path)
    assert rows == (filled[0] if new else now[0])
    for name, data in filled[1].items():
        assert files[name] == data
    assert (await kawan("restore", "semua.tar", "--force")).code == 0
    assert await held(url, tmp_path) == filled


@pytest.mark.parametrize(
    ("where", "new"),
    [("storage.snapshots:_count_on", False), ("storage.restoring:_Place._use_rules", True)],
)
async def test_a_restore_into_postgresql_that_is_killed_leaves_the_old_or_the_new(
    kawan: Kawan,
    filled: Held,
    tmp_path: Path,
    empty_postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    new: bool,
) -> None:
    assert (await kawan("backup", "semua.tar")).code == 0
    monkeypatch.setenv("DATABASE_URL", empty_postgres_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "district"))
    await founds(kawan)
    now = (await held(empty_postgres_url, tmp_path / "district"))[0]
    async with stopped(where, "restore", "semua.tar", "--force"):
        pass
    rows = (await held(empty_postgres_url, tmp_path / "district"))[0]
    assert rows == (filled[0] if new else now)


# ---------------------------------------------------------------- doctor


async def test_the_doctor_verifies_the_evidence(
    kawan: Kawan, sim: Simulator, filled: Held, tmp_path: Path
) -> None:
    said = await kawan("doctor")
    assert said.code == 0, said.out
    assert "✓ Bukti: 3 berkas (2,4 MB) utuh" in said.out.splitlines()
    said = await kawan("doctor", "--quick")
    assert said.code == 0, said.out
    assert "✓ Bukti: 3 berkas (2,4 MB) ada; isinya tidak dibaca" in said.out.splitlines()


async def test_the_doctor_names_lost_and_damaged_files(
    kawan: Kawan, sim: Simulator, filled: Held, tmp_path: Path
) -> None:
    files = FileStore(tmp_path / "files")
    first, second, _ = sorted(files.all(), key=lambda kept: kept.school_id)
    files.path_of(first.school_id, first.sha256).write_bytes(b"?" * len(photo(1)))
    files.remove(second.school_id, second.sha256)
    said = await kawan("doctor")
    assert said.code == 1
    bad = [line for line in said.out.splitlines() if line.startswith("✗ ")]
    assert len(bad) == 3
    assert bad[0].startswith("✗ Bukti: 2 berkas hilang atau rusak, 1 berkas (0 byte) baik.")
    assert "(10304561), bukti nomor 1: berkas rusak" in bad[1]
    assert "(10304562), bukti nomor 2: berkas hilang" in bad[2]
    quick = await kawan("doctor", "--quick")
    assert quick.code == 1
    assert "1 berkas hilang atau rusak" in quick.out
    assert "bukti nomor 1" not in quick.out


async def test_the_doctor_counts_what_is_left_over(
    kawan: Kawan, sim: Simulator, filled: Held, tmp_path: Path
) -> None:
    files = FileStore(tmp_path / "files")
    for number in range(2):
        keep(files, 1, b"no row names it %d" % number)
    files.incoming().write_bytes(b"half")
    said = await kawan("doctor")
    assert said.code == 0
    left = [line for line in said.out.splitlines() if "Sisa berkas" in line]
    assert left == [
        "✓ Sisa berkas: 2 berkas tanpa catatan; "
        "yang lebih dari satu jam dihapus sendiri selagi bot jalan",
        "✓ Sisa berkas: 1 unduhan yang terputus; "
        "yang lebih dari satu jam dihapus sendiri selagi bot jalan",
    ]
    assert GRACE_S == 3600


async def test_the_doctor_warns_when_evidence_no_longer_fits(
    kawan: Kawan, sim: Simulator, filled: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, told in ((150_000_000, "bukti baru ditolak"), (300_000_000, "sisakan 500 MB")):
        monkeypatch.setattr(
            "bot.commands.checking.shutil.disk_usage",
            lambda _path, free=free: Usage(2 * free, free, free),
        )
        said = await kawan("doctor", "--quick")
        assert said.code == 1
        assert told in said.out
