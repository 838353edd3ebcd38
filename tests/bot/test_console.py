"""The command line: as people type it, beside a running bot, and with every wrong use."""

import asyncio
import contextlib
import logging
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner

from bot.__main__ import app, main
from bot.commands import Failed, running
from bot.commands.running import run_until
from bot.settings import Settings
from bot.simulator import Person, Simulator
from storage.database import Database
from storage.members import find_school, join
from storage.people import new_account
from tests.storage.ruleset_files import THIRD, add_third
from tests.world import MONDAY

TOKEN = "123456789:AAExampleExampleExampleExampleExampl"
USERNAME = "kawan_uji_bot"
NPSN = "10304567"
NIP = "198703152010012012"
STARTS_WITHIN_S = 60.0
"""For a whole process on a busy machine."""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Kawan = Callable[..., Awaitable[Said]]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment of our own, in an empty folder; nobody listens where Telegram would be."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    ours = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/kawan.db",
        "DATA_DIR": str(tmp_path),
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
        "PYTHONWARNINGS": "default",
    }
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return ours


@pytest.fixture
def kawan(environment: dict[str, str]) -> Kawan:
    """Types a command, in a thread of its own, as the commands run an event loop."""

    async def run(*words: str) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@contextlib.asynccontextmanager
async def served(sim: Simulator, port: int = 0) -> AsyncIterator[str]:
    """Put the simulator on a socket; give its address."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(sim.app, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def sim(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Simulator]:
    """Telegram on a socket, with the bot's token in the environment."""
    simulator = Simulator(token=TOKEN, username=USERNAME)
    async with served(simulator) as address:
        monkeypatch.setenv("TELEGRAM_API_URL", address)
        monkeypatch.setenv("BOT_TOKEN", TOKEN)
        yield simulator


async def founds(kawan: Kawan) -> None:
    said = await kawan("school", "add", "--npsn", NPSN, "--name", "SMPN 1 Surian", "--token-only")
    assert said.code == 0, said.err


def is_token(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]{22}", text) is not None


def is_link(text: str) -> bool:
    head, _, token = text.partition("?start=")
    return head == f"https://t.me/{USERNAME}" and is_token(token)


# ---------------------------------------------------------------- founding and inviting


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


# ---------------------------------------------------------------- rosters


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


# ---------------------------------------------------------------- doctor


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


# ---------------------------------------------------------------- unforeseen


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


# ---------------------------------------------------------------- run


@contextlib.asynccontextmanager
async def process(*words: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `kawan` process of its own."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def test_run_without_a_token_says_so_in_one_line(environment: dict[str, str]) -> None:
    async with process("run") as started:
        out, err = await started.communicate()
    assert started.returncode == 2
    assert out == b""
    assert err.count(b"\n") == 1
    assert b"BOT_TOKEN" in err


async def test_run_with_a_refused_token(sim: Simulator) -> None:
    wrong = f"{TOKEN[:-1]}x"
    async with process("run", BOT_TOKEN=wrong) as started:
        out, err = await started.communicate()
    assert started.returncode == 2
    assert err.decode().splitlines() == [
        "Telegram menolak BOT_TOKEN. Salin lagi tokennya dari @BotFather ke berkas .env."
    ]
    assert out == b""


async def test_people_join_while_the_bot_runs(sim: Simulator, kawan: Kawan) -> None:
    sim.faults.add("getUpdates", status=502)
    sim.faults.add("getUpdates", drop="before")
    await founds(kawan)
    async with process("run", LOG_LEVEL="DEBUG") as started:
        rina = sim.person("Rina", id=31)
        await rina.start()
        await rina.sees("undangan", within=STARTS_WITHIN_S)
        async with process(
            "invite", "--npsn", NPSN, "--role", "teacher", "--name", "Rina Wati", "--token-only"
        ) as inviting:
            token, _ = await inviting.communicate()
        await joins(rina, token.decode().strip())
        await rina.sees_button("Rencana", within=30)
        started.send_signal(signal.SIGTERM)
        out, err = await started.communicate()
    assert started.returncode == 0, err.decode()
    assert out == b""
    log = err.decode()
    assert "polling broke" in log
    assert "stopped" in log
    assert TOKEN.partition(":")[2] not in log


async def joins(person: Person, token: str) -> None:
    await person.start(token)
    await person.taps("Ya, ini saya", within=30)
    await person.sees("Yang disimpan", within=30)
    await person.taps("Setuju", within=30)
    await person.sees("Selamat bergabung", within=30)


def settings(address: str, tmp_path: Path, **values: object) -> Settings:
    return Settings.model_validate(
        {
            "bot_token": TOKEN,
            "telegram_api_url": address,
            "database_url": f"sqlite+aiosqlite:///{tmp_path}/kawan.db",
            "data_dir": tmp_path,
            "webhook_url": "",
            "http_port": None,
            **values,
        }
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def test_the_bot_waits_for_the_network(
    tmp_path: Path,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(running, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(running, "LONGEST_PAUSE_S", 0.02)
    port, stop, tried = free_port(), asyncio.Event(), asyncio.Event()

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "cannot be reached" in record.getMessage():
                tried.set()

    handler = Watching()
    running.logger.addHandler(handler)
    bot = asyncio.create_task(run_until(stop, settings(f"http://127.0.0.1:{port}", tmp_path)))
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            await tried.wait()
        sim = Simulator(token=TOKEN, username=USERNAME)
        async with served(sim, port):
            rina = sim.person("Rina", id=31)
            await rina.start()
            await rina.sees("undangan", within=STARTS_WITHIN_S)
            stop.set()
            await bot
    finally:
        running.logger.removeHandler(handler)
        bot.cancel()
    assert "ConnectError" in caplog.text
    assert TOKEN not in caplog.text


async def test_the_bot_ends_while_it_waits_for_the_network(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    stop = asyncio.Event()
    stop.set()
    await run_until(stop, settings("http://127.0.0.1:9", tmp_path))


async def test_the_bot_takes_its_updates_from_the_webhook(tmp_path: Path, sim: Simulator) -> None:
    port, stop = free_port(), asyncio.Event()
    address = os.environ["TELEGRAM_API_URL"]
    hooked = settings(
        address,
        tmp_path,
        webhook_url=f"http://127.0.0.1:{port}/kawan",
        webhook_secret="rahasia",
        http_port=port,
    )
    bot = asyncio.create_task(run_until(stop, hooked))
    rina = sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan", within=STARTS_WITHIN_S)
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).json()["ok"]
    stop.set()
    await bot
    (asked,) = [call for call in sim.calls if call.method.lower() == "setwebhook"]
    assert "my_chat_member" in asked.params["allowed_updates"]
    assert not [call for call in sim.calls if call.method.lower() == "getupdates"]


async def test_health_is_served_beside_polling(tmp_path: Path, sim: Simulator) -> None:
    port, stop = free_port(), asyncio.Event()
    polling = settings(os.environ["TELEGRAM_API_URL"], tmp_path, http_port=port)
    bot = asyncio.create_task(run_until(stop, polling))
    rina = sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan", within=STARTS_WITHIN_S)
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).json()["polling"]
        assert "kawan_updates_total 1" in (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    stop.set()
    await bot


async def test_a_port_that_is_taken_is_told(tmp_path: Path, environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failed, match=f"Porta {port}"):
            await run_until(
                asyncio.Event(), settings("http://127.0.0.1:9", tmp_path, http_port=port)
            )


async def test_a_token_that_is_revoked_ends_the_bot(tmp_path: Path, sim: Simulator) -> None:
    bot = asyncio.create_task(
        run_until(asyncio.Event(), settings(os.environ["TELEGRAM_API_URL"], tmp_path))
    )
    rina = sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan", within=STARTS_WITHIN_S)
    sim.api.token = f"{TOKEN[:-1]}x"
    await rina.types("halo")
    with pytest.raises(Failed, match="menolak BOT_TOKEN") as ended:
        await bot
    assert ended.value.code == 2


async def test_a_webhook_that_telegram_refuses_is_told(tmp_path: Path, sim: Simulator) -> None:
    sim.faults.add("setWebhook", status=400, description="Bad Request: bad webhook: no https")
    refused = settings(
        os.environ["TELEGRAM_API_URL"],
        tmp_path,
        webhook_url="http://127.0.0.1/kawan",
        webhook_secret="rahasia",
        http_port=free_port(),
    )
    with pytest.raises(Failed, match="no https"):
        await run_until(asyncio.Event(), refused)
