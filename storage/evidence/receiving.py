"""Taking in what a teacher sends: files, pages of albums, links. Where it belongs is said later.

The bytes are on the disk before any of these is called (`storage.files`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import AlreadyDecided, EvidenceChanged, Refused, TooLong, TooMany
from storage.evidence.changing import NOT_DECIDED, change_filed
from storage.evidence.flags import find_alike
from storage.evidence.reading import NO_EVIDENCE, FormPlace, Piece, with_pages
from storage.inspecting import ALIKE_WITHIN, Inspected, likeness
from storage.models import Evidence, EvidencePage, EvidenceStatus, Role
from storage.people import Actor

MOST_UNSORTED = 30
"""Pieces that wait to be filed; more than that is a phone's whole gallery sent by mistake."""

MOST_PAGES = 50
LONGEST_LINK = 2000


class NotALink(Refused):
    """The words are not the address of a page."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came in and is on the disk. `position` is the number of its message."""

    seen: Inspected
    name: str
    position: int
    telegram_id: str
    is_photo: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of what was sent. `known`: the very file was there already, in this piece."""

    piece: Piece
    known: bool = False


async def receive(
    session: AsyncSession,
    actor: Actor,
    arrival: Arrival,
    now: datetime,
    *,
    album: str = "",
    has_place: bool = False,
    attached_to: FormPlace | None = None,
) -> Sent:
    """Keep a file that a teacher sent, as a new piece or as a page of its album's piece.

    A file that the teacher has sent before is not kept twice; but an album keeps its page, also
    one that was sent by itself before. Raises `TooMany` where too much is unsorted already,
    unless it `has_place`: the caller files it at once or calls `require_room`. What is sent for a
    question of a form is `attached_to` that: evidence with the same file does not matter then,
    and the caller has checked who may.
    """
    if attached_to is None:
        actor.require(Role.TEACHER)
    together = await _of_album(session, actor, album) if album else None
    for before in await _sent_before(session, actor, arrival, attached_to):
        if not album or _is_of_album(before, together):
            return Sent(before, known=True)
    if together is None or not await _opened_for_page(session, actor, together, now):
        if not has_place:
            await require_room(session, actor)
        together = Piece(new_piece(actor, now, album=album))
        session.add(together.evidence)
        await session.flush()
    await _add_page(session, together, arrival)
    return Sent(together)


def _is_of_album(before: Piece, together: Piece | None) -> bool:
    return len(before.pages) > 1 or (together is not None and before.id == together.id)


async def _opened_for_page(
    session: AsyncSession, actor: Actor, piece: Piece, now: datetime
) -> bool:
    """Change an album's piece for one more page; False where somebody has just decided on it.

    Raises `TooMany` for an album without end.
    """
    if len(piece.pages) >= MOST_PAGES:
        raise TooMany(MOST_PAGES)
    try:
        await change_filed(session, actor, piece, now)
    except (AlreadyDecided, EvidenceChanged):
        return False
    return True


async def receive_link(
    session: AsyncSession, actor: Actor, text: str, now: datetime, *, has_place: bool = False
) -> Sent:
    """Keep the address of a page, such as an article that was published. Raises `NotALink`.

    `has_place` is as for `receive`.
    """
    actor.require(Role.TEACHER)
    link = read_link(text)
    found = await session.exec(
        select(Evidence)
        .where(Evidence.member_id == actor.member_id, Evidence.link == link)
        .where(col(Evidence.status).not_in(NO_EVIDENCE))
    )
    before = found.first()
    if before is not None:
        return Sent(Piece(before), known=True)
    if not has_place:
        await require_room(session, actor)
    piece = Piece(new_piece(actor, now, link=link))
    session.add(piece.evidence)
    await session.flush()
    return Sent(piece)


def read_link(text: str) -> str:
    """Read the address of a page. Raises `NotALink`, and `TooLong` beyond what is kept."""
    text = text.strip()
    link = text if "://" in text else f"https://{text}"
    if len(link) > LONGEST_LINK:
        raise TooLong(LONGEST_LINK, len(link))
    if any(sign.isspace() or not sign.isprintable() for sign in text):
        raise NotALink
    try:
        parts = urlsplit(link)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise NotALink from None
    *names, ending = host.split(".")
    if parts.scheme not in ("http", "https") or not (names and all(names) and ending.isalpha()):
        raise NotALink
    if parts.username is not None or len(ending) < 2:
        raise NotALink
    return link


async def count_unsorted(session: AsyncSession, actor: Actor) -> int:
    """Say how many pieces the actor has sent and not filed yet."""
    found = await session.exec(
        select(func.count(col(Evidence.id)))
        .where(Evidence.member_id == actor.member_id)
        .where(Evidence.status == EvidenceStatus.UNSORTED)
    )
    return int(found.one())


async def require_room(session: AsyncSession, actor: Actor, more: int = 1) -> None:
    """Raise `TooMany` unless so many `more` unsorted pieces may be kept."""
    if await count_unsorted(session, actor) + more > MOST_UNSORTED:
        raise TooMany(MOST_UNSORTED)


def new_piece(actor: Actor, now: datetime, *, album: str = "", link: str = "") -> Evidence:
    """Make a piece that waits to be filed."""
    return Evidence(
        school_id=actor.school_id,
        member_id=actor.member_id,
        album=album[:40],
        link=link,
        received_at=now,
        changed_at=now,
    )


async def _of_album(session: AsyncSession, actor: Actor, album: str) -> Piece | None:
    """Find the piece of an album, unless it can no longer be changed."""
    found = await session.exec(
        select(Evidence)
        .where(Evidence.member_id == actor.member_id, Evidence.album == album[:40])
        .where(col(Evidence.status).in_(NOT_DECIDED))
        .order_by(col(Evidence.id).desc())
        .limit(1)
    )
    return next(iter(await with_pages(session, found.all())), None)


async def _sent_before(
    session: AsyncSession, actor: Actor, arrival: Arrival, attached_to: FormPlace | None
) -> list[Piece]:
    """Give the teacher's pieces that have this very file, the newest first.

    Those of evidence or, of a question of a form, those that are attached to it.
    """
    where: tuple[Any, ...] = (col(Evidence.status).not_in(NO_EVIDENCE),)
    if attached_to is not None:
        where = attached_to.pieces
    found = await session.exec(
        select(Evidence)
        .join(EvidencePage, col(EvidencePage.evidence_id) == col(Evidence.id))
        .where(EvidencePage.school_id == actor.school_id)
        .where(EvidencePage.original_sha256 == arrival.seen.original_sha256)
        .where(Evidence.member_id == actor.member_id, *where)
        .order_by(col(Evidence.id).desc())
    )
    return await with_pages(session, found.all())


async def _add_page(session: AsyncSession, piece: Piece, arrival: Arrival) -> None:
    seen, evidence = arrival.seen, piece.evidence
    alike = await find_alike(
        session,
        evidence.school_id,
        seen.look,
        seen.original_sha256,
        lambda look, other: likeness(look, other) <= ALIKE_WITHIN,
    )
    page = EvidencePage(
        evidence_id=piece.id,
        school_id=evidence.school_id,
        position=arrival.position,
        sha256=seen.sha256,
        original_sha256=seen.original_sha256,
        size=seen.size,
        media_type=seen.media_type,
        name=arrival.name,
        width=seen.width,
        height=seen.height,
        pdf_pages=seen.pages,
        look=seen.look,
        alike=[one for one in alike if one != piece.id],
        complaints=[str(one) for one in seen.complaints],
        # What was cleaned or converted is shown from the disk: Telegram still has the original.
        telegram_id=arrival.telegram_id if seen.sha256 == seen.original_sha256 else "",
        is_photo=arrival.is_photo,
    )
    session.add(page)
    await session.flush()
    piece.pages.append(page)
    piece.pages.sort(key=lambda one: one.position)
