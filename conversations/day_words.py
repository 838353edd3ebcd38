"""Days as people type them: `12 Januari 2027`, `12/1/2027`, `12-1-2027 sampai 20-1-2027`."""

import re
from datetime import date, timedelta

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
_NAMES = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_DAY = re.compile(
    # Not out of the middle of a longer number, such as that of a letter: 421.3/056/2026.
    r"(?<!\d)(?!(?<=\d[/.-])\d{1,2}\s*[/.-])(?P<day>\d{1,2})"
    # Not the days of "1-3 Juli" for a day and a month.
    rf"(?:\s*[/.-]\s*(?P<number>\d{{1,2}})(?!\d)(?!\s+(?:{_NAMES})\b)|\s+(?P<name>[a-z]+)\.?)"
    # Not the hours of "08.10-10.00" for a year.
    r"(?:(?:\s*[/.-]\s*|\s+)(?P<year>\d{4}(?!\d)|\d{2}(?!\d|[/.:-]\d)))?"
)
_ISO_DAY = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?!\d)(?P<name>)?")
_BEFORE_A_DAY = re.compile(r"((pada|hari|tanggal|tgl|on|date)\b[\s.:]*)*")
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


def read_day(text: str, latest: date) -> date | None:
    """Find the one day that a text names, such as the day on a document; None without one.

    A day without a year is the last one that has come by `latest`; `hari ini` and `kemarin` are
    counted from there. With several days in the text nobody knows which is meant. `1/2` is a day
    only where nothing else is said: after "halaman" it is none.
    """
    text = " ".join(text.casefold().split())
    if text in ("hari ini", "today"):
        return latest
    if text in ("kemarin", "yesterday"):
        return latest - timedelta(days=1)
    found = [one for one in _days_in(text) if one["year"] or one["name"] or _is_all(one, text)]
    named = {day for day in (_past_date(one, latest) for one in found) if day is not None}
    return named.pop() if len(named) == 1 else None


def _is_all(found: re.Match[str], text: str) -> bool:
    before, after = text[: found.start()], text[found.end() :]
    return _BEFORE_A_DAY.fullmatch(before) is not None and not after.strip(" .")


def _days_in(text: str) -> list[re.Match[str]]:
    return [*_ISO_DAY.finditer(text), *_DAY.finditer(_ISO_DAY.sub(" ", text))]


def _past_date(found: re.Match[str], latest: date) -> date | None:
    if found["year"] is not None:
        return _date(found, latest)
    # A leap day may be up to eight years back.
    years = range(latest.year, latest.year - 9, -1)
    days = (_on(year, _month(found), int(found["day"])) for year in years)
    return next((day for day in days if day is not None and day <= latest), None)


def _month(found: re.Match[str]) -> int:
    return int(found["number"]) if found["number"] else _MONTH_OF.get(found["name"], 0)


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _date(found: re.Match[str], earliest: date) -> date | None:
    month = _month(found)
    try:
        if found["year"]:
            # "27" is 2027
            year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
            return date(year, month, int(found["day"]))
        this_year = date(earliest.year, month, int(found["day"]))
        return this_year if this_year >= earliest else this_year.replace(year=earliest.year + 1)
    except ValueError:
        return None
