"""A school's own corrections, laid over a rule set before it is checked.

An overlay names entries by table and code, and gives only the keys that change:

    [item.RHK-06]
    points = 36
    points_floor = 36
    points_confidence = "quoted"
    source = "Surat Dinas Pendidikan Nomor 12/2026"

    [points]
    target_min = 40

    [phase."1.perencanaan"]           # period and phase; the period may be left out
    extended_to = [2026-02-15]        # when the scheme has one period a year

    [deadline.plan]
    remind_days = [7, 1, 0]
    escalate_after = 2

    [behaviour.PK-2]
    standard = 2

`confidence` of an item is short for the confidence of the values the overlay gives, here
`points_confidence`. An entry that the rule set does not have is refused: an overlay corrects,
it does not invent. Cells of the rating matrix are named `"di_atas.sesuai"`.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from storage.rulesets.reading import Mistakes, identity

_CONFIDENCE_OF = {
    "points": "points_confidence",
    "points_floor": "points_confidence",
    "title": "title_confidence",
    "evidence": "evidence_confidence",
    "unit_note": "unit_note_confidence",
}


def lay_over(
    content: Mapping[str, Any], overlay: Mapping[str, Any], mistakes: Mistakes
) -> dict[str, Any]:
    """Return the corrected tables.

    Notes a mistake for everything in the overlay that has no place in the rule set.
    """
    corrected = deepcopy(dict(content))
    for name, tables in overlay.items():
        target = corrected.get(name)
        if not isinstance(tables, dict):
            mistakes.add(name, f"write a table: [{name}] or [{name}.code]")
        elif isinstance(target, dict):
            target.update(tables)
        elif isinstance(target, list):
            _change_rows(target, tables, name, mistakes)
        else:
            mistakes.add(name, "the rule set has no such table")
    return corrected


def _change_rows(
    rows: list[dict[str, Any]], tables: Mapping[str, Any], name: str, mistakes: Mistakes
) -> None:
    """Change the rows of a list of tables that the overlay names."""
    for wanted, values in tables.items():
        matching = [place for place, row in enumerate(rows) if _is_named(row, place, wanted)]
        key = f"{name}.{wanted}"
        if not isinstance(values, dict):
            mistakes.add(key, f'write a table: [{name}."{wanted}"]')
        elif not matching:
            mistakes.add(key, "the rule set has no such entry")
        elif len(matching) > 1:
            names = " or ".join(identity(rows[place], place) for place in matching)
            mistakes.add(key, f"means more than one entry; write {names}")
        else:
            row = rows[matching[0]]
            row.update(_spread_confidence(row, values))


def _is_named(row: Mapping[str, Any], place: int, wanted: str) -> bool:
    return wanted in (identity(row, place), row.get("id"))


def _spread_confidence(row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Let `confidence` of an item speak for each value the overlay gives."""
    given = dict(values)
    if "points_confidence" in row and "confidence" in given:
        for name in values:
            if name in _CONFIDENCE_OF:
                given.setdefault(_CONFIDENCE_OF[name], given["confidence"])
    return given
