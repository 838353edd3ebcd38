"""Downloads that break off, and albums of which a part fails or comes again."""

import pytest

from bot.simulator.driver import Person
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    answer_to,
    files,
    is_whole,
    opens,
    pages,
    pieces,
    refuses,
    still_takes_for,
)
from tests.world import TestWorld


async def test_a_download_that_breaks_three_times_arrives(world: TestWorld, rina: Person) -> None:
    fault = world.sim.faults.add("file", drop="middle", times=3)
    await answer_to(rina, rina.sends_photo(papers.photo()), "Sudah tersimpan: Foto")
    assert fault.hits == 3
    (page,) = await pages(world)
    path = world.kawan.files.path_of(page.school_id, page.sha256)
    assert path.read_bytes() == papers.photo()
    await is_whole(world)


async def test_a_file_that_never_arrives_leaves_nothing(world: TestWorld, rina: Person) -> None:
    lost = "Berkasnya belum sampai seluruhnya. Tidak ada yang berubah. Kirim sekali lagi."
    fault = world.sim.faults.add("file", drop="middle", times=None)
    await refuses(world, rina, rina.sends_photo(papers.photo()), lost)
    assert fault.hits == 4
    await opens(rina)
    await refuses(world, rina, rina.sends_document(papers.pdf()), lost)
    world.sim.faults.clear()
    await still_takes_for(world, rina)
    await is_whole(world)


# --------------------------------------------------------------------- albums


async def test_the_same_album_twice_is_kept_once(world: TestWorld, rina: Person) -> None:
    """Sent again before it was filed, after that, and for another activity."""
    sent = await rina.sends_album([papers.photo(f"halaman {number}") for number in range(3)])
    await rina.sees("3 halaman")
    await answer_to(rina, rina.sends_again(*sent), "sudah saya simpan")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")
    await answer_to(rina, rina.sends_again(*sent), "Tidak saya simpan dua kali")
    await rina.sees("Pelatihan mandiri")
    assert len(await pieces(world)) == 1
    await opens(rina, "Pelatihan/bimtek")
    await answer_to(rina, rina.sends_again(*sent), "Tersimpan.")
    assert [one.code for one in await pieces(world)] == ["RHK-01", "RHK-07"]
    assert [one.evidence_id for one in await pages(world)] == [1, 1, 1, 2, 2, 2]
    assert len(files(world)) == 3
    await is_whole(world)


@pytest.mark.parametrize("trouble", ["broken", "lost"])
async def test_an_album_of_ten_with_one_that_fails(
    world: TestWorld, rina: Person, trouble: str
) -> None:
    photos = [papers.photo(f"halaman {number}") for number in range(10)]
    if trouble == "broken":
        photos[6] = photos[6][:20_000]
    words = {"broken": "rusak atau terpotong", "lost": "belum sampai seluruhnya"}[trouble]
    before = rina.messages[-1]
    album = rina.sends_album_slowly(photos, caption="Laporan 2 Juli 2026", caption_at=9)
    for at, message in enumerate(album):
        if at == 6 and trouble == "lost":
            file_id = message.content["photo"][-1]["file_id"]
            world.sim.faults.add("file", drop="before", times=None, file_id=file_id)
    await rina.sees(words, after=before, within=20)
    await rina.sees("9 halaman", after=before)
    assert len(await pieces(world)) == 1
    stored = await pages(world)
    in_order = [(one.position, one.sha256) for one in stored]
    assert in_order == sorted(in_order)
    bytes_of = [
        world.kawan.files.path_of(one.school_id, one.sha256).read_bytes() for one in stored
    ]
    assert bytes_of == [*photos[:6], *photos[7:]]
    await is_whole(world)
