"""`kill -9` while a broadcast is on its way: everybody gets it, and nobody is left out."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.simulator.driver import Person
from storage.broadcasts.audiences import PART
from storage.models import Account, Broadcast, Member, OutboxMessage, Role, School
from tests.end_to_end.killing import (
    PATIENCE,
    Stage,
    all_is_told,
    needs_processes,
    none_left,
    stage,
)
from tests.world import MONDAY

pytestmark = needs_processes

TEACHERS = PART + 40
"""More than are written with one statement."""

TRAPS = (
    "storage.broadcasts.moving:start after 1",
    "storage.broadcasts.running:write_part before 1",
    "storage.broadcasts.running:write_part after 1",
    "storage.broadcasts.running:write_part after 2",
    "bot.screens:send after 3",
    "storage.broadcasts.running:finish after 1",
    "storage.broadcasts.running:note_told before 1",
)


async def people_come(on: Stage, coach: Person) -> list[int]:
    """Bring the coach in by the door; the teachers are there, the last three with phones."""
    on.bot.start()
    await coach.start(on.tokens[0])
    await coach.taps("Ya, ini saya", within=PATIENCE)
    await coach.taps("Setuju", within=PATIENCE)
    await coach.sees_button("Siaran", within=PATIENCE)
    phones = [on.sim.person(f"Guru {number}", id=5000 + number) for number in range(3)]
    for phone in phones:
        await phone.start()
        await phone.sees("undangan", within=PATIENCE)
    async with on.database.transaction() as session:
        school = (await session.exec(select(School))).one()
        for number in range(TEACHERS):
            member = Member(
                school_id=school.id or 0, name=f"Guru {number:04}", roles=int(Role.TEACHER),
                created_at=MONDAY,
            )  # fmt: skip
            if number >= TEACHERS - 3:
                member.account_id = 5000 + number - (TEACHERS - 3)
                session.add(Account(id=member.account_id, created_at=MONDAY))
                await session.flush()
            session.add(member)
    return [phone.id for phone in phones]


@pytest.mark.parametrize("trap", TRAPS)
async def test_everybody_gets_it_whenever_the_bot_dies(
    tmp_path: Path, sqlite_template: Path, trap: str
) -> None:
    async with stage(tmp_path, sqlite_template, (("Bu Penggerak", Role.COACH),)) as on:
        coach = on.sim.person("Bu Penggerak", id=901)
        phones = await people_come(on, coach)
        await coach.types("/siaran")
        await coach.taps("Guru (", within=PATIENCE)
        await coach.sees("Tulis pesannya", within=PATIENCE)
        await coach.types("Halo {nama}")
        asked = await coach.sees_button("Kirim sekarang (3)", within=PATIENCE)
        await all_is_told(on.database)
        on.bot.start(trap)
        coach.press(asked.rows[0][0]["callback_data"], asked.id)
        await on.bot.dies()
        on.bot.start()
        report = await coach.sees("Siaran selesai", within=PATIENCE)
        assert "Terkirim: 3" in report.text
        assert f"Belum bergabung: {TEACHERS - 3}" in report.text
        await none_left(on.database, select(Broadcast).where(col(Broadcast.told_at).is_(None)))
        async with on.database.reading() as session:
            found = await session.exec(
                select(OutboxMessage).where(OutboxMessage.kind == "broadcast")
            )
            assert len(found.all()) == 3
        for chat_id in phones:
            got = [
                one
                for one in on.sim.person("", id=chat_id).messages
                if one.from_bot and "Halo" in one.text
            ]
            # At most the message in flight comes twice.
            assert 1 <= len(got) <= (2 if "send" in trap else 1)
