"""Rule sets for tests: a made-up third one, and others that differ from it in their periods."""

import calendar
import re
import shutil
from pathlib import Path

THIRD = "daerah-uji-2027"
FILE = Path(__file__).parent.parent / "rulesets" / f"{THIRD}.toml"
SOURCE = 'source = "https://uji.example/aturan"\nconfidence = "own"\n'
_DAYS = re.compile(r"\n# ---- periods and phases\n.*?(?=\n# ---- deadlines)", re.DOTALL)


def add_third(folder: Path) -> None:
    """Put the made-up rule set where rule sets are found."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(FILE, folder)


def add_yearly(folder: Path, periods: int, valid_from: str = "2020-01-01") -> str:
    """Write a rule set with so many periods a year, a divisor of twelve; give its id."""
    name, months = f"uji-{periods}", 12 // periods
    text = FILE.read_text("utf-8").replace(f'id = "{THIRD}"', f'id = "{name}"')
    text = text.replace("valid_from = 2027-01-01", f"valid_from = {valid_from}")
    days = "".join(_period(number, months) for number in range(1, periods + 1))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(_DAYS.sub(lambda _: days, text), "utf-8")
    return name


def _period(number: int, months: int) -> str:
    last = number * months
    first = last - months + 1
    end = calendar.monthrange(2024, last)[1]
    phases = "".join(
        f'\n[[phase]]\nid = "{one}"\nperiod = {number}\nname = "{one}"\n'
        f"months = {list(range(first, last + 1))}\n{SOURCE}"
        for one in ("rancang", "jalan", "tutup")
    )
    return (
        f'\n[[period]]\nnumber = {number}\nname = "Bagian {number}"\n'
        f'start = "{first:02}-01"\nend = "{last:02}-{end}"\n{SOURCE}{phases}'
    )
