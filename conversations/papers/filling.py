"""Filling any order that there is when its turn comes: which kind is filled where."""

from pathlib import Path
from typing import Any

from conversations.papers import ordering
from conversations.papers.ordering import Filled
from conversations.papers.recap_paper import fill_recap
from conversations.papers.school_ordering import fill_school
from conversations.papers.skp_paper import fill_skp
from conversations.people import Person
from storage.errors import NotFound
from storage.issuing import PaperKind
from storage.papers import SCHOOL
from storage.rulesets import UnknownCode


async def fill(
    person: Person, kind: str, subject: dict[str, Any], out: Path, username: str
) -> Filled:
    """Fill an order. `username` is the bot's own, for links. Raises refusals."""
    try:
        if kind == PaperKind.SKP:
            return await fill_skp(person, subject["plan"], out, username)
        if kind == SCHOOL:
            return await fill_school(person, subject, out, username)
        if kind == PaperKind.RECAP:
            return await fill_recap(person, subject["period"], out, username)
        return await ordering.fill(person, kind, subject, out)
    except UnknownCode:
        # The school's rules have been changed since the order.
        raise NotFound from None
