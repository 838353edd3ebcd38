"""Where a school's data come from, and in whose words they are told."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from conversations.words import Words
from storage.files import FileStore
from storage.models import School
from storage.people import known_id
from storage.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Source:
    """Where a school's data come from, and in whose words they are told."""

    session: AsyncSession
    school: School
    rulebook: RuleBook
    files: FileStore
    words: Words
    now: datetime
    by: str
    made_by: int | None = None
    """The member who wants them; the console is none."""

    username: str = ""
    """The bot's own, to which the codes on papers lead."""

    @property
    def school_id(self) -> int:
        """The school's id."""
        return known_id(self.school.id)
