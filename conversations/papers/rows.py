"""What rows of tables are made of: a teacher with all that is known, days, kinds of columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from conversations.papers.orders import Cell, Chapter, ColumnKind, Row
from storage.evidence.needs import Provable
from storage.evidence.reading import Piece
from storage.exports import Dossier
from storage.rulesets import RuleSet

TEXT, NUMBER = ColumnKind.TEXT, ColumnKind.NUMBER
DAY, MOMENT = ColumnKind.DAY, ColumnKind.MOMENT

Columns = tuple[tuple[str, ColumnKind, int], ...]
"""The label of each column, what is in it, its width in signs."""

WHO: Columns = (("nip", TEXT, 22), ("name", TEXT, 30))
"""With these every row begins."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """A teacher with what the rows are made of: the rules of the plan and the evidence in order.

    `filed` are the pieces of each chapter. `places` says where the files of a piece lie in the
    archive, by the piece's number; `names` are those of all members.
    """

    number: int
    dossier: Dossier
    rules: RuleSet | None
    ordered: tuple[tuple[Provable, list[Piece]], ...]
    filed: tuple[list[Piece], ...]
    chapters: tuple[Chapter, ...]
    places: Mapping[int, tuple[str, ...]]
    names: Mapping[int, str]

    @property
    def who(self) -> Row:
        """NIP and name, with which every row begins."""
        return (self.dossier.member.nip, self.dossier.member.name)


def day_at(moment: datetime | None, zone: ZoneInfo) -> Cell:
    """Give the day it was at the school."""
    return moment.astimezone(zone).date().isoformat() if moment else None


def moment_at(moment: datetime | None, zone: ZoneInfo) -> Cell:
    """Give the moment in the school's own time: a cell knows no zone."""
    if moment is None:
        return None
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()
