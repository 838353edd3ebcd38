"""Looking at a teacher's evidence without deciding on it, and saying something about it."""

from conversations.callbacks.approving import ShowDetails
from conversations.callbacks.checking import CheckPiece, CommentPiece, LookAtPiece, TeacherEvidence
from conversations.dialogue import Dialogue
from conversations.evidence_views import exhibits_of, line_of, on_button, short_title
from conversations.home import back_to
from conversations.principal.check_cards import caption
from conversations.principal.checking import show_to_check
from conversations.screens import Key, Row, Screen, in_rows, numbered, page_of, pager
from conversations.turn import Turn
from storage import decisions, plans
from storage.evidence import checking, needs, reading
from storage.evidence.reading import Piece

dialogue = Dialogue("looking")

PIECES_A_PAGE = 8
COMMENT_STATE = "looking.comment"


@dialogue.tap(TeacherEvidence)
async def teacher_evidence(turn: Turn, tap: TeacherEvidence) -> None:
    """Show what a teacher has sent, activity by activity."""
    full = await plans.read_plan(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    owner = await decisions.owner_of(turn.session, full)
    pieces = await reading.pieces_of_member(turn.session, turn.actor, full.id)
    page = page_of(pieces, tap.page, PIECES_A_PAGE)
    lines = [
        (line_of(turn.words, rules, piece), short_title(rules, piece.evidence.code))
        for piece in page.items
    ]
    text = turn.words.body(
        "checking.looking", name=owner.name, lines=lines, page=page, points=rules.points,
        progress=needs.progress(
            needs.provable(rules, full), [piece.evidence for piece in pieces]
        ),
    )  # fmt: skip
    keys = [Key(on_button(line), LookAtPiece(line.id)) for line, _ in lines]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1))]
    rows += pager(page, lambda to: TeacherEvidence(full.id, to))
    rows.append((back_to(turn, ShowDetails(full.id, 0, "r")),))
    turn.show(Screen(text, tuple(rows), view=TeacherEvidence(full.id, page.number)))


@dialogue.tap(LookAtPiece)
async def look_at_piece(turn: Turn, tap: LookAtPiece) -> None:
    """Show a piece; whoever decides gets the buttons for that."""
    piece = await reading.read_piece(turn.session, turn.actor, tap.evidence)
    if turn.actor.decides and piece.evidence.member_id != turn.actor.member_id:
        await show_to_check(turn, piece)
        return
    await _show(turn, piece)


async def _show(turn: Turn, piece: Piece) -> None:
    words = turn.words
    rows: list[Row] = []
    if piece.evidence.member_id != turn.actor.member_id:
        rows.append((Key(words.label("checking.comment"), CommentPiece(piece.id)),))
    rows.append((back_to(turn, TeacherEvidence(piece.evidence.plan_id or 0, 0)),))
    turn.show(
        Screen(
            await caption(turn, piece), tuple(rows), view=LookAtPiece(piece.id),
            exhibits=exhibits_of(turn, piece), protected=True,
        )
    )  # fmt: skip


@dialogue.tap(CommentPiece)
async def comment_piece(turn: Turn, tap: CommentPiece) -> None:
    """Ask what is to be said about the piece."""
    piece = await reading.read_piece(turn.session, turn.actor, tap.evidence)
    sender = await reading.sender_of(turn.session, piece)
    text = turn.words.body("checking.ask_comment", name=sender.name)
    await turn.ask(COMMENT_STATE, tap, text, turn.words.label("checking.comment_placeholder"))


@dialogue.answer(COMMENT_STATE)
async def take_comment(turn: Turn, subject: CommentPiece) -> None:
    """Keep the comment; the teacher is told."""
    piece = await checking.comment(turn.session, turn.actor, subject.evidence, turn.text, turn.now)
    sender = await reading.sender_of(turn.session, piece)
    text = turn.words.body("checking.commented", name=sender.name)
    to = CheckPiece(piece.id) if turn.actor.decides else LookAtPiece(piece.id)
    turn.show(Screen(text, ((back_to(turn, to),),), view=to))
