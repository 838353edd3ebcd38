"""Days as people type them: `12 Januari 2027`, `12/1/2027`, `12-1-2027 sampai 20-1-2027`."""

import re
from datetime import date

_MONTHS = (
    ("jan", "januari", "january"),
    ("feb", "februari", "pebruari", "february"),
    ("mar", "maret", "march"),
    ("apr", "april"),
    ("mei", "may"),
    ("jun", "juni", "june"),
    ("jul", "juli", "july"),
    ("agu", "ags", "agt", "agustus", "aug", "august"),
    ("sep", "sept", "september"),
    ("okt", "oktober", "oct", "october"),
    ("nov", "nop", "november", "nopember"),
    ("des", "desember", "dec", "december"),
)
_MONTH_OF = {name: at for at, names in enumerate(_MONTHS, 1) for name in names}
_DAY = re.compile(
    r"(?P<day>\d{1,2})(?:\s*[/.-]\s*(?P<number>\d{1,2})|\s+(?P<name>[a-z]+)\.?)"
    r"(?:(?:\s*[/.-]\s*|\s+)(?P<year>\d{4}|\d{2}(?!\d)))?"
)
_BETWEEN = re.compile(r"sampai( dengan)?|hingga|s\s*[./]?\s*d\.?|to|until|[-–—]", re.ASCII)


def read_days(text: str, today: date) -> tuple[date, date] | None:
    """Read one day (until then, from today) or two (from, until); None when it cannot be read.

    A day without a year is the next one that comes. Whether the days make sense is not judged.
    """
    text = " ".join(text.casefold().split())
    first = _DAY.search(text)
    if first is None or re.search(r"\d", text[: first.start()]):
        return None
    begins = _date(first, today)
    rest = text[first.end() :].strip(" ,")
    if begins is None:
        return None
    second = _DAY.search(rest)
    if second is None:
        return None if re.search(r"\d", rest) else (today, begins)
    ends = _date(second, begins)
    leftover = re.search(r"\d", rest[second.end() :])
    if ends is None or leftover or not _BETWEEN.fullmatch(rest[: second.start()].strip(" ,")):
        return None
    return begins, ends


def _date(found: re.Match[str], earliest: date) -> date | None:
    month = int(found["number"]) if found["number"] else _MONTH_OF.get(found["name"], 0)
    year = int(found["year"] or 0)
    if 0 < year < 100:
        year += 2000  # "27" is 2027
    try:
        if year:
            return date(year, month, int(found["day"]))
        this_year = date(earliest.year, month, int(found["day"]))
        return this_year if this_year >= earliest else this_year.replace(year=earliest.year + 1)
    except ValueError:
        return None
