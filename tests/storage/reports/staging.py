"""Reports brought as far as a test needs them."""

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import decisions, forms, plans
from storage.evidence.reading import FormPlace
from storage.people import Actor
from storage.plans import FullPlan
from storage.reports import moving
from storage.reports.moving import Draft
from storage.reports.reading import FORM
from tests.storage.evidence.staging import NOW, RULES, TODAY

REQUIRED = ("pengembangan_diri", "tugas_tambahan", "perilaku_kerja")
"""What the rule set wants answered for the staged plan, which has a duty."""


async def answers(
    session: AsyncSession, actor: Actor, plan: FullPlan, *fields: str, text: str = "Kalimat."
) -> None:
    """Answer questions of a report; the required ones where none are named."""
    for field in fields or REQUIRED:
        place = FormPlace(plan.id, FORM, field)
        await forms.write(session, actor, place, text, NOW, moving.may_answer)


async def holds_again(
    session: AsyncSession, actor: Actor, decider: Actor, plan_id: int
) -> FullPlan:
    """Bring a plan that was opened again through approval and agreement."""
    full = await plans.own_plan(session, actor, plan_id)
    number = full.plan.revision
    await plans.submit(session, actor, RULES, plan_id, number, today=TODAY, now=NOW)
    await decisions.approve(session, decider, plan_id, number + 1, NOW)
    return await plans.agree(session, actor, RULES, plan_id, number + 1, NOW)


async def submits(session: AsyncSession, actor: Actor, plan: FullPlan, revision: int = 0) -> Draft:
    """Submit a report as its teacher."""
    draft, _who = await moving.submit(
        session, actor, RULES, plan.id, revision, today=TODAY, now=NOW
    )
    return draft
