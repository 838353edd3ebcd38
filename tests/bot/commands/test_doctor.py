"""`kawan doctor`: what it finds, and that it touches nothing."""

import os
from pathlib import Path

import httpx
import pytest

from bot.__main__ import main
from bot.simulator import Simulator
from storage.database import Database
from tests.bot.commands.staging import NPSN, TOKEN, USERNAME, Kawan, founds
from tests.storage.ruleset_files import THIRD, add_third


async def test_the_doctor_finds_everything_well(kawan: Kawan, sim: Simulator) -> None:
    await founds(kawan)
    said = await kawan("doctor")
    assert said.code == 0, said.out
    lines = said.out.splitlines()
    assert len(lines) == 5
    assert all(line.startswith("✓ ") for line in lines)
    assert "(terbaru)" in said.out
    assert f"@{USERNAME}" in said.out
    assert TOKEN not in said.out


async def test_the_doctor_looks_without_touching(kawan: Kawan, tmp_path: Path) -> None:
    said = await kawan("doctor")
    assert said.code == 1
    bad = [line for line in said.out.splitlines() if line.startswith("✗ ")]
    assert [line[2:].partition(":")[0] for line in bad] == ["Pengaturan", "Telegram"]
    assert "belum ada" in said.out
    assert not (tmp_path / "kawan.db").exists()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("HTTP_PORT", "banyak", "✗ Pengaturan: HTTP_PORT"),
        ("DATABASE_URL", "sesuatu", "✗ Basis data: DATABASE_URL"),
        ("RULESET", "pmm-1999", "✗ Aturan: RULESET=pmm-1999 tidak ada"),
    ],
)
async def test_the_doctor_names_what_is_wrong(
    kawan: Kawan, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    said = await kawan("doctor")
    assert said.code == 1
    assert told in said.out


async def test_the_doctor_reads_the_schools_own_rules(kawan: Kawan, tmp_path: Path) -> None:
    overlay = tmp_path / "rulesets" / NPSN / "pmm-2024.toml"
    overlay.parent.mkdir(parents=True)
    overlay.write_text("[points]\ntarget_min = 'banyak'\n", encoding="utf-8")
    said = await kawan("doctor")
    assert "✗ Aturan: " in said.out
    assert "target_min" in said.out


async def test_the_doctor_knows_further_rule_sets_and_misses_those_in_use(
    kawan: Kawan, sim: Simulator, tmp_path: Path
) -> None:
    folder = tmp_path / "rulesets"
    add_third(folder)
    said = await kawan(
        "school", "add", "--npsn", NPSN, "--name", "SMPN 1 Surian", "--ruleset", THIRD,
        "--token-only",
    )  # fmt: skip
    assert said.code == 0, said.err
    said = await kawan("doctor")
    assert said.code == 0, said.out
    assert f"✓ Aturan: {THIRD}, pmm-2024" in said.out
    # Also what is chosen for later, and has not begun.
    database = Database(os.environ["DATABASE_URL"])
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(
            """UPDATE school SET later_rulesets = '[["2031-01-01", "uji-2031"]]'"""
        )
    await database.close()
    said = await kawan("doctor")
    assert said.code == 1
    assert f"✗ Aturan: uji-2031 dipakai SMPN 1 Surian ({NPSN}), tetapi hilang" in said.out
    (folder / f"{THIRD}.toml").unlink()
    said = await kawan("doctor")
    assert f"✗ Aturan: {THIRD} dipakai SMPN 1 Surian" in said.out
    (folder / "Uji Saya.toml").write_text("", encoding="utf-8")
    (folder / "pmm-2024.toml").write_text("", encoding="utf-8")
    assert "✗ Aturan: Uji Saya.toml, pmm-2024.toml tidak dipakai" in (await kawan("doctor")).out


async def test_the_doctor_sees_a_newer_and_a_broken_database(kawan: Kawan, tmp_path: Path) -> None:
    await founds(kawan)
    database = Database(os.environ["DATABASE_URL"])
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await database.close()
    assert "lebih baru daripada program ini" in (await kawan("doctor")).out
    (tmp_path / "kawan.db").write_bytes(b"bukan basis data " * 100)
    assert "✗ Basis data: tidak terbuka" in (await kawan("doctor")).out


def test_no_secret_stands_in_a_traceback(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(_say: object) -> bool:
        raise httpx.ConnectError(f"https://api.telegram.org/bot{TOKEN}/getMe")

    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setattr("bot.commands.checking.check_everything", fails)
    monkeypatch.setattr("sys.argv", ["kawan", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "ConnectError" in said
    assert TOKEN.partition(":")[2] not in said
