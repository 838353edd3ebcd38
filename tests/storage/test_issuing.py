"""Papers with codes, who may order them, and what becomes of whoever guesses codes."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import issuing, letterheads, members, verifying
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import BadNip, NotAllowed, NotFound, NotNow, ReasonMissing, TooLong, TooMany
from storage.issuing import (
    ALPHABET,
    LENGTH,
    Issue,
    PaperKind,
    Printed,
    grouped,
    new_code,
    read_code,
)
from storage.models import (
    Account,
    AuditEntry,
    CodeGuess,
    FinalRating,
    IssuedPaper,
    Letterhead,
    Member,
    Plan,
    PlanStatus,
    Rating,
    RatingStatus,
    Role,
    School,
)
from storage.people import Actor, known_id
from storage.verifying import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    LONGEST_WAIT,
    WITHIN,
    WRONG_ALLOWED,
    Genuine,
    NotKnown,
    TooOften,
)

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)
GUESSER = 8_000_000_001


@dataclass
class Cast:
    school: School
    rina: Actor
    budi: Actor
    principal: Actor
    coach: Actor
    operator: Actor
    elsewhere: Actor
    plan_id: int


@pytest.fixture
async def cast(database: Database) -> Cast:
    async with database.transaction() as session:
        here, there = [
            await members.found_school(
                session, npsn=npsn, name=npsn, timezone="Asia/Jakarta", ruleset="pmm-2024", now=NOW
            )
            for npsn in ("10304567", "10304568")
        ]
        rina = await _seat(session, here, "Rina", 1, Role.TEACHER)
        plan = Plan(
            school_id=rina.school_id, member_id=rina.member_id, period="2026-2",
            ruleset="pmm-2024", ruleset_version=3, status=PlanStatus.AGREED,
            created_at=NOW, changed_at=NOW,
        )  # fmt: skip
        session.add(plan)
        await session.flush()
        return Cast(
            school=here,
            rina=rina,
            budi=await _seat(session, here, "Budi", 2, Role.TEACHER),
            principal=await _seat(session, here, "Yusrizal", 3, Role.PRINCIPAL),
            coach=await _seat(session, here, "Cici", 4, Role.COACH),
            operator=await _seat(session, here, "Operator", 5, Role.OPERATOR),
            elsewhere=await _seat(session, there, "Lain", 6, Role(15)),
            plan_id=known_id(plan.id),
        )


async def _seat(
    session: AsyncSession, school: School, name: str, account_id: int, roles: Role
) -> Actor:
    invited = await members.invite(session, school, name=name, roles=roles, now=NOW)
    session.add(Account(id=account_id, created_at=NOW))
    await session.flush()
    member = await members.join(
        session, await session.get_one(Account, account_id), invited.token or "", NOW
    )
    return Actor(
        known_id(member.id), known_id(school.id), name, roles,
        decides=bool(roles & Role.PRINCIPAL),
    )  # fmt: skip


# ------------------------------------------------------------------------------- codes


def test_codes_are_long_and_never_the_same() -> None:
    codes = {new_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert len(ALPHABET) ** LENGTH >= 2**60


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    typed = grouped(code)
    mistaken = typed.replace("0", "O").replace("1", "l").lower()
    for one in (code, typed, typed.lower(), typed.replace("-", " "), mistaken, f"  {typed}. "):
        assert read_code(one) == code


@given(st.text(max_size=40))
def test_anything_else_is_a_code_or_none(text: str) -> None:
    code = read_code(text)
    assert code is None or (len(code) == LENGTH and set(code) <= set(ALPHABET))


def test_what_is_too_short_or_too_long_is_no_code() -> None:
    assert read_code("") is None
    assert read_code("7K3M-9QXA-2BC") is None
    assert read_code("7K3M-9QXA-2BCD-1") is None
    assert read_code("７Ｋ３Ｍ-9QXA-2BCD") == "7K3M9QXA2BCD"


# ------------------------------------------------------------------------------- ordering


async def test_who_may_have_an_skp_made(database: Database, cast: Cast) -> None:
    for actor in (cast.rina, cast.principal):
        async with database.transaction() as session:
            order, is_new = await issuing.order_skp(session, actor, cast.plan_id, NOW)
            assert (is_new, order.kind, order.subject) == (True, "skp", {"plan": cast.plan_id})
            _same, again = await issuing.order_skp(session, actor, cast.plan_id, NOW)
            assert not again
    refused = {cast.budi: NotAllowed, cast.coach: NotAllowed, cast.operator: NotAllowed,
               cast.elsewhere: NotFound}  # fmt: skip
    for actor, why in refused.items():
        async with database.transaction() as session:
            with pytest.raises(why):
                await issuing.order_skp(session, actor, cast.plan_id, NOW)
    async with database.reading() as session:
        trail = await session.exec(select(AuditEntry).where(AuditEntry.action == "paper.skp"))
        assert len(trail.all()) == 2


async def test_a_plan_that_is_not_approved_has_no_skp(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        plan = await session.get_one(Plan, cast.plan_id)
        plan.status = PlanStatus.DRAFT
        session.add(plan)
    async with database.transaction() as session:
        with pytest.raises(NotNow):
            await issuing.order_skp(session, cast.rina, cast.plan_id, NOW)
        assert await issuing.earlier_plan(session, cast.rina.member_id, "2027-1") is None


async def test_the_recap_is_for_who_decides(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        _order, is_new = await issuing.order_recap(session, cast.principal, "2026-2", NOW)
        assert is_new
    for actor in (cast.rina, cast.coach, cast.operator):
        async with database.transaction() as session:
            with pytest.raises(NotAllowed):
                await issuing.order_recap(session, actor, "2026-2", NOW)


async def test_who_left_can_still_be_printed_by_who_decides(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        member = await session.get_one(Member, cast.rina.member_id)
        member.roles = 0
        session.add(member)
    async with database.transaction() as session:
        _order, is_new = await issuing.order_skp(session, cast.principal, cast.plan_id, NOW)
        assert is_new


# ------------------------------------------------------------------------------- asking


async def issues(
    database: Database, cast: Cast, *, about: Actor | None = None, kind: PaperKind = PaperKind.SKP
) -> str:
    code = new_code()
    issue = Issue(
        code, kind, cast.rina.school_id, about.member_id if about else None, "2026-2",
        cast.principal.member_id, NOW, facts={"name": about.name if about else ""},
    )  # fmt: skip
    async with database.transaction() as session:
        await issuing.keep_issued(session, [Printed(issue, "a" * 64, 2)])
    return code


async def asks(
    database: Database, code: str, at: datetime = NOW, who: int = GUESSER
) -> Genuine | NotKnown | TooOften:
    async with database.transaction() as session:
        return await verifying.check(session, who, code, at)


async def test_a_genuine_paper_says_what_it_is_and_whether_a_newer_one_is_there(
    database: Database, cast: Cast
) -> None:
    code = await issues(database, cast, about=cast.rina)
    found = await asks(database, code)
    assert isinstance(found, Genuine)
    assert (found.paper.kind, found.paper.period, found.paper.pages) == ("skp", "2026-2", 2)
    assert found.paper.facts["name"] == "Rina"
    assert found.school.npsn == "10304567"
    assert found.newer is None
    await issues(database, cast, about=cast.budi)
    recap = await issues(database, cast, kind=PaperKind.RECAP)
    again = await asks(database, code)
    assert isinstance(again, Genuine)
    assert again.newer is None  # those were about somebody else
    newer = await issues(database, cast, about=cast.rina)
    later = await asks(database, code)
    assert isinstance(later, Genuine)
    assert later.newer is not None
    assert later.newer.code == newer
    of_school = await asks(database, recap)
    assert isinstance(of_school, Genuine)
    assert of_school.newer is None


async def test_the_newest_of_each_kind_about_each_are_given(
    database: Database, cast: Cast
) -> None:
    for _ in range(2):
        about_rina = await issues(database, cast, about=cast.rina)
        about_school = await issues(database, cast, kind=PaperKind.RECAP)
    about_budi = await issues(database, cast, about=cast.budi)
    async with database.reading() as session:
        found = await issuing.latest_issued(session, cast.rina.school_id, "2026-2")
        assert {key: one.code for key, one in found.items()} == {
            ("skp", cast.rina.member_id): about_rina,
            ("skp", cast.budi.member_id): about_budi,
            ("recap", None): about_school,
        }
        for school_id, period in ((cast.elsewhere.school_id, "2026-2"), (1, "2026-1")):
            assert await issuing.latest_issued(session, school_id, period) == {}


async def test_guessing_in_series_is_slowed_down_ever_more(
    database: Database, database_url: str, cast: Cast
) -> None:
    code = await issues(database, cast, about=cast.rina)
    at = NOW
    for left in range(WRONG_ALLOWED - 1, 0, -1):
        found = await asks(database, new_code(), at)
        assert found == NotKnown(left)
        assert isinstance(await asks(database, code, at), Genuine)  # forgives nothing
        at += A_MINUTE
    assert await asks(database, new_code(), at) == TooOften(at + FIRST_WAIT)
    # While the user waits, nothing is told, not even what is right; not by another process either.
    other = Database(database_url)
    try:
        for when in (at, at + FIRST_WAIT - A_MINUTE):
            assert await asks(other, code, when) == TooOften(at + FIRST_WAIT)
    finally:
        await other.close()
    assert isinstance(await asks(database, code, at, who=GUESSER + 1), Genuine)
    waits = []
    for _ in range(9):
        at += LONGEST_WAIT
        for _ in range(WRONG_ALLOWED):
            found = await asks(database, new_code(), at)
        assert isinstance(found, TooOften)
        waits.append(found.until - at)
    assert waits[:3] == [2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT
    assert sorted(waits) == waits


async def test_guesses_at_once_at_several_processes_are_all_counted(
    database: Database, database_url: str, cast: Cast
) -> None:
    async def guesses(at: Database) -> Genuine | NotKnown | TooOften:
        async with at.writing() as session:
            found = await verifying.check(session, GUESSER, new_code(), NOW)
            await session.commit()
            return found

    other = Database(database_url)
    try:
        found = await asyncio.gather(*(guesses(one) for one in [database, other] * 3))
    finally:
        await other.close()
    left = sorted(one.left for one in found if isinstance(one, NotKnown))
    assert left == [1, 2, 3, 4]
    assert found.count(TooOften(NOW + FIRST_WAIT)) == 2


async def test_honest_mistakes_are_forgotten(database: Database, cast: Cast) -> None:
    at = NOW
    for _ in range(3 * WRONG_ALLOWED):
        assert isinstance(await asks(database, new_code(), at), NotKnown)
        at += WITHIN
    for _ in range(WRONG_ALLOWED):
        await asks(database, new_code(), at)
    at += FORGOTTEN_AFTER + A_MINUTE
    for _ in range(WRONG_ALLOWED):
        found = await asks(database, new_code(), at)
    assert found == TooOften(at + FIRST_WAIT)
    # Somebody else's mistake takes away what nobody needs to know any more.
    await asks(database, new_code(), at + FORGOTTEN_AFTER + A_MINUTE, who=GUESSER + 1)
    async with database.reading() as session:
        left = (await session.exec(select(CodeGuess.account_id))).all()
    assert list(left) == [GUESSER + 1]


async def test_a_final_paper_says_when_its_rating_was_opened_again(
    database: Database, cast: Cast
) -> None:
    code, rater = new_code(), cast.principal.member_id
    said: Any = {"work_result": "sesuai", "work_behaviour": "sesuai", "predicate": "baik"}
    async with database.transaction() as session:
        session.add(
            Rating(
                plan_id=cast.plan_id, status=RatingStatus.FINAL, number=2, changed_by=rater,
                changed_at=NOW, **said,
            )
        )  # fmt: skip
        session.add(
            FinalRating(
                plan_id=cast.plan_id, number=2, ruleset_version=3, rated_by=rater, final_at=NOW,
                **said,
            )
        )  # fmt: skip
        issue = Issue(
            code, PaperKind.SKP, cast.rina.school_id, cast.rina.member_id, "2026-2", rater,
            NOW, final=True, facts={"name": "Rina", "rating": 2},
        )  # fmt: skip
        await issuing.keep_issued(session, [Printed(issue, "b" * 64, 3)])
    found = await asks(database, code)
    assert isinstance(found, Genuine)
    assert found.rating_holds
    for status, number in ((RatingStatus.DRAFT, 2), (RatingStatus.FINAL, 3)):
        async with database.transaction() as session:
            rating = (await session.exec(select(Rating))).one()
            rating.status, rating.number = status, number
            session.add(rating)
        found = await asks(database, code)
        assert isinstance(found, Genuine)
        assert not found.rating_holds


async def test_erasing_a_teacher_takes_papers_and_guesses_along(
    database: Database, cast: Cast
) -> None:
    code = await issues(database, cast, about=cast.rina)
    await asks(database, new_code(), who=1)
    async with database.transaction() as session:
        await letterheads.write_part(session, cast.operator, "head_name", "Rina", NOW)
        await letterheads.write_part(session, cast.operator, "head_nip", "1" * 18, NOW)
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    assert isinstance(await asks(database, code), NotKnown)
    async with database.reading() as session:
        assert (await session.exec(select(IssuedPaper))).all() == []
        guesses = (await session.exec(select(CodeGuess.account_id))).all()
        row = await session.get_one(Letterhead, cast.rina.school_id)
    assert list(guesses) == [GUESSER]
    assert (row.head_name, row.head_nip) == ("", "")


# ------------------------------------------------------------------------------- letterhead


async def writes(database: Database, actor: Actor, part: str, text: str) -> None:
    async with database.transaction() as session:
        await letterheads.write_part(session, actor, part, text, NOW)


async def test_the_letterhead_is_kept_part_by_part(database: Database, cast: Cast) -> None:
    async with database.reading() as session:
        assert await letterheads.letterhead_of(session, cast.rina.school_id) is None
        head = await letterheads.head_of(session, cast.school, None)
    assert (head.title, head.name, head.nip) == ("", "Yusrizal", "")
    await writes(database, cast.operator, "office", "  PEMERINTAH  KABUPATEN\n\n DINAS ")
    await writes(database, cast.principal, "place", " Surian\n")
    await writes(database, cast.operator, "head_nip", "19750101 200003 1 001")
    async with database.reading() as session:
        row = await letterheads.letterhead_of(session, cast.rina.school_id)
        assert row is not None
        assert (row.office, row.place) == ("PEMERINTAH KABUPATEN\nDINAS", "Surian")
        head = await letterheads.head_of(session, cast.school, row)
        assert (head.name, head.nip) == ("Yusrizal", "197501012000031001")
    await writes(database, cast.operator, "head_name", "Siti <b> & Rina")
    await writes(database, cast.operator, "head_nip", "-")
    async with database.reading() as session:
        row = await letterheads.letterhead_of(session, cast.rina.school_id)
        head = await letterheads.head_of(session, cast.school, row)
        assert (head.name, head.nip) == ("Siti <b> & Rina", "")
    async with database.transaction() as session:
        await letterheads.keep_logo(session, cast.principal, b"\x89PNG\x00\xff", NOW)
    async with database.reading() as session:
        row = await letterheads.letterhead_of(session, cast.rina.school_id)
        assert row is not None
        assert row.logo == b"\x89PNG\x00\xff"


@pytest.mark.parametrize(
    ("part", "text", "why"),
    [
        ("place", " \n ", ReasonMissing),
        ("place", "x" * 61, TooLong),
        ("address", "a\nb\nc\nd\ne", TooMany),
        ("head_nip", "12345", BadNip),
        ("head_nip", "١" * 18, BadNip),
        ("logo", "x", NotFound),
        ("school_id", "7", NotFound),
    ],
)
async def test_what_does_not_fit_changes_nothing(
    database: Database, cast: Cast, part: str, text: str, why: type[Exception]
) -> None:
    with pytest.raises(why):
        await writes(database, cast.operator, part, text)
    async with database.reading() as session:
        assert await letterheads.letterhead_of(session, cast.rina.school_id) is None


async def test_only_operators_and_principals_change_the_letterhead(
    database: Database, cast: Cast
) -> None:
    for actor in (cast.rina, cast.coach):
        with pytest.raises(NotAllowed):
            await writes(database, actor, "place", "Surian")
        async with database.transaction() as session:
            with pytest.raises(NotAllowed):
                await letterheads.keep_logo(session, actor, b"x", NOW)
