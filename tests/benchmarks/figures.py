"""What was measured, beside what was hoped for, as a table and as JSON."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound that a figure should keep."""

    kind: Literal["at least", "at most"]
    value: float

    def met(self, value: float) -> bool:
        """Whether a value keeps the bound."""
        return value >= self.value if self.kind == "at least" else value <= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. A figure without a goal is there for perspective."""

    group: str
    name: str
    value: float
    unit: str = ""
    goal: Goal | None = None
    note: str = ""
    details: dict[str, float] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """✓, ✗, or nothing where there is no goal."""
        if self.goal is None:
            return ""
        return "✓" if self.goal.met(self.value) else "✗"


def at_least(value: float) -> Goal:
    """A goal for what should be large."""
    return Goal("at least", value)


def at_most(value: float) -> Goal:
    """A goal for what should be small."""
    return Goal("at most", value)


def table(figures: Sequence[Figure]) -> str:
    """Lay the figures out, a heading for each group."""
    signs = {"at least": "≥", "at most": "≤"}
    rows = [
        (
            one.name,
            f"{one.value:,.4g} {one.unit}".strip(),
            f"{signs[one.goal.kind]} {one.goal.value:g} {one.unit}".strip() if one.goal else "",
            one.mark,
            one.note,
        )
        for one in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines: list[str] = []
    group = ""
    for figure, (name, value, goal, mark, note) in zip(figures, rows, strict=True):
        if figure.group != group:
            group = figure.group
            lines += ["", group]
        cells = f"{name:<{widths[0]}}  {value:>{widths[1]}}  {goal:<{widths[2]}} {mark:1}  {note}"
        lines.append(f"  {cells}".rstrip())
    return "\n".join(lines[1:])


def write(figures: Sequence[Figure], path: Path) -> None:
    """Write the figures as JSON, with what they were measured on."""
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.system(),
        "figures": [
            {**asdict(one), "met": one.goal.met(one.value) if one.goal else None}
            for one in figures
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
