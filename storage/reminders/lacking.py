"""Which of many plans lack evidence. Most plans of a district are alike: it is looked at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import String, Text, cast, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.evidence import needs
from storage.evidence.needs import COUNTS_AS_SENT, PROVABLE_STEPS
from storage.models import Evidence, PlanEntry
from storage.plans import NO_DUTY
from storage.rulesets import RuleSet

BATCH = 1000  # plans named in one statement

NEXT = "\n"
"""Divides what is put into one text; no kind of document has it in its name."""


class _Sent(NamedTuple):
    """A document that has come, or several alike."""

    kind: str
    covers: int


async def lack_evidence(session: AsyncSession, plans: Mapping[int, RuleSet]) -> set[int]:
    """Say which plans (by id, with their rules) lack evidence for some of their units.

    Under rules that require no uploads none does. One statement for some hundred plans.
    """
    connection = await session.connection()
    lacking: set[int] = set()
    for rules, some in _alike(plans):
        for step, quantity, kinds, sent, numbers in await connection.execute(
            _look_at(rules, some)
        ):
            if _has_gap(rules, step, quantity, kinds, sent or ""):
                lacking.update(map(int, numbers.split(NEXT)))
    return lacking


def _alike(plans: Mapping[int, RuleSet]) -> Iterator[tuple[RuleSet, Sequence[int]]]:
    """Divide plans into batches of the same rules."""
    numbers: dict[RuleSet, list[int]] = {}
    for number, rules in plans.items():
        if rules.upload.required:
            numbers.setdefault(rules, []).append(number)
    for rules, alike in numbers.items():
        for at in range(0, len(alike), BATCH):
            yield rules, alike[at : at + BATCH]


def _look_at(rules: RuleSet, plans: Sequence[int]) -> Any:
    """Put together what gives planned entries and what has come for them: what is alike, once."""
    place = (col(Evidence.plan_id), col(Evidence.step), col(Evidence.code))
    document = cast(col(Evidence.covers), String) + " " + col(Evidence.kind)
    sent = (
        select(*place, func.aggregate_strings(document, NEXT).label("documents"))
        .where(col(Evidence.plan_id).in_(plans), col(Evidence.status).in_(COUNTS_AS_SENT))
        .group_by(*place)
        .subquery()
    )
    entry = (
        col(PlanEntry.step), col(PlanEntry.quantity), cast(col(PlanEntry.evidence), Text),
        sent.c.documents,
    )  # fmt: skip
    steps = [one.id for one in rules.steps if one.kind in PROVABLE_STEPS]
    return (
        select(*entry, func.aggregate_strings(cast(col(PlanEntry.plan_id), String), NEXT))
        .join(
            sent,
            (sent.c.plan_id == col(PlanEntry.plan_id))
            & (sent.c.step == col(PlanEntry.step))
            & (sent.c.code == col(PlanEntry.code)),
            isouter=True,
        )
        .where(col(PlanEntry.plan_id).in_(plans), col(PlanEntry.step).in_(steps))
        .where(col(PlanEntry.code) != NO_DUTY)
        .group_by(*entry)
    )


def _has_gap(rules: RuleSet, step: str, quantity: int, kinds: str, sent: str) -> bool:
    """Whether an entry lacks a document that it needs, by what the statement gives."""
    entry = PlanEntry(plan_id=0, step=step, code="", quantity=quantity)
    entry.evidence = json.loads(kinds)
    documents = [one.partition(" ") for one in sent.split(NEXT)] if sent else []
    pieces = [_Sent(kind, int(covers)) for covers, _, kind in documents]
    wanted = needs.needs_of(rules, rules.step(step), entry)
    return needs.proven_units(wanted, pieces, quantity) < quantity
