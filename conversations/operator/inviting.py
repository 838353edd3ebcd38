"""Inviting one person: roles, name, then a link and a QR picture to hand over."""

from conversations.callbacks.members import (
    InviteAs,
    InviteMember,
    OpenMember,
    OpenMembers,
    RenewInvitation,
)
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.invitation_sheets import qr_png
from conversations.links import invitation_link, whatsapp_link
from conversations.operator.members import member_screen, page_with, role_rows, show_members
from conversations.screens import Key, Row, Screen, Style
from conversations.turn import File, Turn
from storage import members
from storage.members import INVITATION_LASTS, Invited
from storage.models import Role
from storage.people import known_id
from storage.rosters import NAME_MAX, clean_name

dialogue = Dialogue("inviting")

NAME_STATE = "inviting.name"


@dialogue.presents
async def present(turn: Turn, _tap: object) -> None:
    """Show the members as they are now."""
    await show_members(turn)


@dialogue.tap(InviteMember)
async def invite_member(turn: Turn, tap: InviteMember) -> None:
    """Offer the roles; once there is one, go on to the name."""
    turn.actor.require(Role.OPERATOR)
    foot: Row = (back_to(turn, OpenMembers(0)),)
    if tap.roles:
        name = Key(turn.words.label("members.write_name"), InviteAs(tap.roles), Style.NEXT)
        foot = (*foot, name)
    rows = (*role_rows(turn, tap.roles, InviteMember), foot)
    turn.show(Screen(turn.words.body("members.invite"), rows, view=tap))


@dialogue.tap(InviteAs)
async def invite_as(turn: Turn, tap: InviteAs) -> None:
    """Ask for the name."""
    turn.actor.require(Role.OPERATOR)
    if not _roles(tap):
        turn.toast(turn.words.label("members.no_role"))
        await invite_member(turn, InviteMember(0))
        return
    await _ask_name(turn, tap)


async def _ask_name(turn: Turn, tap: InviteAs, *, again: bool = False) -> None:
    await turn.ask(
        NAME_STATE,
        tap,
        turn.words.body("members.ask_name", again=again, longest=NAME_MAX),
        turn.words.label("members.name_placeholder"),
    )


@dialogue.answer(NAME_STATE)
async def take_name(turn: Turn, subject: InviteAs) -> None:
    """Invite whoever was named; a name that is there already is shown instead."""
    name = clean_name(turn.text)
    if name is None:
        await _ask_name(turn, subject, again=True)
        return
    known = await members.find_member(turn.session, turn.actor, name)
    if known is not None:
        note = turn.words.label("members.name_known")
        turn.show(await member_screen(turn, known_id(known.id), note))
        return
    invited = await members.invite(
        turn.session, turn.school, name=name, roles=_roles(subject), now=turn.now, by=turn.actor
    )
    await show_invitation(turn, invited, is_first=True)


def _roles(tap: InviteAs) -> Role:
    return Role(tap.roles & int(members.ALL_ROLES))


@dialogue.tap(RenewInvitation)
async def renew_invitation(turn: Turn, tap: RenewInvitation) -> None:
    """Make a new link and show it."""
    invited = await members.renew_invitation(turn.session, turn.actor, tap.member, turn.now)
    await show_invitation(turn, invited, is_first=False)


async def show_invitation(turn: Turn, invited: Invited, *, is_first: bool) -> None:
    """Show a link with how to hand it over, and below it a picture that can be forwarded."""
    words, member = turn.words, invited.member
    link = invitation_link(turn.bot_username, invited.token or "")
    facts = {
        "name": member.name,
        "school": turn.school.name,
        "link": link,
        "until": words.short_day(turn.now + INVITATION_LASTS),
    }
    text = words.body(
        "members.invitation",
        is_first=is_first,
        has_joined=member.account_id is not None,
        **facts,
    )
    await turn.session.flush()
    member_id = known_id(member.id)
    rows: tuple[Row, ...] = (
        (
            Key(words.label("members.copy_link"), copies=link),
            Key(
                words.label("members.whatsapp"),
                link=whatsapp_link(words.label("members.whatsapp_text", **facts)),
            ),
        ),
        (back_to(turn, OpenMembers(await page_with(turn, member_id))),),
    )
    turn.show(Screen(text, rows, view=OpenMember(member_id)))
    turn.send_file(
        File(
            content=lambda: qr_png(link),
            name="undangan.png",
            caption=words.body("members.for_the_invited", **facts),
            is_picture=True,
        )
    )
