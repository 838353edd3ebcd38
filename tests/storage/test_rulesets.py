"""Rule sets: both load, every check bites, and the calendar holds for any year."""

import os
import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rulesets import (
    Confidence,
    FieldKind,
    MonthDay,
    RuleSet,
    RuleSetError,
    StepKind,
    UnknownCode,
    available_rulesets,
    load_ruleset,
    loader,
)
from storage.rulesets.loader import FOLDER, build

PMM = load_ruleset("pmm-2024")
GTK = load_ruleset("ruang-gtk-2025")
ONE_DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2100, 12, 31))
rulesets = st.sampled_from([PMM, GTK])


# ---------------------------------------------------------------- what is in them


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


# ---------------------------------------------------------------- periods and phases


@given(rulesets, days)
def test_every_day_has_one_period(ruleset: RuleSet, day: date) -> None:
    period = ruleset.period_at(day)
    assert period.start <= day <= period.end
    assert day in period
    assert ruleset.period(period.id) == period
    assert ruleset.period_at(period.start) == ruleset.period_at(period.end) == period


@given(rulesets, days)
def test_periods_follow_one_another(ruleset: RuleSet, day: date) -> None:
    period = ruleset.period_at(day)
    previous = ruleset.previous_period(period)
    assert previous.end + ONE_DAY == period.start
    assert ruleset.next_period(previous) == period


@given(rulesets, days)
def test_phases_lie_inside_their_period(ruleset: RuleSet, day: date) -> None:
    period = ruleset.period_at(day)
    phases = ruleset.phases_of(period)
    assert phases
    for phase in phases:
        assert period.start <= phase.start <= phase.end <= period.end
    assert period.start <= ruleset.planning_deadline(period) <= period.end


@given(rulesets, days)
def test_the_phases_leave_no_day_out(ruleset: RuleSet, day: date) -> None:
    phase = ruleset.phase_at(day)
    assert phase is not None
    assert day in phase
    assert phase in ruleset.phases_of(ruleset.period_at(day))


def test_half_years_and_whole_years() -> None:
    second = PMM.period("2026-2")
    assert (second.name, second.start, second.end) == (
        "Juli–Desember",
        date(2026, 7, 1),
        date(2026, 12, 31),
    )
    assert PMM.previous_period(PMM.period("2025-1")).id == "2024-2"
    assert GTK.period_at(date(2027, 5, 5)).id == "2027"
    assert GTK.previous_period(GTK.period("2027")).id == "2026"


def test_the_extension_holds_for_its_own_year_only() -> None:
    assert PMM.planning_deadline(PMM.period("2024-1")) == date(2024, 3, 31)
    assert PMM.planning_deadline(PMM.period("2024-2")) == date(2024, 7, 31)
    assert PMM.planning_deadline(PMM.period("2025-1")) == date(2025, 1, 31)
    assert PMM.planning_window(PMM.period("2024-1")).extended
    assert not PMM.planning_window(PMM.period("2025-1")).extended


def test_the_end_of_february_moves() -> None:
    ends = [PMM.phases_of(PMM.period(f"{year}-1"))[1].end for year in (2024, 2025, 2100)]
    assert ends == [date(2024, 2, 29), date(2025, 2, 28), date(2100, 2, 28)]


def test_phases_in_months_are_estimates() -> None:
    planning = GTK.planning_window(GTK.period("2026"))
    assert (planning.start, planning.end) == (date(2026, 1, 1), date(2026, 3, 31))
    assert planning.estimated
    rating = GTK.phase_at(date(2026, 12, 24))
    assert rating is not None
    assert (rating.id, rating.estimated) == ("penilaian", False)


def test_of_overlapping_phases_the_latest_to_start_counts() -> None:
    during_extension = PMM.phase_at(date(2024, 2, 10))
    assert during_extension is not None
    assert during_extension.id == "persiapan_observasi"
    together = GTK.phase_at(date(2025, 1, 10))
    assert together is not None
    assert together.id == "perencanaan"


def test_the_shifted_calendar_is_an_estimate() -> None:
    first, second = (PMM.planning_window(PMM.period(each)) for each in ("2024-1", "2024-2"))
    assert (first.estimated, second.estimated) == (False, True)


@pytest.mark.parametrize(
    "text", ["1-1", "13-01", "00-10", "02-30", "04-31", "01-00", "2024-01-01"]
)
def test_days_no_year_has(text: str) -> None:
    with pytest.raises(ValueError, match=r"MM-DD|no year has"):
        MonthDay.parse(text)


def test_a_day_that_only_leap_years_have() -> None:
    day = MonthDay.parse("02-29")
    assert (day.first_in(2025), day.last_in(2025)) == (date(2025, 3, 1), date(2025, 2, 28))
    assert day.first_in(2024) == day.last_in(2024) == date(2024, 2, 29)


# ---------------------------------------------------------------- every check bites


def broken(folder: Path, ruleset: str, old: str, new: str) -> RuleSetError:
    """Change one place of a rule set file and return the error that loading it raises."""
    text = (FOLDER / f"{ruleset}.toml").read_text("utf-8")
    assert old in text
    path = folder / f"{ruleset}.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleSetError) as caught:
        build(path, None, available_rulesets())
    return caught.value


def item_line(code: str, line: str) -> str:
    """Return an item's text from its code to a line, to replace exactly that line."""
    text = (FOLDER / "pmm-2024.toml").read_text("utf-8")
    start = text.index(f'code = "{code}"')
    return text[start : text.index(line, start) + len(line)]


def in_item(code: str, old: str, new: str) -> tuple[str, str]:
    """Return a replacement inside one item."""
    before = item_line(code, old)
    return before, before.removesuffix(old) + new


BREAKAGES: dict[str, tuple[str, str, str, str]] = {
    # observation
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
    # reading
    "unknown table": ("[upload]", "[uplaod]", "uplaod", "unknown table; did you mean upload?"),
    "missing table": ("[upload]", "[uplaod]", "upload", "the table is missing"),
    "unknown key": (
        "target_min = 32",
        "target_mim = 32",
        "points.target_mim",
        "unknown key; did you mean target_min?",
    ),
    "missing key": ("target_min = 32\n", "", "points.target_min", "the key is missing"),
    "text for a number": (
        "target_min = 32",
        'target_min = "32"',
        "points.target_min",
        "must be a whole number, found '32'",
    ),
    "true for a number": (
        "target_min = 32",
        "target_min = true",
        "points.target_min",
        "must be a whole number, found True",
    ),
    "fraction for a whole number": (
        "target_min = 32",
        "target_min = 32.5",
        "points.target_min",
        "must be a whole number, found 32.5",
    ),
    "number for text": (
        'short_title = "PMM 2024"',
        "short_title = 2024",
        "scheme.short_title",
        "must be text, found 2024",
    ),
    "quoted date": (
        "valid_from = 2024-01-01",
        'valid_from = "2024-01-01"',
        "scheme.valid_from",
        "must be a date such as 2024-03-31, without quotes",
    ),
    "date with a time": (
        "valid_from = 2024-01-01",
        "valid_from = 2024-01-01T00:00:00",
        "scheme.valid_from",
        "must be a date such as",
    ),
    "number for a word": (
        'kind = "items"',
        "kind = 3",
        "step.pengembangan_diri.kind",
        "must be text, found 3",
    ),
    "number for a day": (
        'start = "07-01"',
        "start = 7",
        "period.2.start",
        "must be text, found 7",
    ),
    "text for a list": (
        'formats = ["pdf"]',
        'formats = "pdf"',
        "upload.formats",
        "must be a list, found 'pdf'",
    ),
    "wrong entry of a list": (
        'formats = ["pdf"]',
        "formats = [1]",
        "upload.formats",
        "must be text, found 1",
    ),
    "text for a table in a list": (
        '  { code = "PK-1a", label = "Penuhi kebutuhan warga", '
        'text = "Memahami dan memenuhi kebutuhan masyarakat" },',
        '"Memahami",',
        "behaviour.PK-1.guides",
        "must be a table, found 'Memahami'",
    ),
    "typing mistake in a guide": (
        'label = "Penuhi kebutuhan warga"',
        'lable = "Penuhi kebutuhan warga"',
        "behaviour.PK-1.guides[0].lable",
        "unknown key; did you mean label?",
    ),
    "empty text": (
        'short_title = "PMM 2024"',
        'short_title = ""',
        "scheme.short_title",
        "must not be empty",
    ),
    "list for one table": (
        "[upload]",
        "[[upload]]",
        "upload",
        "write one table: [upload]",
    ),
    "unknown confidence": (
        *in_item("RHK-02", 'points_confidence = "quoted"', 'points_confidence = "sure"'),
        "item.RHK-02.points_confidence",
        "must be one of quoted, reconstructed, own; found 'sure'",
    ),
    "impossible day": (
        'start = "07-01"',
        'start = "07-32"',
        "period.2.start",
        "no year has the day 07-32",
    ),
    "not a day": (
        'start = "07-01"',
        'start = "1 Juli"',
        "period.2.start",
        "expected a day as MM-DD",
    ),
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
    # the scheme
    "version 0": ("version = 6", "version = 0", "scheme.version", "must be 1 or more"),
    # the report
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
    # the rest
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
    "too many indicators": (
        "choose_exactly = 1",
        "choose_exactly = 9",
        "indicator_rules.choose_exactly",
        "must be between 1 and 8",
    ),
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
    old, new, key, reason = BREAKAGES[name]
    error = broken(tmp_path, "pmm-2024", old, new)
    found = [each for each in error.problems if each.key == key and reason in each.reason]
    assert found, str(error)
    assert f"pmm-2024.toml: {key}: " in str(error)


GTK_BREAKAGES: dict[str, tuple[str, str, str, str]] = {
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


@pytest.mark.parametrize("name", GTK_BREAKAGES)
def test_a_mistake_in_the_yearly_scheme_is_refused(name: str, tmp_path: Path) -> None:
    old, new, key, reason = GTK_BREAKAGES[name]
    error = broken(tmp_path, "ruang-gtk-2025", old, new)
    assert any(each.key == key and reason in each.reason for each in error.problems), str(error)


def without(text: str, table: str) -> str:
    """Return a rule set's text without all tables of one name."""
    return re.sub(rf"^\[+{table}\]+\n(?:(?!\[).*\n)*", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("table", "key", "reason"),
    [
        ("points", "points", "write either [points] or [without_points]"),
        ("period", "period", "the table is missing"),
        ("category", "item.RHK-01.category", "there is no category 'pelatihan'"),
    ],
)
def test_a_table_left_out(table: str, key: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "pmm-2024.toml"
    path.write_text(without((FOLDER / path.name).read_text("utf-8"), table), "utf-8")
    with pytest.raises(RuleSetError) as caught:
        build(path, None, available_rulesets())
    assert any(each.key == key and reason in each.reason for each in caught.value.problems)


@pytest.mark.parametrize(
    ("line", "key", "reason"),
    [
        ("period = []", "period", "at least one period is needed"),
        ("step = []", "step", "at least one step is needed"),
        ("duty = []", "step.tugas_tambahan.choices", "the list of duties is empty"),
        ("period = 3", "period", "write a list of tables: [[period]]"),
    ],
)
def test_an_empty_list(line: str, key: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "pmm-2024.toml"
    table = line.split(" = ", maxsplit=1)[0]
    rest = without((FOLDER / path.name).read_text("utf-8"), table)
    path.write_text(f"{line}\n{rest}", "utf-8")
    with pytest.raises(RuleSetError) as caught:
        build(path, None, available_rulesets())
    assert any(each.key == key and reason in each.reason for each in caught.value.problems)


def test_a_rule_set_that_is_added_is_found_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "FOLDER", tmp_path)
    for name in ("pmm-2024", "ruang-gtk-2025"):
        shutil.copy(FOLDER / f"{name}.toml", tmp_path)
    loader._built_in.cache_clear()
    try:
        with pytest.raises(RuleSetError):
            load_ruleset("pmm-2030")
        text = (tmp_path / "pmm-2024.toml").read_text("utf-8")
        added = text.replace('id = "pmm-2024"', 'id = "pmm-2030"', 1)
        (tmp_path / "pmm-2030.toml").write_text(added, "utf-8")
        assert load_ruleset("pmm-2030").id == "pmm-2030"
    finally:
        loader._built_in.cache_clear()


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    text = (FOLDER / "pmm-2024.toml").read_text("utf-8")
    text = text.replace("target_min = 32", "target_min = 200", 1)
    text = text.replace('label = "Peserta seminar"', 'label = "Peserta coaching"', 1)
    path = tmp_path / "pmm-2024.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(RuleSetError) as caught:
        build(path, None, available_rulesets())
    error = caught.value
    assert [each.key for each in error.problems] == [
        "item.RHK-08.label",
        "item.RHK-09.label",
        "points.target_min",
    ]
    assert (error.file, error.key) == ("pmm-2024.toml", "item.RHK-08.label")
    assert error.reason in str(error)
    assert len(str(error).splitlines()) == 3


def test_an_unknown_rule_set_is_refused() -> None:
    with pytest.raises(RuleSetError, match=r"pmm-2042\.toml.*known are pmm-2024, ruang-gtk-2025"):
        load_ruleset("pmm-2042")


def test_a_path_is_not_a_rule_set() -> None:
    with pytest.raises(RuleSetError):
        load_ruleset("../rulesets/pmm-2024")


@pytest.mark.parametrize("content", [b"[scheme", b"title = \xff"])
def test_what_is_not_toml_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "pmm-2024.toml"
    path.write_bytes(content)
    with pytest.raises(RuleSetError, match="is not TOML"):
        build(path, None, available_rulesets())


# ---------------------------------------------------------------- a school's corrections


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
