"""A broadcast on the sender's screen: to be written, as a preview, scheduled, on its way, over."""

from sqlmodel.ext.asyncio.session import AsyncSession

from conversations.callbacks.broadcasts import (
    BackToDraft,
    BroadcastNames,
    Broadcasts,
    CancelBroadcast,
    ChangeScheduled,
    DropFile,
    NewBroadcast,
    OpenBroadcast,
    OutOfReachNames,
    PickPeople,
    PickSchools,
    ScheduleDay,
    SendAgain,
    SendBroadcast,
    WriteBroadcast,
)
from conversations.callbacks.everybody import Home
from conversations.coach.fillings import message_for, planning_deadline_of, unknown_braces
from conversations.home import back_to
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows
from conversations.turn import FILES, Turn
from conversations.words import Words
from storage.broadcasts import counting, reaching, reading
from storage.broadcasts.audiences import BY_NUMBER, OF_EVERYBODY, AudienceKind, Counts
from storage.broadcasts.counting import Fate, Standing
from storage.models import Account, Broadcast, BroadcastStatus, Member, Role, School
from storage.people import Membership, known_id, new_account

WRITING = FILES + "broadcast"
"""The state in which words, a photo or a document for a broadcast are awaited."""

NAMES_SHOWN = 5


def audience_label(words: Words, kind: str) -> str:
    """Name an audience."""
    return words.label(f"broadcasting.audience_{AudienceKind(kind)}")


def unit(words: Words, kind: str) -> str:
    """Say what an audience consists of: teachers, or people."""
    teachers = kind == AudienceKind.TEACHERS or AudienceKind(kind) not in OF_EVERYBODY
    return words.label(f"broadcasting.{'teachers' if teachers else 'people'}_of")


async def show_broadcast(turn: Turn, broadcast: Broadcast) -> None:
    """Show a broadcast as it is now."""
    if broadcast.status == BroadcastStatus.SCHEDULED:
        await show_scheduled(turn, broadcast)
    elif broadcast.status != BroadcastStatus.DRAFT:
        turn.show(await standing_screen(turn, broadcast))
    elif reading.is_empty(broadcast):
        await show_writing(turn, broadcast)
    else:
        await show_preview(turn, broadcast)


# ------------------------------------------------------------------------------- a draft


async def show_writing(turn: Turn, broadcast: Broadcast) -> None:
    """Ask for the words."""
    words, number = turn.words, known_id(broadcast.id)
    counts = await _reach(turn, broadcast)
    text = words.body(
        "broadcasting.write", audience=audience_label(words, broadcast.audience), counts=counts,
        unit=unit(words, broadcast.audience), away=counts.all - counts.reachable,
        deadline=await planning_deadline_of(turn), points=turn.rules.points,
        again=not reading.is_empty(broadcast),
    )  # fmt: skip
    back = Broadcasts() if reading.is_empty(broadcast) else BackToDraft(number)
    keys = _whom_keys(turn, broadcast, counts)
    cancel = Key(words.label("broadcasting.cancel"), CancelBroadcast(number))
    rows = (*in_rows(keys), (back_to(turn, back), cancel))
    turn.show(Screen(text, rows, view=WriteBroadcast(number)))
    await turn.listen(WRITING, WriteBroadcast(number))


async def show_preview(
    turn: Turn, broadcast: Broadcast, *, album: bool = False, stands_above: bool = False
) -> None:
    """Show a draft exactly as somebody will see it, and below it what can be done with it.

    Words or a file that are sent now take the place of those there are. Where the first
    `stands_above` on the screen already, it is not shown again.
    """
    words, number = turn.words, known_id(broadcast.id)
    counts = await _reach(turn, broadcast)
    member = await reaching.sample(turn.session, turn.rulebook, broadcast, turn.now)
    audience = audience_label(words, broadcast.audience)
    if member is None:
        rows: tuple[Row, ...] = (
            *_draft_rows(turn, broadcast, counts),
            _foot(turn, number),
        )
        text = words.body("broadcasting.preview_nobody", audience=audience)
        turn.show(Screen(text, rows, view=OpenBroadcast(number)))
    else:
        if not stands_above:
            turn.show(await message_for(await _as_person(turn, member), broadcast))
        text = words.body(
            "broadcasting.preview", sample=member.name, audience=audience, counts=counts,
            unit=unit(words, broadcast.audience), schools=1 + len(broadcast.seats), album=album,
            unknown=unknown_braces(broadcast.text),
        )  # fmt: skip
        send = Key(
            words.label("broadcasting.send_now", count=counts.reachable),
            SendBroadcast(number, broadcast.revision), Style.YES,
        )  # fmt: skip
        schedule = Key(words.label("broadcasting.schedule"), ScheduleDay(number, 0))
        rows = (
            (send,),
            (schedule,),
            *_draft_rows(turn, broadcast, counts),
            _foot(turn, number),
        )
        show = turn.show if stands_above else turn.show_below
        show(Screen(text, rows, view=OpenBroadcast(number)))
    await turn.listen(WRITING, WriteBroadcast(number))


def _foot(turn: Turn, number: int) -> Row:
    cancel = Key(turn.words.label("broadcasting.cancel"), CancelBroadcast(number))
    return (back_to(turn, Broadcasts()), cancel)


def _draft_rows(turn: Turn, broadcast: Broadcast, counts: Counts) -> tuple[Row, ...]:
    words, number = turn.words, known_id(broadcast.id)
    keys = [Key(words.label("broadcasting.rewrite"), WriteBroadcast(number))]
    if broadcast.file_id:
        keys.append(Key(words.label("broadcasting.drop_file"), DropFile(number)))
    keys += _whom_keys(turn, broadcast, counts)
    return in_rows(keys)


def _whom_keys(turn: Turn, broadcast: Broadcast, counts: Counts) -> list[Key]:
    words, number = turn.words, known_id(broadcast.id)
    change: Broadcasts | PickPeople = Broadcasts()
    if broadcast.audience == AudienceKind.PEOPLE:
        change = PickPeople(number, 0)
    keys = [Key(words.label("broadcasting.change_audience"), change)]
    if broadcast.audience not in BY_NUMBER and other_schools(turn):
        schools = words.label("broadcasting.schools", count=1 + len(broadcast.seats))
        keys.append(Key(schools, PickSchools(number)))
    away = counts.all - counts.reachable
    if away:
        label = words.label("broadcasting.out_of_reach", count=away)
        keys.append(Key(label, OutOfReachNames(number, 0)))
    return keys


def other_schools(turn: Turn) -> list[Membership]:
    """Give the other schools in which the person is an operator, as here."""
    if not turn.actor.roles & Role.OPERATOR:
        return []
    return [
        one
        for one in turn.memberships
        if one.member.id != turn.actor.member_id and Role(one.member.roles) & Role.OPERATOR
    ]


async def _reach(turn: Turn, broadcast: Broadcast) -> Counts:
    return await reaching.reach(turn.session, turn.rulebook, broadcast, turn.now)


async def _as_person(turn: Turn, member: Member) -> Person:
    """Give a member as whom notices are drawn for, joined or not."""
    school = await turn.session.get_one(School, member.school_id)
    account = await _account_of(turn.session, member)
    return Person(
        session=turn.session,
        now=turn.now,
        rulebook=turn.rulebook,
        files=turn.files,
        account=account or new_account(0, turn.now),
        memberships=[Membership(member, school)],
    )


async def _account_of(session: AsyncSession, member: Member) -> Account | None:
    if member.account_id is None:
        return None
    return await session.get(Account, member.account_id)


# ------------------------------------------------------------------------------- scheduled


async def show_scheduled(turn: Turn, broadcast: Broadcast) -> None:
    """Show when a broadcast starts, and how to change or cancel that."""
    words, number = turn.words, known_id(broadcast.id)
    file = words.label(f"broadcasting.file_{broadcast.file_kind}") if broadcast.file_id else ""
    text = words.body(
        "broadcasting.scheduled", due_at=broadcast.due_at, counts=await _reach(turn, broadcast),
        audience=audience_label(words, broadcast.audience), text=broadcast.text, file=file,
        unit=unit(words, broadcast.audience),
    )  # fmt: skip
    again = Key(words.label("broadcasting.reschedule"), ScheduleDay(number, 0))
    change = Key(words.label("broadcasting.change"), ChangeScheduled(number))
    turn.show(Screen(text, ((again, change), _foot(turn, number)), view=OpenBroadcast(number)))


# ------------------------------------------------------------------------------- sent


async def standing_screen(person: Person, broadcast: Broadcast) -> Screen:
    """Draw how far a broadcast is, or how it ended: with names, and what to do about it."""
    words, number = person.words, known_id(broadcast.id)
    standing = await counting.standing(person.session, broadcast)
    audience = audience_label(words, broadcast.audience)
    view = OpenBroadcast(number)
    if broadcast.status == BroadcastStatus.SENDING:
        text = words.body("broadcasting.sending", audience=audience, standing=standing)
        stop = Key(words.label("broadcasting.stop"), CancelBroadcast(number))
        return Screen(text, ((stop,),), view=view)
    text = words.body(
        "broadcasting.ended", audience=audience, standing=standing,
        cancelled=broadcast.status == BroadcastStatus.CANCELLED,
        **await _first_names(person, broadcast, standing),
    )  # fmt: skip
    return Screen(text, _ended_rows(person, broadcast, standing), view=view)


async def _first_names(
    person: Person, broadcast: Broadcast, standing: Standing
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fate in (Fate.BLOCKED, Fate.NOT_JOINED, Fate.FAILED, Fate.HELP):
        some = standing.of(fate)
        names = await counting.names(person.session, broadcast, fate) if some else []
        found[fate.value] = names[:NAMES_SHOWN]
    return found


def _ended_rows(person: Person, broadcast: Broadcast, standing: Standing) -> tuple[Row, ...]:
    words, number = person.words, known_id(broadcast.id)
    rows: list[Row] = []
    if broadcast.started_at is not None and standing.failed:
        rows.append((Key(words.label("broadcasting.again"), SendAgain(number), Style.NEXT),))
    fates = [
        Key(
            words.label(f"broadcasting.fate_{fate}", count=standing.of(fate)),
            BroadcastNames(number, fate.value, 0),
        )
        for fate in Fate
        if standing.of(fate)
    ]
    rows += in_rows(fates)
    rows.append((Key(words.label("broadcasting.refresh"), OpenBroadcast(number)),))
    home = Key(words.label("nav.home"), Home())
    rows.append((home, Key(words.label("home.broadcasts"), Broadcasts())))
    return tuple(rows)


def new_key(words: Words, kind: AudienceKind, counts: Counts) -> Key:
    """Give the key that writes to an audience."""
    label = words.label(
        "broadcasting.audience_key", audience=audience_label(words, kind), count=counts.reachable
    )
    return Key(label, NewBroadcast(kind.value))
