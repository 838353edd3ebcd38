"""Whether one chat feels that others send large files."""

import asyncio
import io
import os
import zipfile
from pathlib import Path

from openpyxl import Workbook

from bot.simulator import Person
from storage.models import Role
from tests.benchmarks import bots
from tests.benchmarks.databases import Databases
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.people import PATIENCE_S, Tapper, Taps, join, open_item, school_with, tap_for
from tests.benchmarks.telegram import telegram

SENDERS = 5
BYTES_PER_S = 1_000_000
FILE_BYTES = 4_900_000  # the largest roster that is taken
FILES_EACH = 2
GOAL = 1.5
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def measure(databases: Databases, folder: Path) -> list[Figure]:
    """Tap in one chat, alone and while five others send rosters over slow lines."""
    url = await databases.fresh("SQLite")
    tokens = await school_with(url, Role.TEACHER | Role.OPERATOR, SENDERS + 1)
    home = folder / "isolation"
    home.mkdir()
    async with telegram(bytes_per_s=BYTES_PER_S) as served, bots.ours(served, url, home):
        people = [await join(served.sim, at, token) for at, token in enumerate(tokens)]
        tapper = await open_item(people[0])
        await tap_for([tapper], 1)
        before = await tap_for([tapper], 4)
        under_load = await _while_sending(tapper, people[1:], a_roster())
        after = await tap_for([tapper], 4)
    idle = before + after
    idle_ms, loaded_ms = idle.percentile_ms(95), under_load.percentile_ms(95)
    return [
        Figure(
            "Isolation",
            f"p95 of a tap while {SENDERS} others send {FILES_EACH} × {FILE_BYTES / 1e6:.1f} MB",
            loaded_ms / idle_ms,
            "×",
            at_most(GOAL),
            f"{loaded_ms:.1f} ms, alone {idle_ms:.1f} ms; "
            f"p50 {under_load.percentile_ms(50):.1f} ms, alone {idle.percentile_ms(50):.1f} ms; "
            f"sending took {under_load.lasted:.0f} s",
            {"loaded_p95_ms": loaded_ms, "idle_p95_ms": idle_ms},
        )
    ]


async def _while_sending(tapper: Tapper, senders: list[Person], roster: bytes) -> Taps:
    taps = Taps([], 0.0)
    async with asyncio.TaskGroup() as group:
        sending = [group.create_task(_send(person, roster)) for person in senders]
        while not all(task.done() for task in sending):
            taps += await tap_for([tapper], 0.5)
    return taps


async def _send(person: Person, roster: bytes) -> None:
    for _ in range(FILES_EACH):
        before = person.last.id
        await person.sends_document(roster, "guru.xlsx", SHEET)
        await person.until(lambda: person.last.id > before, PATIENCE_S)  # noqa: B023


def a_roster() -> bytes:
    """Make a sheet of sixty teachers that is large because of the letterhead's picture."""
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise ValueError("a new book has a sheet")
    sheet.append(["nama", "nip", "peran"])
    for number in range(60):
        sheet.append([f"Guru Baru {number}", f"19870315201001{number:04}", "guru"])
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_STORED) as packed:
        packed.writestr("xl/media/image1.jpeg", os.urandom(FILE_BYTES - len(file.getvalue())))
    return file.getvalue()
