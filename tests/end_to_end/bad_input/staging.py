"""What the bad inputs have in common: every button there is, a plan, and a sign of life."""

from dataclasses import fields
from typing import Any

from sqlmodel import SQLModel, select

from bot.simulator.driver import Person
from conversations.callbacks.packing import Button
from tests.world import TestWorld

EVERY_BUTTON = sorted(Button._by_code.values(), key=lambda kind: (kind.__module__, kind.code))
SECRET = "Pembina rahasia <negara> & cendol"
SORRY = "gangguan"
LARGEST = 2**63 - 1


async def asks_for_a_duty(person: Person) -> None:
    await person.types("rencana")
    await person.taps("Tugas tambahan")
    await person.taps("Tulis sendiri")
    await person.sees("Tugas tambahan apa?")


async def fills_plan(person: Person, duty: str) -> None:
    await person.types("rencana")
    await person.taps("Bantu pilihkan")
    await person.taps("1. Pakai")
    await person.taps("Tugas tambahan")
    await person.taps("Tulis sendiri")
    await person.sees("Tugas tambahan apa?")
    await person.types(duty)
    await person.taps("Selesai")
    await person.taps("Perilaku kerja")
    await person.taps("set standar")
    await person.taps("Selesai")
    await person.sees_button("Ringkasan")


async def still_works(person: Person) -> None:
    last = person.messages[-1]
    await person.types("menu")
    await person.sees("SMPN 1 Surian", after=last)


def filled(kind: type[Button], values: dict[str, Any]) -> str:
    """Give the data of a button that has what it needs of some values."""
    return kind(*(values[one.name] for one in fields(kind))).pack()  # type: ignore[arg-type]


async def rows(world: TestWorld, table: type[SQLModel], which: Any) -> list[Any]:
    async with world.database.reading() as session:
        found = await session.exec(select(table).where(which))
        return sorted((row.model_dump() for row in found.all()), key=repr)
