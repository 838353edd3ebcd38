"""The trail of who did what, as an order for a spreadsheet."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from conversations.papers.orders import SheetOrder
from conversations.people import Person
from conversations.trail_views import line_of
from conversations.words import Words
from storage import trail
from storage.trail import Line, Which

TRAIL = "trail"
COLUMNS = ("at", "who", "what", "action", "subject", "detail")


async def trail_sheet(
    person: Person, subject: dict[str, Any], out: Path
) -> tuple[SheetOrder, str]:
    """Fill the order with the newest lines; give what it is called, too."""
    words = person.words
    which = Which(subject["member"], subject["topic"])
    rows: list[tuple[datetime, tuple[str, ...]]] = []
    async for lines in trail.newest(person.session, person.actor, which):
        rows += [_row(words, line) for line in lines]
    title = words.label("trail.sheet")
    order = SheetOrder(
        out=out,
        name=f"{words.label('trail.file_name')}-{person.school.npsn}",
        form=subject["form"],
        title=title,
        headings=tuple(words.label(f"trail.column_{name}") for name in COLUMNS),
        rows=tuple(rows),
    )
    return order, words.label("trail.title", count=len(rows))


def _row(words: Words, line: Line) -> tuple[datetime, tuple[str, ...]]:
    entry = line.entry
    who = line.by or words.label("trail.system" if entry.member_id is None else "trail.erased")
    detail = json.dumps(entry.detail, ensure_ascii=False) if entry.detail else ""
    # Spreadsheets know no zones: the moment is the one on the school's own clock.
    at = entry.at.astimezone(words.zone).replace(tzinfo=None, microsecond=0)
    return at, (who, line_of(words, line).text, entry.action, entry.subject, detail)
