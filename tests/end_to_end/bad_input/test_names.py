"""Names of every kind, on every screen."""

import pytest

from storage.models import Role
from tests.end_to_end.bad_input.staging import fills_plan
from tests.world import TestWorld

NAMES = {
    "emoji": "👩‍🏫🌸",
    "long": "Raden " + "Kusumawardhani " * 8,
    "html": '<b>Rina</b> & "Wati" <script>',
    "arabic": "رينا واتي\u202e",
    "zero-width": "\u200b\u200d\ufeff",
    "template": "{{ 7*7 }} {name} %s \\",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
async def test_any_name_survives_every_screen(world: TestWorld, name: str) -> None:
    """As the Telegram profile, as a teacher, as a coach who is told, and as a principal."""
    school = await world.founds(name="SMP <Satu> & Dua")
    name = name[:120].strip() or name
    profile = world.sim.person(name, id=501)
    coach = await world.joins(
        "Bu " + name[:110], Role.COACH, person=world.sim.person(name, id=502)
    )
    principal = await world.joins(
        "Pak " + name[:110], Role.PRINCIPAL, person=world.sim.person(name, id=503)
    )
    teacher = await world.joins(name, Role.TEACHER, school, profile)
    await teacher.sees("SMP <Satu> & Dua")
    await teacher.taps("Sapa saya Ibu")
    await teacher.taps("Status")
    await teacher.sees("Status saya")
    await teacher.taps("Minta bantuan")
    await teacher.sees("sampaikan")
    await coach.sees("minta bantuan")
    await teacher.types("bantuan")
    await teacher.sees("Cara memakai")
    await fills_plan(teacher, duty=name if name.strip("\u200b\u200d\ufeff") else "Pembina")
    await teacher.taps("Ringkasan")
    await teacher.taps("Ajukan")
    await teacher.sees("Menunggu persetujuan")
    await principal.sees("mengajukan rencana")
    await principal.taps("Lihat rinci")
    await principal.sees("Diajukan, 6 Jul 2026")
    last = principal.messages[-1]
    await principal.types("persetujuan")
    card = await principal.sees("mengajukan rencana", after=last)
    await principal.taps("Tinjau ulang", on=card)
    await principal.taps("Pilih alasan")
    await principal.sees("Apa pesan untuk")
    await principal.types("rekap")
    await principal.taps("diajukan")
    last = principal.messages[-1]
    await principal.types("persetujuan")
    await principal.taps("Setujui", on=await principal.sees("mengajukan rencana", after=last))
    await teacher.sees("rencana Anda disetujui")


async def test_a_name_of_200_characters_as_profile(world: TestWorld) -> None:
    person = world.sim.person("N" * 64 + " " + "M" * 135, id=501)
    await person.start()
    await person.sees("undangan")
