"""What an operator hears when the bot itself is in trouble."""

from typing import Any

from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Screen
from storage.models import Role


@notice("failure")
async def failure(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell an operator what went wrong and under which code the log has it."""
    if not person.actor.roles & Role.OPERATOR:
        return None
    text = person.words.body("everywhere.failure", what=subject["what"], code=subject["code"])
    return Notice(Screen(text))


@notice("disk_full")
async def disk_full(person: Person, _subject: dict[str, Any]) -> Notice | None:
    """Tell an operator that no further files fit on the disk."""
    if not person.actor.roles & Role.OPERATOR:
        return None
    return Notice(Screen(person.words.body("everywhere.disk_full")))
