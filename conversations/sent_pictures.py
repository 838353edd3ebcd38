"""A picture for a screen: named by its facts, so that what Telegram has is not sent again."""

from conversations.people import Person
from conversations.pictures.facts import Facts, digest_of
from conversations.screens import Picture
from storage import sent_pictures


async def picture_of(person: Person, facts: Facts, name: str) -> Picture:
    """Give the picture of some facts, with Telegram's name for it if it has been sent before."""
    digest = digest_of(facts)
    known = await sent_pictures.name_of(person.session, digest)
    return Picture(facts, digest, known, name, person.actor.school_id)
