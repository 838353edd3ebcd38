"""Every check of the scheme bites: points, uploads, periods, phases, deadlines."""

from pathlib import Path

import pytest

from tests.storage.rulesets.staging import Breakage, refused

BREAKAGES: dict[str, Breakage] = {
    # the scheme
    "version 0": ("version = 6", "version = 0", "scheme.version", "must be 1 or more"),
    "a deadline at the end of no phase": (
        'id = "plan"\nphase = "perencanaan"',
        'id = "plan"\nphase = "pesta"',
        "deadline.plan.phase",
        "period 1 has no phase 'pesta'",
    ),
    "days that do not count down": (
        "remind_days = [14, 7, 3, 1, 0]",
        "remind_days = [0, 14]",
        "deadline.plan.remind_days",
        "must count down",
    ),
    "patience of no day": (
        "escalate_after = 3",
        "escalate_after = 0",
        "deadline.plan.escalate_after",
        "must be 1 or more",
    ),
    "ends before it starts": (
        "valid_to = 2024-12-31",
        "valid_to = 2023-12-31",
        "scheme.valid_to",
        "is before valid_from",
    ),
    "unknown successor": (
        'superseded_by = "ruang-gtk-2025"',
        'superseded_by = "ruang-gtk-2052"',
        "scheme.superseded_by",
        "there is no rule set 'ruang-gtk-2052'",
    ),
    "another id than the file": (
        'id = "pmm-2024"',
        'id = "pmm-2042"',
        "scheme.id",
        "differs from the name of the file",
    ),
    # points and uploads
    "target over max": (
        "target_min = 32",
        "target_min = 200",
        "points.target_min",
        "is more than max, 128",
    ),
    "target 0": ("target_min = 32", "target_min = 0", "points.target_min", "more than 0"),
    "upload without a format": (
        'formats = ["pdf"]\n',
        "",
        "upload.formats",
        "is needed when uploads are required",
    ),
    "upload without a size": (
        "max_mb = 10\n",
        "",
        "upload.max_mb",
        "is needed when uploads are required",
    ),
    "upload of nothing": ("max_mb = 10", "max_mb = 0", "upload.max_mb", "must be more than 0"),
    # periods and phases
    "gap between periods": (
        'start = "07-01"',
        'start = "07-02"',
        "period.2.start",
        "leaves a gap after 06-30",
    ),
    "overlap of periods": (
        'start = "07-01"',
        'start = "06-30"',
        "period.2.start",
        "leaves an overlap after 06-30",
    ),
    "late first period": (
        'start = "01-01"',
        'start = "01-02"',
        "period.1.start",
        "the first period starts on 01-01",
    ),
    "early last period": (
        'end = "12-31"',
        'end = "12-30"',
        "period.2.end",
        "the last period ends on 12-31",
    ),
    "period backwards": (
        'start = "07-01"\nend = "12-31"',
        'start = "12-31"\nend = "07-01"',
        "period.2.end",
        "is before its start",
    ),
    "period numbers": ("number = 2", "number = 3", "period", "numbers must run 1, 2, 3"),
    "phase of no period": (
        'id = "penilaian"\nperiod = 2',
        'id = "penilaian"\nperiod = 3',
        "phase.3.penilaian.period",
        "there is no period 3",
    ),
    "phase backwards": (
        'start = "08-01"\nend = "08-31"',
        'start = "08-31"\nend = "08-01"',
        "phase.2.persiapan_observasi.end",
        "is before its start",
    ),
    "phase outside its period": (
        'start = "08-01"\nend = "08-31"',
        'start = "06-01"\nend = "08-31"',
        "phase.2.persiapan_observasi",
        "does not lie inside period 2 of 2024",
    ),
    "phase without an end": (
        'start = "08-01"\nend = "08-31"',
        'start = "08-01"',
        "phase.2.persiapan_observasi",
        "start and end go together",
    ),
    "phase without days": (
        'start = "08-01"\nend = "08-31"',
        "",
        "phase.2.persiapan_observasi",
        "needs start and end, or months",
    ),
    "extension that shortens": (
        "extended_to = [2024-03-31]",
        "extended_to = [2024-01-15]",
        "phase.1.perencanaan.extended_to",
        "2024-01-15 is not later than the end of the phase",
    ),
    "extension past the period": (
        "extended_to = [2024-03-31]",
        "extended_to = [2025-08-31]",
        "phase.1.perencanaan",
        "does not lie inside period 1 of 2025",
    ),
    "period without planning": (
        'planning_phase = "perencanaan"',
        'planning_phase = "rencana"',
        "scheme.planning_phase",
        "period 1 has no phase 'rencana'",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_mistake_is_refused_with_file_key_and_reason(name: str, tmp_path: Path) -> None:
    refused(tmp_path, "pmm-2024", BREAKAGES[name])
