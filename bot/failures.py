"""When something unforeseen happens: an apology with a code, the log with the traceback."""

import logging
import secrets
import traceback
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import Update

from bot.clock import Clock
from conversations.people import seat_of
from conversations.turn import Turn
from conversations.words import LANGUAGES, Words
from storage import inbox, outbox
from storage.database import Database
from storage.models import Role
from storage.people import Membership, find_account, known_id, members_with

logger = logging.getLogger(__name__)


class Failures:
    """Turns unforeseen errors into apologies, and tells the operators once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def inside(self, turn: Turn, error: BaseException) -> None:
        """Undo a turn that failed and apologise in its place; the same transaction goes on."""
        code = new_code()
        logger.error(
            "turn failed", exc_info=error, extra={"code": code, "update": turn.update.update_id}
        )
        await turn.undo()
        turn.alert(turn.words.label("failures.apology", code=code))
        if turn.membership is not None:
            await _tell_of_fault(turn.session, turn.membership, code, error, turn.now)

    async def no_room(self, turn: Turn) -> None:
        """Tell the operators, once a day, that no further files fit on the disk."""
        if turn.membership is None:
            return
        logger.error("no room for files")
        await _tell_operators(
            turn.session,
            turn.membership,
            "disk_full",
            {},
            f"disk:{turn.today.isoformat()}",
            turn.now,
        )

    async def outside(self, update: Update, error: BaseException) -> str:
        """Put away an update whose turn could not be finished, so it is not tried for ever.

        Gives the apology, for whoever can still deliver it.
        """
        code, language, now = new_code(), LANGUAGES[0], self._clock.now()
        logger.error(
            "update put away", exc_info=error, extra={"code": code, "update": update.update_id}
        )
        user = update.effective_user
        try:
            async with self._database.transaction() as session:
                await inbox.mark_acted(session, update.update_id, now)
                account, seats = await find_account(session, user.id if user else 0, now)
                seat = seat_of(account, seats) if account is not None else None
                if account is not None and seat is not None:
                    language = account.language
                    await _tell_of_fault(session, seat, code, error, now)
        except Exception:
            # The database itself is in trouble: the update stays for the next start.
            logger.exception("the update could not be put away", extra={"code": code})
        return Words(language).label("failures.apology", code=code)


async def _tell_of_fault(
    session: AsyncSession, seat: Membership, code: str, error: BaseException, now: datetime
) -> None:
    # The same fault is told once a day, however often it strikes.
    occasion = f"failure:{fingerprint(error)}:{seat.today(now).isoformat()}"
    subject = {"code": code, "what": type(error).__name__}
    await _tell_operators(session, seat, "failure", subject, occasion, now)


async def _tell_operators(
    session: AsyncSession,
    seat: Membership,
    kind: str,
    subject: dict[str, str],
    occasion: str,
    now: datetime,
) -> None:
    school_id = seat.member.school_id
    operators = await members_with(session, school_id, Role.OPERATOR)
    await outbox.announce(
        session,
        school_id=school_id,
        recipients=[known_id(one.id) for one in operators if one.account_id is not None],
        occasion=occasion,
        kind=kind,
        subject=subject,
        now=now,
    )


def new_code() -> str:
    """Make a short code that can be read out over the phone."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(letters) for _ in range(5))


def fingerprint(error: BaseException) -> str:
    """Name a fault by its kind and the place where it struck."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}:{place}"[:60]
