"""Words that mean nothing to the bot may have been meant for somebody."""

from conversations.callbacks.helping import TalkAbout
from conversations.home import back_home
from conversations.screens import Key, Screen, in_rows, short
from conversations.turn import Turn
from storage.helping import requests
from storage.models import HelpStatus

MOST_OFFERED = 4


async def offer_talk(turn: Turn) -> bool:
    """Offer the conversations that the person is in; say whether there is one."""
    me = turn.actor.member_id
    mine = await requests.active_of(turn.session, me)
    others = await requests.helped_by(turn.session, me)
    keys = [Key(short(full.owner.name), TalkAbout(full.id)) for full in others]
    if mine is not None and mine.status is HelpStatus.CLAIMED and mine.helper is not None:
        keys.append(Key(short(mine.helper.name), TalkAbout(mine.id)))
    if not keys:
        return False
    rows = (*in_rows(keys[:MOST_OFFERED]), back_home(turn))
    turn.show_below(Screen(turn.words.body("talking.hint"), rows))
    return True
