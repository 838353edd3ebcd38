"""The ways through the bot on PostgreSQL, and what only a database server can do to it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event
from sqlmodel import select

from bot.simulator.driver import Person
from conversations.callbacks.packing import Button
from storage.models import Decision, OutboxMessage, Plan, PlanEntry, Role
from storage.plans import LONGEST_TEXT
from tests.world import TestWorld, open_world

EVERY_BUTTON = sorted(Button._by_code.values(), key=lambda kind: kind.code)


@pytest.fixture
async def world(postgres_url: str, tmp_path: Path) -> AsyncIterator[TestWorld]:
    async with open_world(postgres_url, tmp_path) as world:
        yield world


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


async def submits(person: Person) -> None:
    await person.types("rencana")
    await person.taps("Bantu pilihkan")
    await person.taps("1. Pakai")
    await person.taps("Tugas tambahan")
    await person.taps("Tulis sendiri")
    await person.sees("Tugas tambahan apa?")
    await person.types("Pembina Pramuka")
    await person.sees("✅ Pembina Pramuka")
    await person.taps("Selesai")
    await person.taps("Perilaku kerja")
    await person.taps("set standar")
    await person.taps("Selesai")
    await person.taps("Ringkasan")
    await person.taps("Ajukan")
    await person.sees("Sudah diajukan")


async def plan_of(world: TestWorld) -> Plan:
    async with world.database.reading() as session:
        return (await session.exec(select(Plan))).one()


async def test_from_the_invitation_to_the_agreement(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    coach = await world.joins("Desi Marlina", Role.COACH)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await submits(rina)
    await rina.types("status")
    await rina.taps("Minta bantuan")
    await coach.sees("Rina Wati minta bantuan")
    await principal.sees("Rina Wati mengajukan rencana")
    await principal.taps("Tinjau ulang")
    await principal.taps("Pilih alasan")
    await principal.taps("1. ", on=await principal.sees("Apa pesan untuk Rina Wati?"))
    await rina.sees("rencana Anda perlu diperbaiki")
    await rina.taps("Perbaiki sekarang")
    await rina.taps("Pengembangan diri")
    await rina.taps("2. ")
    await rina.taps("Tambah")
    await rina.taps("Simpan")
    await world.restart()
    await rina.types("rencana")
    await rina.taps("Ringkasan")
    await rina.taps("Ajukan")
    await principal.sees("mengajukan lagi rencananya")
    await principal.taps("Setujui")
    await rina.sees("rencana Anda disetujui")
    await rina.taps("Sepakati")
    await rina.sees("Disepakati.")
    plan = await plan_of(world)
    assert (plan.status, plan.revision) == ("agreed", 2)
    await coach.types("rekap")
    await coach.sees("Disepakati")
    async with world.database.reading() as session:
        decisions = (await session.exec(select(Decision).order_by("revision"))).all()
        assert [one.verdict for one in decisions] == ["returned", "approved"]
        told = (await session.exec(select(OutboxMessage))).all()
        assert len({(one.occasion, one.member_id) for one in told}) == len(told)


async def test_quick_taps_follow_each_other(world: TestWorld, rina: Person) -> None:
    await rina.types("rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("1. ")
    await rina.sees("Jumlah: 0")
    taps = [rina.press("1pa:1:RHK-01:1") for _ in range(7)]
    await rina.sees("Jumlah: 7")
    await rina.until(lambda: all(tap.answer for tap in taps))


async def test_many_people_at_once(world: TestWorld) -> None:
    await world.founds()
    teachers = await asyncio.gather(
        *(world.joins(f"Guru {number}", Role.TEACHER) for number in range(6))
    )
    await asyncio.gather(*(submits(one) for one in teachers))
    async with world.database.reading() as session:
        plans = (await session.exec(select(Plan))).all()
    assert [one.status for one in plans] == ["submitted"] * 6


async def test_a_restart_while_words_are_awaited(world: TestWorld, rina: Person) -> None:
    await rina.types("rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("Tulis sendiri")
    await rina.sees("Tugas tambahan apa?")
    await world.restart()
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")


async def test_connections_that_the_server_has_dropped_go_unnoticed(
    world: TestWorld, rina: Person, postgres_url: str
) -> None:
    await world.database.engine.dispose()
    connections: list[Any] = []
    event.listen(
        world.database.engine.sync_engine,
        "connect",
        lambda connection, _record: connections.append(connection.driver_connection),
    )
    await rina.types("rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("1. ")
    await rina.sees("Jumlah: 0")
    for quantity in (1, 2, 3):
        await _drops(connections, postgres_url)
        await rina.taps("Tambah")
        await rina.sees(f"Jumlah: {quantity}")
    await _drops(connections, postgres_url)  # and the bot ends in good order


async def _drops(connections: list[Any], url: str) -> None:
    """Let the server hang up on everybody, and wait until everybody has heard it."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
    dropped = list(connections)
    async with asyncio.timeout(30):
        while not all(one.is_closed() for one in dropped):  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0)


async def test_text_that_no_database_stores_is_taken_all_the_same(
    world: TestWorld, rina: Person
) -> None:
    await rina.types("rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("Tulis sendiri")
    await rina.sees("Tugas tambahan apa?")
    await rina.types("Pembina\x00Pramuka \ud83d")
    await rina.sees("✅ Pembina")
    for data in ("\x00", "1pd:1:\x00:0", "1lc:\x00", "1jc:\x00", "1ah:\x00"):
        answer = await rina.taps_data(data)
        assert "gangguan" not in answer.text
    async with world.database.reading() as session:
        (entry,) = [one for one in (await session.exec(select(PlanEntry))).all() if one.text]
    assert entry.text.startswith("Pembina\ufffdPramuka")


@pytest.mark.parametrize("number", [2**63 - 1, 2**31])
async def test_numbers_too_large_for_a_column_are_refused_kindly(
    world: TestWorld, number: int
) -> None:
    """SQLite takes any number; PostgreSQL's columns have sizes."""
    person = await world.joins("Rina Wati", Role(15))
    await submits(person)
    for kind in EVERY_BUTTON:
        guesses: tuple[dict[str, int], ...] = (
            {},
            {"plan": 1, "member": 1},
            {"plan": 1, "member": 1, "revision": 1},
        )
        for data in dict.fromkeys(_filled(kind, known, number) for known in guesses):
            answer = await person.taps_data(data)
            assert "gangguan" not in answer.text, kind
    plan = await plan_of(world)
    assert plan.revision <= 2


def _filled(kind: type[Button], known: dict[str, int], number: int) -> str:
    values: list[Any] = [
        known.get(one.name, number if field is int else "RHK-01")
        for one, field in zip(fields(kind), kind.field_kinds(), strict=True)  # type: ignore[arg-type]
    ]
    return kind(*values).pack()


async def test_words_as_long_as_telegram_lets_them_be(world: TestWorld, rina: Person) -> None:
    """Too long ones are asked for again; the longest that is taken fits into its column."""
    await rina.types("rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("Tulis sendiri")
    await rina.sees("Tugas tambahan apa?")
    await rina.types("Pembina " * 500)
    await rina.sees("paling banyak 500")
    await rina.types("Pembina " + "é" * (LONGEST_TEXT - len("Pembina ")))
    await rina.sees("✅ Pembina")
    await rina.types(f"/start {'x' * 1024}")
    await rina.sees("undangan")
    await rina.types(uuid.uuid4().hex * 100)
    await rina.sees("belum mengerti")
