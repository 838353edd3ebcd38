"""Saying more about a piece of evidence: its kind, its day, a note; replacing and removing it."""

from conversations.callbacks.evidence import (
    BringBack,
    ChooseKind,
    KnownPiece,
    MoreOfPiece,
    OpenPiece,
    RemovePiece,
    ReplacePiece,
    SavedPiece,
    SayCovers,
    SayKind,
    SeeFiles,
    SendFor,
    UseAgain,
    WriteDate,
    WriteNote,
)
from conversations.day_words import read_day
from conversations.dialogue import Dialogue
from conversations.evidence_views import exhibits_of, kind_title
from conversations.screens import Key, Screen
from conversations.teacher.piece_card import (
    SENDING,
    kinds_screen,
    plan_of,
    rules_of,
    show_piece,
)
from conversations.teacher.sorting import show_sorting
from conversations.turn import FILES, Turn
from storage.errors import NotFound, PlanNotOpen
from storage.evidence import changing, describing, filing, needs, reading, replacing
from storage.evidence.reading import Piece
from storage.models import EvidenceStatus
from storage.people import known_id
from storage.plans import FullPlan
from storage.rulesets import RuleSet

dialogue = Dialogue("describing")

DATE_STATE = "describing.date"
NOTE_STATE = "describing.note"
REPLACING = f"{FILES}replacement"


@dialogue.presents
async def present(turn: Turn, tap: OpenPiece) -> None:
    """Show the piece as it is now."""
    await show_piece(turn, await reading.own_piece(turn.session, turn.actor, tap.evidence))


@dialogue.tap(OpenPiece)
async def open_piece(turn: Turn, tap: OpenPiece) -> None:
    """Show one piece's card."""
    await present(turn, tap)


@dialogue.tap(SavedPiece)
async def saved_piece(turn: Turn, tap: SavedPiece) -> None:
    """Show a piece that has just been kept."""
    piece = await reading.own_piece(turn.session, turn.actor, tap.evidence)
    if piece.status is EvidenceStatus.UNSORTED:
        await show_sorting(turn, piece)
    else:
        await show_piece(turn, piece, saved=True)


@dialogue.tap(KnownPiece)
async def known_piece(turn: Turn, tap: KnownPiece) -> None:
    """Show a piece whose files have been sent once more, and that they are kept once."""
    piece = await reading.own_piece(turn.session, turn.actor, tap.evidence)
    if piece.status is EvidenceStatus.UNSORTED:
        await show_sorting(turn, piece, again=True)
    else:
        turn.toast(turn.words.label("proving.known"))
        await show_piece(turn, piece)


@dialogue.tap(MoreOfPiece)
async def more_of_piece(turn: Turn, tap: MoreOfPiece) -> None:
    """Show what else can be done with the piece."""
    piece = await reading.own_piece(turn.session, turn.actor, tap.evidence)
    await show_piece(turn, piece, more=True)


@dialogue.tap(SeeFiles)
async def see_files(turn: Turn, tap: SeeFiles) -> None:
    """Send the files of the own piece once more."""
    piece = await reading.own_piece(turn.session, turn.actor, tap.evidence)
    what = kind_title(turn.words, await rules_of(turn, piece), piece)
    text = turn.words.body("proving.files", what=what)
    back = (Key(turn.words.label("nav.back"), OpenPiece(piece.id)),)
    turn.show(Screen(text, (back,), view=OpenPiece(piece.id), exhibits=exhibits_of(turn, piece)))


# ------------------------------------------------------------------------------- kind


@dialogue.tap(ChooseKind)
async def choose_kind(turn: Turn, tap: ChooseKind) -> None:
    """Ask what kind of document it is."""
    piece, rules, full = await _filed(turn, tap.evidence)
    one = filing.provable_of(rules, full, piece)
    if one is None:
        raise NotFound
    turn.show(kinds_screen(turn, rules, one, piece))


@dialogue.tap(SayKind)
async def say_kind(turn: Turn, tap: SayKind) -> None:
    """Keep what kind of document it is."""
    piece, rules, full = await _filed(turn, tap.evidence)
    one = filing.provable_of(rules, full, piece)
    kinds = needs.kinds_for(rules, one.step, one.entry) if one else ()
    if not 0 <= tap.kind < len(kinds):
        raise NotFound
    piece = await describing.say_kind(
        turn.session, turn.actor, rules, full, tap.evidence, kinds[tap.kind], turn.now
    )
    turn.toast(turn.words.label("proving.kept"))
    await show_piece(turn, piece)


@dialogue.tap(SayCovers)
async def say_covers(turn: Turn, tap: SayCovers) -> None:
    """Keep how many units of its entry the piece proves."""
    _piece, rules, full = await _filed(turn, tap.evidence)
    piece = await describing.say_covers(
        turn.session, turn.actor, rules, full, tap.evidence, tap.covers, turn.now
    )
    turn.toast(turn.words.label("proving.covers_kept", count=tap.covers))
    await show_piece(turn, piece, more=True)


async def _filed(turn: Turn, evidence_id: int) -> tuple[Piece, RuleSet, FullPlan]:
    piece = await reading.own_piece(turn.session, turn.actor, evidence_id)
    full = await plan_of(turn, piece)
    if full is None:
        raise PlanNotOpen(None)
    return piece, turn.rulebook.of_plan(turn.school, full.plan), full


# ------------------------------------------------------------------------------- day and note


@dialogue.tap(WriteDate)
async def write_date(turn: Turn, tap: WriteDate) -> None:
    """Ask for the day on the document."""
    piece = await reading.own_piece(turn.session, turn.actor, tap.evidence)
    what = kind_title(turn.words, await rules_of(turn, piece), piece)
    text = turn.words.body("proving.ask_date", what=what, today=turn.today)
    await turn.ask(DATE_STATE, tap, text, turn.words.label("proving.date_placeholder"))


@dialogue.answer(DATE_STATE)
async def take_date(turn: Turn, subject: WriteDate) -> None:
    """Keep the day; one outside the period is kept too, and its meaning is explained."""
    day = read_day(turn.text, turn.today)
    if day is None or day > turn.today:
        turn.toast(turn.words.label("proving.no_date"))
        await write_date(turn, subject)
        return
    piece = await describing.say_date(turn.session, turn.actor, subject.evidence, day, turn.now)
    turn.toast(turn.words.label("proving.date_kept"))
    await _go_on(turn, piece, subject.sending)
    await show_piece(turn, piece)


async def _go_on(turn: Turn, piece: Piece, is_sending: int) -> None:
    """Wait for more files again, where a question has come between."""
    full = await plan_of(turn, piece)
    one = None
    if full is not None and is_sending:
        rules = turn.rulebook.of_plan(turn.school, full.plan)
        one = filing.provable_of(rules, full, piece)
    if full is not None and one is not None:
        await turn.listen(SENDING, SendFor(full.id, known_id(one.entry.id)))


@dialogue.tap(WriteNote)
async def write_note(turn: Turn, tap: WriteNote) -> None:
    """Ask for a note to whoever checks the piece."""
    await reading.own_piece(turn.session, turn.actor, tap.evidence)
    text = turn.words.body("proving.ask_note")
    await turn.ask(NOTE_STATE, tap, text, turn.words.label("proving.note_placeholder"))


@dialogue.answer(NOTE_STATE)
async def take_note(turn: Turn, subject: WriteNote) -> None:
    """Keep the note."""
    piece = await describing.say_note(
        turn.session, turn.actor, subject.evidence, turn.text, turn.now
    )
    turn.toast(turn.words.label("proving.kept"))
    await _go_on(turn, piece, subject.sending)
    await show_piece(turn, piece)


# ------------------------------------------------------------------------------- in its place


@dialogue.tap(ReplacePiece)
async def replace_piece(turn: Turn, tap: ReplacePiece) -> None:
    """Wait for the file that takes the place of this one."""
    piece = await reading.own_piece(turn.session, turn.actor, tap.evidence)
    if piece.status not in changing.CHANGEABLE:
        await changing.raise_why_not(turn.session, piece)
    text = turn.words.body(
        "proving.replacing",
        what=kind_title(turn.words, await rules_of(turn, piece), piece),
        reason=piece.evidence.reason if piece.status is EvidenceStatus.RETURNED else "",
    )
    rows = ((Key(turn.words.label("nav.back"), OpenPiece(piece.id)),),)
    turn.show(Screen(text, rows, view=tap))
    await turn.listen(REPLACING, tap)


@dialogue.tap(RemovePiece)
async def remove_piece(turn: Turn, tap: RemovePiece) -> None:
    """Take the piece away; until it has been accepted nothing more is needed."""
    piece = await replacing.take_away(turn.session, turn.actor, tap.evidence, turn.now)
    turn.toast(turn.words.label("proving.removed"))
    await show_piece(turn, piece)


@dialogue.tap(BringBack)
async def bring_back(turn: Turn, tap: BringBack) -> None:
    """Undo a removal."""
    piece = await replacing.bring_back(turn.session, turn.actor, tap.evidence, turn.now)
    turn.toast(turn.words.label("proving.brought_back"))
    await show_piece(turn, piece)


@dialogue.tap(UseAgain)
async def use_again(turn: Turn, tap: UseAgain) -> None:
    """Use the same files for another activity; whoever checks will see that."""
    piece = await filing.use_again(turn.session, turn.actor, tap.evidence, turn.now)
    await show_sorting(turn, piece)
