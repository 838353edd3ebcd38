"""A school corrects single values of a rule set."""

import os
from datetime import date
from pathlib import Path

import pytest

from storage.rulesets import (
    RuleSetError,
    load_ruleset,
)
from tests.storage.rulesets.staging import PMM


def overlay(folder: Path, text: str) -> Path:
    path = folder / "sekolah.toml"
    path.write_text(text, "utf-8")
    return path


def test_an_overlay_corrects_values(tmp_path: Path) -> None:
    path = overlay(
        tmp_path,
        """
        [item.RHK-06]
        points = 36
        points_floor = 36
        confidence = "quoted"
        source = "Surat Dinas Pendidikan"

        [points]
        target_min = 40

        [phase."1.perencanaan"]
        start = "01-05"
        end = "02-10"
        extended_to = [2026-02-20]

        [deadline.plan]
        remind_days = [7, 1, 0]
        escalate_after = 2

        [behaviour.PK-2]
        standard = 2
        """,
    )
    ruleset = load_ruleset("pmm-2024", path)
    item = ruleset.item("RHK-06")
    assert (item.points, item.points_floor) == (36, 36)
    assert not item.estimated
    assert item.title == PMM.item("RHK-06").title
    assert item.sources[0] == "Surat Dinas Pendidikan"
    assert ruleset.points is not None
    assert ruleset.points.target_min == 40
    assert ruleset.planning_deadline(ruleset.period("2025-1")) == date(2025, 2, 10)
    assert ruleset.planning_deadline(ruleset.period("2026-1")) == date(2026, 2, 20)
    assert ruleset.planning_deadline(ruleset.period("2026-2")) == date(2026, 7, 31)
    assert ruleset.deadlines[0].remind_days == (7, 1, 0)
    assert ruleset.deadlines[0].escalate_after == 2
    assert ruleset.behaviour("PK-2").standard_guide.code == "PK-2c"
    assert PMM.item("RHK-06").points == 128


def test_an_overlay_may_leave_out_the_period_of_a_yearly_phase(tmp_path: Path) -> None:
    path = overlay(tmp_path, '[phase.perencanaan]\nstart = "01-02"\nend = "02-28"\n')
    ruleset = load_ruleset("ruang-gtk-2025", path)
    assert ruleset.planning_deadline(ruleset.period("2026")) == date(2026, 2, 28)


def test_an_overlay_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = overlay(tmp_path, "[points]\ntarget_min = 40\n")
    first = load_ruleset("pmm-2024", path)
    assert load_ruleset("pmm-2024", path) is first
    path.write_text("[points]\ntarget_min = 64\n", "utf-8")
    stamp = path.stat().st_mtime_ns
    os.utime(path, ns=(stamp, stamp + 1_000_000_000))
    second = load_ruleset("pmm-2024", path)
    assert second.points is not None
    assert second.points.target_min == 64


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[item.RHK-99]\npoints = 1", "item.RHK-99", "the rule set has no such entry"),
        ("[itme.RHK-01]\npoints = 1", "itme", "the rule set has no such table"),
        ("item = 3", "item", "write a table: [item] or [item.code]"),
        ("[item]\nRHK-01 = 3", "item.RHK-01", 'write a table: [item."RHK-01"]'),
        (
            '[phase.perencanaan]\nend = "02-10"',
            "phase.perencanaan",
            "means more than one entry; write 1.perencanaan or 2.perencanaan",
        ),
        ("[item.RHK-01]\npoinst = 9", "item.RHK-01.poinst", "unknown key; did you mean points?"),
        ("[item.RHK-01]\npoints = -4", "item.RHK-01.points", "must be more than 0"),
        ("[item.RHK-01]\npoints = 'x'", "item.RHK-01.points", "must be a whole number"),
        ("[points]\nmax = 16", "points.target_min", "is more than max, 16"),
        ('[phase."2.penilaian"]\nstart = "06-01"', "phase.2.penilaian", "does not lie inside"),
        ("[points", "(file)", "is not TOML"),
    ],
)
def test_a_wrong_overlay_is_refused(text: str, key: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(RuleSetError) as caught:
        load_ruleset("pmm-2024", overlay(tmp_path, text))
    assert any(each.key == key and reason in each.reason for each in caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        "[points]\nmax = 16",
        "[item.RHK-01]\npoints = -4",
        "[item.RHK-99]\npoints = 1",
        "[points",
        "item = 3",
    ],
)
def test_a_mistake_of_the_overlay_names_the_overlay(text: str, tmp_path: Path) -> None:
    with pytest.raises(RuleSetError, match=r"^sekolah\.toml: "):
        load_ruleset("pmm-2024", overlay(tmp_path, text))


def test_an_overlay_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuleSetError, match=r"^gone\.toml: \(file\): No such file"):
        load_ruleset("pmm-2024", tmp_path / "gone.toml")
