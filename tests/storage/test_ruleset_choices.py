"""Which rule set a school has, and from when: nothing that has begun ever changes."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from storage import deadlines, periods, plans, ruleset_choices
from storage.broadcasts import audiences
from storage.broadcasts.audiences import Audience, AudienceKind, Scope
from storage.database import Database
from storage.errors import NotAllowed, NotFound, RulesBegun, RulesBroken, RulesChanged
from storage.models import (
    AuditEntry,
    ClosedPeriod,
    OutboxMessage,
    Plan,
    PlanStatus,
    Role,
    RulesetChoice,
    School,
)
from storage.people import known_id
from storage.reminders import days
from storage.rulebook import RuleBook, spans_of
from storage.rulesets import StepKind, UnknownCode, load_ruleset
from storage.rulesets.days import ONE_DAY, last_of_month
from storage.school_hours import Hours
from tests.storage.reminders.staging import RULEBOOK, RULES, ZONE, Stage, a_stage, at
from tests.storage.ruleset_files import THIRD, add_third, add_yearly

HOURS = Hours(ZONE)
YEARLY = "ruang-gtk-2025"
NOW = at(date(2026, 8, 5), 9)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
async def stage(database: Database) -> Stage:
    stage = await a_stage(database)
    for name, role in (
        ("Operator", Role.OPERATOR), ("Kepala", Role.PRINCIPAL), ("Rina", Role.TEACHER),
        ("Tono", Role.COACH),
    ):  # fmt: skip
        await stage.joins(name, role)
    await stage.joins("Budi", Role.TEACHER, joined=False)
    return stage


async def school_of(stage: Stage) -> School:
    async with stage.database.reading() as session:
        return await session.get_one(School, stage.school.id)


async def choose(
    stage: Stage, ruleset: str = YEARLY, who: str = "Operator", now: datetime = NOW,
    revision: int | None = None, rulebook: RuleBook = RULEBOOK,
) -> RulesetChoice | None:  # fmt: skip
    actor = await stage.actor(who, now)
    async with stage.database.transaction() as session:
        school = await session.get_one(School, stage.school.id)
        return await ruleset_choices.choose(
            session, actor, rulebook, school, ruleset,
            school.rules_revision if revision is None else revision, hours=HOURS, now=now,
        )  # fmt: skip


async def take_back(
    stage: Stage, now: datetime = NOW, who: str = "Kepala", revision: int | None = None
) -> None:
    actor = await stage.actor(who, now)
    async with stage.database.transaction() as session:
        school = await session.get_one(School, stage.school.id)
        await ruleset_choices.take_back(
            session, actor, school,
            school.rules_revision if revision is None else revision, hours=HOURS, now=now,
        )  # fmt: skip


async def recorded(stage: Stage) -> list[list[str]]:
    """What the record of choices says about what follows the first rule set."""
    async with stage.database.reading() as session:
        made = await ruleset_choices.standing(session, await stage.actor("Kepala", NOW))
    return [[one.choice.starts_on.isoformat(), one.choice.ruleset] for one in made]


async def told(stage: Stage, kind: str) -> list[OutboxMessage]:
    async with stage.database.reading() as session:
        found = await session.exec(
            select(OutboxMessage)
            .where(OutboxMessage.kind == kind)
            .order_by(col(OutboxMessage.member_id))
        )
        return list(found.all())


# ------------------------------------------------------------------------------- choosing


async def test_a_choice_begins_where_a_period_ends_under_both(stage: Stage) -> None:
    choice = await choose(stage)
    assert choice is not None
    assert (choice.ruleset, choice.starts_on) == (YEARLY, NEW_YEAR)
    school = await school_of(stage)
    assert school.ruleset == RULES.id
    # The running period and all before it stay as they are.
    for day in (date(2026, 8, 5), date(2026, 12, 31), date(2024, 3, 1)):
        assert RULEBOOK.of_school(school, day).id == RULES.id
    assert RULEBOOK.period_at(school, date(2026, 12, 31)).id == "2026-2"
    assert RULEBOOK.period_at(school, NEW_YEAR).id == "2027"
    assert RULEBOOK.period_before(school, RULEBOOK.period_at(school, NEW_YEAR)).id == "2026-2"
    async with stage.database.reading() as session:
        line = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()[-1]
        (made,) = await ruleset_choices.standing(session, await stage.actor("Kepala", NOW))
    assert line.action == "school.ruleset"
    assert line.detail == {"before": RULES.id, "after": YEARLY, "starts_on": "2027-01-01"}
    assert (made.by.name, made.choice.chosen_at) == ("Operator", NOW)
    everybody = sorted(stage.ids[name] for name in ("Kepala", "Rina", "Tono"))
    messages = await told(stage, "ruleset_chosen")
    assert [one.member_id for one in messages] == everybody
    assert {one.subject["choice"] for one in messages} == {choice.id}


async def test_choosing_the_same_again_changes_nothing(stage: Stage) -> None:
    await choose(stage)
    assert await choose(stage, who="Kepala") is None
    assert (await school_of(stage)).rules_revision == 1


async def test_only_operators_and_principals_choose_and_only_for_their_school(
    stage: Stage,
) -> None:
    for who in ("Rina", "Tono"):
        with pytest.raises(NotAllowed):
            await choose(stage, who=who)
        with pytest.raises(NotAllowed):
            await take_back(stage, who=who)
    actor = await stage.actor("Operator", NOW)
    async with stage.database.transaction() as session:
        other = School(
            npsn="2", name="SMPN 2", timezone="Asia/Jakarta", ruleset=RULES.id, created_at=NOW
        )
        session.add(other)
        await session.flush()
        with pytest.raises(NotAllowed):
            await ruleset_choices.choose(
                session, actor, RULEBOOK, other, YEARLY, 0, hours=HOURS, now=NOW
            )


@pytest.mark.parametrize("forged", ["pmm-2024", "pmm-2042", "../pmm-2024", ""])
async def test_what_is_no_offer_is_refused(stage: Stage, forged: str) -> None:
    with pytest.raises(NotFound):
        await choose(stage, forged)
    assert (await school_of(stage)).later_rulesets == []


async def test_of_two_at_once_one_wins(stage: Stage) -> None:
    results = await asyncio.gather(
        choose(stage, revision=0), choose(stage, who="Kepala", revision=0), return_exceptions=True
    )
    lost = [one for one in results if isinstance(one, BaseException)]
    assert [type(one) for one in lost] == [RulesChanged]
    async with stage.database.reading() as session:
        assert len((await session.exec(select(RulesetChoice))).all()) == 1
    with pytest.raises(RulesChanged):
        await choose(stage, who="Kepala", revision=0)
    with pytest.raises(RulesChanged):
        await take_back(stage, revision=0)


# ------------------------------------------------------------------------------- taking back


async def test_taken_back_within_minutes_nobody_is_told(stage: Stage) -> None:
    choice = await choose(stage)
    assert choice is not None
    await take_back(stage, NOW + timedelta(seconds=30))
    school = await school_of(stage)
    assert (school.later_rulesets, school.rules_revision) == ([], 2)
    assert await recorded(stage) == []
    async with stage.database.reading() as session:
        made = await ruleset_choices.made(
            session, await stage.actor("Rina", NOW), known_id(choice.id)
        )
    # What was announced draws nothing then.
    assert made.choice.withdrawn_at is not None
    assert made.choice.withdrawn_by == stage.ids["Kepala"]
    assert await told(stage, "ruleset_kept") == []
    with pytest.raises(NotFound):
        await take_back(stage)


async def test_taken_back_later_those_who_have_heard_are_told(stage: Stage) -> None:
    await choose(stage)
    await take_back(stage, NOW + timedelta(days=1))
    heard = [one.member_id for one in await told(stage, "ruleset_kept")]
    assert heard == sorted(stage.ids[name] for name in ("Operator", "Rina", "Tono"))


async def test_what_has_begun_is_only_followed_by_another(stage: Stage, tmp_path: Path) -> None:
    add_third(tmp_path)
    rulebook = RuleBook(tmp_path)
    await choose(stage, rulebook=rulebook)
    begun = at(date(2027, 3, 10), 9)
    with pytest.raises(RulesBegun) as refused:
        await take_back(stage, begun)
    assert refused.value.since == NEW_YEAR
    choice = await choose(stage, THIRD, now=begun, rulebook=rulebook)
    assert choice is not None
    assert choice.starts_on == date(2028, 1, 1)
    school = await school_of(stage)
    assert [(span.ruleset, span.first) for span in spans_of(school)] == [
        (RULES.id, None), (YEARLY, NEW_YEAR), (THIRD, date(2028, 1, 1)),
    ]  # fmt: skip
    assert school.later_rulesets == await recorded(stage)
    assert rulebook.period_named(school, "2027")[0].id == YEARLY
    assert rulebook.period_named(school, "2028-3")[0].id == THIRD
    for never in ("2027-1", "2028", "2026", "x"):
        with pytest.raises(UnknownCode):
            rulebook.period_named(school, never)


async def test_another_choice_takes_the_place_of_one_that_has_not_begun(
    stage: Stage, tmp_path: Path
) -> None:
    add_third(tmp_path)
    rulebook = RuleBook(tmp_path)
    await choose(stage, rulebook=rulebook)
    await choose(stage, THIRD, who="Kepala", rulebook=rulebook)
    school = await school_of(stage)
    assert school.later_rulesets == [["2027-01-01", THIRD]] == await recorded(stage)
    async with stage.database.reading() as session:
        rows = (await session.exec(select(RulesetChoice).order_by(col(RulesetChoice.id)))).all()
    assert [(one.ruleset, one.withdrawn_at) for one in rows] == [(YEARLY, NOW), (THIRD, None)]


# ------------------------------------------------------------------------------- across a switch


async def test_the_old_period_closes_and_the_new_one_is_looked_after(stage: Stage) -> None:
    await choose(stage)
    await stage.has_plan("Rina", PlanStatus.DRAFT, NOW)

    async def close(now: datetime) -> list[str]:
        async with stage.database.transaction() as session:
            ended = await periods.find_ended(session, RULEBOOK, now)
            if ended:
                await periods.close(session, ended, now)
        return sorted(one.period for one in ended)

    assert await close(at(date(2026, 12, 31), 12)) == []
    morning = at(date(2027, 1, 4), 9)
    assert await close(morning) == ["2026-2"]
    async with stage.database.reading() as session:
        (day,) = (await days.open_days(session, RULEBOOK, morning)).values()
    assert (day.rules.id, day.period.id) == (YEARLY, "2027")
    assert day.period.end == date(2027, 12, 31)
    # In July the old scheme would have closed a half-year.
    assert await close(at(date(2027, 7, 5), 9)) == []
    assert await close(at(date(2028, 1, 3), 9)) == ["2027"]
    async with stage.database.reading() as session:
        closed = (await session.exec(select(ClosedPeriod.period))).all()
    assert sorted(closed) == ["2026-2", "2027"]


async def test_a_plan_is_opened_under_the_rules_of_its_day_and_starts_from_the_old_one(
    stage: Stage,
) -> None:
    await choose(stage)
    rina, before = await stage.actor("Rina", NOW), RULES.period("2026-2")
    yearly = load_ruleset(YEARLY)
    school = await school_of(stage)
    async with stage.database.transaction() as session:
        old = await plans.open_plan(session, rina, RULES, before, NOW)
        await plans.set_quantity(session, rina, RULES, old.id, "RHK-01", 2, NOW)
        await plans.toggle_duty(session, rina, RULES, old.id, "TT-06", NOW)
        await plans.add_own_duty(session, rina, RULES, old.id, "Ketua MGMP", NOW)
        await plans.take_standard_guides(session, rina, RULES, old.id, NOW)
    later = at(date(2027, 1, 5), 9)
    period = RULEBOOK.period_at(school, date(2027, 1, 5))
    async with stage.database.transaction() as session:
        new = await plans.open_plan(session, rina, yearly, period, later)
        assert (new.plan.period, new.plan.ruleset) == ("2027", YEARLY)
        offers = await plans.starting_points(
            session, rina, yearly, RULEBOOK.period_before(school, period)
        )
        # The new rules know the values and what was written, not the items and the old codes.
        assert {one["step"] for one in offers["previous"]} == {"tugas_tambahan", "perilaku_kerja"}
        new = await plans.start_from(session, rina, yearly, new.id, offers["previous"], later)
        assert [one.text for one in new.of("tugas_tambahan")] == ["Ketua MGMP"]
        assert len(new.of("perilaku_kerja")) == 7
        assert new.plan.points == 0
    async with stage.database.reading() as session:
        both = (await session.exec(select(Plan.period, Plan.ruleset))).all()
    assert sorted(both) == [("2026-2", RULES.id), ("2027", YEARLY)]


async def test_no_more_values_are_taken_over_than_the_new_rules_allow(
    stage: Stage, tmp_path: Path
) -> None:
    add_third(tmp_path)
    third = RuleBook(tmp_path).named(stage.school, THIRD)
    rina, period = await stage.actor("Rina", NOW), third.period("2027-1")
    step = next(one for one in third.steps if one.kind is StepKind.BEHAVIOURS)
    content = [
        {"step": step.id, "code": f"SK-{at}a", "quantity": 1, "text": "", "evidence": []}
        for at in (1, 2, 3)
    ]
    async with stage.database.transaction() as session:
        full = await plans.open_plan(session, rina, third, period, NOW)
        full = await plans.start_from(session, rina, third, full.id, content, NOW)
        assert [one.code for one in full.of(step.id)] == ["SK-1a", "SK-2a"]
        full = await plans.take_standard_guides(session, rina, third, full.id, NOW)
        assert len(full.of(step.id)) == 2


async def test_audiences_follow_the_rules_of_the_day(stage: Stage) -> None:
    await choose(stage)
    school, sender = await school_of(stage), stage.ids["Tono"]
    await stage.has_plan("Rina", PlanStatus.AGREED, NOW)

    async def counts(day: date) -> dict[AudienceKind, int]:
        scope = Scope(school, RULEBOOK, day, sender)
        async with stage.database.reading() as session:
            return {
                kind: (await audiences.count(session, scope, Audience(kind))).all
                for kind in AudienceKind
            }

    before, after = await counts(date(2026, 12, 31)), await counts(NEW_YEAR)
    # Rina's plan holds and lacks evidence; Budi has none.
    assert (before[AudienceKind.NOT_STARTED], before[AudienceKind.EVIDENCE]) == (1, 1)
    assert before[AudienceKind.BEHIND] == 2
    # In the new period nobody has begun, and no points can be missing.
    assert (after[AudienceKind.NOT_STARTED], after[AudienceKind.EVIDENCE]) == (2, 0)
    assert after[AudienceKind.BELOW_TARGET] == 0
    async with stage.database.transaction() as session:
        plan = (await session.exec(select(Plan))).one()
        plan.period, plan.ruleset, plan.status = "2027", YEARLY, PlanStatus.APPROVED
        session.add(plan)
    after = await counts(NEW_YEAR)
    # Whatever was sent, nothing that need not be uploaded is lacking.
    assert (after[AudienceKind.EVIDENCE], after[AudienceKind.BEHIND]) == (0, 1)


async def test_moved_deadlines_stay_with_their_period(stage: Stage) -> None:
    operator = await stage.actor("Operator", NOW)
    async with stage.database.transaction() as session:
        await deadlines.move_deadline(
            session, operator, RULES, RULES.period("2026-2"), "report", date(2026, 12, 20),
            reason="Libur", hours=HOURS, now=NOW,
        )  # fmt: skip
    await choose(stage)
    yearly = load_ruleset(YEARLY)
    async with stage.database.reading() as session:
        found = await deadlines.deadlines_of(
            session, operator.school_id, yearly, yearly.period("2027")
        )
    assert not any(one.is_moved for one in found)


async def test_one_school_without_its_rules_holds_nobody_else_up(
    stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    name = add_yearly(tmp_path, 2)
    rulebook = RuleBook(tmp_path)
    async with stage.database.transaction() as session:
        session.add(
            School(npsn="2", name="SMPN 2", timezone="Asia/Jakarta", ruleset=name, created_at=NOW)
        )
    async with stage.database.reading() as session:
        assert len(await days.open_days(session, rulebook, NOW)) == 2
    (tmp_path / f"{name}.toml").write_text("[scheme", "utf-8")
    with caplog.at_level(logging.ERROR):
        async with stage.database.reading() as session:
            assert len(await days.open_days(session, rulebook, NOW)) == 1
            ended = await periods.find_ended(session, rulebook, at(date(2027, 1, 4), 9))
            used = await ruleset_choices.in_use(session)
    assert {one.school.npsn for one in ended} == {"1"}
    assert (used[-1][0].npsn, used[-1][1]) == ("2", name)
    assert "uji-2.toml" in caplog.text
    with pytest.raises(RulesBroken):
        rulebook.named(used[-1][0], name)
    assert [one.id for one in rulebook.usable(stage.school)] == [RULES.id, YEARLY]


async def test_a_correction_that_moves_the_periods_away_is_found(
    stage: Stage, tmp_path: Path
) -> None:
    name = add_yearly(tmp_path, 4)
    rulebook = RuleBook(tmp_path)
    await choose(stage, name, rulebook=rulebook)
    school = await school_of(stage)
    assert ruleset_choices.out_of_step(rulebook, school) == []
    later = School(**school.model_dump())
    later.later_rulesets = [["2027-02-01", name]]
    assert ruleset_choices.out_of_step(rulebook, later) == [date(2027, 2, 1)]


# ------------------------------------------------------------------------------- any sequence


NAMES = ("uji-1", "uji-2", "uji-3", "uji-4", "uji-6", "uji-12", "uji-neu")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    folder = tmp_path_factory.mktemp("many")
    for count in (1, 2, 3, 4, 6, 12):
        add_yearly(folder, count)
    # One that becomes valid within a year.
    text = (folder / "uji-2.toml").read_text("utf-8").replace('id = "uji-2"', 'id = "uji-neu"')
    text = text.replace("valid_from = 2020-01-01", "valid_from = 2027-05-17")
    (folder / "uji-neu.toml").write_text(text, "utf-8")
    return RuleBook(folder)


def sample(first: date, last: date) -> Iterator[date]:
    """Give the days at which a period can begin or end, and one between: all are months."""
    for year in range(first.year, last.year + 1):
        for month in range(1, 13):
            if (year, month) <= (last.year, last.month):
                yield from (
                    date(year, month, 1),
                    date(year, month, 17),
                    last_of_month(year, month),
                )


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from(NAMES),
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from((*NAMES, None))), min_size=1, max_size=7
    ),
)
def test_every_day_has_one_period_and_the_past_never_changes(
    many: RuleBook, began_with: str, events: list[tuple[int, str | None]]
) -> None:
    school = School(npsn="1", name="x", timezone="Asia/Jakarta", ruleset=began_with,
                    created_at=NOW, later_rulesets=[])  # fmt: skip
    today, known = date(2026, 1, 1), dict[date, tuple[str, str]]()

    def looks_so() -> dict[date, tuple[str, str]]:
        return {
            day: (many.of_school(school, day).id, many.period_at(school, day).id)
            for day in sample(date(2026, 1, 1), many.period_at(school, today).end)
        }

    for forward, name in events:
        today += timedelta(forward)
        known = looks_so()
        if name is None:
            school.later_rulesets = ruleset_choices.begun(school, today)
        elif name != many.of_school(school, today).id:
            first = ruleset_choices.offer_of(many, school, name, today).first.start
            assert today < first <= max(date(today.year + 1, 1, 1), date(2028, 1, 1))
            school.later_rulesets = ruleset_choices.following(school, today, first, name)
        # Nothing of the running period, nor of any before it, looks different now.
        assert looks_so() == known
        assert sum(span.first is not None and span.first > today for span in spans_of(school)) < 2
    _lie_side_by_side(many, school, date(2026, 1, 1), today + timedelta(800))


def _lie_side_by_side(book: RuleBook, school: School, first: date, last: date) -> None:
    """Without gap or overlap, no two with one name, and each found again by its name."""
    day, seen = first, set[str]()
    while day <= last:
        period = book.period_at(school, day)
        assert period.start == day
        assert period.id not in seen
        assert book.period_named(school, period.id)[1] == period
        assert len({book.of_school(school, one).id for one in (day, period.end)}) == 1
        seen.add(period.id)
        if day > first:
            assert book.period_before(school, period).end == day - ONE_DAY
        day = period.end + ONE_DAY
