"""The portfolio: everything in order, everything named, every page well set."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.papers.blocks import Drawing, Room
from conversations.papers.orders import (
    LeftOut,
    NotMade,
    PieceState,
    Points,
    PortfolioOrder,
    Refusal,
    Why,
)
from conversations.papers.portfolio import BOTTOM, TOP, make_portfolio, paginated
from tests.conversations.papers.samples import (
    BLUE,
    COVER,
    DOCX,
    GREEN,
    JPEG,
    PDF,
    RED,
    TEXTS,
    Desk,
    Drawer,
    Paper,
    a_chapter,
    a_locked_pdf,
    a_pdf,
    a_piece,
    a_plain,
    a_view,
    close,
    unheard,
)


def one_line(text: str) -> str:
    return " ".join(text.split())


async def test_the_cover_says_who_when_and_how_far(drawer: Drawer, desk: Desk) -> None:
    (made,) = await desk.portfolio(a_chapter(1, a_piece(1, drawer.photo(a_plain("red")))))
    assert made.name == made.path.name == "Portofolio.pdf"
    cover = one_line(Paper(made.path).texts[0])
    for said in (
        "Portofolio Bukti Kinerja",
        "Sekolah SMP Negeri 1 Cisarua",
        "Guru Siti Rahmawati, S.Pd.",
        "NIP 198703152010012003",
        "Periode Juli–Desember 2026",
        "Aturan PMM 2024",
        "64",
        "40",
        "24",
        "01 Pelatihan mandiri 1 dari 2 diterima Halaman 2",
        "Halaman 1 dari 2",
    ):
        assert said in cover


async def test_what_is_unknown_is_not_on_the_cover(desk: Desk) -> None:
    bare = COVER.model_copy(update={"nip": "", "points": None})
    (made,) = await desk.portfolio(cover=bare)
    cover = one_line(Paper(made.path).texts[0])
    assert "NIP" not in cover
    assert "Poin" not in cover


async def test_evidence_follows_in_order_each_with_its_caption(drawer: Drawer, desk: Desk) -> None:
    (made,) = await desk.portfolio(
        a_chapter(
            1,
            a_piece(1, drawer.photo(a_plain("red")), note="Sertifikat pertama"),
            a_piece(
                2,
                drawer.photo(a_plain("green")),
                drawer.photo(a_plain("blue")),
                state=PieceState.RETURNED,
                state_text="Dikembalikan: belum terbaca",
                dated=None,
            ),
        ),
        a_chapter(2, a_piece(3, drawer.put(a_pdf("satu", "dua"), PDF), kind="SK"), title="Wali"),
    )
    paper = Paper(made.path)
    assert made.pages == len(paper) == 6
    texts = [one_line(text) for text in paper.texts]
    assert "01 Pelatihan mandiri 1 dari 2 diterima" in texts[1]
    assert "Bukti 1 · Sertifikat · 12 Agu 2026" in texts[1]
    assert "Diterima oleh Rina Wati, 14 Agu 2026" in texts[1]
    assert "Catatan: Sertifikat pertama" in texts[1]
    assert "01 Pelatihan mandiri/01 Sertifikat 2026-08-12.jpg" in texts[1]
    assert "Bukti 2 · Sertifikat · tanpa tanggal" in texts[2]
    assert "Dikembalikan: belum terbaca" in texts[2]
    assert "Bukti 2 · Sertifikat · halaman 2 dari 2" in texts[3]
    assert "02 Wali" in texts[4]
    assert "Bukti 3 · SK" in texts[4]
    assert "Bukti 3 · SK · halaman 2 dari 2" in texts[5]
    for page, hue in ((1, RED), (2, GREEN), (3, BLUE)):
        assert close(paper.middle(page), hue)
    assert [len(paper.pictures(page)) for page in range(6)] == [0, 1, 1, 1, 1, 1]
    for number, text in enumerate(texts, start=1):
        assert text.endswith(f"Halaman {number} dari 6") or f"Halaman {number} dari 6" in text
    assert all("Siti Rahmawati, S.Pd. Juli–Desember 2026" in text for text in texts[1:])


async def test_pages_of_a_pdf_can_be_read(drawer: Drawer, desk: Desk) -> None:
    (made,) = await desk.portfolio(a_chapter(1, a_piece(1, drawer.put(a_pdf("SURAT"), PDF))))
    paper = Paper(made.path)
    assert [max(size) for size in paper.pictures(1)] == [pytest.approx(1450, abs=30)]
    assert np.asarray(paper.seen(1, 80).convert("L")).min() < 60


async def test_photos_are_brought_to_print_size(drawer: Drawer, desk: Desk) -> None:
    large = drawer.photo(a_view(3000, 4000))
    (made,) = await desk.portfolio(a_chapter(1, a_piece(1, large)))
    (size,) = Paper(made.path).pictures(1)
    assert size == (1040, 1387)
    assert made.path.stat().st_size < large.path.stat().st_size / 3


async def test_the_code_leads_to_the_original(drawer: Drawer, desk: Desk) -> None:
    link = "https://t.me/KawanKinerjaBot?start=bukti_AbCdEfGh"
    piece = a_piece(1, drawer.photo(a_plain("red")), find=link)
    (made,) = await desk.portfolio(a_chapter(1, piece))
    page = np.asarray(Paper(made.path).seen(1, 150))
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(page)
    assert text == link


async def test_documents_and_links_are_named(drawer: Drawer, desk: Desk) -> None:
    (made,) = await desk.portfolio(
        a_chapter(
            1,
            a_piece(1, drawer.put(b"PK", DOCX, "Laporan akhir.docx"), kind="Laporan"),
            a_piece(2, link="https://guru.id/artikel/17", kind="Artikel"),
            a_piece(3, kind="Lainnya"),
        )
    )
    text = one_line(Paper(made.path).texts[1])
    assert "Laporan akhir.docx" in text
    assert "01 Pelatihan mandiri/01 Laporan 2026-08-12.docx" in text
    assert "https://guru.id/artikel/17" in text
    assert "Bukti 3 · Lainnya" in text
    assert made.pages == 2
    assert made.left_out == ()


async def test_what_cannot_be_shown_is_named_and_stops_nothing(drawer: Drawer, desk: Desk) -> None:
    (made,) = await desk.portfolio(
        a_chapter(
            1,
            a_piece(1, drawer.lost(JPEG, "hilang.jpg")),
            a_piece(
                2,
                drawer.put(b"broken", JPEG, "rusak.jpg"),
                drawer.put(a_locked_pdf(), PDF, "terkunci.pdf"),
            ),
            a_piece(3, drawer.photo(a_plain("red"))),
        )
    )
    assert made.left_out == (
        LeftOut(name="hilang.jpg", why=Why.MISSING, number=1),
        LeftOut(name="rusak.jpg", why=Why.BROKEN, number=2),
        LeftOut(name="terkunci.pdf", why=Why.LOCKED, number=2),
    )
    paper = Paper(made.path)
    text = one_line(" ".join(paper.texts))
    assert "hilang.jpg Berkasnya tidak ditemukan." in text
    assert "rusak.jpg Berkasnya rusak" in text
    assert "terkunci.pdf PDF ini terkunci" in text
    assert close(paper.middle(len(paper) - 1), RED)


async def test_a_chapter_without_evidence_says_so(desk: Desk) -> None:
    (made,) = await desk.portfolio(a_chapter(1), a_chapter(2, title="Wali kelas"))
    paper = Paper(made.path)
    assert len(paper) == 2
    assert paper.texts[1].count("Belum ada bukti.") == 2


async def test_without_chapters_there_is_a_cover(desk: Desk) -> None:
    (made,) = await desk.portfolio()
    assert made.pages == len(Paper(made.path)) == 1


ODD = [
    "<b>Budi</b> & **Co**",
    "W" * 400,
    "عبد الله محمد",
    "李明 ᬩᬮᬶ",
    "🌸 Rina 👩\u200d🏫",
    "",
    "Ri\u200bna\u202eWati",
    "\x00\x1b(\\)",
    "kata " * 900,
]


async def test_odd_texts_do_no_harm(drawer: Drawer, desk: Desk) -> None:
    chapters = []
    for at, text in enumerate(ODD, start=1):
        files = (drawer.photo(a_plain("red")), drawer.lost(JPEG, text))
        words = dict.fromkeys(("kind", "state_text", "note", "link"), text)
        piece = a_piece(at, *files, find=text[:500], **words)
        chapters.append(a_chapter(at, piece, title=text).model_copy(update={"progress": text}))
    facts = ("school", "teacher", "nip", "period", "rule_set", "made")
    cover = COVER.model_copy(update=dict.fromkeys(facts, " ".join(ODD)))
    (made,) = await desk.portfolio(*chapters, cover=cover)
    paper = Paper(made.path)
    assert sum(len(paper.pictures(page)) for page in range(len(paper))) == len(ODD)
    assert len(made.left_out) == len(ODD)


async def test_progress_goes_forward_to_the_end(drawer: Drawer, desk: Desk) -> None:
    photo = drawer.photo(a_plain("red"))
    await desk.portfolio(
        a_chapter(1, *[a_piece(at, photo, drawer.put(a_pdf("a", "b"), PDF)) for at in (1, 2)])
    )
    assert desk.told == [(done, 7) for done in range(1, 7)]


# ---------------------------------------------------------------- parts


def in_order(order: PortfolioOrder, tmp_path: Path) -> list[Paper]:
    bench = tmp_path / "bench"
    bench.mkdir(exist_ok=True)
    made = make_portfolio(order, bench, unheard)
    assert all(one.path.stat().st_size <= order.most_bytes for one in made)
    names = (
        ["Portofolio.pdf"]
        if len(made) == 1
        else [f"Portofolio bagian {part} dari {len(made)}.pdf" for part in range(1, len(made) + 1)]
    )
    assert [one.name for one in made] == names
    papers = [Paper(one.path) for one in made]
    assert [one.pages for one in made] == [len(paper) for paper in papers]
    return papers


def test_parts_are_divided_between_pieces_and_each_is_complete(
    drawer: Drawer, tmp_path: Path
) -> None:
    chapters = [
        a_chapter(
            at,
            *[
                a_piece(3 * at + more, drawer.photo(a_view(500, 700, 3 * at + more)))
                for more in range(3)
            ],
            title=f"Kegiatan {at}",
        )
        for at in (1, 2, 3)
    ]
    order = PortfolioOrder(
        out=tmp_path,
        name="Portofolio",
        cover=COVER,
        chapters=tuple(chapters),
        texts=TEXTS,
        most_bytes=600_000,
    )
    papers = in_order(order, tmp_path)
    assert len(papers) > 1
    captions = [
        int(text.split("Bukti ")[1].split()[0])
        for paper in papers
        for text in paper.texts
        if "Bukti " in text and "Isi portofolio" not in text
    ]
    assert captions == list(range(3, 12))
    for number, paper in enumerate(papers, start=1):
        cover = one_line(paper.texts[0])
        assert "Siti Rahmawati" in cover
        assert f"bagian {number} dari {len(papers)}" in cover
        assert all(f"Kegiatan {at}" in cover for at in (1, 2, 3))
        assert f"Halaman {len(paper)} dari {len(paper)}" in paper.texts[-1]
        assert "Kegiatan" in paper.texts[1]


def test_a_piece_too_large_for_a_part_is_divided_between_its_pages(
    drawer: Drawer, tmp_path: Path
) -> None:
    photos = [drawer.photo(a_view(500, 700, at)) for at in range(8)]
    order = PortfolioOrder(
        out=tmp_path,
        name="Portofolio",
        cover=COVER,
        chapters=(a_chapter(1, a_piece(1, *photos)),),
        texts=TEXTS,
        most_bytes=500_000,
    )
    papers = in_order(order, tmp_path)
    text = one_line(" ".join(text for paper in papers for text in paper.texts))
    assert len(papers) > 1
    assert "(lanjutan)" in papers[1].texts[1]
    for page in range(2, 9):
        assert text.count(f"halaman {page} dari 8") == 1


def test_a_page_larger_than_the_limit_makes_no_portfolio(drawer: Drawer, tmp_path: Path) -> None:
    order = PortfolioOrder(
        out=tmp_path,
        name="Portofolio",
        cover=COVER,
        chapters=(a_chapter(1, a_piece(1, drawer.photo(a_view()))),),
        texts=TEXTS,
        most_bytes=200_000,
    )
    bench = tmp_path / "bench"
    bench.mkdir()
    with pytest.raises(NotMade) as refused:
        make_portfolio(order, bench, unheard)
    assert refused.value.reason is Refusal.TOO_LARGE


@settings(max_examples=12, deadline=None)
@given(
    shape=st.lists(st.lists(st.integers(1, 3), max_size=3), max_size=4),
    most=st.integers(330_000, 900_000),
)
def test_nothing_is_lost_or_doubled_between_parts(
    shape: list[list[int]], most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    drawer = Drawer(folder)
    number = 0
    chapters = []
    for at, pages in enumerate(shape, start=1):
        pieces = []
        for count in pages:
            number += 1
            photos = [drawer.photo(a_view(300, 400, at)) for at in range(count)]
            pieces.append(a_piece(number, *photos, kind=f"Jenis{number}x"))
        chapters.append(a_chapter(at, *pieces))
    order = PortfolioOrder(
        out=folder,
        name="Portofolio",
        cover=COVER,
        chapters=tuple(chapters),
        texts=TEXTS,
        most_bytes=most,
    )
    papers = in_order(order, folder)
    pictures = sum(len(paper.pictures(at)) for paper in papers for at in range(len(paper)))
    assert pictures == sum(sum(pages) for pages in shape)
    seen = [
        int(word.removeprefix("Jenis").removesuffix("x"))
        for paper in papers
        for text in paper.texts
        for word in text.split()
        if word.startswith("Jenis") and word.endswith("x")
    ]
    assert seen == sorted(seen)
    assert set(seen) == set(range(1, number + 1))


# ---------------------------------------------------------------- pages


@dataclass(frozen=True)
class Plank:
    """A block that only has a height."""

    height: float
    least: float

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Draw nothing."""


PLANKS = st.builds(
    lambda least, more: Plank(least + more, least), st.floats(1, 60), st.floats(0, 150)
)


@given(st.lists(st.lists(PLANKS, min_size=1, max_size=4), max_size=12))
def test_blocks_stay_together_within_the_page(groups: list[list[Plank]]) -> None:
    sheets = paginated(groups)
    assert [block for sheet in sheets for block, _ in sheet] == [
        block for group in groups for block in group
    ]
    pages = {id(block): at for at, sheet in enumerate(sheets) for block, _ in sheet}
    for group in groups:
        assert len({pages[id(block)] for block in group}) == 1
    for sheet in sheets:
        y = TOP
        for block, room in sheet:
            assert room.y == pytest.approx(y)
            assert block.least - 0.001 <= room.height <= block.height + 0.001
            y = room.y + room.height
        assert y <= BOTTOM + 0.001


def test_points_beyond_the_plan_draw_no_longer_bar(desk: Desk, tmp_path: Path) -> None:
    for points in (
        Points(planned=0, proven=5, accepted=5),
        Points(planned=5, proven=9, accepted=9),
    ):
        order = PortfolioOrder(
            out=tmp_path,
            name="Portofolio",
            cover=COVER.model_copy(update={"points": points}),
            chapters=(),
            texts=TEXTS,
        )
        (paper,) = in_order(order, tmp_path)
        assert len(paper) == 1
