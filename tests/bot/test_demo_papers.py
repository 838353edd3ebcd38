"""The demo's papers: the same each time, as a phone sends them, readable, none a twin."""

import io
from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from bot.demo_evidence import make_ready
from bot.demo_papers import (
    certificate,
    letter,
    photo_of_letter,
    report,
    report_pdf,
)
from bot.demo_samples import SAMPLES, make_sample
from bot.demo_school import IRWAN, MARDIANA
from bot.demo_sheets import lines_of
from bot.demo_texts import (
    DIFFERENCES,
    DUTY,
    assignment_of,
    certificate_of,
    decree_of,
    draft_of_decree,
    report_of,
)
from storage.files import FileStore
from storage.inspecting import ALIKE_WITHIN, Inspected, inspect, likeness
from storage.rulesets import load_ruleset

RULES = load_ruleset("pmm-2024")
DAY = date(2026, 7, 5)
NAME, PRINCIPAL = "Irwan Efendi, S.Pd.", "Yusrizal, M.Pd."
LETTER = assignment_of(NAME, "Wali kelas VIII.2", DAY, PRINCIPAL)
REPORT = report_of(NAME, DUTY, DAY, PRINCIPAL)

PHOTOS: dict[str, Callable[[], bytes]] = {
    "certificate": lambda: certificate(certificate_of(NAME, "peserta", DIFFERENCES, DAY)),
    "letter": lambda: letter(LETTER),
    "unsigned": lambda: letter(draft_of_decree(NAME, "Wali kelas VIII.2", DAY, PRINCIPAL)),
    "photo of a letter": lambda: photo_of_letter(LETTER),
    "first page": lambda: report(REPORT)[0],
    "last page": lambda: report(REPORT)[1],
}


def looked_at(content: bytes, folder: Path) -> Inspected:
    path = folder / "arrived"
    path.write_bytes(content)
    return inspect(path)


@pytest.mark.parametrize("name", PHOTOS)
def test_photos_are_as_telegram_makes_them(name: str, tmp_path: Path) -> None:
    drawn = PHOTOS[name]()
    image = Image.open(io.BytesIO(drawn))
    assert image.format == "JPEG"
    assert max(image.size) == 1280
    assert len(drawn) < 400_000
    assert PHOTOS[name]() == drawn
    assert looked_at(drawn, tmp_path).complaints == ()


def test_a_photo_of_a_letter_is_askew() -> None:
    image = np.asarray(Image.open(io.BytesIO(photo_of_letter(LETTER))).convert("L"))
    table, paper = image[[5, 5, -6, -6], [5, -6, 5, -6]], image[image.shape[0] * 4 // 5, 480]
    assert table.max() < 160 < paper
    left = [int(np.argmax(row > 160)) for row in image[200:1100:300]]
    assert left == sorted(left, reverse=True)


def test_a_pdf_has_two_pages_and_no_date_of_its_own() -> None:
    made = report_pdf(REPORT)
    assert report_pdf(REPORT) == made
    document = pypdfium2.PdfDocument(made)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    assert len(texts) == 2
    assert "LAPORAN PELAKSANAAN" in texts[0]
    assert "Dokumen contoh" in texts[0]
    assert PRINCIPAL in texts[1]
    assert (
        pypdfium2.PdfDocument(report_pdf(decree_of(NAME, DAY, PRINCIPAL)))
        .get_metadata_dict()["CreationDate"]
        .startswith("D:20260705")
    )


def test_lines_are_broken_between_words() -> None:
    words = "Sekolah yang aman membuat murid berani belajar setiap hari"
    lines = lines_of(words, 20, 200, indent=40)
    assert " ".join(lines) == words
    assert len(lines) > 2
    assert lines_of("", 20, 200) == [""]
    assert lines_of("panjang" * 20, 20, 50) == ["panjang" * 20]


def test_nothing_that_two_teachers_send_is_taken_for_a_twin(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    looks = [
        seen.look
        for ready in make_ready(store, RULES.period_at(DAY), DAY)
        for _path, seen in ready.files
        if seen.look
    ]
    assert len(looks) == 6
    for person in (IRWAN, MARDIANA):
        for which in range(4):
            drawn = make_sample("sertifikat", person, which, DAY, RULES)
            looks.append(looked_at(drawn[0].data, tmp_path).look)
        drawn = make_sample("miring", person, 0, DAY, RULES)
        looks.append(looked_at(drawn[0].data, tmp_path).look)
    drawn = make_sample("laporan", IRWAN, 0, DAY, RULES)
    looks += [looked_at(page.data, tmp_path).look for page in drawn]
    assert min(likeness(*pair) for pair in combinations(looks, 2)) > ALIKE_WITHIN


def test_what_was_sent_early_in_a_period_is_dated_within_it(tmp_path: Path) -> None:
    first_day = date(2026, 7, 1)
    period = RULES.period_at(first_day)
    dates = [one.proof.dated_on for one in make_ready(FileStore(tmp_path), period, first_day)]
    assert [day in period for day in dates] == [True] * 5 + [False]


@pytest.mark.parametrize("sample", [one.id for one in SAMPLES])
def test_samples_name_who_holds_the_phone(sample: str) -> None:
    for which in range(3):
        files = make_sample(sample, MARDIANA, which, DAY, RULES)
        assert files != make_sample(sample, IRWAN, which, DAY, RULES)
        assert all(one.data and one.name for one in files)
