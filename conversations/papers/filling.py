"""Filling any order that there is when its turn comes: which kind is filled where."""

from pathlib import Path
from typing import Any

from conversations.papers import ordering
from conversations.papers.ordering import Filled
from conversations.papers.school_ordering import fill_school
from conversations.people import Person
from storage.papers import SCHOOL


async def fill(person: Person, kind: str, subject: dict[str, Any], out: Path) -> Filled:
    """Fill an order. Raises refusals."""
    if kind == SCHOOL:
        return await fill_school(person, subject, out)
    return await ordering.fill(person, kind, subject, out)
