"""SKP and recap as papers: everything is there, on every page what belongs on each page."""

import io
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from conversations.papers.official import FOOT, TOP, flow_of, laid_out, make_official
from conversations.papers.official_blocks import Flowing, Sheet, TableRow
from conversations.papers.official_orders import OfficialOrder, Paragraph, Section
from conversations.papers.official_parts import proof
from conversations.papers.orders import ORDERS
from conversations.papers.pen import Pen
from storage.models import ReportStatus
from storage.rulesets import load_ruleset
from tests.conversations.papers.official_samples import (
    CODE,
    HOSTILE,
    LONG_NAME,
    RULES,
    WORDS,
    a_letterhead,
    a_recap,
    an_skp,
    decoded,
    some_facts,
    with_results,
)
from tests.conversations.papers.samples import Paper, unheard

A4 = (pytest.approx(595.28, abs=0.1), pytest.approx(841.89, abs=0.1))
GROUPED = "7K3M-9QXA-2BCD"


def one_line(text: str) -> str:
    return " ".join(text.split())


def made(order: OfficialOrder, folder: Path) -> Paper:
    bench = folder / "bench"
    bench.mkdir(exist_ok=True)
    order.out.mkdir(exist_ok=True)
    (paper,) = make_official(order, bench, unheard)
    assert list(order.out.iterdir()) == [paper.path]
    return Paper(paper.path)


def in_the_margins(paper: Paper, *, draft: bool) -> None:
    """Check what stands on each page."""
    for number, text in enumerate(map(one_line, paper.texts), start=1):
        assert f"Kode verifikasi: {GROUPED}" in text
        assert "kirim /cek dan kodenya kepada @KawanBot" in text
        assert f"Halaman {number} dari {len(paper)}" in text
        assert "versi" in text
        assert (text.count("DRAF") >= 2) is draft


def test_a_small_skp_tells_plan_realisation_and_who_signs(tmp_path: Path) -> None:
    paper = made(an_skp(tmp_path / "out", some_facts(1, 1)), tmp_path)
    assert paper.sizes[0] == A4
    text = one_line(" ".join(paper.texts))
    for said in (
        "SMP Negeri 1 Surian NPSN 10304567",
        "SASARAN KINERJA PEGAWAI (SKP) Periode Juli–Desember 2026",
        "Predikat kinerja belum disahkan",
        "Nama Rina Wati, S.Pd. Yusrizal, M.Pd.",
        "NIP 198703152010012012 197501012000031001",
        "Jabatan Guru Kepala Sekolah",
        "Rencana disetujui oleh Yusrizal, M.Pd., 14 Jul 2026",
        "A. Pengembangan diri",
        "B. Tugas tambahan",
        "C. Perilaku kerja",
        "Berorientasi Pelayanan • Ramah, cekatan, solutif, dan dapat diandalkan",
        "D. Praktik kinerja (observasi kelas) belum ada",
        "E. Laporan dan refleksi Laporan belum diajukan.",
        "F. Daftar bukti dukung",
        "30 November 2026 Pejabat penilai kinerja Kepala Sekolah",
        f"Aturan: PMM 2024, versi {RULES.version}",
    ):
        assert said in text
    in_the_margins(paper, draft=True)


def test_points_and_accepted_evidence_stand_beside_what_was_planned(tmp_path: Path) -> None:
    facts = some_facts(3, 2)
    text = one_line(" ".join(made(an_skp(tmp_path / "out", facts), tmp_path).texts))
    assert "Bukti 1: Sertifikat Topik, 2 Agu 2026" in text
    assert "1 dari 1" in text
    progress = facts.progress
    assert f"Jumlah {progress.planned_points} {progress.accepted_points}" in text
    # What waits is in the list, and is not told as done.
    assert "Bukti 2:" not in text
    assert "Menunggu diperiksa" in text


def test_eighteen_items_go_on_over_pages_below_the_same_head(tmp_path: Path) -> None:
    facts = some_facts(18, 3, letterhead=a_letterhead())
    paper = made(an_skp(tmp_path / "out", facts), tmp_path)
    texts = [one_line(text) for text in paper.texts]
    head = "Rencana hasil kerja Jumlah Poin Realisasi (bukti diterima) Terbukti Poin dicapai"
    assert head in texts[0]
    assert head in texts[1]
    assert "PEMERINTAH KABUPATEN SOLOK" in texts[0]
    assert "PEMERINTAH KABUPATEN SOLOK" not in texts[1]
    assert all("Rina Wati, S.Pd. · Juli–Desember 2026" in text for text in texts[1:])
    assert "* perkiraan" in texts[1]
    assert "Surian, 30 November 2026" in texts[-1]
    numbers = [one.number for each in facts.proven for one in each.pieces]
    assert len(numbers) == 60
    assert "Bukti 57:" in " ".join(texts)
    # Signatures never stand alone: what they are below of comes along.
    assert "Pembina ekstrakurikuler" in texts[-1]
    assert paper.pictures(0)[0] == (400, 400)
    in_the_margins(paper, draft=True)


def test_without_a_logo_the_lines_have_the_whole_width(tmp_path: Path) -> None:
    bare = made(an_skp(tmp_path / "a", some_facts(letterhead=a_letterhead(logo=False))), tmp_path)
    assert bare.pictures(0) == []
    assert "DINAS PENDIDIKAN PEMUDA DAN OLAHRAGA" in bare.texts[0]


@pytest.mark.parametrize("name", [LONG_NAME, HOSTILE, "ꦱꦶꦠꦶ 李娜 🎓", "W" * 120, "=1+1\x00\u202e"])
def test_no_name_breaks_a_paper(tmp_path: Path, name: str) -> None:
    paper = made(an_skp(tmp_path / "out", some_facts(2, 2, name=name)), tmp_path)
    assert len(paper) == 2
    if name == LONG_NAME:
        assert name in one_line(paper.texts[0])
        assert name in one_line(paper.texts[1])  # above the line to sign, in full
    if name == HOSTILE:
        assert "HYPERLINK" in paper.texts[0]
    # Nothing runs out of the page: the margins are as empty as below any other name.
    seen = paper.seen(0, 60).convert("L")
    right = seen.crop((seen.width - 30, 60, seen.width, seen.height - 80))
    assert np.asarray(right).min() > 200


def test_a_rated_skp_tells_the_whole_period_and_is_no_draft(tmp_path: Path) -> None:
    facts = with_results(some_facts(2, 2, letterhead=a_letterhead()))
    paper = made(an_skp(tmp_path / "out", facts), tmp_path)
    text = one_line(" ".join(paper.texts))
    for said in (
        "D. Praktik kinerja (observasi kelas)",
        "Indikator Keteraturan suasana kelas",
        "Pengamat Yusrizal, M.Pd.",
        "B. Observasi kinerja selesai 14 Sep 2026",
        "Hasil pengamatan",
        "Dilakukan dan efektif",
        "Murid aktif <b>",
        "E. Laporan dan refleksi",
        "sudah diterima kepala sekolah",
        "Pengembangan diri Saya belajar umpan balik",
        "(rekaman suara atau berkas)",
        "F. Penilaian kinerja",
        "Hasil kerja Di atas ekspektasi",
        "Predikat kinerja Baik *",
        "Umpan balik Terima kasih, pertahankan.",
        "Disahkan oleh Yusrizal, M.Pd., 20 Des 2026",
        "Tanggapan pegawai Terima kasih, Pak.",
        "G. Daftar bukti dukung",
    ):
        assert said in text, said
    assert "belum final" not in text
    in_the_margins(paper, draft=False)


def test_marks_that_are_not_signed_off_are_not_told(tmp_path: Path) -> None:
    facts = with_results(some_facts(1, 1), signed=False)
    text = one_line(" ".join(made(an_skp(tmp_path / "out", facts), tmp_path).texts))
    assert "Hasil pengamatan" not in text
    assert "Murid aktif" not in text


def test_a_report_that_is_being_written_is_not_told(tmp_path: Path) -> None:
    facts = with_results(some_facts(1, 1), report=ReportStatus.DRAFT)
    text = one_line(" ".join(made(an_skp(tmp_path / "out", facts), tmp_path).texts))
    assert "Laporan belum diajukan." in text
    assert "Saya belajar" not in text


def test_the_annual_scheme_has_no_points(tmp_path: Path) -> None:
    facts = some_facts(0, 0, rules=load_ruleset("ruang-gtk-2025"))
    text = one_line(" ".join(made(an_skp(tmp_path / "out", facts), tmp_path).texts))
    assert "Periode Januari–Desember 2026" in text
    assert "A. Pelaksanaan tugas pokok" in text
    assert "Dokumen akuntabilitas Tidak diunggah." in text
    assert "1 Kurikulum satuan pendidikan Yusrizal, M.Pd., 30 Nov 2026" in text
    assert "3 Surat tugas atau keputusan tugas tambahan guru belum dikonfirmasi" in text
    assert "Poin" not in text
    assert "belum ada" in text
    assert "Aturan: Ruang GTK 2025" in text


def test_long_words_of_a_teacher_are_printed_whole(tmp_path: Path) -> None:
    words = " ".join(f"kata{at}" for at in range(700)) + " 🙂 שלום " + "panjang" * 80
    section = Section(
        heading="F. Refleksi", paragraphs=(Paragraph(heading="Capaian", text=words),)
    )
    order = an_skp(tmp_path / "out", some_facts(1, 1))
    order = order.model_copy(update={"sections": (*order.sections, section)})
    paper = made(order, tmp_path)
    text = one_line(" ".join(paper.texts))
    assert all(f"kata{at}" in text for at in range(700))
    assert len(paper) >= 3
    in_the_margins(paper, draft=True)


def test_sixty_teachers_in_one_lying_table(tmp_path: Path) -> None:
    paper = made(a_recap(tmp_path / "out", 60, a_letterhead()), tmp_path)
    assert all(paper.lying)
    texts = [one_line(text) for text in paper.texts]
    head = (
        "Guru Rencana Poin rencana Poin terbukti Poin diterima Bukti diterima Bukti menunggu "
        "Bukti dikembalikan Observasi Laporan Predikat"
    )
    assert all(head in text for text in texts)
    assert "keadaan Senin, 30 November 2026, pukul 10.00 WIB" in texts[0]
    assert LONG_NAME in texts[0]
    assert "60 Guru 59 Fitriani" in " ".join(texts)
    assert "Jumlah: 60 guru 2400" in " ".join(texts)
    assert "Rencana: Belum mulai 10 · Menyusun 10 · Diajukan 10" in texts[-1]
    assert "Predikat: Belum dinilai 40 · Baik 20" in texts[-1]
    assert "3 dari 5 diterima Baik" in " ".join(texts)
    assert "Pejabat penilai kinerja" not in " ".join(texts)
    in_the_margins(paper, draft=False)


def test_a_school_without_teachers_has_a_recap_that_says_so(tmp_path: Path) -> None:
    paper = made(a_recap(tmp_path / "out", 0), tmp_path)
    assert len(paper) == 1
    assert "Belum ada guru yang terdaftar." in paper.texts[0]


def test_the_recap_of_a_scheme_without_points(tmp_path: Path) -> None:
    paper = made(a_recap(tmp_path / "out", 3, rules=load_ruleset("ruang-gtk-2025")), tmp_path)
    assert "Poin" not in paper.texts[0]
    assert "Bukti dikembalikan Dokumen Observasi" in one_line(paper.texts[0])


def test_the_code_on_paper_can_be_scanned_and_leads_to_the_bot(tmp_path: Path) -> None:
    paper = made(an_skp(tmp_path / "out", some_facts(1, 1)), tmp_path)
    for page in (0, 1):
        seen = np.asarray(paper.seen(page, 150))
        corner = seen[-seen.shape[0] // 9 :, : seen.shape[1] // 5]
        read, _points, _straight = cv2.QRCodeDetector().detectAndDecode(corner.copy())
        assert read == f"https://t.me/KawanBot?start=cek-{CODE}"


def test_the_same_order_makes_the_same_file(tmp_path: Path) -> None:
    """To the byte: whoever has the code has the paper, however often it is made."""
    found = set()
    for name in ("a", "b"):
        order = an_skp(tmp_path / name, some_facts(letterhead=a_letterhead()))
        (tmp_path / name).mkdir()
        (paper,) = make_official(order, tmp_path / name, unheard)
        found.add(paper.path.read_bytes())
        (coded,) = paper.coded
        assert coded.code == CODE
        assert coded.sha256 == sha256(paper.path.read_bytes()).hexdigest()
        assert coded.pages == paper.pages == 2
    assert len(found) == 1


def test_where_the_bot_has_no_name_the_code_is_told_in_words(tmp_path: Path) -> None:
    order = an_skp(tmp_path / "out", some_facts(1, 1))
    order = order.model_copy(update={"proof": proof(WORDS, "", CODE)})
    text = one_line(made(order, tmp_path).texts[0])
    assert f"Kode verifikasi: {GROUPED}" in text
    assert "kirim /cek dan kodenya kepada bot sekolah" in text
    assert "pindai" not in text


def test_sums_are_never_alone_overleaf(tmp_path: Path) -> None:
    """At least two of what they sum up stand above them, wherever the page ends."""
    beside = set()
    for teachers in range(1, 28):
        order = a_recap(tmp_path, teachers, a_letterhead())
        pen = Pen(order.title, order.author, lying=True)
        sheet = Sheet(pen.pdf.w, pen.pdf.h)
        for page in laid_out(list(flow_of(pen, sheet, order)), sheet.height - FOOT):
            rows = [
                "".join(block.cells[1].texts) for block, _ in page if isinstance(block, TableRow)
            ]
            if any(text.startswith("Jumlah:") for text in rows):
                assert rows[-1].startswith("Jumlah:")
                beside.add(len(rows) - 2)
                assert len(rows) - 2 >= min(2, teachers)
    assert 2 in beside


def test_an_order_travels_as_json(tmp_path: Path) -> None:
    order = an_skp(tmp_path, some_facts(letterhead=a_letterhead()))
    again = ORDERS.validate_json(order.model_dump_json())
    assert again == order
    assert Image.open(io.BytesIO(decoded(order.letterhead.logo))).size == (400, 400)
    assert CODE in order.proof.link
    assert RULES.short_title in order.rules


class Blank:
    """A block of a height."""

    def __init__(self, height: float) -> None:
        self.height = height

    def draw(self, pen: Pen, y: float) -> None:
        """Draw nothing."""


def test_a_group_that_no_page_can_hold_goes_on_overleaf() -> None:
    flow = [Flowing(Blank(40), together=True) for _ in range(20)]
    pages = laid_out(flow, 200)
    assert sum(len(page) for page in pages) == 20
    assert all(y + block.height <= 200 for page in pages for block, y in page)


def test_a_block_higher_than_a_page_gets_one_of_its_own() -> None:
    pages = laid_out([Flowing(Blank(10)), Flowing(Blank(500)), Flowing(Blank(10))], 200)
    assert [[y for _, y in page] for page in pages] == [[12.0], [TOP], [TOP]]
