"""What somebody who checks a piece ought to know: nothing here forbids anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.evidence.reading import NO_EVIDENCE, Piece
from storage.models import Evidence, EvidencePage, Member
from storage.people import known_id
from storage.rulesets import Period


@dataclass(frozen=True, slots=True)
class Twin:
    """Another piece with the same file, or with a photo that looks almost the same."""

    evidence: Evidence
    name: str
    """Whose it is."""

    exact: bool


@dataclass(frozen=True, slots=True)
class Flags:
    """All there is to say about a piece."""

    outside_period: bool
    complaints: tuple[str, ...]
    twins: tuple[Twin, ...]

    def __bool__(self) -> bool:
        return self.outside_period or bool(self.complaints or self.twins)


async def flags_of(session: AsyncSession, piece: Piece, period: Period | None) -> Flags:
    """Find what is remarkable about a piece; documents must be made within their period."""
    dated_on = piece.evidence.dated_on
    outside = dated_on is not None and period is not None and dated_on not in period
    complaints = dict.fromkeys(one for page in piece.pages for one in page.complaints)
    return Flags(outside, tuple(complaints), await twins_of(session, piece))


async def twins_of(session: AsyncSession, piece: Piece) -> tuple[Twin, ...]:
    """Find other pieces of the school with the same file or a look-alike, the same file first."""
    originals = {page.original_sha256 for page in piece.pages}
    exact = await _holding(session, piece, originals)
    alike = {one for page in piece.pages for one in page.alike} - {piece.id}
    ids = exact | alike
    if not ids:
        return ()
    found = await session.exec(
        select(Evidence, Member.name)
        .join(Member, col(Member.id) == col(Evidence.member_id))
        .where(col(Evidence.id).in_(ids), Evidence.school_id == piece.evidence.school_id)
        .where(col(Evidence.status).not_in(NO_EVIDENCE))
        .order_by(col(Evidence.id))
    )
    twins = [Twin(one, name, known_id(one.id) in exact) for one, name in found.all()]
    return tuple(sorted(twins, key=lambda twin: not twin.exact))


async def _holding(session: AsyncSession, piece: Piece, originals: set[str]) -> set[int]:
    if not originals:
        return set()
    found = await session.exec(
        select(EvidencePage.evidence_id)
        .where(EvidencePage.school_id == piece.evidence.school_id)
        .where(col(EvidencePage.original_sha256).in_(originals))
        .where(EvidencePage.evidence_id != piece.id)
    )
    return set(found.all())


async def find_alike(
    session: AsyncSession,
    school_id: int,
    look: str,
    original_sha256: str,
    is_alike: Callable[[str, str], bool],
) -> list[int]:
    """Give the pieces of the school with a photo that looks like this one, not the same file.

    Compares with every photo of the school, of earlier periods too: a certificate is not to be
    used twice. A thousand photos take about a millisecond.
    """
    if not look:
        return []
    # Columns, not objects: there may be thousands.
    found: Sequence[tuple[int, str]] = (
        await session.exec(
            select(EvidencePage.evidence_id, EvidencePage.look)
            .where(EvidencePage.school_id == school_id, EvidencePage.look != "")
            .where(EvidencePage.original_sha256 != original_sha256)
        )
    ).all()
    return sorted({evidence_id for evidence_id, other in found if is_alike(look, other)})
