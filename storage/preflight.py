"""Looks at the data that the official system compares, before somebody copies into it.

Only the shape is looked at: whether a number or a name can be right, not whether it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

NIP_LENGTH = 18
NPSN_LENGTH = 8
YOUNGEST, OLDEST = 17, 75
"""Years of age between which a teacher is in service."""

CONTRACT = 21
"""Stands in a contract teacher's (PPPK) number where others have the month of appointment."""


class Trouble(StrEnum):
    """What does not look right."""

    NIP_MISSING = "nip_missing"
    NIP_LENGTH = "nip_length"
    NIP_BIRTH = "nip_birth"
    NIP_START = "nip_start"
    NIP_SEX = "nip_sex"
    NPSN = "npsn"
    NAME_SIGNS = "name_signs"
    NAME_SPACES = "name_spaces"
    NAME_CAPITALS = "name_capitals"
    NAME_TITLE = "name_title"


class Mender(StrEnum):
    """Who can mend it."""

    SCHOOL_OPERATOR = "school_operator"
    """The operator of this bot, with a roster."""
    DAPODIK_OPERATOR = "dapodik_operator"
    """The school's operator of Dapodik, and the staff office behind it."""


MENDED_BY = {
    Trouble.NIP_MISSING: Mender.SCHOOL_OPERATOR,
    Trouble.NIP_LENGTH: Mender.SCHOOL_OPERATOR,
    Trouble.NIP_BIRTH: Mender.SCHOOL_OPERATOR,
    Trouble.NIP_START: Mender.SCHOOL_OPERATOR,
    Trouble.NIP_SEX: Mender.SCHOOL_OPERATOR,
    Trouble.NPSN: Mender.SCHOOL_OPERATOR,
    Trouble.NAME_SIGNS: Mender.SCHOOL_OPERATOR,
    Trouble.NAME_SPACES: Mender.SCHOOL_OPERATOR,
    Trouble.NAME_CAPITALS: Mender.SCHOOL_OPERATOR,
    Trouble.NAME_TITLE: Mender.DAPODIK_OPERATOR,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be looked at: what it is, and who can mend it."""

    trouble: Trouble

    @property
    def mender(self) -> Mender:
        """Who can mend it."""
        return MENDED_BY[self.trouble]


def look(name: str, nip: str | None, npsn: str, today: date) -> tuple[Finding, ...]:
    """Give what does not look right in a teacher's name and NIP and in a school's NPSN."""
    troubles = (*_nip(nip or "", today), *_npsn(npsn), *_name(name))
    return tuple(Finding(one) for one in troubles)


def _nip(nip: str, today: date) -> Iterator[Trouble]:
    if not nip:
        yield Trouble.NIP_MISSING
        return
    if not re.fullmatch(rf"[0-9]{{{NIP_LENGTH}}}", nip):
        yield Trouble.NIP_LENGTH
        return
    born = _day(nip[:8])
    if born is None or not YOUNGEST <= _years(born, today) <= OLDEST:
        yield Trouble.NIP_BIRTH
    year, month = int(nip[8:12]), int(nip[12:14])
    month_is_right = 1 <= month <= 12 or month == CONTRACT
    born_in = born.year if born else today.year - OLDEST
    if not (month_is_right and born_in + YOUNGEST <= year <= today.year):
        yield Trouble.NIP_START
    if nip[14] not in "12":
        yield Trouble.NIP_SEX


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _npsn(npsn: str) -> Iterator[Trouble]:
    if not re.fullmatch(rf"[0-9]{{{NPSN_LENGTH}}}", npsn):
        yield Trouble.NPSN


_TITLE = re.compile(
    r",|\b[SM]\. ?(?:Pd|Si|Ag|Kom|Sos|Hum|Psi|Or|Sn|Ak|E|H|T|M|P)\b"
    r"|\b(?:Drs|Dra|Prof|Dr|Ir|Hj)\b\.?(?= )|\bH\.(?= )"
)
"""Degrees and titles as they are written in Indonesia; `M. Yusuf` has none."""


def _name(name: str) -> Iterator[Trouble]:
    letters = [sign for sign in name if sign.isalpha()]
    odd = any(not (sign.isalpha() or sign in " .,'’`-") for sign in name)
    if not letters or odd:
        yield Trouble.NAME_SIGNS
    if name != " ".join(name.split()):
        yield Trouble.NAME_SPACES
    if len(letters) > 3 and all(sign.isupper() for sign in letters):
        yield Trouble.NAME_CAPITALS
    if _TITLE.search(name):
        yield Trouble.NAME_TITLE
