"""Questions as teachers type them find the answer that is meant."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.faq import CERTAINTIES, FAQ
from conversations.faq.search import search

ASKED = {
    "apkah 32 poin wajib": 1,
    "32 jp sama ga dgn 32 poin": 2,
    "boleh cuma satu rhk": 3,
    "sertifikat bnyak predikatnya tinggi?": 5,
    "poin jadi angka kredit": 6,
    "indikator harus sama semua guru?": 7,
    "telat ngisi perencanaan, batas waktunya": 8,
    "sdh disetujui kepsek tp blm bisa pelaksanaan": 9,
    "tombol hapus rencana ga ada": 10,
    "mau reset rhk": 11,
    "sertipikat januari sah?": 12,
    "ukuran file pdf brp mb": 13,
    "tugas tambahan cukup SK?": 14,
    "unggah bukti penggerak komunitas": 15,
    "kombel hrs terdaftar di pmm?": 16,
    "observasi rekan sejawat perlu sk": 17,
    "jadi penelaah tanpa seleksi": 18,
    "diklat 32 jp diluar pmm masuk mana": 19,
    "webiner gratis di grup wa aman gak": 20,
    "salah upload bukti": 21,
    "obsrvasi itu penilaian ya": 22,
    "jadwal observasi bisa diubah?": 23,
    "kepala sekolah plt siapa yg setujui": 24,
    "saya guru merangkap plt kepsek": 25,
    "mutasi pindah sekolah": 26,
    "guru honorer wajib?": 27,
    "masih hrs isi e-kinerja bkn": 28,
    "nip saya keliru": 29,
    "aturan 2025 masih 32 poin?": 30,
    "cara mengganti dokumen yang salah diunggah": 21,
    "perpanjangan batas perencanaan": 8,
    "penipuan webinar": 20,
}


@pytest.mark.parametrize(("typed", "number"), ASKED.items())
def test_what_teachers_type_finds_what_they_mean(typed: str, number: int) -> None:
    assert search(typed)[0].number == number


@pytest.mark.parametrize("number", FAQ)
def test_every_question_finds_itself(number: int) -> None:
    assert search(FAQ[number].question)[0].number == number


@pytest.mark.parametrize("number", FAQ)
@given(data=st.data())
def test_a_slip_of_the_finger_changes_nothing(number: int, data: st.DataObject) -> None:
    letters = [at for at, sign in enumerate(FAQ[number].question) if sign.isalpha()]
    at = data.draw(st.sampled_from(letters))
    question = FAQ[number].question
    typed = question[:at] + question[at + 1 :]
    assert number in {entry.number for entry in search(typed)}


@pytest.mark.parametrize("typed", ["", "?", "halo", "terima kasih bu", "resep nasi goreng", "🙂"])
def test_what_is_no_question_finds_nothing(typed: str) -> None:
    assert search(typed) == []


@given(st.text(max_size=400))
def test_anything_at_all_can_be_typed(typed: str) -> None:
    assert len(search(typed)) <= 4


def test_every_answer_says_how_certain_it_is_and_when() -> None:
    assert list(FAQ) == list(range(1, 31))
    for entry in FAQ.values():
        assert entry.certainty, entry.number
        assert set(entry.certainty) <= set(CERTAINTIES)
        assert all(2024 <= year <= 2026 for year in entry.years)
        assert entry.sources or "terbuka" in entry.certainty, entry.number
        assert all(urlsplit(source.url).scheme in ("http", "https") for source in entry.sources)
    assert Counter(one for entry in FAQ.values() for one in entry.certainty)["terbuka"] == 2


def test_rules_that_have_changed_are_known_as_such() -> None:
    assert FAQ[1].is_older_than(2025)
    assert not FAQ[1].is_older_than(2024)
    assert FAQ[30].is_newer_than(2024)
    assert not FAQ[30].is_newer_than(2025)
    assert not FAQ[20].is_older_than(2026)
