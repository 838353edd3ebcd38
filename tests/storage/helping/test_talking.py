"""What the two say to each other."""

import pytest

from storage.database import Database
from storage.errors import (
    HelpNotNow,
    HelpTaken,
    ReasonMissing,
    TooLong,
)
from storage.helping import moving, talking
from storage.helping.talking import Said
from storage.models import (
    Account,
    SaidAs,
)
from tests.storage.evidence.staging import (
    NOW,
    Cast,
    told,
)
from tests.storage.helping.staging import A_MINUTE, asks, claims, looks, says


async def test_each_hears_the_other_and_files_from_before_arrive_too(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    async with database.transaction() as session:
        photo = Said("Ini layarnya", SaidAs.PHOTO, "file-1")
        sent = await talking.say(session, cast.rina, full.id, photo, NOW)
        assert sent.listener is None
    await says(database, cast.rina, full.id, "Bagaimana ini?")
    assert await told(database, "help_said") == []
    await claims(database, cast.coach, full.id)
    assert await told(database, "help_said") == [cast.coach.member_id]
    await says(database, cast.coach, full.id, "Tekan Simpan")
    await says(database, cast.rina, full.id, "Sudah")
    assert sorted(await told(database, "help_said")) == sorted(
        [cast.rina.member_id, cast.coach.member_id, cast.coach.member_id]
    )
    async with database.reading() as session:
        both = {cast.rina.member_id, cast.coach.member_id}
        said = await talking.latest(session, full, 2, both)
        assert len(await talking.latest(session, full, 9, {cast.rina.member_id})) == 3
    assert [(message.text, by.name) for message, by in said] == [
        ("Tekan Simpan", "Penggerak"), ("Sudah", "Rina"),
    ]  # fmt: skip


async def test_only_the_two_speak_and_only_until_it_is_closed(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    with pytest.raises(HelpNotNow):
        await says(database, cast.principal, full.id, "Belum saya ambil")
    await claims(database, cast.coach, full.id)
    with pytest.raises(HelpTaken):
        await says(database, cast.principal, full.id, "Saya juga")
    with pytest.raises(ReasonMissing):
        await says(database, cast.rina, full.id, "  ")
    with pytest.raises(TooLong):
        await says(database, cast.rina, full.id, "x" * 3001)
    async with database.transaction() as session:
        await moving.close(session, cast.coach, full.id, NOW)
    with pytest.raises(HelpNotNow):
        await says(database, cast.rina, full.id, "Satu lagi")


async def test_whoever_speaks_learns_that_the_other_one_is_unreachable(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        account = await session.get_one(Account, 101)
        account.blocked_at = NOW
        session.add(account)
    sent = await says(database, cast.coach, full.id, "Halo")
    assert not sent.is_reachable
    for _ in range(2):
        await looks(database, NOW + A_MINUTE)
    assert await told(database, "help_unreachable") == [cast.coach.member_id]
