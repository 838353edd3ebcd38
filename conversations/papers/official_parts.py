"""What every official paper has: the letterhead, who signs, the code at its foot."""

import base64
from datetime import date, datetime

from conversations.links import check_link
from conversations.papers.official_orders import Letterhead, Proof, Signature
from conversations.people import Person
from conversations.words import LANGUAGES, Words
from storage import models
from storage.issuing import grouped
from storage.letterheads import Head
from storage.models import School
from storage.rulesets import Period, RuleSet

ESTIMATED = " *"
"""Behind what a rule set only estimates; a line below says what it means."""

UNKNOWN_NAME = "." * 36
"""A line to write a name on."""


def office_words(person: Person) -> Words:
    """Give the words of official papers: the office's language, whatever the phone speaks."""
    return Words(LANGUAGES[0], person.words.zone)


def letterhead_part(words: Words, school: School, row: models.Letterhead | None) -> Letterhead:
    """Give a school's letterhead; without one, its name and number."""
    if row is None:
        return Letterhead(school=school.name, below=(_npsn(words, school),))
    return Letterhead(
        above=tuple(row.office.splitlines()),
        school=school.name,
        below=tuple(row.address.splitlines()) or (_npsn(words, school),),
        logo=base64.b64encode(row.logo or b"").decode(),
    )


def _npsn(words: Words, school: School) -> str:
    return words.label("official.npsn", npsn=school.npsn)


def proof(words: Words, username: str, code: str) -> Proof:
    """Give what stands at the foot of each page. Without the bot's name nothing leads to it."""
    hint = words.label("official.hint", bot=username) if username else (
        words.label("official.hint_in_words")
    )  # fmt: skip
    return Proof(
        code=code,
        text=words.label("official.code", code=grouped(code)),
        link=check_link(username, code) if username else "",
        hint=hint,
    )


def head_signature(
    words: Words, now: datetime, head: Head, row: models.Letterhead | None, *, rates: bool
) -> Signature:
    """Give where the head of the school signs, with place and date; `rates` a teacher, or not."""
    day = plain_day(words, now)
    place = f"{row.place}, {day}" if row is not None and row.place else day
    return Signature(
        above=(place, *((words.label("official.rater"),) if rates else ()), title_of(words, head)),
        name=head.name or UNKNOWN_NAME,
        below=nip_lines(words, head.nip),
    )


def title_of(words: Words, head: Head) -> str:
    """Name the office of whoever signs."""
    return head.title or words.label("official.head_title")


def nip_lines(words: Words, nip: str) -> tuple[str, ...]:
    """Give the line with the number, where there is one."""
    return (words.label("official.nip", nip=nip),) if nip else ()


def plain_day(words: Words, day: date | datetime) -> str:
    """Tell a day as papers do: `30 November 2026`."""
    return words.day(day).partition(", ")[2]


def rules_line(words: Words, rules: RuleSet, version: int) -> str:
    """Name the rules of a paper and their version."""
    return words.label("official.rules", rules=rules.short_title, version=version)


def period_line(period: Period) -> str:
    """Name a period."""
    return f"{period.name} {period.year}"


def marked(title: str, estimated: bool) -> str:
    """Put the sign of an estimate behind a title, where it is one."""
    return title + ESTIMATED if estimated else title


def estimated_line(words: Words, estimated: bool) -> str:
    """Say below a table what the sign in it means."""
    return words.label("skp.estimated") if estimated else ""
