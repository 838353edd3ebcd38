"""Checking evidence: teacher by teacher, each piece as it really is, two taps for a piece."""

from typing import Any

from conversations.callbacks.approving import OpenOverview
from conversations.callbacks.checking import (
    AcceptAll,
    AcceptPiece,
    CheckPiece,
    CheckTeacher,
    NextPiece,
    OpenChecks,
    PieceOwnReason,
    PieceReason,
    SendBackPiece,
)
from conversations.callbacks.everybody import Home
from conversations.callbacks.packing import Button
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.principal.check_cards import check_card, closed_card, given_back_card
from conversations.principal.decision_cards import address
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from conversations.words import LANGUAGES, Words
from storage import cards
from storage.cards import Subject
from storage.errors import AlreadyDecided, NotFound, Refused
from storage.evidence import checking, reading
from storage.evidence.checking import Waiting
from storage.evidence.reading import Piece
from storage.models import EvidenceStatus

dialogue = Dialogue("checking")

TEACHERS_A_PAGE = 8
REASON_STATE = "checking.reason"


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """After a refused tap, show what has become of the piece."""
    if isinstance(tap, AcceptAll):
        await show_checks(turn)
    elif hasattr(tap, "evidence"):
        piece = await checking.piece_to_check(turn.session, turn.actor, tap.evidence)
        if piece.status is EvidenceStatus.RECEIVED:
            # It has been changed since: what was decided on is not what there is now.
            await show_to_check(turn, piece)
        else:
            await _show_after(turn, piece)


# ------------------------------------------------------------------------------- the queue


@dialogue.tap(OpenChecks)
async def open_checks(turn: Turn, tap: OpenChecks) -> None:
    """Show whose evidence waits."""
    await show_checks(turn, tap.page)


async def show_checks(turn: Turn, number: int = 0, *, done: tuple[str, int] | None = None) -> None:
    """Show whose evidence waits, who has waited longest first.

    `done` tells whose evidence has just been accepted, and how much.
    """
    waiting = await checking.waiting_teachers(turn.session, turn.actor)
    page = page_of(waiting, number, TEACHERS_A_PAGE)
    text = turn.words.body(
        "checking.queue", page=page, address=address(turn), teachers=len(waiting),
        total=sum(one.count for one in waiting), done=done,
    )  # fmt: skip

    def by_number(typed: int) -> Button:
        fits = 1 <= typed <= len(waiting)
        return CheckTeacher(waiting[typed - 1].member_id) if fits else OpenChecks(number)

    keys = [Key(_teacher_label(turn, one), CheckTeacher(one.member_id)) for one in page.items]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1), 1)]
    rows += pager(page, OpenChecks)
    if not waiting:
        label = turn.words.label("home.overview")
        rows.append((Key(label, OpenOverview("-", 0), Style.NEXT),))
    rows.append((Key(turn.words.label("nav.home"), Home()),))
    view = OpenChecks(page.number)
    turn.show(Screen(text, tuple(rows), view=view, takes_number=by_number))


def _teacher_label(turn: Turn, one: Waiting) -> str:
    # Without the degrees, which would be all that is left to cut.
    name = short(one.name.partition(",")[0])
    return turn.words.label("checking.teacher", name=name, count=one.count)


async def open_first_checks(turn: Turn) -> None:
    """Show whose evidence waits; where it is one teacher's, go straight to it."""
    waiting = await checking.waiting_teachers(turn.session, turn.actor)
    if len(waiting) == 1:
        await check_teacher(turn, CheckTeacher(waiting[0].member_id))
    else:
        await show_checks(turn)


@dialogue.tap(CheckTeacher)
async def check_teacher(turn: Turn, tap: CheckTeacher) -> None:
    """Show the first piece of a teacher that has not been seen, or else the first."""
    pieces = await checking.waiting_pieces(turn.session, turn.actor, tap.member)
    if not pieces:
        await show_checks(turn)
        return
    fresh = await checking.unseen(turn.session, turn.actor, pieces)
    await show_to_check(turn, (fresh or pieces)[0])


@dialogue.tap(CheckPiece)
async def check_piece(turn: Turn, tap: CheckPiece) -> None:
    """Show one piece."""
    piece = await checking.piece_to_check(turn.session, turn.actor, tap.evidence)
    await show_to_check(turn, piece)


async def show_to_check(turn: Turn, piece: Piece) -> None:
    """Show a piece with the buttons to decide; it counts as seen from now on."""
    if piece.status is EvidenceStatus.RECEIVED:
        if not turn.only_looks:
            await checking.note_look(turn.session, turn.actor, piece)
        turn.show_decision(await check_card(turn, piece), Subject(evidence_id=piece.id))
    else:
        turn.show(await check_card(turn, piece))


@dialogue.tap(NextPiece)
async def next_piece(turn: Turn, tap: NextPiece) -> None:
    """Show the same teacher's next piece; behind the last comes the first, then other teachers."""
    piece = await reading.read_piece(turn.session, turn.actor, tap.evidence)
    member_id = piece.evidence.member_id
    pieces = await checking.waiting_pieces(turn.session, turn.actor, member_id)
    if pieces:
        await show_to_check(turn, _after(pieces, piece))
        return
    teachers = await checking.waiting_teachers(turn.session, turn.actor)
    if teachers:
        await check_teacher(turn, CheckTeacher(teachers[0].member_id))
    else:
        await show_checks(turn)


def _after(pieces: list[Piece], piece: Piece) -> Piece:
    def place(one: Piece) -> tuple[str, str, int]:
        return (one.evidence.step, one.evidence.code, one.id)

    return next((one for one in pieces if place(one) > place(piece)), pieces[0])


# ------------------------------------------------------------------------------- deciding


@dialogue.tap(AcceptPiece)
async def accept_piece(turn: Turn, tap: AcceptPiece) -> None:
    """Accept what was shown; the card takes its final state and leads to the next piece."""
    try:
        piece = await checking.accept(
            turn.session, turn.actor, tap.evidence, tap.revision, turn.now, turn.tapped
        )
    except AlreadyDecided as earlier:
        piece = await _if_repeated(turn, earlier, EvidenceStatus.ACCEPTED, tap.evidence)
    else:
        turn.toast(turn.words.label("checking.accepted"))
    await _show_after(turn, piece)


async def _if_repeated(
    turn: Turn, earlier: AlreadyDecided, verdict: EvidenceStatus, evidence_id: int
) -> Piece:
    """Give the piece where the same was decided twice; any other decision is told."""
    if not earlier.is_repeated(verdict, turn.actor.member_id):
        raise earlier
    turn.toast(turn.words.label("approving.done_before"))
    return await checking.piece_to_check(turn.session, turn.actor, evidence_id)


async def _show_after(turn: Turn, piece: Piece) -> None:
    turn.show(await closed_card(turn, piece))


@dialogue.tap(AcceptAll)
async def accept_all(turn: Turn, tap: AcceptAll) -> None:
    """Accept all that waits of a teacher; each piece has been on the screen before."""
    pieces = await checking.accept_all(turn.session, turn.actor, tap.member, turn.now)
    turn.toast(turn.words.label("checking.accepted_all", count=len(pieces)))
    done = (await reading.sender_of(turn.session, pieces[0])).name if pieces else ""
    await show_checks(turn, done=(done, len(pieces)) if pieces else None)


@dialogue.tap(SendBackPiece)
async def send_back_piece(turn: Turn, tap: SendBackPiece) -> None:
    """Offer the ready reasons, and own words."""
    piece = await checking.piece_to_check(turn.session, turn.actor, tap.evidence)
    sender = await reading.sender_of(turn.session, piece)
    words = turn.words
    text = words.body("checking.reasons", name=sender.name, reasons=words.list("checking.reasons"))
    keys = [
        Key(label, PieceReason(tap.evidence, tap.revision, at))
        for at, label in enumerate(words.list("checking.reason_labels"))
    ]
    own = Key(words.label("approving.own_words"), PieceOwnReason(tap.evidence, tap.revision))
    rows = (*in_rows(numbered([*keys, own]), 1), (back_to(turn, CheckPiece(piece.id)),))
    # Below the piece: whoever gives the reason wants to see what it is about.
    turn.show_below(Screen(text, rows, view=tap))


@dialogue.tap(PieceReason)
async def piece_reason(turn: Turn, tap: PieceReason) -> None:
    """Give it back with one of the ready reasons."""
    # Kept in the language of the school: the teacher need not share the decider's.
    reasons = Words(LANGUAGES[0]).list("checking.reasons")
    if not 0 <= tap.reason < len(reasons):
        raise NotFound
    await _send_back(turn, tap.evidence, tap.revision, reasons[tap.reason])


@dialogue.tap(PieceOwnReason)
async def piece_own_reason(turn: Turn, tap: PieceOwnReason) -> None:
    """Ask for the reason in own words."""
    piece = await checking.piece_to_check(turn.session, turn.actor, tap.evidence)
    sender = await reading.sender_of(turn.session, piece)
    text = turn.words.body("checking.ask_reason", name=sender.name)
    await turn.ask(REASON_STATE, tap, text, turn.words.label("checking.reason_placeholder"))


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: PieceOwnReason) -> None:
    """Give it back with the reason just written. "Kembali" is the button, not a reason."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await check_piece(turn, CheckPiece(subject.evidence))
        return
    await _send_back(turn, subject.evidence, subject.revision, turn.text)


async def _send_back(turn: Turn, evidence_id: int, revision: int, reason: str) -> None:
    try:
        piece = await checking.send_back(
            turn.session, turn.actor, evidence_id, revision, turn.now,
            reason=reason, tapped=turn.tapped,
        )  # fmt: skip
    except AlreadyDecided as earlier:
        piece = await _if_repeated(turn, earlier, EvidenceStatus.RETURNED, evidence_id)
    else:
        turn.toast(turn.words.label("checking.sent_back"))
    turn.show(await given_back_card(turn, piece))


# ------------------------------------------------------------------------------- notices


@notice("evidence_waiting")
async def evidence_waiting(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell that evidence waits, teacher by teacher; nothing while nothing new has come."""
    try:
        waiting = await checking.waiting_teachers(person.session, person.actor)
    except Refused:
        # No longer a deputy, for example.
        return None
    after = subject.get("after", "")
    if not any(one.latest.isoformat() > after for one in waiting):
        return None
    text = person.words.body(
        "checking.waiting", waiting=waiting[:TEACHERS_A_PAGE], address=address(person),
        more=len(waiting) - TEACHERS_A_PAGE, total=sum(one.count for one in waiting),
    )  # fmt: skip
    rows = ((Key(person.words.label("checking.open"), OpenChecks(0), Style.NEXT),),)
    return Notice(Screen(text, rows, view=OpenChecks(0)))


@notice("evidence_card_closed")
async def evidence_card_closed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Take the buttons off a piece that was decided or changed elsewhere, and say what it is."""
    card = await cards.outdated(person.session, subject["card"], person.actor.member_id)
    if card is None or card.evidence_id != subject["evidence"]:
        return None
    place = (card.chat_id, card.message_id)
    try:
        piece = await checking.piece_to_check(person.session, person.actor, subject["evidence"])
    except Refused:
        text = person.words.body("checking.withdrawn")
        return Notice(Screen(text, below_exhibits=True), place, only_in_place=True)
    screen = await closed_card(person, piece)
    return Notice(screen, place, only_in_place=True)
