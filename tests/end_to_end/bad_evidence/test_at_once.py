"""Two at once, and the last piece there is room for."""

from bot.simulator.driver import Person
from storage.evidence import receiving
from storage.models import Role
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    NOT_OPEN,
    answer_to,
    files,
    files_photo,
    is_whole,
    opens,
    opens_waiting,
    pages,
    pieces,
    plan_of,
    reopens,
    still_takes_for,
    sweeps,
)
from tests.end_to_end.submitting import actor_of, agrees
from tests.world import TestWorld


async def test_two_teachers_send_the_same_file_at_the_same_moment(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    budi = await world.joins("Budi", Role.TEACHER)
    await agrees(world, budi, kepala)
    before = {person: person.messages[-1] for person in (rina, budi)}
    slow = world.sim.faults.add("file", latency=0.1, times=2)
    for person in (rina, budi):
        await person.sends_photo(papers.photo())
    for person in (rina, budi):
        card = await person.sees("Untuk kegiatan yang mana?", after=before[person])
        await person.taps("Pelatihan mandiri", on=card)
        await person.sees("Tersimpan.", after=before[person])
    assert slow.hits == 2
    assert {one.member_id for one in await pieces(world)} == {2, 3}
    assert len(files(world)) == 1  # one file, two rows
    await is_whole(world)
    await answer_to(kepala, kepala.types("/persetujuan"), "2 bukti dari 2 guru")
    await kepala.taps("Rina Wati")
    await kepala.sees("Berkas yang sama juga dipakai Budi")
    assert await sweeps(world) == 0


async def test_files_outlive_a_decision_that_crosses_a_replacement(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await files_photo(rina, "lama")
    await rina.taps("Ganti")
    await rina.sees("Kirim penggantinya sekarang")
    shown = await opens_waiting(kepala)
    accept = kepala.press(shown.rows[0][0]["callback_data"], shown)
    await answer_to(rina, rina.sends_photo(papers.photo("baru")), "")
    await kepala.until(lambda: accept.answer)
    await rina.until(lambda: len(rina.last.buttons) > 1)
    states = [one.status for one in await pieces(world)]
    assert states in (["accepted", "unsorted"], ["replaced", "received"])
    assert await sweeps(world) == 0
    stored = [
        world.kawan.files.path_of(one.school_id, one.sha256).read_bytes()
        for one in await pages(world)
    ]
    assert stored == [papers.photo("lama"), papers.photo("baru")]
    await is_whole(world)


async def test_the_thirty_first_piece_that_belongs_nowhere_is_refused(
    world: TestWorld, rina: Person
) -> None:
    owner, now = await actor_of(world, rina), world.clock.now()
    async with world.database.transaction() as session:
        for number in range(28):
            await receiving.receive_link(session, owner, f"https://guru.id/{number}", now)
    for number in (29, 30):
        send = rina.sends_photo(papers.photo(f"nomor {number}"))
        await answer_to(rina, send, "Untuk kegiatan yang mana?")
    full = "Sudah ada 30 kiriman yang menunggu. Pasang dahulu yang itu ke kegiatannya"
    await answer_to(rina, rina.sends_photo(papers.photo("nomor 31")), full)
    await answer_to(rina, rina.types("https://guru.id/31"), full)
    assert len(await pieces(world)) == 30
    assert await sweeps(world) == 1  # the file that no row names
    await is_whole(world)
    # What has its place needs no room, and what is there already neither.
    await opens(rina)
    await still_takes_for(world, rina)
    await answer_to(rina, rina.types("https://guru.id/31"), "Tersimpan.")
    await rina.taps("Selesai")
    again = rina.sends_photo(papers.photo("nomor 30"))
    card = await answer_to(rina, again, "Kiriman ini sudah saya simpan")
    await rina.taps("Pelatihan mandiri", on=card)
    await rina.until(lambda: "Tersimpan." in card.text)
    await answer_to(rina, rina.sends_photo(papers.photo("nomor 31")), "Untuk kegiatan yang mana?")


async def test_what_finds_its_place_gone_is_kept_while_there_is_room(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await opens(rina)
    owner, now = await actor_of(world, rina), world.clock.now()
    async with world.database.transaction() as session:
        for number in range(29):
            await receiving.receive_link(session, owner, f"https://guru.id/{number}", now)
    await reopens(world, kepala, await plan_of(world, rina))
    await answer_to(rina, rina.sends_photo(papers.photo("nomor 30")), NOT_OPEN)
    full = "Sudah ada 30 kiriman yang menunggu."
    await answer_to(rina, rina.sends_photo(papers.photo("nomor 31")), full)
    await answer_to(rina, rina.types("https://guru.id/31"), full)
    assert len(await pieces(world)) == 30
    assert len(await pages(world)) == 1
