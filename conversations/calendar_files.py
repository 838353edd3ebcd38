"""The moment of an observation as a file that calendars understand (iCalendar)."""

from datetime import UTC

from icalendar import Calendar, Event

from conversations.people import Person
from conversations.turn import File
from storage.observations.reading import FullCycle
from storage.observations.scheduling import ends_at

MAKER = "-//Kawan Kinerja//Observasi//ID"


def calendar_file(person: Person, cycle: FullCycle, caption: str = "") -> File | None:
    """Give the agreed moment as a file; None while there is none.

    A moved lesson keeps its UID and has a higher SEQUENCE, so that calendars replace it.
    """
    starts = cycle.agreed_at
    if starts is None:
        return None
    words, zone = person.words, person.words.zone
    event = Event()
    event.add("uid", f"observasi-{cycle.plan_id}-{cycle.school.npsn}@kawan-kinerja")
    event.add("sequence", cycle.row.sequence)
    event.add("dtstamp", (cycle.row.confirmed_at or starts).astimezone(UTC))
    event.add("dtstart", starts.astimezone(zone))
    event.add("dtend", ends_at(cycle, starts).astimezone(zone))
    event.add("summary", words.label("observing.calendar_title", name=cycle.teacher.name))
    event.add("location", cycle.school.name)
    if cycle.rubric is not None:
        event.add("description", cycle.rubric.name)
    event.add("status", "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    name = f"observasi-{starts.astimezone(zone):%Y-%m-%d}.ics"
    return File(calendar.to_ical(), name, caption)
