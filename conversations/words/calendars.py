"""Days and hours as people say them. The names are few; a locale library would weigh megabytes."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_MONTHS = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_SHORT_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_WEEKDAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
_INDONESIAN = {"Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"}


class Calendar:
    """Tells days and moments in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def day(self, value: date) -> str:
        """Tell weekday, day, month and year."""
        weekday = _WEEKDAYS[self._language][value.weekday()]
        return f"{weekday}, {value.day} {_MONTHS[self._language][value.month - 1]} {value.year}"

    def short_day(self, value: date) -> str:
        """Tell day, short month and year."""
        return f"{self.day_of_year(value)} {value.year}"

    def day_of_year(self, value: date) -> str:
        """Tell day and short month, where the year is plain."""
        return f"{value.day} {self.short_month(value)}"

    def short_month(self, value: date) -> str:
        """Tell the month alone, in short."""
        return _SHORT_MONTHS[self._language][value.month - 1]

    def clock(self, value: datetime, zone: str) -> str:
        """Tell hour and minute with the zone."""
        if self._language == "id":
            return f"pukul {value:%H.%M} {zone}"
        return f"{value:%H:%M} {zone}"

    def moment(self, value: datetime, zone: str) -> str:
        """Tell day and clock."""
        return f"{self.day(value)}, {self.clock(value, zone)}"


def zone_name(zone: ZoneInfo, at: datetime) -> str:
    """Give the name people use: WIB, WITA, WIT; elsewhere the zone's own."""
    offset = at.utcoffset()
    if zone.key in _INDONESIAN and offset is not None:
        return _ZONES[int(offset.total_seconds() // 3600)]
    return at.tzname() or zone.key
