"""What time does to a request: nobody takes it, or the helper falls silent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import (
    members,
    school_hours,
)
from storage.database import Database
from storage.helping import talking, watching
from storage.helping.talking import Said
from storage.models import (
    Account,
    HelpStatus,
    Role,
)
from tests.storage.evidence.staging import (
    NOW,
    Cast,
    overtaking,
    statements,
    told,
)
from tests.storage.helping.staging import A_MINUTE, AN_HOUR, asks, claims, looks, request_now, says

JAKARTA = ZoneInfo("Asia/Jakarta")


async def test_an_hour_of_school_unclaimed_tells_everybody_once(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)  # Senin, pukul 10.00
    assert await looks(database, NOW + AN_HOUR - A_MINUTE) == 0
    for minutes in (0, 1, 60):
        await looks(database, NOW + AN_HOUR + minutes * A_MINUTE)
    everybody = {cast.coach.member_id, cast.principal.member_id, cast.deputy.member_id}
    assert sorted(await told(database, "help_unclaimed")) == sorted(everybody)
    await claims(database, cast.principal, full.id)


async def test_the_night_and_the_weekend_do_not_count(database: Database, cast: Cast) -> None:
    friday = datetime(2026, 7, 10, 15, 30, tzinfo=JAKARTA)
    await asks(database, cast.rina, now=friday)
    for moment in (
        friday + timedelta(hours=5),
        datetime(2026, 7, 11, 12, 0, tzinfo=JAKARTA),
        datetime(2026, 7, 13, 7, 29, tzinfo=JAKARTA),
    ):
        assert await looks(database, moment) == 0
    assert await looks(database, datetime(2026, 7, 13, 7, 30, tzinfo=JAKARTA)) == 1


async def test_silence_for_a_school_hour_gives_the_request_back(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    await says(database, cast.coach, full.id, "Sebentar", NOW + A_MINUTE)
    assert await looks(database, NOW + 3 * AN_HOUR) == 0, "nobody waits for a word"
    asked = NOW + timedelta(hours=3)
    await says(database, cast.rina, full.id, "Lalu?", asked)
    await says(database, cast.rina, full.id, "Halo?", asked + timedelta(minutes=50))
    assert await looks(database, asked + AN_HOUR - A_MINUTE) == 0
    assert await looks(database, asked + AN_HOUR) == 1
    now = await request_now(database, full.id)
    assert (now.status, now.claimed_by) == (HelpStatus.OPEN, None)
    assert await told(database, "help_back_in_queue") == [cast.rina.member_id]
    assert await told(database, "help_lapsed") == [cast.coach.member_id]
    helpers = [cast.coach.member_id, cast.principal.member_id, cast.deputy.member_id]
    assert sorted(await told(database, "help_wanted")) == sorted(helpers)


async def test_a_word_in_the_last_moment_keeps_the_request(
    database: Database, other: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    later = NOW + AN_HOUR
    _said, concerned = await overtaking(
        database, other,
        lambda session: talking.say(session, cast.coach, full.id, Said("Ini saya"), later),
        lambda session: watching.look_after(session, later),
    )  # fmt: skip
    assert concerned == 0
    assert (await request_now(database, full.id)).claimed_by == cast.coach.member_id
    assert await told(database, "help_lapsed") == []


@pytest.mark.parametrize("how", ["blocked", "no coach any more"])
async def test_a_coach_who_is_gone_gives_the_request_back(
    database: Database, cast: Cast, how: str
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        if how == "blocked":
            account = await session.get_one(Account, 105)
            account.blocked_at = NOW
            session.add(account)
        else:
            number = cast.coach.member_id
            await members.change_roles(session, cast.operator, number, Role.TEACHER, NOW)
    assert await looks(database, NOW + A_MINUTE) == 1
    assert (await request_now(database, full.id)).status == HelpStatus.OPEN


async def test_a_look_at_many_requests_is_one_statement(database: Database, cast: Cast) -> None:
    for who in (cast.rina, cast.budi):
        full = await asks(database, who)
        await claims(database, cast.coach, full.id)
    with statements(database) as seen:
        await looks(database, NOW + A_MINUTE)
    assert len(seen) == 1


FIRST_OF_JULY = datetime(2026, 7, 1, tzinfo=JAKARTA)
moments = st.integers(0, 30 * 24 * 60).map(lambda minutes: FIRST_OF_JULY + minutes * A_MINUTE)


@given(moments, moments, moments)
def test_help_hours_add_up(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    if last - first > school_hours.LOOKS_BACK:
        last = first + school_hours.LOOKS_BACK
        middle = min(middle, last)
    hours = school_hours.Hours(JAKARTA)
    whole = hours.open_between(first, last)
    parts = (hours.open_between(first, middle), hours.open_between(middle, last))
    assert whole == sum(parts, timedelta())
    assert timedelta() <= whole <= last - first
    assert hours.open_between(last, first) <= timedelta()
