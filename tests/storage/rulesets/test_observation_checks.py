"""Every check of the observation bites."""

from pathlib import Path

import pytest

from tests.storage.rulesets.staging import Breakage, refused

BREAKAGES: dict[str, Breakage] = {
    "a step with a blank that is not there": (
        'fields = ["catatan_observasi"]',
        'fields = ["catatan"]',
        "observation_step.observasi.fields",
        "the step has no observation field 'catatan'",
    ),
    "a blank that no step names": (
        'fields = ["upaya", "bukti_upaya"]',
        'fields = ["upaya"]',
        "observation_field.bukti_upaya.step",
        "does not name it among its fields",
    ),
    "a blank of no step": (
        'id = "dukungan"\nstep = "diskusi_tindak_lanjut"',
        'id = "dukungan"\nstep = "pesta"',
        "observation_field.dukungan.step",
        "there is no observation step 'pesta'",
    ),
    "a step that is never done": (
        'kind = "rubric"\nasked = "observer"\nrequired = true',
        'kind = "rubric"\nasked = "observer"\nrequired = false',
        "observation_step.observasi.fields",
        "at least one must be required",
    ),
    "a step due in no phase": (
        'phase = "persiapan_observasi"\nphase_confidence',
        'phase = "pesta"\nphase_confidence',
        "observation_step.diskusi_persiapan.phase",
        "period 1 has no phase 'pesta'",
    ),
    "two rubrics": (
        'id = "dukungan"\nstep = "diskusi_tindak_lanjut"\nkind = "words"',
        'id = "dukungan"\nstep = "diskusi_tindak_lanjut"\nkind = "rubric"',
        "observation_field",
        "exactly one is of the kind rubric",
    ),
    "a rubric for the teacher": (
        'kind = "rubric"\nasked = "observer"',
        'kind = "rubric"\nasked = "teacher"',
        "observation_field.catatan_observasi.asked",
        "the kind rubric is for the observer",
    ),
    "an unknown kind of blank": (
        'kind = "rubric"',
        'kind = "rubrik"',
        "observation_field.catatan_observasi.kind",
        "must be one of indicator, behaviour, words, document, moment, rubric",
    ),
    "no place to choose the indicator": (
        'id = "indikator"\nstep = "diskusi_persiapan"\nkind = "indicator"',
        'id = "indikator"\nstep = "diskusi_persiapan"\nkind = "words"',
        "observation_field",
        "the indicator is chosen once",
    ),
    "a blank with too long a name": (
        'id = "bukti_upaya"',
        'id = "bukti_upaya_tindak_lanjut"',
        "observation_field.bukti_upaya_tindak_lanjut.id",
        "is longer than 20 characters",
    ),
    "one level": (
        '"Dilakukan tapi belum efektif", "Dilakukan dan efektif"]',
        "]",
        "indicator_rules.rubric_levels",
        "at least two levels are needed",
    ),
    "labels that do not fit the levels": (
        'rubric_labels = ["Belum dilakukan", ',
        "rubric_labels = [",
        "indicator_rules.rubric_labels",
        "needs one label for each of 3 levels",
    ),
    "a statement twice": (
        'code = "IND-1.2"',
        'code = "IND-1.1"',
        "statement.IND-1.1",
        "is there more than once",
    ),
    "a focus that fits no button": (
        'label = "Komunikasi positif"',
        'label = "Komunikasi yang positif dan santun"',
        "focus.IND-1a.label",
        "is longer than 24 characters",
    ),
    "reminders that count up": (
        "remind_days = [7, 3, 1, 0]         # before a step",
        "remind_days = [0, 1]  # before a step",
        "observation_rules.remind_days",
        "must count down",
    ),
    "a lesson without length": (
        "minutes = 60",
        "minutes = 0",
        "observation_rules.minutes",
        "must be 1 or more",
    ),
    "too many indicators": (
        "choose_exactly = 1",
        "choose_exactly = 9",
        "indicator_rules.choose_exactly",
        "must be between 1 and 8",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_mistake_is_refused_with_file_key_and_reason(name: str, tmp_path: Path) -> None:
    refused(tmp_path, "pmm-2024", BREAKAGES[name])
