"""A roster file sent to the chat: read, shown with what it would bring, brought in, printed."""

import io
from collections import Counter
from collections.abc import Sequence
from functools import partial

from telegram import Message
from telegram.ext import filters

from conversations.callbacks.members import (
    AskRoster,
    CommitRoster,
    DropRoster,
    OpenMembers,
    SampleRoster,
    ShowRoster,
)
from conversations.dialogue import Dialogue, Incoming
from conversations.home import back_to
from conversations.invitation_sheets import SheetInvitation, SheetTexts, sheet_pdf
from conversations.joining import roles_in_words
from conversations.links import invitation_link
from conversations.operator.members import show_members
from conversations.roster_words import problem_in_words
from conversations.screens import Key, Row, Screen, Style
from conversations.turn import File, Turn, current_turn
from storage import members
from storage.members import INVITATION_LASTS, Invited
from storage.models import Role
from storage.rosters import (
    BYTES_MAX,
    Roster,
    RosterError,
    RosterProblem,
    RosterProblemCode,
    read_roster,
)

dialogue = Dialogue("roster")

TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".numbers")
PROBLEMS_SHOWN = 15
NAMES_SHOWN = 5
SAMPLE = (
    ("nama", "nip", "peran"),
    ("Siti Aminah, S.Pd.", "198703152010012012", "guru"),
    ("Budi Santoso, S.Pd.", "", "guru + guru penggerak"),
    ("Yusrizal, M.Pd.", "197501012000031001", "kepala sekolah"),
)


class _RosterFile(filters.MessageFilter):
    """Lets through an operator's tables; and any file at all from one who was asked for it."""

    def filter(self, message: Message) -> bool:
        """Say whether the message brings a roster."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None or not turn.actor.roles & Role.OPERATOR:
            return False
        if turn.waits_for_files:
            return False
        if turn.account.view == AskRoster().pack():
            return bool(message.document or message.photo)
        name = (message.document.file_name or "") if message.document else ""
        return name.casefold().endswith(TABLES)


ROSTER_FILE = filters.UpdateType.MESSAGE & _RosterFile()


def read_upload(incoming: Incoming) -> Roster | tuple[RosterProblem, ...]:
    """Read what was sent: the roster, or everything that is wrong with it."""
    try:
        return read_roster(incoming.path.read_bytes(), incoming.name)
    except RosterError as error:
        return error.problems


@dialogue.presents
async def present(turn: Turn, _tap: object) -> None:
    """Show the members as they are now."""
    await show_members(turn)


@dialogue.tap(AskRoster)
async def ask_roster(turn: Turn, tap: AskRoster) -> None:
    """Explain what the file has to look like."""
    turn.actor.require(Role.OPERATOR)
    rows: tuple[Row, ...] = (
        (Key(turn.words.label("members.sample"), SampleRoster(), Style.NEXT),),
        (back_to(turn, OpenMembers(0)),),
    )
    turn.show(Screen(turn.words.body("members.ask_roster"), rows, view=tap))


@dialogue.tap(SampleRoster)
async def send_sample(turn: Turn, _tap: SampleRoster) -> None:
    """Send an example to fill in."""
    turn.actor.require(Role.OPERATOR)
    turn.send_file(
        File(
            content=sample_workbook,
            name=turn.words.label("roster.sample_name"),
            caption=turn.words.body("members.sample"),
        )
    )


def sample_workbook() -> bytes:
    """Make the example: an XLSX whose NIP column keeps all digits, as text."""
    from openpyxl import Workbook  # slow to import, and seldom needed
    from openpyxl.styles import Font

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None  # noqa: S101 - a new workbook has one sheet
    for row in SAMPLE:
        sheet.append(row)
    for column, width in zip("ABC", (34, 24, 30), strict=True):
        sheet.column_dimensions[column].width = width
        sheet[f"{column}1"].font = Font(bold=True)
    for (cell,) in sheet.iter_rows(min_row=1, max_row=500, min_col=2, max_col=2):
        cell.number_format = "@"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


# ---------------------------------------------------------------- the file


@dialogue.file(ROSTER_FILE, read_upload, BYTES_MAX)
async def take_file(turn: Turn) -> None:
    """Show what the file would bring, or what is wrong with it."""
    if isinstance(turn.file, Roster):
        draft = await members.keep_roster(turn.session, turn.actor, turn.file.rows, turn.now)
        await show_roster(turn, ShowRoster(draft))
    else:
        problems = turn.file if isinstance(turn.file, tuple) else _unread(turn)
        _show_problems(turn, problems)


def _unread(turn: Turn) -> tuple[RosterProblem, ...]:
    is_photo = turn.message is not None and turn.message.document is None
    if is_photo:
        return (RosterProblem(None, RosterProblemCode.NOT_A_ROSTER, "image"),)
    return (RosterProblem(None, RosterProblemCode.TOO_LARGE),)


def _show_problems(turn: Turn, problems: Sequence[RosterProblem]) -> None:
    text = turn.words.body(
        "members.problems",
        problems=[problem_in_words(turn.words, one) for one in problems[:PROBLEMS_SHOWN]],
        more=max(0, len(problems) - PROBLEMS_SHOWN),
        in_lines=any(one.line is not None for one in problems),
    )
    rows: tuple[Row, ...] = (
        (Key(turn.words.label("members.sample"), SampleRoster()),),
        (back_to(turn, OpenMembers(0)),),
    )
    turn.show(Screen(text, rows, view=AskRoster()))


@dialogue.tap(ShowRoster)
async def show_roster(turn: Turn, tap: ShowRoster) -> None:
    """Show what a roster would bring."""
    people = await members.kept_roster(turn.session, turn.actor, tap.roster)
    preview = await members.preview_roster(turn.session, turn.actor, people)
    counts = Counter(role for one in people for role in one.roles)
    text = turn.words.body(
        "members.preview",
        school=turn.school.name,
        total=len(people),
        preview=preview,
        roles=[
            (counts[name], roles_in_words(turn, Role[name.upper()]))
            for name in ("teacher", "principal", "coach", "operator")
            if counts[name]
        ],
        names=[one.name for one in people[:NAMES_SHOWN]],
        more=max(0, len(people) - NAMES_SHOWN),
    )
    rows: tuple[Row, ...] = (
        (
            Key(
                turn.words.label("members.commit", count=len(people)),
                CommitRoster(tap.roster),
                Style.YES,
            ),
        ),
        (Key(turn.words.label("members.drop"), DropRoster(tap.roster)),),
    )
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(DropRoster)
async def drop_roster(turn: Turn, tap: DropRoster) -> None:
    """Forget the roster."""
    await members.drop_roster(turn.session, turn.actor, tap.roster)
    turn.toast(turn.words.label("members.dropped"))
    await show_members(turn)


@dialogue.tap(CommitRoster)
async def commit_roster(turn: Turn, tap: CommitRoster) -> None:
    """Bring everybody in, and send the sheet with the links."""
    people = await members.commit_roster(
        turn.session, turn.actor, turn.school, tap.roster, turn.now
    )
    invited = [one for one in people if one.token is not None]
    words, until = turn.words, turn.now + INVITATION_LASTS
    text = words.body(
        "members.committed",
        total=len(people),
        invited=len(invited),
        until=words.short_day(until),
    )
    turn.show(Screen(text, ((back_to(turn, OpenMembers(0)),),), view=OpenMembers(0)))
    if invited:
        turn.send_file(_sheet(turn, invited))


def _sheet(turn: Turn, invited: Sequence[Invited]) -> File:
    """Give the printable sheet. It is made after the commit: many cards take their time."""
    words = turn.words
    until = words.label("roster.sheet_until", day=words.short_day(turn.now + INVITATION_LASTS))
    cards = [
        SheetInvitation(
            name=one.member.name,
            roles_text=roles_in_words(turn, Role(one.member.roles)),
            link=invitation_link(turn.bot_username, one.token or ""),
            expires_text=until,
        )
        for one in invited
    ]
    texts = SheetTexts(words.label("roster.sheet_title"), words.label("roster.sheet_instruction"))
    return File(
        content=partial(sheet_pdf, turn.school.name, cards, texts),
        name=words.label("roster.sheet_name", npsn=turn.school.npsn),
        caption=words.body("members.sheet", count=len(cards), school=turn.school.name),
    )
