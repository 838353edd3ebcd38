"""Plans that change while evidence is sent for them."""

from bot.simulator.driver import Person
from storage import plans
from storage.models import EvidenceStatus, Role
from storage.suggestions import Pick
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    NOT_OPEN,
    answer_to,
    files_photo,
    is_whole,
    opens,
    opens_waiting,
    pieces,
    plan_of,
    reopens,
    still_takes_for,
)
from tests.end_to_end.submitting import actor_of, agrees
from tests.world import TestWorld


async def test_a_plan_reopened_before_the_choice(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    card = await answer_to(rina, rina.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")
    await reopens(world, kepala, await plan_of(world, rina))
    await rina.taps("Pelatihan mandiri", on=card)
    await rina.hears(NOT_OPEN)
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.UNSORTED]
    await agrees(world, rina, kepala)
    await answer_to(rina, rina.types("/bukti"), "1 kiriman belum dipasang")
    await rina.taps("Belum dipasang: 1")
    await rina.taps("1. Foto")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")
    assert [one.code for one in await pieces(world)] == ["RHK-01"]
    await is_whole(world)


async def test_a_plan_reopened_while_evidence_is_being_sent(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await opens(rina)
    await reopens(world, kepala, await plan_of(world, rina))
    await answer_to(rina, rina.sends_photo(papers.photo("satu")), NOT_OPEN)
    album = await answer_to(
        rina, rina.sends_album([papers.photo("dua"), papers.photo("tiga")]), "Foto (2 halaman)"
    )
    assert "Kiriman ini aman." in album.text
    link = "https://guru.kemdikbud.go.id/artikel/1"
    await answer_to(rina, rina.types(link), NOT_OPEN)
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.UNSORTED] * 3
    await is_whole(world)
    await agrees(world, rina, kepala)
    await still_takes_for(world, rina)  # "Kirim bukti" is still open
    await answer_to(rina, rina.types("/bukti"), "3 kiriman belum dipasang")


async def test_what_waits_under_a_reopened_plan_waits_on(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await files_photo(rina)
    card = await opens_waiting(kepala)
    await reopens(world, kepala, await plan_of(world, rina))
    answer = await kepala.taps("Terima", on=card)
    assert "sedang dibuka untuk diubah" in answer.text
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.RECEIVED]
    await answer_to(kepala, kepala.types("/persetujuan"), "Tidak ada rencana yang menunggu")
    await agrees(world, rina, kepala)
    card = await opens_waiting(kepala)
    await kepala.taps("Terima", on=card)
    await kepala.sees("Diterima oleh Bu Kepala")


async def test_an_activity_that_left_the_plan_leaves_its_evidence_behind(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await files_photo(rina)
    full = await plan_of(world, rina)
    await reopens(world, kepala, full)
    owner, now = await actor_of(world, rina), world.clock.now()
    async with world.database.transaction() as session:
        rules = world.kawan.rulebook.of_plan(world.school, full.plan)  # type: ignore[arg-type]
        await plans.set_quantity(session, owner, rules, full.id, "RHK-01", 0, now)
    await agrees(world, rina, kepala, (Pick("RHK-07", 4),))
    listed = await answer_to(rina, rina.types("/bukti"), "0 dari 32 poin sudah ada buktinya")
    assert "1 kiriman belum dipasang" in listed.text
    await rina.taps("Belum dipasang: 1")
    await rina.taps("1. ")
    await rina.taps("Pelatihan/bimtek")
    await rina.sees("Tersimpan.")
    assert [(one.code, one.status) for one in await pieces(world)] == [("RHK-07", "received")]
    await is_whole(world)


async def test_a_teacher_without_a_plan_may_send(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    answer = await answer_to(rina, rina.sends_photo(papers.photo()), "Kiriman ini aman.")
    assert "Rencana Anda belum dimulai." in answer.text
    await answer_to(rina, rina.types("/bukti"), "1 kiriman belum dipasang")
    await is_whole(world)
