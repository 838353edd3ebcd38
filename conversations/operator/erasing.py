"""Erasing a person's data, as the privacy notice promises: asked once, then for ever."""

from conversations.callbacks.members import AskErasure, EraseMember, OpenMember
from conversations.dialogue import Dialogue
from conversations.home import back_to, show_home
from conversations.operator.members import page_with, show_members
from conversations.screens import Key, Row, Screen, Style
from conversations.turn import Turn
from storage import members
from storage.erasure import erase_member
from storage.models import Role

dialogue = Dialogue("erasing")


@dialogue.presents
async def present(turn: Turn, _tap: object) -> None:
    """Show the members as they are now."""
    await show_members(turn)


@dialogue.tap(AskErasure)
async def ask_erasure(turn: Turn, tap: AskErasure) -> None:
    """Say what would go and what would stay."""
    card = await members.member_card(turn.session, turn.actor, tap.member, turn.now)
    if card.member.roles & Role.OPERATOR:
        await members.require_other_operator(turn.session, card.member)
    text = turn.words.body(
        "members.ask_erasure",
        name=card.member.name,
        plans=card.plans,
        is_self=tap.member == turn.actor.member_id,
    )
    rows: tuple[Row, ...] = (
        (Key(turn.words.label("members.erase_now"), EraseMember(tap.member), Style.NO),),
        (back_to(turn, OpenMember(tap.member)),),
    )
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(EraseMember)
async def erase(turn: Turn, tap: EraseMember) -> None:
    """Erase it."""
    is_self = tap.member == turn.actor.member_id
    page = await page_with(turn, tap.member)
    await erase_member(turn.session, turn.actor, tap.member, turn.now)
    if not is_self:
        turn.toast(turn.words.label("members.erased"))
        await show_members(turn, page)
        return
    await turn.settle_in()
    turn.show(Screen(turn.words.body("members.erased_self")))
    if turn.membership is not None:
        await show_home(turn, below=True)
