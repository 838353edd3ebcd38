"""Every check of what a teacher plans bites: items, duties, values, steps, fields to copy."""

from pathlib import Path

import pytest

from tests.storage.rulesets.staging import Breakage, in_item, refused

BREAKAGES: dict[str, Breakage] = {
    # names and labels
    "repeated code": (
        'code = "RHK-02"',
        'code = "RHK-01"',
        "item.RHK-01",
        "is there more than once",
    ),
    "long label": (
        'label = "Pelatihan mandiri"',
        'label = "Pelatihan mandiri dengan Aksi Nyata"',
        "item.RHK-01.label",
        "is longer than 24 characters",
    ),
    "repeated label": (
        'label = "Peserta seminar"',
        'label = "Peserta coaching"',
        "item.RHK-08.label",
        "is there more than once",
    ),
    "long short name": (
        'short = "Wali kelas"',
        f'short = "{"Wali kelas " * 4}"',
        "duty.TT-06.short",
        "is longer than 40 characters",
    ),
    # steps
    "step with another list": (
        'choices = "items"',
        'choices = "duties"',
        "step.pengembangan_diri.choices",
        "does not fit the kind items",
    ),
    "too many values": (
        "choose_min = 7",
        "choose_min = 8",
        "step.perilaku_kerja.choose_min",
        "must be between 0 and 7",
    ),
    "max below min": (
        "choose_max = 7",
        "choose_max = 6",
        "step.perilaku_kerja.choose_max",
        "must be between 7 and 7",
    ),
    "more guides than there are": (
        "guides_min = 1",
        "guides_min = 4",
        "step.perilaku_kerja.guides_min",
        "must be between 0 and 3",
    ),
    # items
    "no points": (
        *in_item("RHK-02", "points = 8", "points = 0"),
        "item.RHK-02.points",
        "must be more than 0",
    ),
    "no promised points": (
        *in_item("RHK-02", "points_floor = 8", "points_floor = -1"),
        "item.RHK-02.points_floor",
        "must be more than 0",
    ),
    "promise over points": (
        *in_item("RHK-02", "points_floor = 8", "points_floor = 9"),
        "item.RHK-02.points_floor",
        "is more than points, 8",
    ),
    "no effort": (
        *in_item("RHK-02", "effort = 5", "effort = 0"),
        "item.RHK-02.effort",
        "must be more than 0",
    ),
    "effort that is no number": (
        *in_item("RHK-02", "effort = 5", "effort = nan"),
        "item.RHK-02.effort",
        "must be more than 0",
    ),
    "unknown category": (
        *in_item("RHK-02", 'category = "belajar_bersama"', 'category = "bersama"'),
        "item.RHK-02.category",
        "there is no category 'bersama'",
    ),
    "unknown evidence": (
        *in_item("RHK-02", 'evidence = ["laporan"]', 'evidence = ["lapor"]'),
        "item.RHK-02.evidence",
        "there is no evidence kind 'lapor'",
    ),
    "no evidence": (
        *in_item("RHK-02", 'evidence = ["laporan"]', "evidence = []"),
        "item.RHK-02.evidence",
        "at least one kind is needed",
    ),
    "unknown evidence of duties": (
        'evidence = ["sk", "surat_tugas", "laporan_tugas"]\ninterchangeable',
        'evidence = ["surat"]\ninterchangeable',
        "duty_rules.evidence",
        "there is no evidence kind 'surat'",
    ),
    "unknown interchangeable evidence": (
        'interchangeable = ["sk", "surat_tugas"]',
        'interchangeable = ["sk", "surat"]',
        "duty_rules.interchangeable",
        "there is no evidence kind 'surat'",
    ),
    "unknown evidence of a duty": (
        'evidence = ["sk", "laporan_tugas"]',
        'evidence = ["surat"]',
        "duty.TT-01.evidence",
        "there is no evidence kind 'surat'",
    ),
    "unknown state": (
        'next = ["diajukan"]',
        'next = ["dikirim"]',
        "plan_state.draf.next",
        "there is no state 'dikirim'",
    ),
    "standard guide that is not there": (
        "standard = 1",
        "standard = 3",
        "behaviour.PK-1.standard",
        "must be the place of a guide, 0 to 2",
    ),
    "copied field repeated": (
        'id = "rhk_jumlah"',
        'id = "rhk"',
        "copy_field.rhk",
        "is there more than once",
    ),
    "copied field with a long id": (
        'id = "rhk_jumlah"',
        'id = "rhk_jumlah_kegiatan"',
        "copy_field.rhk_jumlah_kegiatan.id",
        "must have 1 to 16 characters",
    ),
    "copied field of no step": (
        'title = "Jumlah kegiatan"\nstep = "pengembangan_diri"',
        'title = "Jumlah kegiatan"\nstep = "pengembangan"',
        "copy_field.rhk_jumlah.step",
        "there is no step 'pengembangan'",
    ),
    "copied field without such a value": (
        'title = "Jumlah kegiatan"\nstep = "pengembangan_diri"',
        'title = "Jumlah kegiatan"\nstep = "perilaku_kerja"',
        "copy_field.rhk_jumlah.value",
        "a step of the kind behaviours has no quantity",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_mistake_is_refused_with_file_key_and_reason(name: str, tmp_path: Path) -> None:
    refused(tmp_path, "pmm-2024", BREAKAGES[name])
