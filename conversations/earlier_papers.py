"""Papers of earlier periods, offered by the names that people give to periods."""

from contextlib import suppress

from conversations.callbacks.official import OrderRecap, OrderSkp
from conversations.callbacks.packing import Button
from conversations.people import Person
from conversations.period_words import short_period
from storage.errors import RulesBroken
from storage.issuing import earlier_plan, is_planned
from storage.people import known_id
from storage.rulesets import Period, UnknownCode


async def earlier_skp(person: Person, member_id: int, period_id: str) -> tuple[str, Button] | None:
    """Offer a member's newest SKP of another period; none whose rules can no longer be read."""
    plan = await earlier_plan(person.session, member_id, period_id)
    if plan is None:
        return None
    with suppress(RulesBroken, UnknownCode):
        period = person.rulebook.of_plan(person.school, plan).period(plan.period)
        label = person.words.label("issuing.skp_of", period=short_period(person.words, period))
        return label, OrderSkp(known_id(plan.id))
    return None


async def recap_before(person: Person, period: Period) -> tuple[str, Button] | None:
    """Offer the recap of the period before this one; none where nobody planned in it."""
    before = person.rulebook.period_before(person.school, period)
    if not await is_planned(person.session, person.actor.school_id, before.id):
        return None
    label = person.words.label("issuing.recap_of", period=short_period(person.words, before))
    return label, OrderRecap(before.id)
