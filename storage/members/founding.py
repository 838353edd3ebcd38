"""Founding a school, and finding it again."""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import DuplicateSchool
from storage.models import School


async def found_school(
    session: AsyncSession, *, npsn: str, name: str, timezone: str, ruleset: str, now: datetime
) -> School:
    """Create a school. Raises `DuplicateSchool` when the NPSN is taken."""
    if await find_school(session, npsn) is not None:
        raise DuplicateSchool
    school = School(npsn=npsn, name=name, timezone=timezone, ruleset=ruleset, created_at=now)
    session.add(school)
    await session.flush()
    return school


async def find_school(session: AsyncSession, npsn: str) -> School | None:
    """Give the school with this NPSN."""
    return (await session.exec(select(School).where(School.npsn == npsn))).first()
