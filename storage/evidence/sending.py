"""What a teacher does with evidence: send it, file it under an activity, describe it, replace it.

The bytes are on the disk before any of these is called (`storage.files`). A piece can be changed
until it has been accepted; a change to one that was returned hands it in again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards, outbox
from storage.errors import (
    AlreadyDecided,
    EvidenceChanged,
    NotAllowed,
    NotFound,
    OutOfRange,
    PlanNotOpen,
    Refused,
    SameFileHere,
    TooLong,
    TooMany,
)
from storage.evidence.flags import find_alike
from storage.evidence.needs import Provable, kinds_for, missing, provable
from storage.evidence.reading import (
    HISTORY,
    Piece,
    evidence_of_plan,
    own_piece,
    with_pages,
)
from storage.inspecting import ALIKE_WITHIN, Inspected, likeness
from storage.models import Evidence, EvidencePage, EvidenceStatus, Member, PlanStatus, Role
from storage.people import Actor, deciders, known_id
from storage.plans import FullPlan, kept_words, own_plan
from storage.rulesets import RuleSet

MOST_UNSORTED = 30
"""Pieces that wait to be filed; more than that is a phone's whole gallery sent by mistake."""

MOST_PAGES = 50
LONGEST_NOTE = 300
LONGEST_LINK = 2000

OPEN_PLANS = frozenset({PlanStatus.APPROVED, PlanStatus.AGREED})
"""While a plan is one of these, evidence can be filed under it."""

CHANGEABLE = frozenset({EvidenceStatus.UNSORTED, EvidenceStatus.RECEIVED, EvidenceStatus.RETURNED})


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
) -> Sent:
    """Keep a file that a teacher sent, as a new piece or as a page of its album's piece.

    A file that the teacher has sent before is not kept twice. Raises `TooMany` where too much is
    unsorted already, unless it `has_place`: the caller files it at once or calls `require_room`.
    """
    actor.require(Role.TEACHER)
    together = await _of_album(session, actor, album) if album else None
    before = await _sent_before(session, actor, arrival)
    if before is not None:
        return Sent(before, known=True)
    if together is None or not await _opened_for_page(session, together, now):
        if not has_place:
            await require_room(session, actor)
        together = Piece(_new_piece(actor, now, album=album))
        session.add(together.evidence)
        await session.flush()
    await _add_page(session, together, arrival)
    return Sent(together)


async def _opened_for_page(session: AsyncSession, piece: Piece, now: datetime) -> bool:
    """Change an album's piece for one more page; False where somebody has just decided on it.

    Raises `TooMany` for an album without end.
    """
    if len(piece.pages) >= MOST_PAGES:
        raise TooMany(MOST_PAGES)
    try:
        await _change_filed(session, piece, now)
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
        .where(col(Evidence.status).not_in(HISTORY))
    )
    before = found.first()
    if before is not None:
        return Sent(Piece(before), known=True)
    if not has_place:
        await require_room(session, actor)
    piece = Piece(_new_piece(actor, now, link=link))
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


# ------------------------------------------------------------------------------- filing


async def file_under(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    full: FullPlan,
    evidence_id: int,
    entry_id: int,
    now: datetime,
    *,
    today: date,
    kind: str = "",
) -> Piece:
    """Say which planned entry a piece proves; or, later, that it proves another one.

    `kind` is a guess, taken where the entry knows it. Raises `PlanNotOpen` unless the plan is
    approved, and `SameFileHere` when the entry has this file already.
    """
    piece = await own_piece(session, actor, evidence_id)
    if full.plan.member_id != actor.member_id:
        raise NotAllowed
    one = entry_of(rules, full, entry_id)
    await _require_new_here(session, full.id, one.key, piece)
    chosen = await _kind_of(session, rules, full, one, piece, kind)
    await _change(
        session, piece, now,
        status=EvidenceStatus.RECEIVED, plan_id=full.id, step=one.entry.step,
        code=one.entry.code, kind=chosen, covers=min(piece.evidence.covers, one.entry.quantity),
    )  # fmt: skip
    audit.record(
        session, actor, "evidence.send", f"evidence:{piece.id}", now, entry=one.entry.code
    )
    await tell_checkers(session, actor, today, now)
    return piece


async def _kind_of(
    session: AsyncSession,
    rules: RuleSet,
    full: FullPlan,
    one: Provable,
    piece: Piece,
    guess: str,
) -> str:
    """Say what kind a piece is, where that is clear: guessed, said before, or all that lacks."""
    allowed = kinds_for(rules, one.step, one.entry)
    for known in (guess, piece.evidence.kind):
        if known in allowed:
            return known
    sent = [each for each in await evidence_of_plan(session, full.id) if each.id != piece.id]
    gaps = missing(one.needs, [each for each in sent if (each.step, each.code) == one.key])
    lacking = [kind for need in gaps or one.needs for kind in need.kinds]
    if len(lacking) == 1:
        return lacking[0]
    return allowed[0] if len(allowed) == 1 else ""


def entry_of(rules: RuleSet, full: FullPlan, entry_id: int) -> Provable:
    """Give an entry of an approved plan. Raises `PlanNotOpen`, `NotFound`."""
    if full.status not in OPEN_PLANS:
        raise PlanNotOpen(full.status)
    found = next((one for one in provable(rules, full) if one.entry.id == entry_id), None)
    if found is None:
        raise NotFound
    return found


async def use_again(session: AsyncSession, actor: Actor, evidence_id: int, now: datetime) -> Piece:
    """Use the files of a piece for another activity too: a new piece, to be filed."""
    piece = await own_piece(session, actor, evidence_id)
    if piece.is_history or piece.status is EvidenceStatus.UNSORTED:
        raise EvidenceChanged
    await require_room(session, actor)
    return await _copy(session, actor, piece, now)


async def bring_back(
    session: AsyncSession, actor: Actor, evidence_id: int, now: datetime, *, today: date
) -> Piece:
    """Undo that a piece was taken away: a new piece like it, in its place; asked twice, one.

    Raises `SameFileHere` when the entry has got these files anew meanwhile.
    """
    piece = await own_piece(session, actor, evidence_id)
    if piece.status is not EvidenceStatus.REMOVED:
        raise EvidenceChanged
    found = await session.exec(
        select(Evidence)
        .where(Evidence.replaces_id == piece.id, Evidence.member_id == actor.member_id)
        .where(col(Evidence.status).not_in(HISTORY))
    )
    for again in await with_pages(session, found.all()):
        return again
    old = piece.evidence
    if old.plan_id is not None:
        await _require_new_here(session, old.plan_id, (old.step, old.code), piece)
    copy = await _copy(session, actor, piece, now)
    filed = old.plan_id is not None
    await _change(
        session, copy, now,
        status=EvidenceStatus.RECEIVED if filed else EvidenceStatus.UNSORTED,
        plan_id=old.plan_id, step=old.step, code=old.code, kind=old.kind, covers=old.covers,
        note=old.note, replaces_id=piece.id,
    )  # fmt: skip
    audit.record(session, actor, "evidence.bring_back", f"evidence:{piece.id}", now, by=copy.id)
    if filed:
        await tell_checkers(session, actor, today, now)
    return copy


async def _copy(session: AsyncSession, actor: Actor, piece: Piece, now: datetime) -> Piece:
    """Make a new unsorted piece of the same files."""
    copy = Piece(_new_piece(actor, now, link=piece.evidence.link))
    copy.evidence.dated_on = piece.evidence.dated_on
    session.add(copy.evidence)
    await session.flush()
    for page in piece.pages:
        fields = page.model_dump(exclude={"id", "evidence_id"})
        again = EvidencePage(**fields, evidence_id=copy.id)
        session.add(again)
        copy.pages.append(again)
    await session.flush()
    return copy


async def tell_checkers(session: AsyncSession, actor: Actor, today: date, now: datetime) -> None:
    """Tell those who decide that there is evidence to check; in bursts, not piece by piece."""
    who = await deciders(session, actor.school_id, today)
    await outbox.announce_gathered(
        session,
        school_id=actor.school_id,
        recipients=[known_id(one.id) for one in who if one.id != actor.member_id],
        topic=f"evidence:{actor.school_id}",
        kind="evidence_waiting",
        subject={},
        now=now,
    )


# ------------------------------------------------------------------------------- describing


async def say_kind(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    full: FullPlan,
    evidence_id: int,
    kind: str,
    now: datetime,
) -> Piece:
    """Say what kind of document a piece is, one of those that its entry takes."""
    piece = await own_piece(session, actor, evidence_id)
    one = provable_of(rules, full, piece)
    if one is None or kind not in kinds_for(rules, one.step, one.entry):
        raise NotFound
    await _change_filed(session, piece, now, kind=kind)
    return piece


async def say_date(
    session: AsyncSession, actor: Actor, evidence_id: int, dated_on: date, now: datetime
) -> Piece:
    """Say which day stands on the document."""
    piece = await own_piece(session, actor, evidence_id)
    await _change_filed(session, piece, now, dated_on=dated_on)
    return piece


async def say_note(
    session: AsyncSession, actor: Actor, evidence_id: int, text: str, now: datetime
) -> Piece:
    """Add a note for whoever checks the piece, in place of an earlier one."""
    piece = await own_piece(session, actor, evidence_id)
    await _change_filed(session, piece, now, note=kept_words(text, LONGEST_NOTE))
    return piece


async def say_covers(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    full: FullPlan,
    evidence_id: int,
    covers: int,
    now: datetime,
) -> Piece:
    """Say how many units of its entry a piece proves, such as three certificates in one PDF."""
    piece = await own_piece(session, actor, evidence_id)
    one = provable_of(rules, full, piece)
    if one is None:
        raise NotFound
    if not 1 <= covers <= one.entry.quantity:
        raise OutOfRange(1, one.entry.quantity)
    await _change_filed(session, piece, now, covers=covers)
    return piece


def provable_of(rules: RuleSet, full: FullPlan, piece: Piece) -> Provable | None:
    """Give the planned entry that a piece proves; None when the plan no longer has it.

    None as well for a piece that is filed under another plan, such as the one before.
    """
    if piece.evidence.plan_id != full.id:
        return None
    key = (piece.evidence.step, piece.evidence.code)
    return next((one for one in provable(rules, full) if one.key == key), None)


# ------------------------------------------------------------------------------- changing


async def replace(
    session: AsyncSession,
    actor: Actor,
    evidence_id: int,
    by_id: int,
    now: datetime,
    *,
    today: date,
    keep_day: bool = True,
) -> Piece:
    """Put a piece that has just been sent in the place of an earlier one, which becomes history.

    What is said about the earlier one is taken over; its day unless `keep_day` is False.
    Raises `AlreadyDecided` when the earlier one was accepted meanwhile: both are kept then.
    Raises `SameFileHere` when the entry has this file already, in a third piece.
    """
    piece = await own_piece(session, actor, evidence_id)
    new = await own_piece(session, actor, by_id)
    # Held from here on: once the earlier one has given up its place, nothing must be in the way.
    await session.flush()
    await session.refresh(new.evidence, with_for_update=True)
    if new.status is not EvidenceStatus.UNSORTED or new.id == piece.id:
        raise EvidenceChanged
    old = piece.evidence
    filed = old.plan_id is not None
    if old.plan_id is not None:
        await _require_new_here(session, old.plan_id, (old.step, old.code), new, leaving=piece.id)
    await _change(session, piece, now, status=EvidenceStatus.REPLACED)
    if keep_day:
        new.evidence.dated_on = new.evidence.dated_on or old.dated_on
    await _change(
        session, new, now,
        status=EvidenceStatus.RECEIVED if filed else EvidenceStatus.UNSORTED,
        plan_id=old.plan_id, step=old.step, code=old.code, kind=old.kind, covers=old.covers,
        note=new.evidence.note or old.note, replaces_id=piece.id, dated_on=new.evidence.dated_on,
    )  # fmt: skip
    audit.record(session, actor, "evidence.replace", f"evidence:{piece.id}", now, by=new.id)
    if filed:
        await tell_checkers(session, actor, today, now)
    return new


async def take_away(session: AsyncSession, actor: Actor, evidence_id: int, now: datetime) -> Piece:
    """Take a piece away that has not been accepted. It stays in the history."""
    piece = await own_piece(session, actor, evidence_id)
    await _change(session, piece, now, status=EvidenceStatus.REMOVED)
    audit.record(session, actor, "evidence.remove", f"evidence:{piece.id}", now)
    return piece


# ------------------------------------------------------------------------------- within


async def _change_filed(session: AsyncSession, piece: Piece, now: datetime, **values: Any) -> None:
    """Change what is said about a piece; one that was returned is handed in again by it."""
    status = piece.status
    if status is EvidenceStatus.RETURNED:
        status = EvidenceStatus.RECEIVED
    await _change(session, piece, now, status=status, **values)


async def _change(session: AsyncSession, piece: Piece, now: datetime, **values: Any) -> None:
    """Change a piece as it was read, unless somebody was faster: the row count decides."""
    await session.flush()
    evidence = piece.evidence
    changed = await session.exec(
        update(Evidence)
        .where(col(Evidence.id) == evidence.id, col(Evidence.revision) == evidence.revision)
        .where(col(Evidence.status) == evidence.status)
        .where(col(Evidence.status).in_(CHANGEABLE))
        .values(changed_at=now, revision=evidence.revision + 1, **values)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(evidence)
    if not changed.rowcount:
        await raise_why_not(session, piece)
    await cards.retire(session, cards.Subject(evidence_id=piece.id), now)


async def raise_why_not(session: AsyncSession, piece: Piece) -> None:
    """Say why a piece cannot be changed or decided on: raises, always."""
    evidence = piece.evidence
    decided = evidence.decided_by is not None and evidence.decided_at is not None
    if decided and piece.status in (EvidenceStatus.ACCEPTED, EvidenceStatus.RETURNED):
        by = await session.get(Member, evidence.decided_by)
        if by is not None and evidence.decided_at is not None:
            raise AlreadyDecided(piece.status, by.name, known_id(by.id), evidence.decided_at)
    raise EvidenceChanged


def _new_piece(actor: Actor, now: datetime, *, album: str = "", link: str = "") -> Evidence:
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
        .where(col(Evidence.status).in_(CHANGEABLE))
        .order_by(col(Evidence.id).desc())
        .limit(1)
    )
    return next(iter(await with_pages(session, found.all())), None)


async def _sent_before(session: AsyncSession, actor: Actor, arrival: Arrival) -> Piece | None:
    """Find a piece of the teacher's that has this very file."""
    found = await session.exec(
        select(Evidence)
        .join(EvidencePage, col(EvidencePage.evidence_id) == col(Evidence.id))
        .where(EvidencePage.school_id == actor.school_id)
        .where(EvidencePage.original_sha256 == arrival.seen.original_sha256)
        .where(Evidence.member_id == actor.member_id)
        .where(col(Evidence.status).not_in(HISTORY))
        .order_by(col(Evidence.id).desc())
        .limit(1)
    )
    return next(iter(await with_pages(session, found.all())), None)


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


async def _require_new_here(
    session: AsyncSession,
    plan_id: int,
    key: tuple[str, str],
    piece: Piece,
    *,
    leaving: int | None = None,
) -> None:
    """Raise `SameFileHere` when another piece of the entry is made of the same files.

    `leaving` is a piece that is about to leave the entry.
    """
    step, code = key
    originals = {page.original_sha256 for page in piece.pages}
    found: Sequence[Evidence] = (
        await session.exec(
            select(Evidence)
            .where(Evidence.plan_id == plan_id, Evidence.step == step, Evidence.code == code)
            .where(col(Evidence.id).not_in([piece.id, leaving or piece.id]))
            .where(col(Evidence.status).not_in(HISTORY))
        )
    ).all()
    for other in await with_pages(session, found):
        same_files = originals and originals == {page.original_sha256 for page in other.pages}
        same_link = piece.evidence.link and piece.evidence.link == other.evidence.link
        if same_files or same_link:
            raise SameFileHere(other.id)


async def own_open_plan(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give one's own plan while evidence can be filed under it. Raises `PlanNotOpen`."""
    full = await own_plan(session, actor, plan_id)
    if full.status not in OPEN_PLANS:
        raise PlanNotOpen(full.status)
    return full
