"""Writing to many: for whom, what, a look at it, and off it goes."""

from telegram import Message
from telegram.ext import filters

from conversations.callbacks.broadcasts import (
    BackToDraft,
    Broadcasts,
    CancelBroadcast,
    DropFile,
    NewBroadcast,
    OpenBroadcast,
    OutOfReachNames,
    PickPeople,
    PickSchools,
    RecentBroadcasts,
    RestoreBroadcast,
    SendBroadcast,
    TogglePerson,
    ToggleSchool,
    WriteBroadcast,
)
from conversations.callbacks.packing import unpack
from conversations.coach.broadcast_cards import (
    WRITING,
    audience_label,
    new_key,
    other_schools,
    show_broadcast,
    show_preview,
    show_writing,
    standing_screen,
    unit,
)
from conversations.coach.fillings import room_for
from conversations.dialogue import Dialogue
from conversations.everywhere import press_typed
from conversations.home import back_home, back_to
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn, current_turn
from storage.broadcasts import audiences, drafting, moving, reaching, reading
from storage.broadcasts.audiences import Audience, AudienceKind
from storage.broadcasts.drafting import Attachment
from storage.errors import NotFound, TooLong
from storage.models import Broadcast, BroadcastStatus, Member
from storage.people import known_id

dialogue = Dialogue("broadcasting")

PEOPLE_A_PAGE = 10
NAMES_A_PAGE = 30

OFFERED = (
    AudienceKind.ALL,
    AudienceKind.TEACHERS,
    AudienceKind.PRINCIPALS,
    AudienceKind.COACHES,
    AudienceKind.OPERATORS,
    AudienceKind.NOT_STARTED,
    AudienceKind.BELOW_TARGET,
    AudienceKind.RETURNED,
    AudienceKind.EVIDENCE,
    AudienceKind.NO_HELP,
)


@dialogue.presents
async def present(turn: Turn, tap: object) -> None:
    """Show the broadcast that was meant as it is now, or all there are."""
    number = getattr(tap, "broadcast", None)
    if isinstance(number, int):
        await show_broadcast(turn, await reading.own(turn.session, turn.actor, number))
    else:
        await show_all(turn)


# ------------------------------------------------------------------------------- for whom


@dialogue.command("siaran")
async def broadcasts_command(turn: Turn, _words: str) -> None:
    """Offer whom to write to."""
    await show_all(turn)


@dialogue.tap(Broadcasts)
async def open_broadcasts(turn: Turn, _tap: Broadcasts) -> None:
    """Offer whom to write to."""
    await show_all(turn)


async def show_all(turn: Turn) -> None:
    """Offer the audiences in which there is somebody, and the draft that was begun."""
    words = turn.words
    draft = await reading.draft_of(turn.session, turn.actor)
    if draft is not None and reading.is_empty(draft):
        draft = None
    recent = await _recent_but(turn, draft)
    keys = [
        *await _audience_keys(turn),
        Key(words.label("broadcasting.pick_people"), NewBroadcast(AudienceKind.PEOPLE)),
    ]
    rows: list[Row] = list(in_rows(numbered(keys)))
    kept: list[Key] = []
    if draft is not None:
        to = OpenBroadcast(known_id(draft.id))
        kept.append(Key(words.label("broadcasting.draft"), to, Style.NEXT))
    if recent:
        kept.append(Key(words.label("broadcasting.recent"), RecentBroadcasts()))
    rows += in_rows(kept)
    text = words.body(
        "broadcasting.home", draft=audience_label(words, draft.audience) if draft else ""
    )
    turn.show(Screen(text, (*rows, back_home(turn)), view=Broadcasts()))


async def _audience_keys(turn: Turn) -> list[Key]:
    scope = reaching.scope_of(turn.rulebook, turn.school, turn.actor.member_id, turn.now)
    keys = []
    for kind in OFFERED:
        counts = await audiences.count(turn.session, scope, Audience(kind))
        if counts.all or kind is AudienceKind.ALL:
            keys.append(new_key(turn.words, kind, counts))
    return keys


@dialogue.tap(RecentBroadcasts)
async def recent_broadcasts(turn: Turn, _tap: RecentBroadcasts) -> None:
    """Show the latest broadcasts."""
    found = await _recent_but(turn, None)
    keys = [Key(_recent_label(turn, one), OpenBroadcast(known_id(one.id))) for one in found]
    rows = (*in_rows(numbered(keys), 1)[:6], (back_to(turn, Broadcasts()),))
    text = turn.words.body("broadcasting.recent", any=bool(found))
    turn.show(Screen(text, rows, view=RecentBroadcasts()))


async def _recent_but(turn: Turn, draft: Broadcast | None) -> list[Broadcast]:
    """Give the latest broadcasts without the draft that has a button of its own."""
    found = await reading.recent(turn.session, turn.actor)
    return [one for one in found if draft is None or one.id != draft.id]


def _recent_label(turn: Turn, broadcast: Broadcast) -> str:
    words = turn.words
    at = broadcast.started_at or broadcast.due_at or broadcast.created_at
    return words.label(
        "broadcasting.recent_key",
        sign=words.label(f"broadcasting.sign_{BroadcastStatus(broadcast.status)}"),
        day=words.short_day(at),
        audience=audience_label(words, broadcast.audience),
    )


@dialogue.tap(NewBroadcast)
async def new_broadcast(turn: Turn, tap: NewBroadcast) -> None:
    """Write to an audience; what was begun before is kept and shown."""
    kinds = {kind.value: kind for kind in AudienceKind if kind is not AudienceKind.FAILED}
    kind = kinds.get(tap.audience)
    if kind is None:
        raise NotFound
    draft = await drafting.begin(turn.session, turn.actor, kind, turn.now)
    if kind is AudienceKind.PEOPLE:
        await _show_people(turn, draft, 0)
    else:
        await show_broadcast(turn, draft)


@dialogue.tap(PickPeople)
async def pick_people(turn: Turn, tap: PickPeople) -> None:
    """Show a page of the members."""
    draft = await reading.own(turn.session, turn.actor, tap.broadcast)
    await _show_people(turn, draft, tap.page)


@dialogue.tap(TogglePerson)
async def toggle_person(turn: Turn, tap: TogglePerson) -> None:
    """Name one more, or one less."""
    draft = await drafting.toggle_person(
        turn.session, turn.actor, tap.broadcast, tap.member, turn.now
    )
    await _show_people(turn, draft, tap.page)


async def _show_people(turn: Turn, draft: Broadcast, number: int) -> None:
    words, draft_id = turn.words, known_id(draft.id)
    scope = reaching.scope_of(turn.rulebook, turn.school, turn.actor.member_id, turn.now)
    everybody = audiences.everybody_in(turn.session, scope, Audience(AudienceKind.ALL))
    people = sorted([one async for one in everybody], key=lambda one: one.name.casefold())
    page = page_of(people, number, PEOPLE_A_PAGE)
    keys = [
        Key(
            words.label(
                f"broadcasting.person_{'on' if one.member_id in draft.people else 'off'}",
                name=short(one.name),
            ),
            TogglePerson(draft_id, one.member_id, page.number),
        )
        for one in page.items
    ]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1))]
    rows += pager(page, lambda to: PickPeople(draft_id, to))
    if draft.people:
        write = OpenBroadcast(draft_id)
        rows.append((Key(words.label("broadcasting.write"), write, Style.NEXT),))
    rows.append((back_to(turn, Broadcasts()),))
    text = words.body("broadcasting.people", chosen=len(draft.people))
    turn.show(Screen(text, tuple(rows), view=PickPeople(draft_id, page.number)))


@dialogue.tap(PickSchools)
async def pick_schools(turn: Turn, tap: PickSchools) -> None:
    """Show the other schools in which the sender is an operator."""
    draft = await reading.own(turn.session, turn.actor, tap.broadcast)
    _show_schools(turn, draft)


@dialogue.tap(ToggleSchool)
async def toggle_school(turn: Turn, tap: ToggleSchool) -> None:
    """Write to one school more, or one less."""
    draft = await drafting.toggle_school(
        turn.session, turn.actor, tap.broadcast, tap.member, turn.now
    )
    _show_schools(turn, draft)


def _show_schools(turn: Turn, draft: Broadcast) -> None:
    words, draft_id = turn.words, known_id(draft.id)
    keys = [
        Key(
            words.label(
                f"broadcasting.person_{'on' if seat.member.id in draft.seats else 'off'}",
                name=short(seat.school.name),
            ),
            ToggleSchool(draft_id, known_id(seat.member.id)),
        )
        for seat in other_schools(turn)
    ]
    rows = (*in_rows(numbered(keys)), (back_to(turn, BackToDraft(draft_id)),))
    text = words.body("broadcasting.schools", school=turn.school.name)
    turn.show(Screen(text, rows, view=PickSchools(draft_id)))


@dialogue.tap(OutOfReachNames)
async def out_of_reach_names(turn: Turn, tap: OutOfReachNames) -> None:
    """Name those who are meant and have to be seen on foot."""
    draft = await reading.own(turn.session, turn.actor, tap.broadcast)
    away = await reaching.out_of_reach(turn.session, turn.rulebook, draft, turn.now)
    page = page_of([one.name for one in away], tap.page, NAMES_A_PAGE)
    text = turn.words.body(
        "broadcasting.names", total=len(away), page=page,
        title=turn.words.label("broadcasting.names_out_of_reach"),
    )  # fmt: skip
    rows = pager(page, lambda to: OutOfReachNames(tap.broadcast, to))
    back = (back_to(turn, BackToDraft(tap.broadcast)),)
    turn.show(Screen(text, (*rows, back), view=OutOfReachNames(tap.broadcast, page.number)))


# ------------------------------------------------------------------------------- what


@dialogue.tap(OpenBroadcast)
async def open_broadcast(turn: Turn, tap: OpenBroadcast) -> None:
    """Show a broadcast as it is now."""
    await show_broadcast(turn, await reading.own(turn.session, turn.actor, tap.broadcast))


@dialogue.tap(BackToDraft)
async def back_to_draft(turn: Turn, tap: BackToDraft) -> None:
    """Show what can be done with a draft, or how it stands by now."""
    broadcast = await reading.own(turn.session, turn.actor, tap.broadcast)
    if broadcast.status != BroadcastStatus.DRAFT or reading.is_empty(broadcast):
        await show_broadcast(turn, broadcast)
    else:
        await show_preview(turn, broadcast, stands_above=True)


@dialogue.tap(WriteBroadcast)
async def write_broadcast(turn: Turn, tap: WriteBroadcast) -> None:
    """Ask for the words."""
    draft = await reading.own(turn.session, turn.actor, tap.broadcast)
    if draft.status == BroadcastStatus.DRAFT:
        await show_writing(turn, draft)
    else:
        await show_broadcast(turn, draft)


@dialogue.answer(WRITING)
async def take_words(turn: Turn, subject: WriteBroadcast) -> None:
    """Keep the words, or press the button that was typed, and show what it looks like."""
    draft = await reading.own(turn.session, turn.actor, subject.broadcast)
    if not reading.is_empty(draft) and await press_typed(turn):
        return
    if not await _fits(turn, draft, turn.text, has_file=bool(draft.file_id)):
        return
    draft = await drafting.write(turn.session, turn.actor, subject.broadcast, turn.text, turn.now)
    await show_preview(turn, draft)


class _ForBroadcast(filters.MessageFilter):
    """Lets through a photo or a document while a broadcast is being written."""

    def filter(self, message: Message) -> bool:
        """Say whether the file is for the broadcast."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None or turn.waits_in != WRITING:
            return False
        return bool(message.document or message.photo)


@dialogue.file(filters.UpdateType.MESSAGE & _ForBroadcast())
async def take_file(turn: Turn) -> None:
    """Keep the file, which stays at Telegram, with its caption as the words."""
    message, prompt = turn.message, turn.prompt
    subject = unpack(prompt.subject) if prompt else None
    if message is None or not isinstance(subject, WriteBroadcast):
        return
    draft = await reading.own(turn.session, turn.actor, subject.broadcast)
    album = message.media_group_id or ""
    if album and album == draft.album:
        return  # one of them is kept, and that has been said
    words = turn.text or draft.text
    if not await _fits(turn, draft, words, has_file=True):
        return
    if words != draft.text:
        await drafting.write(turn.session, turn.actor, subject.broadcast, words, turn.now)
    draft = await drafting.attach(
        turn.session, turn.actor, subject.broadcast, _attachment(message, album), turn.now
    )
    await show_preview(turn, draft, album=bool(album))


def _attachment(message: Message, album: str) -> Attachment:
    if message.document is not None:
        return Attachment(message.document.file_id, "document", album)
    return Attachment(message.photo[-1].file_id, "photo", album)


async def _fits(turn: Turn, draft: Broadcast, text: str, *, has_file: bool) -> bool:
    """Whether Telegram takes the words with all names filled in; else says by how much not."""
    sender = await turn.session.get_one(Member, draft.member_id)
    room, length = room_for(turn.words, sender, text, has_file=has_file)
    if length <= room:
        return True
    if not has_file:
        raise TooLong(room, length)
    turn.alert(turn.words.label("broadcasting.too_long_with_file", longest=room, length=length))
    return False


@dialogue.tap(DropFile)
async def drop_file(turn: Turn, tap: DropFile) -> None:
    """Send without the file."""
    draft = await drafting.detach(turn.session, turn.actor, tap.broadcast, turn.now)
    await show_broadcast(turn, draft)


# ------------------------------------------------------------------------------- off it goes


@dialogue.tap(SendBroadcast)
async def send_broadcast(turn: Turn, tap: SendBroadcast) -> None:
    """Start. The preview has said to how many; how far it is, is told in a message of its own."""
    counts = await moving.start(
        turn.session, turn.actor, turn.rulebook, tap.broadcast, tap.revision, turn.now
    )
    draft = await reading.own(turn.session, turn.actor, tap.broadcast)
    text = turn.words.body(
        "broadcasting.begun", counts=counts, unit=unit(turn.words, draft.audience)
    )
    turn.show(Screen(text, (back_home(turn),), view=OpenBroadcast(tap.broadcast)))


@dialogue.tap(CancelBroadcast)
async def cancel_broadcast(turn: Turn, tap: CancelBroadcast) -> None:
    """Put a draft away, with a way back; or stop what is on its way."""
    broadcast = await moving.cancel(turn.session, turn.actor, tap.broadcast, turn.now)
    if broadcast.started_at is not None:
        turn.toast(turn.words.label("broadcasting.cancelled"))
        turn.show(await standing_screen(turn, broadcast))
        return
    restore = Key(turn.words.label("broadcasting.restore"), RestoreBroadcast(tap.broadcast))
    rows = ((back_to(turn, Broadcasts()), restore),)
    turn.show(Screen(turn.words.body("broadcasting.put_away"), rows, view=Broadcasts()))


@dialogue.tap(RestoreBroadcast)
async def restore_broadcast(turn: Turn, tap: RestoreBroadcast) -> None:
    """Undo that a draft was put away."""
    draft = await drafting.restore(turn.session, turn.actor, tap.broadcast, turn.now)
    await show_broadcast(turn, draft)
