"""Proving the plan: what each activity still needs, and taking in what is sent.

Two ways lead to the same end. Whoever opens an activity and presses "Kirim bukti" sends for it
until "Selesai". Whoever simply sends a photo is asked which activity it belongs to.
"""

from telegram import Message
from telegram.ext import filters

from conversations.callbacks import (
    Button,
    FinishSending,
    OpenEvidence,
    OpenPiece,
    OpenPlan,
    OpenProvable,
    OpenUnsorted,
    PrepareForPmm,
    ReplacePiece,
    SavedPiece,
    SendFor,
    unpack,
)
from conversations.day_words import read_day
from conversations.dialogue import Dialogue, Incoming
from conversations.everywhere import press_typed
from conversations.evidence_views import (
    EntryLine,
    entry_label,
    entry_line,
    entry_title,
    line_of,
    need_text,
    on_button,
)
from conversations.home import back_home, back_to, help_key
from conversations.refusals import explain
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, short
from conversations.teacher.describing import REPLACING
from conversations.teacher.piece_card import SENDING, plan_of, plan_to_prove, show_piece
from conversations.teacher.sorting import file_under, homeless, show_sorting
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
from storage.evidence import changing, describing, filing, needs, reading, receiving, replacing
from storage.evidence.needs import Provable
from storage.evidence.reading import Piece
from storage.evidence.receiving import Arrival, NotALink, Sent
from storage.inspecting import MOST_BYTES, Inspected, Unusable, Why, safe_name
from storage.models import EvidenceStatus, Role
from storage.people import known_id
from storage.plans import FullPlan
from storage.rulesets import RuleSet

dialogue = Dialogue("proving")

LABEL_LENGTH = 22
LINES_SHOWN = 30
KEYS_SHOWN = 80
"""Telegram takes a hundred buttons below a message."""


# ------------------------------------------------------------------------------- looking


@dialogue.presents
async def present(turn: Turn, tap: Button) -> None:
    """Show the activity, or else all of them, as they are now."""
    if isinstance(tap, OpenProvable | SendFor | FinishSending):
        full = await plans.own_plan(turn.session, turn.actor, tap.plan)
        rules = turn.rulebook.of_plan(turn.school, full.plan)
        if any(one.entry.id == tap.entry for one in needs.provable(rules, full)):
            await _show_provable(turn, tap.plan, tap.entry)
            return
    await open_evidence(turn, OpenEvidence())


@dialogue.command("bukti")
async def evidence_command(turn: Turn, _words: str) -> None:
    """Show what each planned activity still needs."""
    await open_evidence(turn, OpenEvidence())


@dialogue.tap(OpenEvidence)
async def open_evidence(turn: Turn, _tap: OpenEvidence) -> None:
    """Show what each planned activity still needs."""
    turn.actor.require(Role.TEACHER)
    full = await plan_to_prove(turn)
    unsorted = await homeless(turn)
    rules = turn.rulebook.of_plan(turn.school, full.plan) if full else turn.rules
    entries = needs.provable(rules, full) if full else ()
    pieces = await reading.pieces_of_plan(turn.session, full.id) if full else []
    lines = [_line(turn, rules, one, pieces) for one in entries]
    text = turn.words.body(
        "proving.list", rules=rules, full=full,
        period=rules.period(full.plan.period) if full else turn.period, lines=lines,
        progress=needs.progress(entries, [piece.evidence for piece in pieces]),
        points=rules.points, unsorted=len(unsorted), required=rules.upload.required,
        is_open=full is not None and full.status in changing.OPEN_PLANS,
    )  # fmt: skip
    rows = _list_rows(turn, rules, full, entries, len(unsorted))
    turn.show(Screen(text, rows, view=OpenEvidence()))


def _list_rows(
    turn: Turn,
    rules: RuleSet,
    full: FullPlan | None,
    entries: tuple[Provable, ...],
    unsorted: int,
) -> tuple[Row, ...]:
    words = turn.words
    rows: list[Row] = []
    if full is not None and full.status in changing.OPEN_PLANS:
        keys = [
            Key(
                short(entry_label(rules, one), LABEL_LENGTH),
                OpenProvable(full.id, known_id(one.entry.id)),
            )
            for one in entries
        ]
        rows += in_rows(numbered(keys), 1 if len(keys) <= 4 else 2)
    else:
        rows.append((Key(words.label("home.open_plan"), OpenPlan(), Style.NEXT),))
    if unsorted:
        label = words.label("proving.unsorted_key", count=unsorted)
        rows.append((Key(label, OpenUnsorted(0), Style.NEXT),))
    rows.append((*back_home(turn), help_key(turn, "evidence")))
    return tuple(rows)


def _of(one: Provable, pieces: list[Piece]) -> list[Piece]:
    return [each for each in pieces if (each.evidence.step, each.evidence.code) == one.key]


def _line(turn: Turn, rules: RuleSet, one: Provable, pieces: list[Piece]) -> EntryLine:
    mine = _of(one, pieces)
    evidence = [piece.evidence for piece in mine]
    sent = [each for each in evidence if each.status in needs.COUNTS_AS_SENT]
    units, missing = needs.units_of(one, evidence), needs.missing(one.needs, sent)
    return entry_line(turn.words, rules, one, units, missing, mine)


@dialogue.tap(OpenProvable)
async def open_provable(turn: Turn, tap: OpenProvable) -> None:
    """Show one activity with its evidence."""
    await _show_provable(turn, tap.plan, tap.entry)


async def _show_provable(turn: Turn, plan_id: int, entry_id: int, *, done: bool = False) -> None:
    full = await plans.own_plan(turn.session, turn.actor, plan_id)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    one = next((each for each in needs.provable(rules, full) if each.entry.id == entry_id), None)
    if one is None:
        raise NotFound
    all_pieces = await reading.pieces_of_plan(turn.session, full.id)
    pieces = _of(one, all_pieces)
    lines = [line_of(turn.words, rules, piece) for piece in pieces]
    entries = needs.provable(rules, full)
    text = turn.words.body(
        "proving.entry", rules=rules, period=rules.period(full.plan.period), done=done,
        line=_line(turn, rules, one, all_pieces), lines=lines, most_lines=LINES_SHOWN,
        title=entry_title(rules, one),
        needs=[(need_text(rules, need, turn.words), need.wanted) for need in one.needs],
        note=_note_of(rules, one), points=rules.points,
        progress=needs.progress(entries, [piece.evidence for piece in all_pieces]),
        is_open=full.status in changing.OPEN_PLANS, status=full.status,
    )  # fmt: skip
    words = turn.words
    keys = numbered([Key(on_button(line), OpenPiece(line.id)) for line in lines[:KEYS_SHOWN]])
    rows: list[Row] = []
    if full.status in changing.OPEN_PLANS:
        rows.append((Key(words.label("proving.send"), SendFor(full.id, entry_id), Style.NEXT),))
    rows += in_rows(keys)
    if pieces and rules.upload.max_mb is not None:
        prepare = PrepareForPmm(full.id, entry_id, 0, 1)
        rows.append((Key(words.label("proving.prepare"), prepare),))
    rows.append(
        (
            back_to(turn, OpenEvidence()),
            help_key(turn, "evidence"),
        )
    )
    turn.show(Screen(text, tuple(rows), view=OpenProvable(full.id, entry_id)))


def _note_of(rules: RuleSet, one: Provable) -> str:
    """Give what the rules say about the evidence of an entry."""
    notes = {item.code: item.evidence_note for item in rules.items}
    notes |= {duty.code: duty.evidence_note for duty in rules.duties}
    return notes.get(one.entry.code, "")


# ------------------------------------------------------------------------------- sending for one


@dialogue.tap(SendFor)
async def send_for(turn: Turn, tap: SendFor) -> None:
    """Wait for what is sent for one activity, until "Selesai"."""
    full = await changing.own_open_plan(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    one = filing.entry_of(rules, full, tap.entry)
    pieces = await reading.pieces_of_plan(turn.session, full.id)
    text = turn.words.body(
        "proving.sending", title=entry_title(rules, one), line=_line(turn, rules, one, pieces)
    )
    done = Key(turn.words.label("nav.done"), FinishSending(tap.plan, tap.entry), Style.YES)
    turn.show(Screen(text, ((done,),), view=tap))
    await turn.listen(SENDING, tap)


@dialogue.tap(FinishSending)
async def finish_sending(turn: Turn, tap: FinishSending) -> None:
    """Sum up what has been sent for the activity."""
    await _show_provable(turn, tap.plan, tap.entry, done=True)


# ------------------------------------------------------------------------------- taking in


class _Sent(filters.MessageFilter):
    """Lets through what a teacher may send as evidence: any photo or file."""

    def filter(self, message: Message) -> bool:
        """Say whether the message brings evidence."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None or not turn.actor.roles & Role.TEACHER:
            return False
        return bool(message.document or message.photo)


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


def take_in(incoming: Incoming) -> Inspected:
    """Judge and clean a file, and give it its lasting place; runs in a thread."""
    seen = incoming.inspect(incoming.path)
    incoming.files.place(incoming.path, incoming.school_id, seen.sha256)
    return seen


@dialogue.file(filters.UpdateType.MESSAGE & _Sent(), take_in, MOST_BYTES)
async def take_file(turn: Turn) -> None:
    """Keep what was sent, and show where it belongs or ask."""
    message = turn.message
    if message is None:
        return
    if not isinstance(turn.file, Inspected):
        raise Unusable(Why.TOO_LARGE)
    document = message.document
    arrival = Arrival(
        seen=turn.file,
        name=safe_name(document.file_name or "", turn.file.media_type) if document else "",
        position=message.message_id,
        telegram_id=document.file_id if document else message.photo[-1].file_id,
        is_photo=document is None,
    )
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
            _show_known(turn, piece, gathered=gathered)
            if not gathered:
                await show_piece(turn, piece)
            return
    if unsorted and target is not None:
        placed = await _place(turn, piece, target)
        if placed is None:
            return
        piece = placed
    if gathered:
        turn.show_gathered(SavedPiece(piece.id))
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


def _show_known(turn: Turn, piece: Piece, *, gathered: bool) -> None:
    if gathered:
        turn.show_gathered(OpenPiece(piece.id))
    else:
        turn.toast(turn.words.label("proving.known"))


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
