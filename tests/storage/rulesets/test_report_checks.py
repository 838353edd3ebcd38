"""Every check of the report bites."""

from pathlib import Path

import pytest

from tests.storage.rulesets.staging import Breakage, refused

BREAKAGES: dict[str, Breakage] = {
    "a question with a long name": (
        'id = "dukungan"\ntitle = "Kendala',
        'id = "kendala_dan_dukungan_guru"\ntitle = "Kendala',
        "report_field.kendala_dan_dukungan_guru.id",
        "must have 1 to 20 characters",
    ),
    "a question about no step": (
        'id = "pengembangan_diri"\nstep = "pengembangan_diri"',
        'id = "pengembangan_diri"\nstep = "pesta"',
        "report_field.pengembangan_diri.step",
        "there is no step 'pesta'",
    ),
    "a step that nobody asks about": (
        'id = "pengembangan_diri"\nstep = "pengembangan_diri"\ntitle',
        'id = "pengembangan_diri"\ntitle',
        "report_field",
        "no question about the step 'pengembangan_diri'",
    ),
    "a question about two things": (
        'id = "menilai"\naspect = "menilai"',
        'id = "menilai"\nstep = "perilaku_kerja"\naspect = "menilai"',
        "report_field.menilai",
        "has only one of step, aspect and parameter",
    ),
    "a duty that is shown by nothing there is": (
        '"RHK-12", "RHK-13", "RHK-16"]',
        '"RHK-99"]',
        "coverage.merencanakan.codes",
        "there is no 'RHK-99'",
    ),
    "shown is no main duty": (
        '[[coverage]]\ncode = "menilai"',
        '[[coverage]]\ncode = "menyanyi"',
        "coverage.menyanyi.code",
        "there is no main duty 'menyanyi'",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_mistake_is_refused_with_file_key_and_reason(name: str, tmp_path: Path) -> None:
    refused(tmp_path, "pmm-2024", BREAKAGES[name])
