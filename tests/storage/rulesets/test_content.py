"""What the rule sets hold that come with the program."""

from collections.abc import Callable
from datetime import date

import pytest

from storage.rulesets import (
    Confidence,
    FieldKind,
    RuleSet,
    StepKind,
    UnknownCode,
    available_rulesets,
    load_ruleset,
)
from tests.storage.rulesets.staging import GTK, PMM


def test_both_rule_sets_come_with_the_program() -> None:
    assert available_rulesets() == ("pmm-2024", "ruang-gtk-2025")


def test_a_rule_set_is_loaded_once() -> None:
    assert load_ruleset("pmm-2024") is load_ruleset("pmm-2024")


def test_pmm_names_what_the_screen_needs() -> None:
    assert (PMM.id, PMM.version, PMM.short_title) == ("pmm-2024", 6, "PMM 2024")
    assert PMM.title.startswith("Pengelolaan Kinerja Guru")
    assert "7607" in PMM.regulation
    assert (PMM.valid_from, PMM.valid_to) == (date(2024, 1, 1), date(2024, 12, 31))
    assert PMM.agreement_required
    assert PMM.points is not None
    assert (PMM.points.target_min, PMM.points.max) == (32, 128)
    assert not PMM.points.hard_minimum
    assert (PMM.upload.formats, PMM.upload.max_mb) == (("pdf",), 10)
    assert [len(each) for each in (PMM.items, PMM.duties, PMM.behaviours)] == [18, 19, 7]


def test_ruang_gtk_has_neither_points_nor_items() -> None:
    assert (GTK.id, GTK.short_title, GTK.valid_to) == ("ruang-gtk-2025", "Ruang GTK 2025", None)
    assert not GTK.agreement_required
    assert GTK.points is None
    assert GTK.without_points is not None
    assert GTK.items == ()
    assert not GTK.upload.required
    assert len(GTK.duties) == 17


def test_steps_of_both_wizards() -> None:
    assert [(step.id, step.kind) for step in PMM.steps] == [
        ("pengembangan_diri", StepKind.ITEMS),
        ("tugas_tambahan", StepKind.DUTIES),
        ("perilaku_kerja", StepKind.BEHAVIOURS),
    ]
    assert [(step.id, step.kind) for step in GTK.steps] == [
        ("tugas_pokok", StepKind.CHOICE),
        ("praktik_kinerja", StepKind.CHOICE),
        ("pengembangan_kompetensi", StepKind.TEXT),
        ("tugas_tambahan", StepKind.DUTIES),
        ("perilaku_kerja", StepKind.BEHAVIOURS),
    ]


def test_each_value_needs_a_guide_in_pmm_and_one_value_is_enough_later() -> None:
    steps = [each.step("perilaku_kerja") for each in (PMM, GTK)]
    assert [(step.choose_min, step.choose_max, step.guides_min) for step in steps] == [
        (7, 7, 1),
        (1, 7, 1),
    ]


def test_duties_may_be_none_or_own_words() -> None:
    for ruleset in (PMM, GTK):
        step = ruleset.step("tugas_tambahan")
        assert step.required
        assert step.none_allowed
        assert step.own_words
        assert step.choose_min == 0


def test_choices_follow_the_step() -> None:
    assert PMM.choices(PMM.step("pengembangan_diri")) == PMM.items
    assert PMM.choices(PMM.step("tugas_tambahan")) == PMM.duties
    assert PMM.choices(PMM.step("perilaku_kerja")) == PMM.behaviours
    assert GTK.choices(GTK.step("tugas_pokok")) == GTK.main_duties
    assert GTK.choices(GTK.step("praktik_kinerja")) == GTK.indicators
    assert GTK.choices(GTK.step("pengembangan_kompetensi")) == ()


@pytest.mark.parametrize("ruleset", [PMM, GTK], ids=lambda each: each.id)
def test_every_choice_has_a_code_that_fits_a_button(ruleset: RuleSet) -> None:
    for step in ruleset.steps:
        for choice in ruleset.choices(step):
            assert len(choice.code.encode()) <= 20
            assert choice.label == choice.label.strip() != ""
            assert choice.title != ""
            assert choice.estimated in (True, False)


def test_guessed_items_are_estimated() -> None:
    estimated = [item.code for item in PMM.items if item.estimated]
    assert estimated == [f"RHK-{number:02}" for number in (6, 10, 11, 12, 13, 17, 18)]
    assert all(item.points_floor == 8 for item in PMM.items if item.estimated)


def test_an_item_keeps_its_sources_and_confidences() -> None:
    item = PMM.item("RHK-08")
    assert len(item.sources) == 2
    assert item.confidences == {
        "order": Confidence.RECONSTRUCTED,
        "title": Confidence.QUOTED,
        "points": Confidence.QUOTED,
        "evidence": Confidence.RECONSTRUCTED,
        "unit_note": Confidence.RECONSTRUCTED,
    }


def test_the_standard_set_has_one_guide_for_each_value() -> None:
    for ruleset in (PMM, GTK):
        assert [guide.code[:4] for guide in ruleset.standard_guides] == [
            behaviour.code for behaviour in ruleset.behaviours
        ]
        for guide in ruleset.standard_guides:
            assert ruleset.guide(guide.code) is guide


def test_both_rule_sets_share_behaviours_and_indicator_codes() -> None:
    assert [(b.code, b.guides) for b in PMM.behaviours] == [
        (b.code, b.guides) for b in GTK.behaviours
    ]
    assert [each.code for each in PMM.indicators] == [each.code for each in GTK.indicators]


@pytest.mark.parametrize("ruleset", [PMM, GTK], ids=lambda one: one.id)
def test_every_indicator_can_be_prepared_for_and_observed(ruleset: RuleSet) -> None:
    assert [step.step for step in ruleset.observation_steps] == list("ABCDE")
    assert len(ruleset.indicator_rules.rubric_levels) == 3
    for indicator in ruleset.indicators:
        assert len(indicator.statements) == 4
        assert indicator.behaviour(indicator.focus[0].code) is indicator.focus[0]
        assert indicator.statements_confidence is Confidence.OWN
    for field in ruleset.observation_fields:
        assert field.confidence is Confidence.OWN
        assert field.hint
        assert field.example or field.kind is not FieldKind.WORDS


def test_the_indicator_is_chosen_in_the_observation_or_in_the_plan() -> None:
    assert PMM.field_of_kind(FieldKind.INDICATOR) is not None
    assert GTK.field_of_kind(FieldKind.INDICATOR) is None
    assert PMM.observation_field("rpp_atau_modul_ajar").required
    assert not GTK.observation_field("modul_ajar_opsional").required


def test_steps_of_the_observation_are_due_within_their_phases() -> None:
    half = PMM.period("2026-2")
    assert [PMM.observation_due(step, half).isoformat() for step in PMM.observation_steps] == [
        "2026-08-31", "2026-09-30", "2026-09-30", "2026-11-30", "2026-12-31",
    ]  # fmt: skip
    year = GTK.period("2026")
    assert GTK.observation_due(GTK.observation_step("observasi"), year) == date(2026, 7, 31)


def test_evidence_of_items_and_duties() -> None:
    assert [kind.id for kind in PMM.evidence_of_item("RHK-01")] == [
        "sertifikat_topik",
        "dokumen_relevan",
    ]
    assert [kind.id for kind in PMM.evidence_of_duty("TT-06")] == ["surat_tugas", "laporan_tugas"]
    assert [kind.id for kind in GTK.evidence_of_duty("TT25-01")] == ["surat_tugas", "sk"]


def test_the_matrix_gives_a_predicate_for_every_pair_of_levels() -> None:
    for ruleset in (PMM, GTK):
        levels = ruleset.rating.levels
        results = {(a, b): ruleset.rated(a, b).title for a in levels for b in levels}
        assert results["sesuai", "sesuai"] == "Baik"
        assert results["di_atas", "di_atas"] == "Sangat Baik"


LOOKUPS: list[Callable[[RuleSet], object]] = [
    lambda ruleset: ruleset.item("RHK-99"),
    lambda ruleset: ruleset.duty("x"),
    lambda ruleset: ruleset.main_duty("x"),
    lambda ruleset: ruleset.behaviour("x"),
    lambda ruleset: ruleset.behaviours[0].guide("PK-2a"),
    lambda ruleset: ruleset.guide("x"),
    lambda ruleset: ruleset.indicator("x"),
    lambda ruleset: ruleset.category("x"),
    lambda ruleset: ruleset.evidence_kind("x"),
    lambda ruleset: ruleset.predicate("x"),
    lambda ruleset: ruleset.step("x"),
    lambda ruleset: ruleset.rated("sesuai", "x"),
    *(
        lambda ruleset, period=period: ruleset.period(period)
        for period in ("", "2024-3", "2024", "24-1", "0000-1", "2024-1-1", "２０２４-1", "2024-01")
    ),
]


@pytest.mark.parametrize("look_up", LOOKUPS)
def test_unknown_names_are_named(look_up: Callable[[RuleSet], object]) -> None:
    with pytest.raises(UnknownCode) as caught:
        look_up(PMM)
    assert caught.value.code in str(caught.value)
    assert isinstance(caught.value, KeyError)


def test_the_message_of_an_unknown_code() -> None:
    with pytest.raises(UnknownCode, match=r"^pmm-2024 has no item 'RHK-99'$"):
        PMM.item("RHK-99")
