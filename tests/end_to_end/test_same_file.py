"""A file that is in a place already does not come in by another door."""

from sqlmodel import col, select

from storage.models import Evidence, EvidenceStatus
from tests import papers
from tests.end_to_end.submitting import a_school
from tests.world import TestWorld


async def test_a_file_that_an_activity_has_replaces_no_other_piece_of_it(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    for text in ("satu", "dua"):
        before = rina.messages[-1]
        await rina.sends_photo(papers.photo(text))
        await rina.sees("Untuk kegiatan yang mana?", after=before)
        await rina.taps("Pelatihan mandiri")
        await rina.sees("Tersimpan.", after=before)
    # The second one's files, to be used for another activity too, wait to be sorted.
    await rina.taps("⋯ Lainnya")
    await rina.taps("Pakai juga lainnya")
    await rina.sees("Untuk kegiatan yang mana?")
    # Now that very file is sent in the place of the first one.
    async with world.database.reading() as session:
        first, second, copy = (
            await session.exec(select(Evidence).order_by(col(Evidence.id)))
        ).all()
    await rina.taps_data(f"1er:{first.id}")
    await rina.sees("Kirim penggantinya sekarang")
    before = rina.messages[-1]
    await rina.sends_photo(papers.photo("dua"))
    await rina.sees("sudah ada", after=before)
    async with world.database.reading() as session:
        found = await session.exec(select(Evidence.status).order_by(col(Evidence.id)))
        assert found.all() == [
            EvidenceStatus.RECEIVED, EvidenceStatus.RECEIVED, EvidenceStatus.UNSORTED,
        ]  # fmt: skip
    assert (second.code, copy.code) == ("RHK-01", "")
