"""A school's period teacher by teacher: whole, of this school alone, in few statements."""

from datetime import timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import exports, forms, papers
from storage.database import Database
from storage.errors import NotAllowed
from storage.evidence import replacing
from storage.evidence.reading import FormPlace
from storage.exports import Dossier, Extent
from storage.models import AuditEntry, Member, Report, ReportStatus, Role
from storage.rulebook import RuleBook
from tests.storage.evidence.staging import (
    A_MINUTE,
    NOW,
    PERIOD,
    Cast,
    arrives,
    drafted,
    files,
    holds,
    statements,
)
from tests.storage.test_forms import anybody


async def all_of(session: AsyncSession, school_id: int, period: str = PERIOD.id) -> list[Dossier]:
    return [one async for one in exports.dossiers(session, school_id, period, RuleBook())]


async def test_every_teacher_comes_with_plan_and_evidence(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        rina = await holds(session, cast.rina, cast.principal)
        await drafted(session, cast.budi)
        await drafted(session, cast.stranger)
        first = await files(session, cast.rina, rina, "satu")
        await files(session, cast.rina, rina, "dua", now=NOW + A_MINUTE)
        gone = await files(session, cast.rina, rina, "tiga", now=NOW + 2 * A_MINUTE)
        await replacing.take_away(session, cast.rina, gone.id, NOW)
    async with database.reading() as session:
        found = await all_of(session, cast.school.id or 0)
        extent = await exports.extent(session, cast.school.id or 0, PERIOD.id)
        assert await exports.rule_sets_in(session, cast.school, PERIOD.id) == ["pmm-2024"]
        names = await exports.names_in(session, cast.school.id or 0)
    assert [one.member.name for one in found] == ["Budi", "Rina", "Wakil"]
    budi, one, deputy = found
    assert deputy.full is None
    assert budi.full is not None
    assert budi.decided_at is None
    assert budi.pieces == []
    assert one.full is not None
    assert len(one.full.entries) == len(rina.entries)
    assert one.decided_at == NOW
    assert [piece.id for piece in one.pieces] == [first.id, first.id + 1]
    assert [len(piece.pages) for piece in one.pieces] == [1, 1]
    assert extent == Extent(teachers=3, plans=2, files=2, bytes=2000 + len("satu") + len("dua"))
    assert "Lain" not in names.values()


async def test_answers_and_how_far_a_report_is_come_with_the_teacher(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        rina = await holds(session, cast.rina, cast.principal)
        await files(session, cast.rina, rina, "satu")
        place = FormPlace(rina.id, "report", "refleksi")
        sent = await forms.take_file(session, cast.rina, place, arrives("foto"), NOW, anybody)
        session.add(
            Report(
                school_id=cast.rina.school_id, member_id=cast.rina.member_id, plan_id=rina.id,
                status=ReportStatus.DRAFT, revision=0, created_at=NOW, changed_at=NOW,
            )
        )  # fmt: skip
    async with database.reading() as session:
        _budi, one, _deputy = await all_of(session, cast.school.id or 0)
        extent = await exports.extent(session, cast.school.id or 0, PERIOD.id)
    assert len(one.pieces) == 1
    assert [(piece.id, len(piece.pages)) for piece in one.attached] == [(sent.piece.id, 1)]
    assert (one.report_status, one.reported) == (ReportStatus.DRAFT, None)
    assert one.decision is not None
    assert one.decision.member_id == cast.principal.member_id
    assert extent.files == 2


async def test_statements_do_not_grow_with_the_school(database: Database, cast: Cast) -> None:
    async def counted() -> int:
        async with database.reading() as session:
            with statements(database) as seen:
                assert await all_of(session, cast.school.id or 0)
                await exports.names_in(session, cast.school.id or 0)
                await exports.extent(session, cast.school.id or 0, PERIOD.id)
        return len(seen)

    few = await counted()
    async with database.transaction() as session:
        for actor in (cast.rina, cast.budi, cast.deputy):
            full = await holds(session, actor, cast.principal)
            for number in range(4):
                later = NOW + timedelta(minutes=number)
                await files(session, actor, full, f"{actor.name} {number}", now=later)
    assert await counted() == few == 13


async def test_who_has_left_teaching_is_still_there_with_the_plan(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        await holds(session, cast.rina, cast.principal)
        member = await session.get_one(Member, cast.rina.member_id)
        member.roles = int(Role.COACH)
        session.add(member)
    async with database.reading() as session:
        names = [one.member.name for one in await all_of(session, cast.school.id or 0)]
        assert "Rina" in names
        later = [one.member.name for one in await all_of(session, cast.school.id or 0, "2027-1")]
        assert later == ["Budi", "Wakil"]


async def test_an_erased_teacher_is_not_in_it(database: Database, cast: Cast) -> None:
    from storage.erasure import erase_member

    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        await files(session, cast.rina, full, "satu")
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    async with database.reading() as session:
        found = await all_of(session, cast.school.id or 0)
        assert [one.member.name for one in found] == ["Budi", "Wakil"]


async def test_only_principal_and_operator_order_it_and_it_is_noted(
    database: Database, cast: Cast
) -> None:
    for actor in (cast.rina, cast.coach, cast.deputy):
        async with database.transaction() as session:
            with pytest.raises(NotAllowed):
                await exports.order(session, actor, PERIOD.id, "xlsx", NOW)
    async with database.transaction() as session:
        _order, is_new = await exports.order(session, cast.principal, PERIOD.id, "zip", NOW)
        assert is_new
        _order, is_new = await exports.order(session, cast.principal, PERIOD.id, "zip", NOW)
        assert not is_new
        _order, is_new = await exports.order(session, cast.operator, PERIOD.id, "zip", NOW)
        assert is_new
    async with database.reading() as session:
        trail = await session.exec(
            select(AuditEntry)
            .where(AuditEntry.action == "school.export")
            .order_by(col(AuditEntry.id))
        )
        noted = trail.all()
    assert [one.member_id for one in noted] == [cast.principal.member_id, cast.operator.member_id]
    assert noted[0].detail == {"period": PERIOD.id, "form": "zip"}


async def test_orders_of_schools_wait_apart(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        whole, _ = await exports.order(session, cast.principal, PERIOD.id, "zip", NOW)
        own, _ = await papers.order(session, cast.rina, "pdf", {"plan": 1}, NOW)
    async with database.transaction() as session:
        taken = await papers.take_next(session)
        assert taken is not None
        assert taken.id == own.id
    async with database.transaction() as session:
        assert await papers.take_next(session) is None
        taken = await papers.take_next(session, of_schools=True)
        assert taken is not None
        assert taken.id == whole.id
        await papers.note_sent(session, whole.id or 0, 3)
    async with database.transaction() as session:
        assert await papers.open_orders(session) == {whole.id, own.id}
        await papers.take_up_again(session, NOW)
        again = await papers.take_next(session, of_schools=True)
        assert again is not None
        assert again.parts_sent == 3


async def test_nobody_invited_twice_is_there_twice(database: Database, cast: Cast) -> None:
    """Two teachers of one name are two."""
    async with database.transaction() as session:
        session.add(
            Member(
                school_id=cast.rina.school_id, name="Rina", roles=1, nip="0" * 18, created_at=NOW
            )
        )
        await holds(session, cast.rina, cast.principal)
    async with database.reading() as session:
        found = await all_of(session, cast.school.id or 0)
    assert [one.member.name for one in found].count("Rina") == 2
    assert [one.full is not None for one in found if one.member.name == "Rina"] == [True, False]
