"""Getting in: an invitation's link, "is it you?", the privacy notice, home."""

from conversations.callbacks.joining import Consent, ItIsMe, NotMe, SeeInvitation
from conversations.dialogue import Dialogue
from conversations.home import back_home, show_home
from conversations.links import CHECK
from conversations.refusals import explain
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.turn import Turn
from conversations.verifying import look_up
from storage import members
from storage.errors import AlreadyInSchool, InvitationUsed, Refused
from storage.members import Offer
from storage.models import Role

dialogue = Dialogue("joining", open_to_strangers=True)


@dialogue.command("start")
async def start(turn: Turn, words: str) -> None:
    """Open an invitation, or go home; a stranger hears how to get in."""
    if words.startswith(CHECK):
        await look_up(turn, words)
    elif words:
        await open_invitation(turn, words[:64])
    elif turn.membership is None:
        turn.greet_stranger()
    else:
        await show_home(turn)


async def open_invitation(turn: Turn, token: str) -> None:
    """Show whom an invitation is for. An own one that was used already leads home."""
    try:
        offer = await members.look_up_invitation(turn.session, token, turn.account.id, turn.now)
    except InvitationUsed as used:
        if used.by_this_account and turn.membership is not None:
            await show_home(turn)
            return
        _turn_away(turn, used)
    except Refused as refusal:
        _turn_away(turn, refusal)
    else:
        turn.show_below(_who_are_you(turn, offer, token))


@dialogue.tap(SeeInvitation)
async def see_invitation(turn: Turn, tap: SeeInvitation) -> None:
    """Show whom an invitation is for."""
    await open_invitation(turn, tap.token)


def _turn_away(turn: Turn, refusal: Refused) -> None:
    """Say kindly why the link does not work and whom to ask."""
    explain(turn, refusal)
    reason, turn.answer.toast = turn.answer.toast, ""
    text = turn.words.body(
        "joining.no_entry",
        reason=reason,
        is_somebody_else=isinstance(refusal, AlreadyInSchool),
    )
    turn.show(Screen(text, _way_home(turn)))


def _way_home(turn: Turn) -> tuple[Row, ...]:
    """Give the row that leads home, to those who have one."""
    return () if turn.membership is None else (back_home(turn),)


def _who_are_you(turn: Turn, offer: Offer, token: str) -> Screen:
    words = turn.words
    text = words.body(
        "joining.who",
        name=offer.member.name,
        school=offer.school.name,
        roles=roles_in_words(turn, Role(offer.member.roles)),
        moves=offer.moves,
    )
    keys = [
        Key(words.label("joining.it_is_me"), ItIsMe(token), Style.NEXT),
        Key(words.label("joining.not_me"), NotMe(token)),
    ]
    return Screen(text, in_rows(numbered(keys), 1), view=SeeInvitation(token))


def roles_in_words(turn: Turn, roles: Role) -> str:
    """Name roles: `guru, guru penggerak`."""
    return ", ".join(turn.words.label(f"roles.{str(role.name).lower()}") for role in roles)


@dialogue.tap(ItIsMe)
async def it_is_me(turn: Turn, tap: ItIsMe) -> None:
    """Show the privacy notice."""
    try:
        offer = await members.look_up_invitation(
            turn.session, tap.token, turn.account.id, turn.now
        )
    except Refused as refusal:
        _turn_away(turn, refusal)
        return
    text = turn.words.body("joining.privacy", school=offer.school.name)
    keys = [
        Key(turn.words.label("joining.consent"), Consent(tap.token), Style.YES),
        Key(turn.words.label("joining.not_me"), NotMe(tap.token)),
    ]
    turn.show(Screen(text, in_rows(numbered(keys), 1), view=tap))


@dialogue.tap(NotMe)
async def not_me(turn: Turn, tap: NotMe) -> None:
    """Let the link alone: it stays good for the person it is meant for."""
    after_all = [Key(turn.words.label("joining.it_is_me_after_all"), ItIsMe(tap.token))]
    text = turn.words.body("joining.not_me")
    turn.show(Screen(text, (*in_rows(numbered(after_all), 1), *_way_home(turn)), view=tap))


@dialogue.tap(Consent)
async def consent(turn: Turn, tap: Consent) -> None:
    """Join, and go home."""
    try:
        member = await members.join(turn.session, turn.account, tap.token, turn.now)
    except Refused as refusal:
        await turn.undo()
        if isinstance(refusal, InvitationUsed) and refusal.by_this_account:
            await show_home(turn)
        else:
            _turn_away(turn, refusal)
        return
    await turn.settle_in()
    turn.show(Screen(turn.words.body("joining.welcome", name=member.name)))
    await show_home(turn, below=True)
