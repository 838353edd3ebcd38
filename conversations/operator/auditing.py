"""The trail of who did what, for operators and principals: read, filtered, taken as a file."""

from conversations.callbacks.school import OpenSchool
from conversations.callbacks.trail import (
    ExportTrail,
    OpenTrail,
    PickTrailPerson,
    PickTrailTopic,
)
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.papers.trail_sheet import TRAIL
from conversations.screens import Key, Row, Screen, in_rows, numbered, page_of, pager, short
from conversations.trail_views import TOPICS, line_of
from conversations.turn import Turn
from storage import papers, people, trail
from storage.errors import NotFound
from storage.people import known_id
from storage.trail import MAY_READ, Which

dialogue = Dialogue("auditing")

ALL = "-"
PEOPLE_A_PAGE = 8
NAME_LENGTH = 20
FORMS = ("xlsx", "csv")


@dialogue.presents
async def present(turn: Turn, _tap: object) -> None:
    """Show the newest of the trail."""
    turn.show(await _trail_screen(turn, OpenTrail(0, ALL, 0)))


@dialogue.tap(OpenTrail)
async def open_trail(turn: Turn, tap: OpenTrail) -> None:
    """Show a page of the trail; that somebody reads it is part of it."""
    if not turn.only_looks:
        await trail.note_look(turn.session, turn.actor, turn.now)
        await turn.session.flush()
    turn.show(await _trail_screen(turn, tap))


async def _trail_screen(turn: Turn, tap: OpenTrail) -> Screen:
    words = turn.words
    which = _which(tap.member, tap.topic)
    page = await trail.read_page(turn.session, turn.actor, which, tap.at)
    name = ""
    if which.member_id:
        found = await people.member_of(turn.session, turn.actor.school_id, which.member_id)
        name = found.name
    text = words.body(
        "trail.page", school=turn.school.name, name=name,
        topic=words.label(f"trail_topics.{which.topic}") if which.topic else "",
        lines=[line_of(words, line) for line in page.lines],
    )  # fmt: skip
    return Screen(text, _rows(turn, tap, page), view=tap)


def _which(member: int, topic: str) -> Which:
    if topic not in (ALL, *TOPICS):
        raise NotFound
    return Which(member, "" if topic == ALL else topic)


def _rows(turn: Turn, tap: OpenTrail, page: trail.TrailPage) -> tuple[Row, ...]:
    words = turn.words
    turning = [
        Key(words.label(f"trail.{label}"), OpenTrail(tap.member, tap.topic, at))
        for label, at in (("newer", page.newer), ("older", page.older))
        if at is not None
    ]
    rows: list[Row] = [tuple(turning)] if turning else []
    rows.append(
        (
            Key(words.label("trail.pick_person"), PickTrailPerson(0, tap.topic)),
            Key(words.label("trail.pick_topic"), PickTrailTopic(tap.member)),
        )
    )
    if tap.member or tap.topic != ALL:
        rows.append((Key(words.label("trail.everything"), OpenTrail(0, ALL, 0)),))
    rows.append(
        tuple(
            Key(words.label(f"trail.as_{form}"), ExportTrail(tap.member, tap.topic, form))
            for form in FORMS
        )
    )
    rows.append((back_to(turn, OpenSchool()),))
    return tuple(rows)


@dialogue.tap(PickTrailPerson)
async def pick_person(turn: Turn, tap: PickTrailPerson) -> None:
    """Offer the people whose trail can be seen."""
    found = await trail.people(turn.session, turn.actor)
    _which(0, tap.topic)
    page = page_of(found, tap.page, PEOPLE_A_PAGE)
    keys = [
        Key(short(one.name, NAME_LENGTH), OpenTrail(known_id(one.id), tap.topic, 0))
        for one in page.items
    ]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1))]
    rows += pager(page, lambda to: PickTrailPerson(to, tap.topic))
    rows.append(
        (
            back_to(turn, OpenTrail(0, tap.topic, 0)),
            Key(turn.words.label("trail.everybody"), OpenTrail(0, tap.topic, 0)),
        )
    )
    turn.show(Screen(turn.words.body("trail.whose"), tuple(rows), view=tap))


@dialogue.tap(PickTrailTopic)
async def pick_topic(turn: Turn, tap: PickTrailTopic) -> None:
    """Offer the kinds of action."""
    turn.actor.require(MAY_READ)
    words = turn.words
    keys = [
        Key(words.label(f"trail_topics.{topic}"), OpenTrail(tap.member, topic, 0))
        for topic in TOPICS
    ]
    rows: list[Row] = [*in_rows(numbered(keys))]
    rows.append(
        (
            back_to(turn, OpenTrail(tap.member, ALL, 0)),
            Key(words.label("trail.all_topics"), OpenTrail(tap.member, ALL, 0)),
        )
    )
    turn.show(Screen(words.body("trail.what"), tuple(rows), view=tap))


@dialogue.tap(ExportTrail)
async def export_trail(turn: Turn, tap: ExportTrail) -> None:
    """Have the trail made into a file, beside everything else."""
    which = _which(tap.member, tap.topic)
    if tap.form not in FORMS:
        raise NotFound
    trail.note_export(turn.session, turn.actor, which, tap.form, turn.now)
    subject = {"member": which.member_id, "topic": which.topic, "form": tap.form}
    await papers.order(turn.session, turn.actor, TRAIL, subject, turn.now)
    turn.toast(turn.words.label("trail.begun"))
    if turn.tapped is None:
        back = back_to(turn, OpenTrail(tap.member, tap.topic, 0))
        turn.show(Screen(turn.words.body("preparing.ordered"), ((back,),)))
