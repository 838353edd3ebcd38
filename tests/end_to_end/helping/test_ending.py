"""The end: it has helped, not yet, given back, taken too late."""

from datetime import timedelta

from bot.simulator.driver import Person
from storage.models import (
    HelpStatus,
    Role,
)
from tests.end_to_end.helping.staging import AN_HOUR, helped, requests, sent
from tests.world import TestWorld


async def test_done_asks_whether_it_helped_and_not_yet_waits_again(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await helped(world, rina, desi)
    await desi.taps("Selesai")
    await desi.sees("Sudah selesai")
    asked = await rina.sees("Apakah Anda sudah terbantu?")
    await rina.taps("Belum", on=asked)
    await rina.sees("Menunggu sejak")
    card = await hadi.sees("Rina Wati minta bantuan", after=hadi.last)
    await hadi.taps("Ambil", on=card)
    await rina.sees("Hadi Putra membantu Anda")
    await hadi.taps("Selesai")
    await rina.taps("Ya, terbantu")
    await rina.sees("Anda sudah terbantu")
    (request,) = await requests(world)
    assert (request.status, request.helped) == (HelpStatus.CLOSED, True)


async def test_the_queue_shows_what_each_needs(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Minta bantuan")
    budi = await world.joins("Budi", Role.TEACHER)
    world.clock.forward(timedelta(minutes=5))
    await budi.taps("Minta bantuan")
    await hadi.sees("Budi minta bantuan")
    await hadi.types("/antrean")
    queue = await hadi.sees("Antrean bantuan")
    assert queue.text.index("Rina Wati") < queue.text.index("Budi")
    assert "belum diisi: " in queue.text
    assert "rencana belum dimulai" in queue.text
    await hadi.taps("Budi")
    await hadi.taps("Ambil")
    await desi.types("/antrean")
    assert "Budi" not in (await desi.sees("Antrean bantuan")).text
    await hadi.types("/menu")
    await hadi.sees("1 guru menunggu bantuan")
    await hadi.sees_button("Antrean bantuan")


async def test_nobody_takes_it_for_an_hour(world: TestWorld, rina: Person, desi: Person) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await rina.taps("Minta bantuan")
    await desi.sees("Rina Wati minta bantuan")
    world.clock.forward(AN_HOUR)
    for _ in range(2):
        await world.kawan.rounds.look_after_help()
        world.kawan.sender.wake()
        await sent(world, "help_unclaimed", 2)
    for person in (desi, principal):
        await person.sees("Sudah satu jam belum ada yang mengambil")
    await principal.taps("Ambil")
    await rina.sees("Bu Kepala membantu Anda")
    await desi.sees("Dibantu oleh Bu Kepala")


async def test_a_silent_coach_gives_the_request_back(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await helped(world, rina, desi)
    before = hadi.last
    world.clock.forward(AN_HOUR)
    await world.kawan.rounds.look_after_help()
    world.kawan.sender.wake()
    await desi.sees("Permintaan ini kembali ke antrean")
    await rina.sees("Permintaan Anda kembali ke antrean")
    await hadi.sees("Rina Wati minta bantuan", after=before)


async def test_a_coach_may_give_it_back(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await helped(world, rina, desi)
    before = hadi.last
    await desi.taps("Lepaskan")
    await rina.sees("kembali ke antrean")
    await hadi.sees("Rina Wati minta bantuan", after=before)


async def test_a_teacher_who_no_longer_needs_help_says_so(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await rina.taps("Minta bantuan")
    await desi.sees("Rina Wati minta bantuan")
    await rina.taps("Tambah keterangan")
    await rina.taps("Tidak jadi")
    await rina.sees("permintaannya ditutup")
    await desi.sees("Sudah selesai")
    await desi.sees_no_button("Ambil")
