"""Every check of the rating bites."""

from pathlib import Path

import pytest

from tests.storage.rulesets.staging import Breakage, refused

BREAKAGES: dict[str, Breakage] = {
    "matrix cell missing": (
        'work_result = "sesuai"\nwork_behaviour = "sesuai"',
        'work_result = "sesuai"\nwork_behaviour = "di_atas"',
        "matrix.sesuai.sesuai",
        "the cell is missing",
    ),
    "matrix cell repeated": (
        'work_result = "sesuai"\nwork_behaviour = "sesuai"',
        'work_result = "sesuai"\nwork_behaviour = "di_atas"',
        "matrix.sesuai.di_atas",
        "is there more than once",
    ),
    "matrix cell of no level": (
        'work_result = "sesuai"\nwork_behaviour = "sesuai"',
        'work_result = "sesuai"\nwork_behaviour = "cukup"',
        "matrix.sesuai.cukup",
        "is not a pair of levels",
    ),
    "unknown predicate": (
        'predicate = "sangat_kurang"',
        'predicate = "kurang"',
        "matrix.di_bawah.di_bawah.predicate",
        "there is no predicate 'kurang'",
    ),
    "level without a title": (
        'level_titles = ["Di bawah ekspektasi", ',
        "level_titles = [",
        "rating.level_titles",
        "needs one title for each of 3 levels",
    ),
    "level without a label": (
        'level_labels = ["Di bawah", ',
        "level_labels = [",
        "rating.level_labels",
        "needs one label for each of 3 levels",
    ),
    "levels with the same label": (
        'level_labels = ["Di bawah", ',
        'level_labels = ["Sesuai", ',
        "rating.level_labels",
        "'Sesuai' is there more than once",
    ),
    "hint at the lowest level": (
        'axis = "work_result"\nlevel = "sesuai"\nfact = "accepted_of_planned"',
        'axis = "work_result"\nlevel = "di_bawah"\nfact = "accepted_of_planned"',
        "rating_hint.hasil_sesuai_bukti.level",
        "must be a level above the lowest",
    ),
    "hint that asks for less at a higher level": (
        'fact = "accepted_of_planned"\nat_least = 100',
        'fact = "accepted_of_planned"\nat_least = 50',
        "rating_hint.hasil_di_atas_bukti.at_least",
        "is less than for a lower level, 75",
    ),
    "hint of no fact": (
        'fact = "observed"\nat_least = 60',
        'fact = "weather"\nat_least = 60',
        "rating_hint.hasil_sesuai_observasi.fact",
        "must be one of accepted_of_planned",
    ),
    "hint without a threshold": (
        'fact = "observed"\nat_least = 60',
        'fact = "observed"\nat_least = 0',
        "rating_hint.hasil_sesuai_observasi.at_least",
        "must be between 1 and 1000",
    ),
    "sentence of no level": (
        'axis = "work_behaviour"\nlevel = "di_bawah"\ntext = "Kehadiran',
        'axis = "work_behaviour"\nlevel = "cukup"\ntext = "Kehadiran',
        "feedback.perilaku_di_bawah_2.level",
        "there is no level 'cukup'",
    ),
    "sentence that is too long": (
        'text = "Kehadiran',
        f'text = "{"x" * 200}Kehadiran',
        "feedback.perilaku_di_bawah_2.text",
        "is longer than 200 characters",
    ),
    "sentence with the label of another": (
        'label = "Teladan"',
        'label = "Kehadiran"',
        "feedback.label",
        "'Kehadiran' is there more than once",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_mistake_is_refused_with_file_key_and_reason(name: str, tmp_path: Path) -> None:
    refused(tmp_path, "pmm-2024", BREAKAGES[name])
