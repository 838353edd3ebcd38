"""Documents that the demo's principal has confirmed before the curtain rises."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.demo_plans import SCRIPTS
from bot.demo_school import PRINCIPAL
from storage import confirmations, plans
from storage.errors import NotFound
from storage.people import Actor
from storage.rulesets import RuleSet

CONFIRMED_AGO: Final = timedelta(minutes=20)


async def confirm_some(
    session: AsyncSession, rules: RuleSet, actors: Mapping[int, Actor], now: datetime
) -> None:
    """Confirm what the script says, in the principal's name; nothing where it names none."""
    at = now - CONFIRMED_AGO
    period = rules.period_at(at.date())
    for account, documents in SCRIPTS[rules.id].confirmed.items():
        full = await plans.find_plan(session, actors[account].member_id, period.id)
        if full is None:
            raise NotFound
        for document in documents:
            await confirmations.confirm(
                session, actors[PRINCIPAL.account], rules, full.id, document, at
            )
