"""Buttons with absurd values, of older versions, made of garbage, and of what is gone."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.simulator.driver import Person
from conversations.callbacks.everybody import Home
from conversations.callbacks.packing import LONGEST
from storage import plans
from storage.models import Plan, PlanEntry, Role
from tests import papers
from tests.databases import copied
from tests.end_to_end.bad_input.staging import (
    EVERY_BUTTON,
    LARGEST,
    SORRY,
    filled,
    fills_plan,
    still_works,
)
from tests.world import TestWorld, open_world

EXTREMES: tuple[dict[str, Any], ...] = tuple(
    {
        name: value if field is int else text
        for kind in EVERY_BUTTON
        for name, field in zip(
            [one.name for one in fields(kind)],  # type: ignore[arg-type]
            kind.field_kinds(),
            strict=True,
        )
    }
    for value, text in (
        (LARGEST, "\x00"), (-LARGEST, "💣"), (0, ""), (2**31, "own1"), (-1, "-"),
    )
)  # fmt: skip


@pytest.mark.parametrize("roles", [Role.TEACHER, Role(15)], ids=["teacher", "all roles"])
async def test_buttons_with_absurd_values_do_no_harm(world: TestWorld, roles: Role) -> None:
    """On one's own plan, where nothing else keeps them off."""
    person = await world.joins("Rina Wati", roles)
    if roles & Role.TEACHER:
        await fills_plan(person, duty="Pembina")
        await person.sends_photo(papers.photo())
        await person.sees("Kiriman ini aman")
    mine = {"plan": 1, "revision": 0, "member": 1, "evidence": 1, "entry": 1}
    for guess in EXTREMES:
        for kind in EVERY_BUTTON:
            of_mine, of_nobody = filled(kind, {**guess, **mine}), filled(kind, guess)
            for data in dict.fromkeys((of_mine, of_nobody)):
                answer = await person.taps_data(data)
                assert SORRY not in answer.text, data
    await still_works(person)
    async with world.database.reading() as session:
        for plan in (await session.exec(select(Plan))).all():
            full = await plans.find_plan(session, plan.member_id, plan.period)
            assert full is not None
            assert plan.points == sum(one.points * one.quantity for one in full.entries)


async def test_buttons_of_an_older_version_get_a_kind_answer(rina: Person) -> None:
    for data in ("0p", "0ps:1:x", "2p", "p", "plan.approve:1", "{}", "1zz", "1pi:1", " "):
        last = rina.last
        answer = await rina.taps_data(data, rina.messages[0].id)
        assert answer.show_alert
        assert "versi lama" in answer.text
        await rina.sees("SMPN 1 Surian", after=last)


async def test_a_stranger_with_an_old_button_hears_how_to_get_in(world: TestWorld) -> None:
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.start()
    first = await stranger.sees("undangan")
    for data in ("0p", Home().pack(), "1pi:1:RHK-01", "1q:0"):
        await stranger.taps_data(data)
    await stranger.sees("undangan", after=first)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=LONGEST).map(
                lambda data: data.decode("utf-8", "ignore")
            ),
            st.text(min_size=1, max_size=16),
            st.sampled_from(EVERY_BUTTON).flatmap(
                lambda kind: st.text("0123456789abz:-\x00", max_size=20).map(
                    lambda rest: f"1{kind.code}:{rest}"
                )
            ),
        ).filter(lambda data: 1 <= len(data.encode("utf-8", "surrogatepass")) <= LONGEST),
        min_size=40,
        max_size=60,
    )
)
async def test_garbage_on_buttons_does_no_harm(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, data: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("garbage")
    async with open_world(copied(sqlite_template, folder), folder) as world:
        stranger = world.sim.person("Orang Asing", id=77)
        await stranger.start()
        await stranger.sees("undangan")
        person = await world.joins("Rina Wati", Role(15))
        for one in data:
            for who in (person, stranger):
                answer = await who.taps_data(one)
                assert SORRY not in answer.text, one
        await still_works(person)


# --------------------------------------------------------------------- what is gone


async def test_taps_on_a_deleted_plan_say_that_it_is_gone(world: TestWorld, rina: Person) -> None:
    await fills_plan(rina, duty="Pembina")
    async with world.database.transaction() as session:
        for table in (PlanEntry, Plan):
            for row in (await session.exec(select(table))).all():
                await session.delete(row)
            await session.flush()
    answer = await rina.taps("Pengembangan diri")
    assert answer.show_alert
    assert "sudah tidak ada" in answer.text
    await rina.types("lanjut")
    await rina.sees("0 dari 32 poin")


async def test_a_button_weeks_later_on_an_inaccessible_message(
    world: TestWorld, rina: Person
) -> None:
    world.sim.world.accessible_seconds = 3600.0
    card = await rina.sees_button("Rencana")
    world.clock.forward(timedelta(days=30))
    await rina.taps("Rencana", on=card)
    await rina.sees("0 dari 32 poin", after=card)
