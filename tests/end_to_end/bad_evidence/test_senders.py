"""Who may send evidence, and for whom."""

from bot.simulator.driver import Person
from conversations.callbacks.evidence import FilePiece, SendFor
from storage.models import Role
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    answer_to,
    downloads,
    everything,
    files,
    files_photo,
    is_whole,
    opens,
    pages,
    pieces,
    plan_of,
    refuses,
)
from tests.end_to_end.submitting import agrees
from tests.world import TestWorld


async def test_a_principal_who_is_no_teacher_has_nothing_to_prove(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    _rina, kepala = people
    words = "Berkasnya sudah sampai, tetapi belum saya perlukan sekarang."
    await refuses(world, kepala, kepala.sends_photo(papers.photo()), words)
    await refuses(world, kepala, kepala.sends_document(papers.pdf()), words)
    await refuses(world, kepala, kepala.types("https://guru.id/a"), "belum mengerti")
    assert downloads(world) == []


async def test_nothing_of_a_stranger_is_downloaded(world: TestWorld) -> None:
    await world.founds()
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.start()
    await stranger.sees("undangan")
    photos = [papers.photo(f"halaman {number}") for number in range(3)]
    for send in (
        stranger.sends_photo(photos[0], caption="Sertifikat"),
        stranger.sends_album(photos),
        stranger.sends_document(papers.pdf()),
        stranger.sends_document(b"", "daftar.xlsx"),
    ):
        await refuses(world, stranger, send, "undangan")
    await stranger.until(lambda: [one.from_bot for one in stranger.messages].count(True) == 7)
    asked = {call.method for call in world.sim.calls}
    assert asked.isdisjoint({"getFile", "sendChatAction"})
    assert files(world) == []


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def test_a_table_of_an_operator_is_a_roster_unless_evidence_is_awaited(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    _rina, kepala = people
    hendri = await world.joins("Hendri Saputra", Role.OPERATOR | Role.TEACHER)
    await agrees(world, hendri, kepala)
    table = await sample_roster(hendri)
    sent = hendri.sends_document(table, "daftar-guru.xlsx", XLSX)
    await answer_to(hendri, sent, "orang")
    assert await pieces(world) == []
    await opens(hendri)
    await answer_to(hendri, hendri.sends_document(table, "daftar-hadir.xlsx", XLSX), "Tersimpan.")
    (page,) = await pages(world)
    assert (page.name, page.media_type) == ("daftar-hadir.xlsx", XLSX)
    await hendri.taps("Selesai")
    await answer_to(hendri, hendri.sends_document(table, "daftar-guru.xlsx", XLSX), "orang")
    await answer_to(hendri, hendri.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")
    await is_whole(world)


async def sample_roster(operator: Person) -> bytes:
    """Get the sample that the bot hands out."""
    await answer_to(operator, operator.types("/anggota"), "Anggota")
    await operator.taps("Kirim daftar")
    await operator.taps("Minta contoh berkas")
    sample = await operator.downloads(await operator.sees_document("contoh"))
    await answer_to(operator, operator.types("menu"), "SMPN 1 Surian")
    return sample


async def test_evidence_goes_under_no_plan_of_another_school(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, _kepala = people
    await files_photo(rina, "rahasia")
    theirs = await plan_of(world, rina)
    elsewhere = await world.founds("20202020", "SMPN 2 Lain")
    head = await world.joins("Kepala Lain", Role.PRINCIPAL, elsewhere)
    budi = await world.joins("Budi", Role.TEACHER, elsewhere)
    mine = await agrees(world, budi, head)
    await answer_to(budi, budi.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")
    their_entry, my_entry = theirs.entries[0].id or 0, mine.entries[0].id or 0
    before = await everything(world)
    for data in (
        FilePiece(2, theirs.id, their_entry), FilePiece(2, mine.id, their_entry),
        FilePiece(2, theirs.id, my_entry), FilePiece(1, mine.id, my_entry),
        SendFor(theirs.id, their_entry), SendFor(mine.id, their_entry),
    ):  # fmt: skip
        answer = await budi.taps_data(data.pack())
        assert answer.text, data
        assert await everything(world) == before, data
    await answer_to(budi, budi.sends_photo(papers.photo("lagi")), "Untuk kegiatan yang mana?")
    assert [(one.school_id, one.status) for one in await pieces(world)] == [
        (1, "received"), (2, "unsorted"), (2, "unsorted"),
    ]  # fmt: skip
    assert not any("Rina" in one.text for one in (*budi.messages, *head.messages))
    await is_whole(world)
