"""Guessing from a caption or a file's name where a document belongs, and what it is."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.teacher.guessing import COMMON_WORDS, Clue, guess_kind, likeliest_first
from storage.evidence.needs import Provable, kinds_for, needs_of
from storage.models import PlanEntry
from storage.rulesets import Step, load_ruleset

RULES = load_ruleset("pmm-2024")
ITEMS, DUTIES, _ = RULES.steps
CALM = settings(deadline=None)
NOTHING = Clue.of()


def provable(step: Step, code: str, kinds: Sequence[str], text: str = "") -> Provable:
    entry = PlanEntry(
        plan_id=1, step=step.id, code=code, quantity=2, text=text, evidence=list(kinds)
    )
    return Provable(step, entry, needs_of(RULES, step, entry))


def item(code: str) -> Provable:
    return provable(ITEMS, code, RULES.item(code).evidence[:1])


def duty(code: str) -> Provable:
    return provable(DUTIES, code, [kind.id for kind in RULES.evidence_of_duty(code)])


PRAMUKA = provable(DUTIES, "own1", RULES.duty_rules.evidence, "Pembina pramuka")
EVERYTHING = [*(item(one.code) for one in RULES.items), duty("TT-01"), PRAMUKA]
"""A plan nobody has, with every item in it."""


def order(
    caption: str,
    entries: Sequence[Provable] = EVERYTHING,
    missing: Sequence[Provable] | None = None,
    last: Provable | None = None,
) -> list[str]:
    lacking = frozenset(one.key for one in (entries if missing is None else missing))
    found = likeliest_first(RULES, entries, Clue.of(caption), lacking, last.key if last else None)
    return [one.entry.code for one in found]


# ------------------------------------------------------------------------------- where


@pytest.mark.parametrize(
    ("caption", "code"),
    [
        ("Sertifikat pelatihan mandiri", "RHK-01"),
        ("Sertifikat topik PMM", "RHK-01"),
        ("Laporan observasi rekan sejawat", "RHK-02"),
        ("Penggerak komunitas belajar, kegiatan 2", "RHK-03"),
        ("Sertifikat narasumber kombel", "RHK-04"),
        ("SK Guru Penggerak", "RHK-06"),
        ("bimtek_numerasi_2026.pdf", "RHK-07"),
        ("Bimbingan teknis asesmen", "RHK-07"),
        ("Sertifikat peserta seminar nasional", "RHK-08"),
        ("LOKAKARYA!!!", "RHK-08"),
        ("peserta coaching", "RHK-09"),
        ("mentor rekan baru", "RHK-10"),
        ("https://guru.id/artikel/1 cerita praktik baik", "RHK-11"),
        ("Modul ajar IPA kelas 7", "RHK-12"),
        ("kumpulan konten unggulan", "RHK-13"),
        ("penelaah aksi nyata", "RHK-14"),
        ("penelaah cerita", "RHK-15"),
        ("Penelaah perangkat ajar", "RHK-16"),
        ("Narasumber seminar di dinas", "RHK-17"),
        ("Surat tugas pengajar praktik", "RHK-18"),
        ("SK Wakil Kepala Sekolah", "TT-01"),
        ("laporan pramuka", "own1"),
        ("ＰＲＡＭＵＫＡ", "own1"),
    ],
)  # fmt: skip
def test_words_of_a_caption_find_the_activity(caption: str, code: str) -> None:
    assert order(caption)[0] == code


def test_without_a_clue_what_is_missing_comes_first_then_what_was_used_last() -> None:
    one, two, three = item("RHK-01"), item("RHK-07"), item("RHK-08")
    entries = [one, two, three]
    assert order("", entries) == ["RHK-01", "RHK-07", "RHK-08"]
    assert order("", entries, missing=[three]) == ["RHK-08", "RHK-01", "RHK-07"]
    assert order("", entries, last=two) == ["RHK-07", "RHK-01", "RHK-08"]
    # What has all it needs comes after what still lacks something, used last or not.
    assert order("", entries, missing=[three], last=one) == ["RHK-08", "RHK-01", "RHK-07"]


def test_a_kind_that_fits_says_more_than_what_is_missing() -> None:
    report, certificate = item("RHK-02"), item("RHK-08")
    assert order("laporan", [certificate, report], missing=[certificate]) == ["RHK-02", "RHK-08"]


def test_a_word_of_the_title_says_more_than_the_kind() -> None:
    entries = [item("RHK-07"), item("RHK-08")]
    assert order("seminar", entries)[0] == "RHK-08"
    assert order("sertifikat seminar", entries)[0] == "RHK-08"


@pytest.mark.parametrize(
    "name",
    ["IMG-20260703-WA0012.jpg", "IMG_2041.HEIC", "scan0001.pdf", "foto dari sekolah",
     "Dokumen (3)", "WhatsApp Image 2026-07-03 at 08.10.12.jpeg", "🙂", "../../etc/passwd", ""],
)  # fmt: skip
def test_names_that_say_nothing_change_nothing(name: str) -> None:
    assert order(name) == [one.entry.code for one in EVERYTHING]


plans = st.lists(st.sampled_from(EVERYTHING), unique_by=lambda one: one.key, max_size=6)
captions = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["sertifikat", "SK", "laporan", "seminar", "tugas", "2026", "di", "_", "praktik"]
        )
    ).map(" ".join),
)


@CALM
@given(plans, captions, st.sets(st.sampled_from(EVERYTHING).map(lambda one: one.key)), st.data())
def test_every_activity_is_offered_once_and_equals_stay_in_order(
    entries: list[Provable],
    caption: str,
    lacking: set[tuple[str, str]],
    data: st.DataObject,
) -> None:
    last = data.draw(st.sampled_from([None, *(one.key for one in entries)]))
    found = likeliest_first(RULES, entries, Clue.of(caption), frozenset(lacking), last)
    assert sorted(one.key for one in found) == sorted(one.key for one in entries)
    without = likeliest_first(RULES, entries, NOTHING, frozenset(), None)
    assert [one.key for one in without] == [one.key for one in entries]


# ------------------------------------------------------------------------------- what


@pytest.mark.parametrize(
    ("caption", "one", "kind"),
    [
        ("SK wakil", duty("TT-01"), "sk"),
        ("sk_tugas.pdf", PRAMUKA, "sk"),
        ("Surat Tugas", PRAMUKA, "surat_tugas"),
        ("Surat keputusan kepala", PRAMUKA, "sk"),
        ("Laporan", PRAMUKA, "laporan_tugas"),
        ("laporan kegiatan", item("RHK-09"), "laporan"),
        ("Sertifikat", item("RHK-09"), "sertifikat"),
        ("sertifikat", item("RHK-01"), "sertifikat_topik"),
        ("dokumen relevan", item("RHK-01"), "dokumen_relevan"),
        ("artikel", item("RHK-11"), "artikel_terbit"),
        ("perangkat ajar", item("RHK-12"), "karya"),
        # Nothing that this activity takes, or no hint at all.
        ("SK", item("RHK-01"), ""),
        ("pramuka", PRAMUKA, ""),
        ("askes", duty("TT-01"), ""),
        ("IMG_2041.HEIC", duty("TT-01"), ""),
        ("", duty("TT-01"), ""),
    ],
)
def test_words_of_a_caption_tell_the_kind(caption: str, one: Provable, kind: str) -> None:
    assert guess_kind(RULES, one, Clue.of(caption)) == kind


def test_of_two_kinds_that_fit_the_one_that_was_meant_is_taken() -> None:
    report = provable(ITEMS, "RHK-14", ["laporan"])
    certificate = provable(ITEMS, "RHK-14", ["sertifikat"])
    both = Clue.of("Laporan dan sertifikat")
    assert guess_kind(RULES, report, both) == "laporan"
    assert guess_kind(RULES, certificate, both) == "sertifikat"


@CALM
@given(captions, st.sampled_from(EVERYTHING))
def test_a_guess_is_always_something_the_activity_takes(caption: str, one: Provable) -> None:
    kind = guess_kind(RULES, one, Clue.of(caption))
    assert kind == "" or kind in kinds_for(RULES, one.step, one.entry)


@pytest.mark.parametrize("step", [ITEMS, DUTIES])
def test_what_the_rules_no_longer_know_is_guessed_by_its_kind_alone(step: Step) -> None:
    gone = provable(step, "RHK-99", ["laporan"])
    assert guess_kind(RULES, gone, Clue.of("laporan")) == "laporan"
    assert order("laporan", [item("RHK-08"), gone])[0] == "RHK-99"


# ------------------------------------------------------------------------------- clues


def test_the_telling_words_are_read_out() -> None:
    clue = Clue.of("Sertifikat_Seminar-2026 (SK), foto di sekolah", "sertifikat.PDF", "")
    assert clue.words == {"sertifikat", "seminar", "sk"}


@CALM
@given(st.lists(st.text(), max_size=3))
def test_any_text_gives_words_that_can_be_compared(texts: list[str]) -> None:
    for word in Clue.of(*texts).words:
        assert word == word.casefold()
        assert word not in COMMON_WORDS
        assert not any(sign.isspace() or sign == "_" for sign in word)
