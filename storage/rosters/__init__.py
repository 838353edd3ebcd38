"""Reads a school's roster: a CSV or XLSX file with the columns `nama`, `nip`, `peran`.

Reading is all or nothing. Every problem of the file is found in one go and reported as a code
with its line; the words for it live elsewhere. What people's spreadsheets do to such files is
known here: byte order marks, semicolons, UTF-16, numbers where text should be, merged cells.
"""

from storage.rosters.names import NAME_MAX, clean_name, fold_name
from storage.rosters.people import Roster, RosterRow
from storage.rosters.problems import RosterError, RosterProblem, RosterProblemCode
from storage.rosters.reading import BYTES_MAX, ROWS_MAX, read_roster

__all__ = [
    "BYTES_MAX",
    "NAME_MAX",
    "ROWS_MAX",
    "Roster",
    "RosterError",
    "RosterProblem",
    "RosterProblemCode",
    "RosterRow",
    "clean_name",
    "fold_name",
    "read_roster",
]
