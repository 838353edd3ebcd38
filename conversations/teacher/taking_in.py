"""Taking in what a teacher sends: a photo, a document, a link; whatever is on the screen.

Where an activity was opened, it is filed under that. Else it is asked which one it belongs to.
"""

from telegram import Message
from telegram.ext import filters

from conversations.arriving import arrival_of, take_in
from conversations.callbacks.evidence import (
    FinishSending,
    KnownPiece,
    OpenPiece,
    ReplacePiece,
    SavedPiece,
    SendFor,
)
from conversations.callbacks.packing import unpack
from conversations.day_words import read_day
from conversations.dialogue import Dialogue
from conversations.everywhere import press_typed
from conversations.home import back_to
from conversations.refusals import explain
from conversations.screens import Key, Row, Screen, Style
from conversations.talking import is_talking
from conversations.teacher.describing import REPLACING
from conversations.teacher.piece_card import SENDING, plan_of, show_piece
from conversations.teacher.sorting import file_under, show_sorting
from conversations.turn import Turn, current_turn
from storage import plans
from storage.errors import (
    AlreadyDecided,
    EvidenceChanged,
    NotFound,
    PlanNotOpen,
    SameFileHere,
    TooLong,
)
from storage.evidence import describing, filing, reading, receiving, replacing
from storage.evidence.reading import Piece
from storage.evidence.receiving import NotALink, Sent
from storage.inspecting import MOST_BYTES
from storage.models import EvidenceStatus, Role

dialogue = Dialogue("taking_in")


class _Sent(filters.MessageFilter):
    """Lets through what a teacher may send as evidence: any photo or file."""

    def filter(self, message: Message) -> bool:
        """Say whether the message brings evidence."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None or not turn.actor.roles & Role.TEACHER:
            return False
        return bool(message.document or message.photo) and not is_talking(turn)


class _Link(filters.MessageFilter):
    """Lets through a link that a teacher sends when nothing else is awaited."""

    def filter(self, message: Message) -> bool:
        """Say whether there is a link in the message."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None or not turn.actor.roles & Role.TEACHER:
            return False
        return turn.waits_in is None and bool(_links_in(message.text or ""))


def _links_in(text: str) -> list[str]:
    return [word for word in text.split() if word.lower().startswith(("http://", "https://"))]


@dialogue.file(filters.UpdateType.MESSAGE & _Sent(), take_in, MOST_BYTES)
async def take_file(turn: Turn) -> None:
    """Keep what was sent, and show where it belongs or ask."""
    message = turn.message
    if message is None:
        return
    arrival = arrival_of(turn)
    album = message.media_group_id or ""
    sent = await receiving.receive(
        turn.session, turn.actor, arrival, turn.now,
        album=album, has_place=_target(turn) is not None,
    )  # fmt: skip
    if not sent.known:
        await _keep_caption(turn, sent.piece, turn.text)
    await _show_sent(turn, sent, gathered=bool(album))


async def _keep_caption(turn: Turn, piece: Piece, caption: str) -> None:
    """Read the day out of a caption; the words themselves become the note."""
    words = " ".join(caption.split())
    if not words:
        return
    evidence = piece.evidence
    evidence.note = evidence.note or words[: describing.LONGEST_NOTE]
    day = read_day(words, turn.today)
    if evidence.dated_on is None and day is not None and day <= turn.today:
        evidence.dated_on = day
    turn.session.add(evidence)
    await turn.session.flush()


async def _show_sent(turn: Turn, sent: Sent, *, gathered: bool = False) -> None:
    """Put what was kept where it was meant for, and show it; or ask where it belongs."""
    piece, target = sent.piece, _target(turn)
    unsorted = piece.status is EvidenceStatus.UNSORTED
    if sent.known and not unsorted:
        piece = await _use_known(turn, piece, target)
        unsorted = piece.status is EvidenceStatus.UNSORTED
        if not unsorted:
            await _show_known(turn, piece, gathered=gathered)
            return
    if unsorted and target is not None:
        placed = await _place(turn, piece, target)
        if placed is None:
            return
        piece = placed
    if gathered:
        turn.show_gathered(KnownPiece(piece.id) if sent.known else SavedPiece(piece.id))
    elif piece.status is EvidenceStatus.UNSORTED:
        await show_sorting(turn, piece, again=sent.known)
    else:
        await show_piece(turn, piece, saved=True)


def _target(turn: Turn) -> SendFor | ReplacePiece | None:
    """Give what was asked for: evidence for an activity, or a file in the place of another."""
    if turn.prompt is None or not turn.waits_for_files:
        return None
    asked = unpack(turn.prompt.subject)
    return asked if isinstance(asked, SendFor | ReplacePiece) else None


async def _use_known(turn: Turn, piece: Piece, target: SendFor | ReplacePiece | None) -> Piece:
    """Use a file that was sent before for the activity that is open now, if it is another one."""
    if not isinstance(target, SendFor):
        return piece
    full = await plans.own_plan(turn.session, turn.actor, target.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    one = filing.provable_of(rules, full, piece)
    if one is not None and one.entry.id == target.entry:
        return piece
    return await filing.use_again(turn.session, turn.actor, piece.id, turn.now)


async def _show_known(turn: Turn, piece: Piece, *, gathered: bool) -> None:
    if gathered:
        turn.show_gathered(KnownPiece(piece.id))
    else:
        turn.toast(turn.words.label("proving.known"))
        await show_piece(turn, piece)


async def _place(turn: Turn, piece: Piece, target: SendFor | ReplacePiece) -> Piece | None:
    """Put a piece where it was meant for. Where that is too late, it is kept and sorted by hand.

    None when it was shown already that the place has this file.
    """
    try:
        if isinstance(target, SendFor):
            return await file_under(turn, piece.id, target.plan, target.entry)
        turn.stop_waiting()
        return await replacing.replace(
            turn.session, turn.actor, target.evidence, piece.id, turn.now,
            keep_day=await _day_fits(turn, target.evidence),
        )  # fmt: skip
    except SameFileHere as same:
        turn.alert(turn.words.label("proving.same_here"))
        await show_piece(turn, await reading.own_piece(turn.session, turn.actor, same.evidence_id))
        return None
    except (AlreadyDecided, EvidenceChanged, PlanNotOpen, NotFound) as too_late:
        await receiving.require_room(turn.session, turn.actor, 0)
        explain(turn, too_late)
        return piece


async def _day_fits(turn: Turn, evidence_id: int) -> bool:
    """Whether the day of a piece lies in its period, so that it may hold for a replacement."""
    piece = await reading.own_piece(turn.session, turn.actor, evidence_id)
    full, day = await plan_of(turn, piece), piece.evidence.dated_on
    if full is None or day is None:
        return True
    return day in turn.rulebook.of_plan(turn.school, full.plan).period(full.plan.period)


# ------------------------------------------------------------------------------- links


@dialogue.file(filters.UpdateType.MESSAGE & _Link())
async def take_link(turn: Turn) -> None:
    """Keep a link that was sent without opening an activity first."""
    await _take_link(turn)


@dialogue.answer(SENDING)
async def take_words(turn: Turn, _subject: SendFor) -> None:
    """Take a link for the activity that is open, or press the button whose words were typed.

    Other words are answered, and it stays open.
    """
    await _press_or_take_link(turn)


@dialogue.answer(REPLACING)
async def take_words_instead(turn: Turn, _subject: ReplacePiece) -> None:
    """Take a link in the place of a piece, or press the button whose words were typed."""
    await _press_or_take_link(turn)


async def _press_or_take_link(turn: Turn) -> None:
    if _links_in(turn.text) or not await press_typed(turn):
        await _take_link(turn)


def _show_not_a_link(turn: Turn) -> None:
    """Say what can be sent; what is awaited is still awaited, and there is a way out."""
    target = _target(turn)
    rows: tuple[Row, ...] = ()
    if isinstance(target, SendFor):
        done = FinishSending(target.plan, target.entry)
        rows = ((Key(turn.words.label("nav.done"), done, Style.YES),),)
    elif isinstance(target, ReplacePiece):
        rows = ((back_to(turn, OpenPiece(target.evidence)),),)
    text = turn.words.body("proving.not_a_link", begun=isinstance(target, SendFor))
    turn.show(Screen(text, rows, view=target))


async def _take_link(turn: Turn) -> None:
    links = _links_in(turn.text)
    try:
        sent = await receiving.receive_link(
            turn.session, turn.actor, links[0] if links else turn.text, turn.now,
            has_place=_target(turn) is not None,
        )  # fmt: skip
    except NotALink:
        _show_not_a_link(turn)
        return
    except TooLong as refusal:
        explain(turn, refusal)  # and what is on the screen stays there
        return
    if links and not sent.known:
        await _keep_caption(turn, sent.piece, turn.text.replace(links[0], " "))
    await _show_sent(turn, sent)
