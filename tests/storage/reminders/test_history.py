"""Whatever happens, and whatever the clock does: nobody is nagged and nobody is forgotten."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from storage import deadlines
from storage.models import PlanStatus, Role
from storage.reminders import wishes
from storage.reminders.days import dues_of
from storage.reminders.tasks import Task, task_for
from storage.school_hours import Hours
from tests.databases import FreshDatabase
from tests.storage.machines import DatabaseMachine, run_machine
from tests.storage.reminders.staging import PERIOD, RULES, ZONE, Sent, a_stage, at

TEACHERS = ("Rina", "Budi", "Siti")
HOURS = Hours(ZONE)
HOUR = timedelta(hours=1)
TASKS = ("remind_task", "remind_waiting")
CALM = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow], stateful_step_count=12
)

teachers = st.sampled_from(TEACHERS)
statuses = st.sampled_from([None, *PlanStatus])


class Reminded(DatabaseMachine):
    """A school through a planning phase, with whatever people, the bot and the clock do."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = self.runner.run(a_stage(self.database))
        for name in TEACHERS:
            self.runner.run(self.stage.joins(name, Role.TEACHER))
        self.runner.run(self.stage.joins("Operator", Role.OPERATOR))
        self.runner.run(self.stage.joins("Kepala", Role.PRINCIPAL))
        self.now = at(date(2026, 7, 20), 6)
        self.ends_on = date(2026, 7, 31)
        self.statuses: dict[str, PlanStatus | None] = dict.fromkeys(TEACHERS)
        self.not_before: dict[str, date] = {}
        self.hours: dict[str, int] = {}
        self.snoozes: Counter[int] = Counter()

    @property
    def today(self) -> date:
        return HOURS.today(self.now)

    # -- what happens

    @rule(name=teachers, status=statuses)
    def somebody_comes_so_far(self, name: str, status: PlanStatus | None) -> None:
        self.runner.run(self.stage.has_plan(name, status, self.now))
        self.statuses[name] = status

    @rule(quarters=st.integers(1, 40))
    def time_passes(self, quarters: int) -> None:
        for _ in range(0, quarters, 2):
            self.now += timedelta(minutes=30)
            self.look()

    @rule(hours=st.integers(1, 100))
    def the_bot_is_off(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(hours=st.integers(1, 30), is_long=st.booleans())
    def it_stops_before_it_has_sent(self, hours: int, *, is_long: bool) -> None:
        self.now = max(self.now, at(self.today, 15))
        self.runner.run(self.stage.round(self.now, deliver=False))
        self.now += hours * HOUR
        self.send()
        if is_long:
            self.a_whole_day_passes()

    @rule(hours=st.integers(1, 6))
    def the_clock_jumps_back(self, hours: int) -> None:
        self.now -= hours * HOUR

    @rule(name=teachers, days=st.sampled_from(wishes.SNOOZES))
    def somebody_snoozes(self, name: str, days: int) -> None:
        async def snooze() -> date:
            actor = await self.stage.actor(name, self.now)
            async with self.database.transaction() as session:
                return await wishes.snooze(session, actor, days, today=self.today, now=self.now)

        self.not_before[name] = self.runner.run(snooze())
        self.snoozes[self.stage.ids[name]] += 1

    @rule(name=teachers, hour=st.integers(HOURS.opens_at, HOURS.closes_at - 1))
    def somebody_chooses_an_hour(self, name: str, hour: int) -> None:
        async def choose() -> None:
            actor = await self.stage.actor(name, self.now)
            async with self.database.transaction() as session:
                await wishes.choose_hour(session, actor, HOURS, hour, self.now)

        self.runner.run(choose())
        self.hours[name] = hour

    @rule(days=st.integers(0, 18))
    def the_deadline_moves(self, days: int) -> None:
        day = self.today + timedelta(days)

        async def move() -> None:
            actor = await self.stage.actor("Operator", self.now)
            async with self.database.transaction() as session:
                await deadlines.move_deadline(
                    session, actor, RULES, PERIOD, "plan", day, reason="Hujan", hours=HOURS,
                    now=self.now,
                )  # fmt: skip

        self.runner.run(move())
        self.ends_on = day

    @rule()
    def a_whole_day_passes(self) -> None:
        self.now = at(self.today + timedelta(1), 6)
        while HOURS.today(self.now + HOUR) == self.today:
            self.look()
            self.now += timedelta(minutes=45)
        self.check_that_nobody_is_forgotten()

    # -- what must hold

    def look(self) -> None:
        self.check(self.runner.run(self.stage.round(self.now)))

    def send(self) -> None:
        self.check(self.runner.run(self.stage.deliver(self.now)))

    def check(self, sent: list[Sent]) -> None:
        for one in sent:
            if one.kind in ("remind_task", "remind_waiting", "remind_digest"):
                self.check_hours(one)
            if one.kind == "remind_task":
                assert self.task_of(self.name_of(one)) is not None, "reminded of what is done"
        self.check_that_nothing_is_repeated()

    def name_of(self, one: Sent) -> str:
        return next(name for name, number in self.stage.ids.items() if number == one.member_id)

    def task_of(self, name: str) -> Task | None:
        return task_for(
            "plan", self.statuses[name], agreement_required=RULES.agreement_required,
            reported=False,
        )  # fmt: skip

    def check_hours(self, one: Sent) -> None:
        day, name = one.local.date(), self.name_of(one)
        assert HOURS.opens_at <= one.local.hour < HOURS.closes_at
        assert HOURS.works_on(day) or day == self.ends_on
        if name in self.hours:
            assert one.local.hour >= self.hours[name] - 1 or one.local.hour >= 15
        if name in self.not_before and day != self.ends_on:
            assert day >= self.not_before[name]

    def check_that_nothing_is_repeated(self) -> None:
        told = [one for one in self.stage.sent if one.kind in TASKS]
        for (member, _), times in Counter(
            (one.member_id, one.occasion.rpartition(":")[0]) for one in told
        ).items():
            assert times <= 1 + self.snoozes[member]
        days = Counter((one.member_id, one.local.date()) for one in told)
        assert all(times == 1 for times in days.values()), "one message a day at most"

    def check_that_nobody_is_forgotten(self) -> None:
        """After a whole day of looking, everybody has heard of the step that has come."""
        is_last = self.today == self.ends_on
        if not (HOURS.works_on(self.today) or is_last):
            return
        laid = deadlines.lay_out(RULES, PERIOD, [])
        plan = deadlines.of_kind(laid, "plan")
        now_due = dues_of(RULES, PERIOD, (deadlines.Deadline(
            plan.rule, self.ends_on, plan.ruled, plan.earliest),), self.today)  # fmt: skip
        for name in TEACHERS:
            put_off = self.today < self.not_before.get(name, self.today)
            if self.task_of(name) is None or not now_due or (put_off and not is_last):
                continue
            told = [
                one
                for one in self.stage.sent
                if one.member_id == self.stage.ids[name] and one.kind in TASKS
            ]
            heard = {one.occasion.rpartition(":")[0] for one in told}
            said_today = any(one.local.date() == self.today for one in told)
            assert said_today or f"remind:{now_due[0].occasion}" in heard, "forgotten"


def test_a_phase_of_reminders_on_sqlite(fresh_sqlite: FreshDatabase) -> None:
    run_machine(Reminded, fresh_sqlite, settings(CALM, max_examples=20))


def test_a_phase_of_reminders_on_postgresql(fresh_postgresql: FreshDatabase) -> None:
    run_machine(Reminded, fresh_postgresql, settings(CALM, max_examples=5))
