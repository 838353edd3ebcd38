"""The members of a school as the operator sees them: the list, and one person's card."""

from collections.abc import Callable
from dataclasses import dataclass

from conversations.callbacks.members import (
    AskErasure,
    AskRoster,
    ChooseRoles,
    InviteMember,
    OpenMember,
    OpenMembers,
    RenewInvitation,
    SetRoles,
)
from conversations.callbacks.own_data import OpenErasures
from conversations.callbacks.packing import Button
from conversations.dialogue import Dialogue
from conversations.home import back_home, back_to, show_home
from conversations.joining import roles_in_words
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager
from conversations.turn import Turn
from storage import erasure_requests, members
from storage.models import Account, Member, Role
from storage.people import known_id

dialogue = Dialogue("members")

MEMBERS_A_PAGE = 8
LONGEST_NAME = 20
SHOWN_OF_NIP = 4
OFFERED_ROLES = (Role.TEACHER, Role.PRINCIPAL, Role.COACH, Role.OPERATOR)


@dataclass(frozen=True, slots=True)
class Line:
    """One member in the list."""

    sign: str
    name: str
    roles: str


@dialogue.presents
async def present(turn: Turn, _tap: object) -> None:
    """Show the members as they are now."""
    await show_members(turn)


@dialogue.command("anggota")
async def members_command(turn: Turn, _words: str) -> None:
    """Show the members."""
    await show_members(turn)


@dialogue.tap(OpenMembers)
async def open_members(turn: Turn, tap: OpenMembers) -> None:
    """Show a page of the members."""
    await show_members(turn, tap.page)


async def show_members(turn: Turn, number: int = 0) -> None:
    """Show one page of the members."""
    words = turn.words
    roll = await members.roll(turn.session, turn.actor)
    page = page_of(roll, number, MEMBERS_A_PAGE)
    signs = [_sign(member, account) for member, account in roll]
    text = words.body(
        "members.list",
        school=turn.school.name,
        total=len(roll),
        joined=signs.count(JOINED),
        waiting=signs.count(WAITING),
        blocked=signs.count(BLOCKED),
        page=page,
        people=[
            Line(_sign(member, account), member.name, roles_in_words(turn, Role(member.roles)))
            for member, account in page.items
        ],
    )
    keys = [
        Key(short(member.name), OpenMember(known_id(member.id))) for member, _account in page.items
    ]
    rows: list[Row] = list(in_rows(numbered(keys, page.first + 1)))
    rows += pager(page, OpenMembers)
    asked = await erasure_requests.count_waiting(turn.session, turn.actor)
    if asked:
        rows.append((Key(words.label("own_data.waiting", count=asked), OpenErasures()),))
    rows.append(
        (
            Key(words.label("members.invite"), InviteMember(0), Style.NEXT),
            Key(words.label("members.send_roster"), AskRoster()),
        )
    )
    rows.append(back_home(turn))
    turn.show(Screen(text, tuple(rows), view=OpenMembers(page.number)))


JOINED, WAITING, BLOCKED = "✅", "⏳", "🚫"


def _sign(member: Member, account: Account | None) -> str:
    if account is None or member.joined_at is None:
        return WAITING
    return BLOCKED if account.blocked_at is not None else JOINED


def short(name: str) -> str:
    """Cut a name to what a button can hold."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


@dialogue.tap(OpenMember)
async def open_member(turn: Turn, tap: OpenMember) -> None:
    """Show one member."""
    turn.show(await member_screen(turn, tap.member))


async def member_screen(turn: Turn, member_id: int, note: str = "") -> Screen:
    """Draw one member's card, below a line that says why it is shown."""
    words = turn.words
    card = await members.member_card(turn.session, turn.actor, member_id, turn.now)
    member = card.member
    text = words.body(
        "members.card",
        note=note,
        name=member.name,
        roles=roles_in_words(turn, Role(member.roles)),
        nip=masked(member.nip),
        joined_at=member.joined_at if card.account is not None else None,
        blocked=card.account is not None and card.account.blocked_at is not None,
        invited_until=card.invited_until,
    )
    rows: tuple[Row, ...] = (
        (Key(words.label("members.renew"), RenewInvitation(member_id), Style.NEXT),),
        (
            Key(words.label("members.change_roles"), ChooseRoles(member_id, member.roles)),
            Key(words.label("members.erase"), AskErasure(member_id), Style.NO),
        ),
        (back_to(turn, OpenMembers(await page_with(turn, member_id))),),
    )
    return Screen(text, rows, view=OpenMember(member_id))


def masked(nip: str | None) -> str:
    """Hide the middle of a NIP, which tells the day of birth."""
    if not nip:
        return ""
    hidden = len(nip) - 2 * SHOWN_OF_NIP
    return nip[:SHOWN_OF_NIP] + "•" * hidden + nip[-SHOWN_OF_NIP:]


async def page_with(turn: Turn, member_id: int) -> int:
    """Give the number of the page on which a member stands."""
    roll = await members.roll(turn.session, turn.actor)
    place = next((at for at, (one, _) in enumerate(roll) if one.id == member_id), 0)
    return place // MEMBERS_A_PAGE


# ---------------------------------------------------------------- roles


@dialogue.tap(ChooseRoles)
async def choose_roles(turn: Turn, tap: ChooseRoles) -> None:
    """Offer the roles, those chosen so far marked."""
    member = await members.present_member(turn.session, turn.actor, tap.member)
    text = turn.words.body("members.choose_roles", name=member.name)
    save = SetRoles(tap.member, tap.roles)
    rows: tuple[Row, ...] = (
        *role_rows(turn, tap.roles, lambda roles: ChooseRoles(tap.member, roles)),
        (
            back_to(turn, OpenMember(tap.member)),
            Key(turn.words.label("nav.save"), save, Style.NEXT),
        ),
    )
    turn.show(Screen(text, rows, view=tap))


def role_rows(turn: Turn, chosen: int, toggled: Callable[[int], Button]) -> tuple[Row, ...]:
    """Draw the roles to choose from; `toggled` gives the button for another choice."""
    keys = [
        Key(
            turn.words.label(
                "members.role_on" if chosen & role else "members.role_off",
                role=roles_in_words(turn, role),
            ),
            toggled(chosen ^ role),
        )
        for role in OFFERED_ROLES
    ]
    return in_rows(numbered(keys))


@dialogue.tap(SetRoles)
async def set_roles(turn: Turn, tap: SetRoles) -> None:
    """Give the member these roles."""
    if not tap.roles:
        turn.toast(turn.words.label("members.no_role"))
        await choose_roles(turn, ChooseRoles(tap.member, 0))
        return
    roles = Role(tap.roles & int(members.ALL_ROLES))
    await members.change_roles(turn.session, turn.actor, tap.member, roles, turn.now)
    if tap.member == turn.actor.member_id:
        await turn.settle_in()
    if not turn.actor.roles & Role.OPERATOR:
        await show_home(turn)
        return
    turn.toast(turn.words.label("members.roles_kept"))
    turn.show(await member_screen(turn, tap.member))
