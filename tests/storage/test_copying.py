"""A plan in the fields of the official form: all of it, in order, cut to fit, ticked off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import copying, decisions, plans
from storage.copying import parts
from storage.database import Database
from storage.errors import NotAllowed, NotFound, NotNow
from storage.models import CopyProgress
from storage.rulesets import RuleSet, load_ruleset
from tests.storage.evidence.staging import (
    NOW,
    PERIOD,
    RULES,
    Cast,
    drafted,
    holds,
    reopens,
)


async def test_every_entry_fills_the_fields_of_its_page_in_order(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        plan = await holds(session, cast.rina, cast.principal)
        sheet = await copying.read(session, cast.rina, RULES, plan.id)
    assert sheet.sections == ("Pengembangan kompetensi", "Tugas tambahan", "Perilaku kerja")
    first = sheet.of("Pengembangan kompetensi")
    assert [one.key for one in first[:3]] == [
        "rhk/RHK-01", "rhk_jumlah/RHK-01", "rhk_bukti/RHK-01",
    ]  # fmt: skip
    assert first[0].text == RULES.item("RHK-01").title
    assert first[1].text == "4"
    assert first[2].text
    assert len(first) == 9
    duty = sheet.of("Tugas tambahan")
    assert duty[0].text == RULES.duty("TT-01").title
    assert len(sheet.of("Perilaku kerja")) == 14
    assert all(one.estimated for one in sheet.values)
    assert sheet.done == frozenset()
    assert sheet.next_open() == sheet.values[0]


async def test_a_tick_is_kept_taken_back_and_goes_when_the_text_changes(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        plan = await holds(session, cast.rina, cast.principal)
        for _ in range(2):  # a double tap
            sheet = await copying.tick(
                session, cast.rina, RULES, plan.id, "rhk_jumlah/RHK-01", NOW, done=True
            )
        assert sheet.done == {"rhk_jumlah/RHK-01"}
        await copying.tick(session, cast.rina, RULES, plan.id, "rhk/RHK-01", NOW, done=True)
        for key in ("rhk/RHK-99", "", "x" * 50):
            with pytest.raises(NotFound):
                await copying.tick(session, cast.rina, RULES, plan.id, key, NOW, done=True)
    async with database.transaction() as session:
        sheet = await copying.read(session, cast.rina, RULES, plan.id)
        assert sheet.next_open() == sheet.values[2]
        assert sheet.next_open(after=len(sheet.values) - 1) == sheet.values[2]
        with pytest.raises(NotAllowed):
            await copying.read(session, cast.budi, RULES, plan.id)
        with pytest.raises(NotFound):
            await copying.read(session, cast.stranger, RULES, plan.id)
        # Reopened, it cannot be copied; approved again with another number, that one is open.
        full = await reopens(session, cast.principal, plan.id)
        with pytest.raises(NotNow):
            await copying.read(session, cast.rina, RULES, plan.id)
        await plans.set_quantity(session, cast.rina, RULES, plan.id, "RHK-01", 5, NOW)
        await plans.submit(
            session, cast.rina, RULES, plan.id, full.plan.revision, today=PERIOD.start, now=NOW
        )
        await decisions.approve(session, cast.principal, plan.id, full.plan.revision, NOW)
    async with database.transaction() as session:
        sheet = await copying.read(session, cast.rina, RULES, plan.id)
        assert sheet.done == {"rhk/RHK-01"}
        await copying.tick(session, cast.rina, RULES, plan.id, "rhk/RHK-01", NOW, done=False)
        kept = await session.get_one(CopyProgress, plan.id)
        assert kept.done == []


async def test_a_draft_is_not_copied(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
        with pytest.raises(NotNow):
            await copying.tick(session, cast.rina, RULES, plan.id, "rhk/RHK-01", NOW, done=True)


@pytest.mark.parametrize("name", ["pmm-2024", "ruang-gtk-2025"])
def test_every_step_of_a_rule_set_has_fields(name: str) -> None:
    rules: RuleSet = load_ruleset(name)
    assert {one.step for one in rules.copy_fields} == {one.id for one in rules.steps}
    assert all(one.estimated or one.confidence == "own" for one in rules.copy_fields)


# ------------------------------------------------------------------------------- cutting


def length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(2, 40))
def test_parts_fit_and_lose_nothing(text: str, longest: int) -> None:
    text = " ".join(text.split())
    found = parts(text, longest)
    assert all(1 <= length(one) <= longest for one in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.lists(st.text("abc🙂", min_size=1, max_size=8), min_size=1, max_size=30))
def test_no_word_is_cut_that_fits(words: list[str]) -> None:
    assert " ".join(parts(" ".join(words), 16)).split() == words


def test_a_long_text_becomes_numbered_parts() -> None:
    text = "Saya belajar memberi umpan balik. " * 30
    found = parts(text, 256)
    assert len(found) == 5
    assert " ".join(found) == text.strip()
