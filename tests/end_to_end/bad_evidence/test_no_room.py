"""A disk that is full stops files, and nothing else."""

import errno
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.simulator.driver import Person
from storage.models import OutboxMessage, Role
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    DISK_FULL,
    NO_ROOM,
    answer_to,
    downloads,
    files_photo,
    is_whole,
    opens,
    opens_waiting,
    refuses,
    still_takes_for,
)
from tests.world import TestWorld

FULL_DISK = Path("/dev/full")


async def test_a_disk_that_is_nearly_full_takes_no_files_and_stops_nothing_else(
    world: TestWorld, people: tuple[Person, Person], caplog: pytest.LogCaptureFixture
) -> None:
    rina, kepala = people
    hendri = await world.joins("Hendri Saputra", Role.OPERATOR)
    card = await files_photo(rina)
    world.kawan.files.reserve_bytes = 10**18
    album = [papers.photo(f"halaman {number}") for number in range(3)]
    answer = await refuses(world, rina, rina.sends_photo(papers.photo("dua")), DISK_FULL)
    assert "Simpan di ponsel, kirim lagi besok." in answer.text
    await opens(rina)
    await refuses(world, rina, rina.sends_document(papers.pdf()), DISK_FULL)
    await refuses(world, rina, rina.sends_album(album), DISK_FULL)
    assert len(downloads(world)) == 1
    # Links need no room, and neither do taps, words and decisions.
    await answer_to(rina, rina.types("https://guru.id/artikel"), "Tersimpan.")
    await rina.taps("Lainnya", on=card)
    await rina.taps("Berlaku untuk: 1", on=card)
    await rina.until(lambda: "Untuk 2 kegiatan" in card.text)
    shown = await opens_waiting(kepala)
    await kepala.taps("Terima", on=shown)
    await kepala.sees("Diterima oleh Bu Kepala")
    told = await hendri.sees("Tempat penyimpanan bot penuh")
    assert "kawan doctor" in told.text
    world.kawan.files.reserve_bytes = 0
    await opens(rina)
    await still_takes_for(world, rina)
    await is_whole(world)
    assert [one.message for one in caplog.records if one.message == NO_ROOM]


async def test_the_operator_hears_of_a_full_disk_once_a_day(
    world: TestWorld, rina: Person
) -> None:
    await world.joins("Hendri Saputra", Role.OPERATOR)
    world.kawan.files.reserve_bytes = 10**18
    for days, notices in ((0, 1), (0, 1), (1, 2)):
        world.clock.forward(timedelta(days=days))
        await answer_to(rina, rina.sends_photo(papers.photo()), DISK_FULL)
        async with world.database.reading() as session:
            told = await session.exec(
                select(OutboxMessage).where(OutboxMessage.kind == "disk_full")
            )
            assert len(told.all()) == notices


@pytest.mark.skipif(not FULL_DISK.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("size", [100, 300_000], ids=["small", "large"])
async def test_a_disk_that_fills_up_during_a_download(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    incoming = world.kawan.files.incoming
    begun: list[Path] = []

    def full() -> Path:
        path = incoming()
        path.symlink_to(FULL_DISK)
        begun.append(path)
        return path

    with monkeypatch.context() as patched:
        patched.setattr(world.kawan.files, "incoming", full)
        content = b"%PDF-1.7" + bytes(size)
        await refuses(world, rina, rina.sends_document(content, "laporan.pdf"), DISK_FULL)
    assert len(begun) == 1
    assert not begun[0].is_symlink()
    await opens(rina)
    await still_takes_for(world, rina)
    await is_whole(world)


async def test_a_disk_that_is_full_when_a_file_is_put_in_its_place(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("storage.files.to_disk", full)
        await refuses(world, rina, rina.sends_photo(papers.photo()), DISK_FULL)
    await opens(rina)
    await still_takes_for(world, rina)
    await is_whole(world)
