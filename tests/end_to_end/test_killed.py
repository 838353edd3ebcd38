"""`kill -9` at any moment of a conversation: after a restart everything goes on as if unhurt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from bot.simulator import Simulator
from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage.database import Database
from storage.models import (
    AuditEntry,
    Decision,
    Member,
    OutboxMessage,
    Plan,
    PlanEntry,
    PlanRevision,
    Role,
)
from tests.databases import copied
from tests.end_to_end.killing import PATIENCE, Killer, all_is_told, needs_processes, stage
from tests.world import TOKEN, open_world

IN_FLIGHT = 10
"""Calls that may be under way when the bot is killed."""

PEOPLE = (("Rina Wati", Role.TEACHER), ("Bu Kepala", Role.PRINCIPAL))

NOTICES = {
    "rina": ("rencana Anda perlu diperbaiki", "rencana Anda disetujui"),
    "kepala": ("mengajukan rencana", "mengajukan lagi rencananya"),
}


@dataclass(frozen=True)
class Step:
    """What one person does, and what stands on the phone when it has been done."""

    who: str
    does: str
    words: str
    sees: str


def says(who: str, *steps: tuple[str, str, str]) -> list[Step]:
    return [Step(who, does, words, sees) for does, words, sees in steps]


def script(rina: str, kepala: str) -> list[Step]:
    """A plan from the invitation to the agreement, with one detour; tokens are given."""
    return [
        *says(
            "kepala",
            ("start", kepala, "Apakah ini Bapak/Ibu?"),
            ("tap", "Ya, ini saya", "Yang disimpan"),
            ("tap", "Setuju", "Tidak ada rencana yang menunggu"),
        ),
        *says(
            "rina",
            ("start", rina, "Apakah ini Bapak/Ibu?"),
            ("tap", "Ya, ini saya", "Yang disimpan"),
            ("tap", "Setuju", "Rencana Anda belum dimulai"),
            ("tap", "Rencana", "0 dari 32 poin"),
            ("tap", "Pengembangan diri", "Ketik nomor"),
            ("tap", "1. ", "Jumlah: 0"),
            ("tap", "Tambah", "Jumlah: 1"),
            ("tap", "Tambah", "Jumlah: 2"),
            ("tap", "Tambah", "Jumlah: 3"),
            ("type", "2", "Jumlah: 2"),
            ("tap", "Tambah", "Jumlah: 3"),
            ("tap", "Simpan", "Ketik nomor"),
            ("tap", "Bantu pilihkan", "Untuk melengkapi pilihan"),
            ("tap", "1. Pakai", "Tugas tambahan: belum diisi"),
            ("tap", "Tugas tambahan", "Adakah tugas dengan SK"),
            ("tap", "Tulis sendiri", "Tugas tambahan apa?"),
            ("type", "Pembina Pramuka putri", "✅ Pembina Pramuka putri"),
            ("tap", "Selesai", "Perilaku kerja: 0 dari 7"),
            ("tap", "Perilaku kerja", "0 dari 7 nilai"),
            ("tap", "set standar", "7 dari 7 nilai"),
            ("tap", "Selesai", "Perilaku kerja: 7 dari 7"),
            ("tap", "Ringkasan", "Sudah lengkap"),
            ("tap", "Ajukan", "Sudah diajukan"),
        ),
        *says(
            "kepala",
            ("wait", "", "Rina Wati mengajukan rencana"),
            ("tap", "Tinjau ulang", "Tandai yang perlu diperbaiki"),
            ("tap", "1. ", "1. ⚠️"),
            ("tap", "Pilih alasan", "Apa pesan untuk Rina Wati?"),
            ("tap", "Tulis", "pesan"),
            ("type", "Mohon tambah satu kegiatan lagi", "Mohon tambah satu kegiatan lagi"),
        ),
        *says(
            "rina",
            ("wait", "", "rencana Anda perlu diperbaiki"),
            ("tap", "Perbaiki sekarang", "⚠️"),
            ("tap", "Pengembangan diri", "Ketik nomor"),
            ("tap", "1. ", "Jumlah: 3"),
            ("tap", "Tambah", "Jumlah: 4"),
            ("tap", "Simpan", "Ketik nomor"),
            ("tap", "Selesai", "Setiap pilihan langsung tersimpan"),
            ("tap", "Ringkasan", "Sudah lengkap"),
            ("tap", "Ajukan", "Sudah diajukan"),
        ),
        *says(
            "kepala",
            ("wait", "", "mengajukan lagi rencananya"),
            ("tap", "Setujui", "Disetujui"),
        ),
        *says(
            "rina",
            ("wait", "", "rencana Anda disetujui"),
            ("tap", "Sepakati", "Disepakati."),
        ),
    ]


# --------------------------------------------------------------------- the play


async def plays(
    people: dict[str, Person], steps: Sequence[Step], before: Callable[[], None]
) -> None:
    """Go through the script; everybody waits for a screen, then taps on it."""
    seen: dict[str, Message] = {}
    for step in steps:
        person, screen = people[step.who], seen.get(step.who)
        before()
        match step.does:
            case "start":
                await person.start(step.words)
            case "tap":
                here = screen is not None and step.words in " ".join(screen.buttons)
                await person.taps(step.words, on=screen if here else None, within=PATIENCE)
            case "type":
                await person.types(step.words)
        seen[step.who] = await person.sees(step.sees, within=PATIENCE)


async def outcome(database: Database) -> dict[str, Any]:
    """What is left of the conversation: everything but the moments, which differ."""
    async with database.reading() as session:
        plans = (await session.exec(select(Plan))).all()
        entries = (await session.exec(select(PlanEntry))).all()
        revisions = (await session.exec(select(PlanRevision))).all()
        decisions = (await session.exec(select(Decision))).all()
        audit = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
        told = (await session.exec(select(OutboxMessage))).all()
        names = {one.id: one.name for one in (await session.exec(select(Member))).all()}
    return {
        "plans": [(names[one.member_id], one.status, one.revision, one.points) for one in plans],
        "entries": sorted((one.step, one.code, one.quantity, one.text) for one in entries),
        "revisions": [(one.number, one.points, one.content) for one in revisions],
        "decisions": [(one.revision, one.verdict, one.reason, one.marks) for one in decisions],
        # What was done, in order, each exactly once.
        "done": [(names.get(one.member_id or 0), one.action, one.detail) for one in audit],
        # Cards retired along the way depend on how many a restart has drawn.
        "told": sorted(
            (names[one.member_id], one.occasion) for one in told if one.kind != "card_closed"
        ),
    }


async def undisturbed(folder: Path, template: Path) -> dict[str, Any]:
    """The same conversation with a bot that nobody kills, in this process."""
    async with open_world(copied(template, folder), folder) as world:
        tokens = [await world.invites(name, roles) for name, roles in PEOPLE]
        await plays(everybody(world.sim), script(*tokens), lambda: None)
        await all_is_told(world.database)
        check_notices(world.sim)
        return await outcome(world.database)


def everybody(sim: Simulator) -> dict[str, Person]:
    return {"rina": sim.person("Rina", id=901), "kepala": sim.person("Kepala", id=902)}


def check_notices(sim: Simulator, kills: Sequence[int] = ()) -> None:
    """Every notice has arrived, and again only where a kill caught it in flight.

    `kills` are the numbers of calls made before each kill. What a killed process had sent off may
    be counted a few calls later.
    """
    for person, phrases in zip((901, 902), (NOTICES["rina"], NOTICES["kepala"]), strict=True):
        for phrase in phrases:
            sent = [
                at
                for at, call in enumerate(sim.calls)
                if call.method == "sendMessage"
                and call.status == 200
                and call.params["chat_id"] == str(person)
                and phrase in call.params["text"].replace("</b>", "")
            ]
            assert sent, phrase
            deaths = sum(sent[0] - IN_FLIGHT <= kill <= sent[-1] for kill in kills)
            assert len(sent) <= 1 + deaths, phrase


@needs_processes
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_killed_at_random_moments(tmp_path: Path, sqlite_template: Path, seed: int) -> None:
    calm, storm = tmp_path / "calm", tmp_path / "storm"
    calm.mkdir()
    storm.mkdir()
    expected = await undisturbed(calm, sqlite_template)
    assert [one[1:3] for one in expected["plans"]] == [("agreed", 2)]
    async with stage(storm, sqlite_template, PEOPLE) as set_up:
        sim, bot, database = set_up.sim, set_up.bot, set_up.database
        steps = script(*set_up.tokens)
        bot.start()
        killer, people = Killer(sim, bot, seed), everybody(sim)
        try:
            await plays(people, steps, killer.lies_in_wait)
        except AssertionError as stuck:
            raise AssertionError(f"{stuck}\n{bot.log.read_text()[-4000:]}") from None
        killer.rests()
        killer.kills_now()
        await all_is_told(database)
        assert len(killer.kills) >= 5
        assert await outcome(database) == expected
        check_notices(sim, kills=killer.kills)
    log = bot.log.read_text()
    assert TOKEN not in log
    for words in ("Pramuka", "Mohon tambah", "Traceback", " ERROR "):
        assert words not in log
