"""The moment of an observation as a file that calendars understand (iCalendar, RFC 5546).

What was agreed on is published, what will not be is cancelled: the same UID, and a SEQUENCE that
grows with every change of the day, so that calendars replace what they have, or take it out.
"""

from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from conversations.people import Person
from conversations.turn import File
from storage.observations.reading import FullCycle
from storage.observations.scheduling import ends_at

MAKER = "-//Kawan Kinerja//Observasi//ID"
NO_ADDRESS = "mailto:tanpa-alamat@kawan-kinerja.invalid"
"""An organizer is asked for, and must have an address. The school has none that we know."""


def calendar_file(person: Person, cycle: FullCycle, caption: str = "") -> File | None:
    """Give the agreed moment as a file; None while there is none."""
    starts = cycle.agreed_at
    if starts is None:
        return None
    words, zone = person.words, person.words.zone
    event = _event(person, cycle.plan_id, cycle.row.sequence, starts)
    event.add("dtend", ends_at(cycle, starts).astimezone(zone))
    event.add("summary", words.label("observing.calendar_title", name=cycle.teacher.name))
    event.add("location", cycle.school.name)
    if cycle.rubric is not None:
        event.add("description", cycle.rubric.name)
    event.add("status", "CONFIRMED")
    name = f"observasi-{starts.astimezone(zone):%Y-%m-%d}.ics"
    return File(_calendar("PUBLISH", event), name, caption)


def cancelling_file(
    person: Person, plan_id: int, sequence: int, starts: datetime, caption: str = ""
) -> File:
    """Give the file that takes a moment out of calendars again; it names nobody."""
    event = _event(person, plan_id, sequence, starts)
    event.add("summary", person.words.label("observing.calendar_off"))
    event.add("status", "CANCELLED")
    name = f"batal-observasi-{starts.astimezone(person.words.zone):%Y-%m-%d}.ics"
    return File(_calendar("CANCEL", event), name, caption)


def _event(person: Person, plan_id: int, sequence: int, starts: datetime) -> Event:
    """Begin what is common to both: what makes it the same lesson, and whose it is."""
    event = Event()
    event.add("uid", f"observasi-{plan_id}-{person.school.npsn}@kawan-kinerja")
    event.add("sequence", sequence)
    event.add("dtstamp", person.now.astimezone(UTC))
    event.add("dtstart", starts.astimezone(person.words.zone))
    organizer = vCalAddress(NO_ADDRESS)
    organizer.params["CN"] = person.school.name
    event.add("organizer", organizer)
    return event


def _calendar(method: str, event: Event) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content
