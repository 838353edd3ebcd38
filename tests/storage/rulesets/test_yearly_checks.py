"""Checks that bite only where a period lasts a year."""

from pathlib import Path

import pytest

from tests.storage.rulesets.staging import Breakage, refused

BREAKAGES: dict[str, Breakage] = {
    "a month outside its phase": (
        "due_month = 5",
        "due_month = 3",
        "observation_step.diskusi_persiapan.due_month",
        "is not a month of phase 'pelaksanaan'",
    ),
    "the indicator chosen twice": (
        'id = "dukungan"\nstep = "diskusi_tindak_lanjut"\nkind = "words"\nasked = "observer"',
        'id = "dukungan"\nstep = "diskusi_tindak_lanjut"\nkind = "indicator"\nasked = "teacher"',
        "observation_field",
        "the indicator is chosen once",
    ),
    "prepared after it was observed": (
        'id = "jadwal_observasi"\nstep = "diskusi_persiapan"',
        'id = "jadwal_observasi"\nstep = "diskusi_tindak_lanjut"',
        "observation_field.jadwal_observasi.step",
        "must come before the rubric's step",
    ),
    "months with a hole": (
        "months = [1, 2, 3]",
        "months = [1, 3]",
        "phase.1.perencanaan.months",
        "months must follow one another",
    ),
    "month 13": (
        "months = [11, 12]",
        "months = [12, 13]",
        "phase.1.penilaian.months",
        "months are numbers from 1 to 12",
    ),
    "points without items": (
        "[without_points]\nnote",
        '[points]\ntarget_min = 1\nmax = 2\nscope = "x"\nquantity_per_item = true\n'
        'single_item_allowed = true\nhard_minimum = true\nhard_minimum_confidence = "own"\nnote',
        "item",
        "a scheme with points needs items",
    ),
    "neither points nor a remark": (
        "[without_points]\nnote",
        "[points]\nnote",
        "points.target_min",
        "the key is missing",
    ),
    "steps without a list": (
        'choices = "main_duties"',
        'choices = "items"',
        "step.tugas_pokok.choices",
        "does not fit the kind choice",
    ),
    "same as nothing": (
        'same_as = "pmm-2024"',
        'same_as = "pmm-2042"',
        "behaviour_rules.same_as",
        "there is no rule set 'pmm-2042'",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_mistake_in_the_yearly_scheme_is_refused(name: str, tmp_path: Path) -> None:
    refused(tmp_path, "ruang-gtk-2025", BREAKAGES[name])
