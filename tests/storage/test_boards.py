"""The board: how far everybody is, who may see it, and how it was on earlier mornings."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import boards, confirmations, cycle, decisions, plans, sent_pictures
from storage.boards import board, note_mornings, tally, trend
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import NotAllowed
from storage.evidence import checking, reading
from storage.evidence.reading import Piece
from storage.later_stages import LATER
from storage.models import BoardDay, SentPicture
from storage.people import Actor
from storage.rulebook import RuleBook
from storage.rulesets import DeadlineKind, load_ruleset
from storage.stages import Scope, Stage, StageState, Standing, deadlines_by_stage
from tests.storage.evidence.staging import (
    NOW,
    PERIOD,
    RULES,
    TODAY,
    Cast,
    drafted,
    files,
    holds,
    reopens,
    statements,
)

BOOK = RuleBook()
DAY = timedelta(days=1)


async def stages(database: Database, cast: Cast, who: Actor) -> Mapping[Stage, StageState]:
    async with database.reading() as session:
        rows = await board(session, cast.principal, BOOK, cast.school, PERIOD)
    return next(row.cycle for row in rows if row.member_id == who.member_id)


async def standings(database: Database, cast: Cast) -> list[str]:
    found = await stages(database, cast, cast.rina)
    return [found[one].standing.value for one in list(Stage)[:3]]


async def test_a_plan_goes_through_its_stages(database: Database, cast: Cast) -> None:
    assert await standings(database, cast) == ["not_yet", "not_yet", "not_yet"]
    async with database.transaction() as session:
        full = await drafted(session, cast.rina)
    assert await standings(database, cast) == ["under_way", "not_yet", "not_yet"]

    async def submits(number: int) -> None:
        async with database.transaction() as session:
            await plans.submit(session, cast.rina, RULES, full.id, number, today=TODAY, now=NOW)

    await submits(0)
    assert await standings(database, cast) == ["done", "waiting", "not_yet"]
    async with database.transaction() as session:
        await decisions.send_back(
            session, cast.principal, full.id, 1, NOW, reason="Kurang", marks=()
        )
    assert await standings(database, cast) == ["returned", "not_yet", "not_yet"]
    await submits(1)
    async with database.transaction() as session:
        await decisions.approve(session, cast.principal, full.id, 2, NOW)
    # The teacher's own word is still awaited.
    assert await standings(database, cast) == ["done", "under_way", "not_yet"]
    async with database.transaction() as session:
        await plans.agree(session, cast.rina, RULES, full.id, 2, NOW)
    assert await standings(database, cast) == ["done", "done", "not_yet"]
    async with database.transaction() as session:
        await reopens(session, cast.principal, full.id)
    assert await standings(database, cast) == ["under_way", "not_yet", "not_yet"]


async def test_evidence_is_counted_as_it_is_decided(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        first = await files(session, cast.rina, full, "a", "RHK-08")
        second = await files(session, cast.rina, full, "b")

    async def evidence() -> StageState:
        return (await stages(database, cast, cast.rina))[Stage.EVIDENCE]

    async def decides(piece: Piece, verdict: str) -> None:
        async with database.transaction() as session:
            shown = await checking.piece_to_check(session, cast.principal, piece.id)
            await checking.note_look(session, cast.principal, shown)
            number = shown.evidence.revision
            if verdict == "accept":
                await checking.accept(session, cast.principal, piece.id, number, NOW)
            else:
                await checking.send_back(
                    session, cast.principal, piece.id, number, NOW, reason="Buram"
                )

    before = await evidence()
    assert (before.standing, before.done) == (Standing.UNDER_WAY, 0)
    assert before.of == 8
    await decides(first, "accept")
    assert (await evidence()).done == 1
    await decides(second, "return")
    assert (await evidence()).standing is Standing.RETURNED


async def test_where_nothing_need_be_uploaded_nothing_is_missed(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
    freely = dataclasses.replace(RULES, upload=dataclasses.replace(RULES.upload, required=False))
    assert cycle._evidence(freely, full, (), ()).standing is Standing.NOT_NEEDED
    assert cycle._evidence(RULES, full, (), ()).standing is Standing.NOT_YET


async def test_documents_are_the_stage_where_they_are_confirmed_instead(
    database: Database, cast: Cast
) -> None:
    annual = load_ruleset("ruang-gtk-2025")
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)

    def stage(*confirmed: str) -> StageState:
        papers = confirmations.papers_with(annual, full, dict.fromkeys(confirmed, ("Bu", NOW)))
        return cycle._evidence(annual, full, (), papers)

    assert stage() == StageState(Standing.WAITING, 0, 3)
    assert stage("kehadiran") == StageState(Standing.WAITING, 1, 3)
    assert stage("kehadiran", "kurikulum", "sk_tugas_tambahan") == StageState(Standing.DONE, 3, 3)
    assert cycle._evidence(annual, None, (), ()) == StageState()
    assert deadlines_by_stage(annual)[Stage.EVIDENCE] is DeadlineKind.EXECUTION
    assert deadlines_by_stage(RULES)[Stage.EVIDENCE] is DeadlineKind.EVIDENCE


async def test_one_teacher_and_the_whole_school_are_told_the_same(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Scope] = []

    async def observed(_session: object, _book: object, scope: Scope) -> Mapping[int, StageState]:
        asked.append(scope)
        return {cast.rina.member_id: StageState(Standing.UNDER_WAY, 2, 5)}

    monkeypatch.setitem(LATER, Stage.OBSERVATION, observed)
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        await files(session, cast.rina, full, "a")
    async with database.reading() as session:
        pieces = await reading.evidence_of_plan(session, full.id)
        alone = await cycle.cycle_of_plan(session, BOOK, RULES, full, pieces)
    assert asked == [Scope(cast.rina.school_id, PERIOD.id, full.id)]
    assert dict(alone) == dict(await stages(database, cast, cast.rina))
    assert alone[Stage.OBSERVATION] == StageState(Standing.UNDER_WAY, 2, 5)
    assert (await stages(database, cast, cast.budi))[Stage.OBSERVATION] == StageState()


async def test_only_who_looks_after_a_school_sees_its_board(
    database: Database, cast: Cast
) -> None:
    async with database.reading() as session:
        for actor in (cast.rina, cast.operator):
            with pytest.raises(NotAllowed):
                await board(session, actor, BOOK, cast.school, PERIOD)
        for actor in (cast.principal, cast.deputy, cast.coach):
            rows = await board(session, actor, BOOK, cast.school, PERIOD)
            assert [row.name for row in rows] == ["Budi", "Rina", "Wakil"]


async def test_more_teachers_take_no_more_statements(database: Database, cast: Cast) -> None:
    counts = []
    for actor in (cast.rina, cast.budi):
        async with database.transaction() as session:
            full = await holds(session, actor, cast.principal)
            await files(session, actor, full, "a")
        with statements(database) as seen:
            async with database.reading() as session:
                await board(session, cast.coach, BOOK, cast.school, PERIOD)
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --------------------------------------------------------------------- how it was


async def days(database: Database) -> list[BoardDay]:
    async with database.reading() as session:
        return list((await session.exec(select(BoardDay).order_by("day", "school_id"))).all())


async def test_each_morning_is_noted_once_and_stays(database: Database, cast: Cast) -> None:
    assert await note_mornings(database, BOOK, NOW) == 2
    assert await note_mornings(database, BOOK, NOW + timedelta(hours=5)) == 0
    ours, theirs = await days(database)
    assert (ours.day, ours.teachers, ours.done["plan"]) == (TODAY, 3, 0)
    assert theirs.teachers == 1
    async with database.transaction() as session:
        await holds(session, cast.rina, cast.principal)
    # In Jakarta the next day begins at 17.00 UTC.
    assert await note_mornings(database, BOOK, NOW.replace(hour=16, minute=59)) == 0
    assert await note_mornings(database, BOOK, NOW.replace(hour=17)) == 2
    found = [(one.day, one.done["approval"]) for one in await days(database)]
    assert found[0] == (TODAY, 0)
    assert found[2] == (TODAY + DAY, 1)
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    # Who is gone still counts for the days before, without a name.
    assert (await days(database))[2].done["approval"] == 1


async def test_two_processes_note_a_morning_once(database: Database, cast: Cast) -> None:
    async with database.reading() as session:
        counted = [await boards._count(session, BOOK, cast.school, NOW)]
    for _ in range(2):
        async with database.transaction() as session:
            await boards._note(session, counted)
    assert len(await days(database)) == 1


async def noted(database: Database, cast: Cast, period: str, day: date, plans_done: int) -> None:
    async with database.transaction() as session:
        session.add(
            BoardDay(
                school_id=cast.rina.school_id, period=period, day=day, teachers=9,
                done={"plan": plans_done},
            )
        )  # fmt: skip


async def test_the_present_is_compared_with_what_was_noted(database: Database, cast: Cast) -> None:
    today = date(2026, 7, 20)

    async def look(day: date = today) -> tuple[tuple[date, int] | None, ...]:
        async with database.reading() as session:
            found = await trend(session, cast.rina.school_id, PERIOD, RULES.period("2026-1"), day)
        return tuple(
            (one.day, one.tally.done[Stage.PLAN]) if one else None
            for one in (found.week, found.period)
        )

    assert await look() == (None, None)
    await noted(database, cast, "2026-2", date(2026, 7, 12), 1)
    assert await look() == (None, None), "the day before says nothing about that day"
    await noted(database, cast, "2026-2", date(2026, 7, 17), 4)
    assert await look() == (None, None), "too long after"
    await noted(database, cast, "2026-2", date(2026, 7, 15), 3)
    assert await look() == ((date(2026, 7, 15), 3), None)
    await noted(database, cast, "2026-2", date(2026, 7, 13), 2)
    assert await look() == ((date(2026, 7, 13), 2), None)
    # The same day of the last period: nineteen days after its start.
    await noted(database, cast, "2026-1", date(2026, 1, 20), 5)
    assert await look() == ((date(2026, 7, 13), 2), (date(2026, 1, 20), 5))
    # A week ago it was another period, and not this one.
    assert (await look(date(2026, 7, 5)))[0] is None


async def test_a_tally_counts_what_needs_nothing_more(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        await holds(session, cast.rina, cast.principal)
        await drafted(session, cast.budi)
    async with database.reading() as session:
        counted = tally(await board(session, cast.coach, BOOK, cast.school, PERIOD))
    assert counted.teachers == 3
    assert [counted.done[stage] for stage in Stage] == [1, 1, 0, 0, 0, 0]


async def test_old_days_are_forgotten(database: Database, cast: Cast) -> None:
    await noted(database, cast, "2024-1", date(2024, 4, 1), 1)
    await noted(database, cast, "2026-1", date(2026, 1, 20), 5)
    async with database.transaction() as session:
        await boards.forget_old(session, NOW)
    assert [one.period for one in await days(database)] == ["2026-1"]


# --------------------------------------------------------------------- names of pictures


async def keep(
    session: AsyncSession, school_id: int, digest: str, telegram_id: str, now: datetime = NOW
) -> None:
    name = sent_pictures.Name(school_id, digest, telegram_id)
    await sent_pictures.keep(session, [name], now)


async def kept(database: Database) -> list[str]:
    async with database.reading() as session:
        return list((await session.exec(select(SentPicture.telegram_id).order_by("id"))).all())


async def test_names_are_kept_renewed_and_forgotten(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = cast.rina.school_id
    async with database.transaction() as session:
        for at, digest in enumerate(("a" * 64, "b" * 64, "c" * 64, "d" * 64)):
            await keep(session, school, digest, digest[0], NOW + at * DAY)
        await keep(session, school, "b" * 64, "b2", NOW + 3 * DAY)
    async with database.reading() as session:
        assert await sent_pictures.name_of(session, "b" * 64) == "b2"
        assert await sent_pictures.name_of(session, "e" * 64) == ""
    async with database.transaction() as session:
        await sent_pictures.forget_old(session, NOW + 3 * DAY)
    assert await kept(database) == ["b2", "c", "d"]
    monkeypatch.setattr(sent_pictures, "MOST_KEPT", 2)
    async with database.transaction() as session:
        await sent_pictures.forget_old(session, NOW + 3 * DAY)
    assert await kept(database) == ["b2", "d"]


async def test_an_erased_person_is_in_no_picture_that_is_kept(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        await keep(session, cast.rina.school_id, "a" * 64, "ours")
        await keep(session, cast.stranger.school_id, "b" * 64, "theirs")
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    assert await kept(database) == ["theirs"]
