"""A portfolio taken to another school: by its owner, once, as history, and nothing of others."""

import os
from pathlib import Path

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import carried, members, transfers
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import (
    NotAllowed,
    NotFound,
    TransferExpired,
    TransferSameSchool,
    TransferUnknown,
    TransferUsed,
)
from storage.evidence import checking, describing, reading
from storage.files import FileStore, Kept
from storage.models import (
    Account,
    AuditEntry,
    CarriedPiece,
    CarriedPlan,
    Evidence,
    EvidencePage,
    EvidenceStatus,
    Member,
    PortfolioTransfer,
    Role,
    School,
)
from storage.people import Actor, Membership
from storage.plans import FullPlan
from storage.sweeping import missing, sweep
from storage.transfers import CODE_LASTS, Described
from tests.storage.everything import keep
from tests.storage.evidence.staging import NOW, Cast, attempt, files, holds, sends

RINA = 101
LONG_AGO = 10_000.0


def described(_school: School, full: FullPlan) -> Described:
    entries = {
        f"{one.step}/{one.code}": {
            "step": one.step, "title": f"Judul {one.code}", "quantity": one.quantity, "points": 4,
        }
        for one in full.entries
    }  # fmt: skip
    return Described("Juli–Desember 2026", "Aturan", entries, {"certificate": "Sertifikat"})


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", reserve_bytes=0)


@pytest.fixture
async def there(database: Database, cast: Cast) -> Actor:
    """Rina as a teacher of the other school, with the same Telegram account."""
    async with database.transaction() as session:
        school = await session.get_one(School, cast.stranger.school_id)
        invited = await members.invite(
            session, school, name="Rina Baru", roles=Role.TEACHER, now=NOW
        )
        account = await session.get_one(Account, RINA)
        member = await members.join(session, account, invited.token or "", NOW)
        await session.flush()
        return Membership(member, school).actor(NOW)


async def stored(session: AsyncSession, store: FileStore, piece: reading.Piece, text: str) -> None:
    """Put the file of a piece on the disk."""
    kept = keep(store, piece.evidence.school_id, text.encode())
    for page in piece.pages:
        page.sha256, page.size = kept.sha256, len(text)
        session.add(page)
    await session.flush()


@pytest.fixture
async def code(database: Database, cast: Cast, store: FileStore) -> str:
    """Rina's plan with a checked piece, one that waits, and one that was never filed."""
    async with database.transaction() as session:
        plan = await holds(session, cast.rina, cast.principal)
        done = await files(session, cast.rina, plan, "satu")
        await describing.say_note(session, cast.rina, done.id, "catatan Rina", NOW)
        await stored(session, store, done, "isi satu")
        await checking.comment(session, cast.coach, done.id, "kata orang lain", NOW)
        revision = done.evidence.revision
        await checking.accept(session, cast.principal, done.id, revision, NOW)
        waits = await files(session, cast.rina, plan, "dua", "RHK-07")
        await stored(session, store, waits, "isi dua")
        await sends(session, cast.rina, "tidak dipasang")
        lost = await files(session, cast.rina, plan, "hilang dari disk", "RHK-07")
        assert lost.pages
        budis = await holds(session, cast.budi, cast.principal)
        await files(session, cast.budi, budis, "milik Budi")
        return await transfers.offer(session, cast.rina, RINA, NOW)


async def takes(
    database: Database, there: Actor, store: FileStore, code: str, account: int = RINA
) -> object:
    async def work(session: AsyncSession) -> int:
        found = await transfers.look_up(session, there, account, code, NOW)
        return await transfers.take(session, there, account, found.id, store, described, NOW)

    return await attempt(database, work)


async def test_plans_and_files_come_along_as_history(
    database: Database, cast: Cast, there: Actor, store: FileStore, code: str
) -> None:
    async with database.reading() as session:
        found = await transfers.look_up(session, there, RINA, code.lower().replace("-", " "), NOW)
        assert (found.school.id, found.plans, found.pieces) == (cast.rina.school_id, 1, 3)
    assert await takes(database, there, store, code) == 1
    async with database.reading() as session:
        (plan,) = await carried.plans_of(session, there)
        assert (plan.from_school, plan.period, plan.status) == (
            "SMPN 10304567", "Juli–Desember 2026", "agreed",
        )  # fmt: skip
        full = await carried.read_plan(session, there, plan.id or 0)
        told = [(one.state, piece.evidence.note, len(piece.pages)) for one, piece in full.pieces]
        assert sorted(told) == [
            ("accepted", "catatan Rina", 1), ("received", "", 0), ("received", "", 1),
        ]  # fmt: skip
        for _, piece in full.pieces:
            assert piece.evidence.status == EvidenceStatus.CARRIED
            assert piece.evidence.plan_id is piece.evidence.decided_by is None
            assert piece.evidence.school_id == there.school_id
            for page in piece.pages:
                path = store.path_of(there.school_id, page.sha256)
                assert path.read_bytes() in (b"isi satu", b"isi dua")
        assert full.plan.content[0]["title"].startswith("Judul ")
        # It counts nowhere in the new school, and nobody else there opens it.
        assert await reading.unsorted_of(session, there) == []
        piece = full.pieces[0][1]
        with pytest.raises(NotFound):
            await reading.read_piece(session, cast.stranger, piece.id)
        with pytest.raises(NotFound):
            await carried.read_plan(session, cast.stranger, plan.id or 0)
        with pytest.raises(NotAllowed):
            await carried.read_piece(session, cast.stranger, piece.id)
        connection = await session.connection()
        theirs = [
            str((await connection.execute(table.select())).all())
            for table in (CarriedPlan.__table__, CarriedPiece.__table__)  # type: ignore[attr-defined]
        ]
        for trace in ("Budi", "kata orang lain", "Kepala", "Penggerak"):
            assert trace not in " ".join(theirs)
        trail = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
        assert [(one.school_id, one.action) for one in trail[-2:]] == [
            (cast.rina.school_id, "transfer.leave"), (there.school_id, "transfer.take"),
        ]  # fmt: skip
        # The old school keeps what it has.
        (mine, *_) = (
            await session.exec(select(Evidence).where(Evidence.member_id == cast.rina.member_id))
        ).all()
        assert mine.status != EvidenceStatus.CARRIED


async def test_a_code_works_once_and_for_its_owner_alone(
    database: Database, cast: Cast, there: Actor, store: FileStore, code: str
) -> None:
    for forged in ("", "AAAAA-AAAAA", code[:-1] + "2" * 3, "' OR 1=1 --"):
        assert isinstance(await takes(database, there, store, forged), TransferUnknown)
    # Somebody else who has seen the code, and a transfer of somebody else by its number.
    assert isinstance(await takes(database, cast.stranger, store, code, 107), TransferUnknown)
    same = await takes(database, cast.rina, store, code)
    assert isinstance(same, TransferSameSchool)
    assert await takes(database, there, store, code) == 1
    assert isinstance(await takes(database, there, store, code), TransferUsed)
    async with database.reading() as session:
        assert len((await session.exec(select(CarriedPlan))).all()) == 1


async def test_a_newer_code_a_withdrawn_one_and_an_old_one(
    database: Database, cast: Cast, there: Actor, store: FileStore, code: str
) -> None:
    async with database.transaction() as session:
        newer = await transfers.offer(session, cast.rina, RINA, NOW)
    assert isinstance(await takes(database, there, store, code), TransferUsed)
    async with database.transaction() as session:
        late = NOW + CODE_LASTS
        with pytest.raises(TransferExpired):
            await transfers.look_up(session, there, RINA, newer, late)
        assert await transfers.offered(session, cast.rina, late) is None
        assert await transfers.offered(session, cast.rina, NOW) is not None
        assert await transfers.withdraw(session, cast.rina, NOW)
        assert not await transfers.withdraw(session, cast.rina, NOW)
    assert isinstance(await takes(database, there, store, newer), TransferUsed)


async def test_erased_in_the_old_school_there_is_nothing_to_take(
    database: Database, cast: Cast, there: Actor, store: FileStore, code: str
) -> None:
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
        assert (await session.exec(select(PortfolioTransfer))).all() == []
    assert isinstance(await takes(database, there, store, code), TransferUnknown)


async def test_it_stays_when_the_old_school_erases_and_goes_when_the_new_one_does(
    database: Database, cast: Cast, there: Actor, store: FileStore, code: str
) -> None:
    assert await takes(database, there, store, code) == 1
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    # The sweeping of the old school's files leaves the new school's alone.
    now = store.folder.stat().st_mtime + LONG_AGO
    assert await sweep(database, store, now) == 2
    assert {kept.school_id for kept in store.all()} == {there.school_id}
    present = await missing(database, store, thorough=True)
    assert present.files == 2
    assert {one.kept.school_id for one in present.lost} == {cast.rina.school_id}  # Budi's
    async with database.transaction() as session:
        school = await session.get_one(School, there.school_id)
        invited = await members.invite(session, school, name="Op", roles=Role.OPERATOR, now=NOW)
        account = Account(id=300, created_at=NOW)
        session.add(account)
        await session.flush()
        member = await members.join(session, account, invited.token or "", NOW)
        operator = Membership(member, school).actor(NOW)
        await session.flush()
        await erase_member(session, operator, there.member_id, NOW)
        for table in (CarriedPlan, CarriedPiece):
            assert (await session.exec(select(table))).all() == []
        gone = select(Evidence).where(Evidence.member_id == there.member_id)
        assert (await session.exec(gone)).all() == []


async def test_what_was_brought_along_can_be_dropped(
    database: Database, there: Actor, store: FileStore, code: str
) -> None:
    assert await takes(database, there, store, code) == 1
    async with database.transaction() as session:
        assert await carried.drop(session, there, NOW) == 1
        assert await carried.drop(session, there, NOW) == 0
        for table in (CarriedPlan, CarriedPiece):
            assert (await session.exec(select(table))).all() == []
        left = (await session.exec(select(EvidencePage.school_id))).all()
        assert there.school_id not in left


async def test_a_disk_without_second_names_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise OSError

    store = FileStore(tmp_path / "files", reserve_bytes=0)
    kept = keep(store, 1, b"isi")
    monkeypatch.setattr(os, "link", refuses)
    assert store.bring_over(1, 2, {kept.sha256: 3, "0" * 64: 3}) == {kept.sha256}
    store.remove(1, kept.sha256)
    assert store.path_of(2, kept.sha256).read_bytes() == b"isi"
    assert list(store.all()) == [Kept(2, kept.sha256)]
    assert list((store.folder / "incoming").iterdir()) == []


async def test_two_schools_of_one_account_stay_two_people(
    database: Database, cast: Cast, there: Actor
) -> None:
    """The carried history of one seat is not the other's."""
    async with database.reading() as session:
        assert await carried.plans_of(session, cast.rina) == []
        assert not await transfers.has_portfolio(session, there)
        assert (await session.get_one(Member, there.member_id)).account_id == RINA
