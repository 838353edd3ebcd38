"""Both sides of an observation are reminded of the step that waits for them."""

from collections.abc import Collection

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.evidence.changing import OPEN_PLANS
from storage.observations.due import is_any_near, who_is_asked
from storage.reminders.calls import Call
from storage.reminders.looks import Look, batches, rated_of
from storage.rulebook import RuleBook


async def call_observations(
    session: AsyncSession, rulebook: RuleBook, look: Look, spoken_to: Collection[int]
) -> list[Call]:
    """Call those whose observation has a step that is due and waits for them.

    Who is reminded of something else today (`spoken_to`) hears of it on another day. Where the
    rating is final nobody is asked for a step any more.
    """
    near = {
        number
        for number, day in look.days.items()
        if day.works and is_any_near(day.rules, day.period, day.today)
    }
    plans = {
        plan.id: (plan.member_id, day.rules, day.period, day.today)
        for plan in look.plans.values()
        if plan.school_id in near and plan.status in OPEN_PLANS
        for day in (look.days[plan.school_id],)
    }
    people = {one.id: one for one in look.people if one.id not in spoken_to}
    calls: dict[int, Call] = {}
    rated = await rated_of(session, list(plans))
    for some in batches([number for number in plans if number not in rated]):
        part = {number: plans[number] for number in some}
        for one in await who_is_asked(session, rulebook, part):
            person = people.get(one.member_id)
            occasion = one.due.occasion(one.period, one.side)
            if person is None or person.id in calls or look.is_told(person, occasion):
                continue
            if look.may_hear(person, "task"):
                subject = {
                    "period": one.period, "side": str(one.side), "step": one.due.step.id,
                    "due_on": one.due.step.due_on.isoformat(),
                }  # fmt: skip
                calls[person.id] = look.call(person, "remind_step", subject, [occasion])
    return list(calls.values())
