"""One PDF for PMM, through the worker: pages in order, readable, under the limit."""

import pytest

from conversations.papers.orders import LeftOut, NotMade, Refusal, Why
from conversations.papers.pmm import STEPS
from tests.conversations.papers.samples import (
    BLUE,
    DOCX,
    GREEN,
    JPEG,
    PDF,
    PNG,
    RED,
    WEBP,
    Desk,
    Drawer,
    Paper,
    a_locked_pdf,
    a_pdf,
    a_photo,
    a_plain,
    a_scan,
    a_sheet,
    a_view,
    alike,
    close,
    encoded,
    jpeg,
    seen_from,
)

A4 = pytest.approx((595.28, 841.89), abs=0.1)


async def test_pages_follow_each_other_as_given(drawer: Drawer, desk: Desk) -> None:
    made = await desk.pmm(
        drawer.photo(a_plain("red")),
        drawer.put(a_pdf("satu", "dua"), PDF),
        drawer.put(encoded(a_plain("green"), "PNG"), PNG),
        drawer.put(a_pdf("tiga"), PDF),
        drawer.put(encoded(a_plain("blue"), "WEBP"), WEBP),
    )
    paper = Paper(made.path)
    assert made.pages == len(paper) == 6
    assert [text.strip() for text in paper.texts] == ["", "satu", "dua", "", "tiga", ""]
    assert [close(paper.middle(at), hue) for at, hue in ((0, RED), (3, GREEN), (5, BLUE))] == [
        True
    ] * 3
    assert made.left_out == ()
    assert made.name == made.path.name == "Bukti.pdf"


async def test_pages_are_a4_and_lie_as_their_pictures_do(drawer: Drawer, desk: Desk) -> None:
    made = await desk.pmm(
        drawer.photo(a_plain("red", 800, 600)),
        drawer.photo(a_plain("red", 600, 800)),
        drawer.put(a_pdf("lebar", lying=True), PDF),
    )
    paper = Paper(made.path)
    assert paper.lying == [True, False, True]
    assert paper.sizes[1] == A4
    assert paper.sizes[0] == pytest.approx(paper.sizes[1][::-1])
    assert close(paper.middle(0), RED)


async def test_a_skewed_photo_becomes_a_straight_page(drawer: Drawer, desk: Desk) -> None:
    sheet = a_sheet()
    made = await desk.pmm(drawer.photo(a_photo(sheet, seen_from(18, 6))))
    paper = Paper(made.path)
    assert paper.sizes[0] == A4
    assert alike(paper.seen(0, 150), sheet) > 0.85


async def test_a_photo_is_left_alone_when_asked(drawer: Drawer, desk: Desk) -> None:
    photo = a_photo(a_sheet())
    straight = await desk.pmm(drawer.photo(photo))
    before = Paper(straight.path).pictures(0)
    as_taken = await desk.pmm(drawer.photo(photo), straighten=False)
    assert Paper(as_taken.path).pictures(0) == [photo.size] != before


async def test_a_photo_without_a_sheet_is_left_alone(drawer: Drawer, desk: Desk) -> None:
    view = a_view()
    made = await desk.pmm(drawer.photo(view, quality=70))
    assert Paper(made.path).pictures(0) == [view.size]


# ---------------------------------------------------------------- the limit


async def test_what_fits_is_of_the_best_quality(drawer: Drawer, desk: Desk) -> None:
    made = await desk.pmm(*[drawer.photo(a_view(seed=at)) for at in range(3)])
    assert made.lowered == 0
    assert 0 < made.path.stat().st_size <= 10_000_000


async def test_the_quality_is_lowered_no_further_than_needed(drawer: Drawer, desk: Desk) -> None:
    photos = [drawer.photo(a_view(1100, 1400, at), quality=95) for at in range(2)]
    most = (await desk.pmm(*photos)).path.stat().st_size
    just_fits = await desk.pmm(*photos, most_bytes=most)
    assert just_fits.lowered == 0
    step_lower = await desk.pmm(*photos, most_bytes=most - 1)
    assert step_lower.lowered == 1
    assert step_lower.path.stat().st_size < most
    far_lower = await desk.pmm(*photos, most_bytes=most // 3)
    assert 1 < far_lower.lowered < len(STEPS)
    assert most // 6 < far_lower.path.stat().st_size <= most // 3
    assert len(Paper(far_lower.path)) == 2


async def test_what_could_not_be_read_any_more_is_not_made(drawer: Drawer, desk: Desk) -> None:
    photos = [drawer.photo(a_view(seed=at)) for at in range(4)]
    with pytest.raises(NotMade) as refused:
        await desk.pmm(*photos, drawer.lost(), most_bytes=200_000)
    assert refused.value.reason is Refusal.TOO_LARGE
    assert refused.value.pages == 4
    assert [one.why for one in refused.value.left_out] == [Why.MISSING]
    assert list(desk.out.iterdir()) == []


async def test_pages_of_a_pdf_stay_as_they_are_while_they_fit(drawer: Drawer, desk: Desk) -> None:
    scan = a_scan(a_view(2000, 2600))
    made = await desk.pmm(drawer.put(scan, PDF))
    assert made.lowered == 0
    assert Paper(made.path).pictures(0) == [(2000, 2600)]
    assert abs(made.path.stat().st_size - len(scan)) < 5_000


async def test_scanned_pages_are_compressed_when_it_is_too_much(
    drawer: Drawer, desk: Desk
) -> None:
    scan = a_scan(a_view(2000, 2600), a_view(2000, 2600, 1))
    made = await desk.pmm(
        drawer.put(scan, PDF), drawer.put(a_pdf("surat"), PDF), most_bytes=len(scan) // 2
    )
    paper = Paper(made.path)
    assert made.lowered > 0
    assert made.path.stat().st_size <= len(scan) // 2
    assert paper.texts[2].strip() == "surat"
    assert paper.pictures(2) == []
    assert all(0 < width < 2000 for ((width, _),) in [paper.pictures(0), paper.pictures(1)])


async def test_photos_give_way_before_pages_with_text(drawer: Drawer, desk: Desk) -> None:
    text = a_pdf(*[f"halaman {number}" for number in range(20)])
    photo = jpeg(a_view(2000, 2600), 95)
    made = await desk.pmm(
        drawer.put(text, PDF), drawer.put(photo, JPEG), most_bytes=len(text) + len(photo) // 5
    )
    assert made.lowered > 0
    assert [text.strip() for text in Paper(made.path).texts[:20]] == [
        f"halaman {number}" for number in range(20)
    ]


# ---------------------------------------------------------------- what cannot be put in


async def test_what_cannot_be_put_in_is_named_and_stops_nothing(
    drawer: Drawer, desk: Desk
) -> None:
    made = await desk.pmm(
        drawer.photo(a_plain("red")),
        drawer.put(jpeg(a_view())[:5_000], JPEG, "rusak.jpg"),
        drawer.put(b"PK\x03\x04", DOCX, "laporan.docx"),
        drawer.lost(JPEG, "foto.jpg"),
        drawer.lost(PDF, "surat.pdf"),
        drawer.put(b"%PDF-1.7 no more", PDF, "rusak.pdf"),
        drawer.put(a_locked_pdf(), PDF, "terkunci.pdf"),
        drawer.photo(a_plain("blue")),
    )
    paper = Paper(made.path)
    assert [close(paper.middle(at), hue) for at, hue in ((0, RED), (1, BLUE))] == [True, True]
    assert made.left_out == (
        LeftOut(name="rusak.jpg", why=Why.BROKEN),
        LeftOut(name="laporan.docx", why=Why.OFFICE),
        LeftOut(name="foto.jpg", why=Why.MISSING),
        LeftOut(name="surat.pdf", why=Why.MISSING),
        LeftOut(name="rusak.pdf", why=Why.BROKEN),
        LeftOut(name="terkunci.pdf", why=Why.LOCKED),
    )


async def test_a_file_is_judged_by_what_it_is_said_to_be(drawer: Drawer, desk: Desk) -> None:
    """A PDF that came as a photo breaks nothing."""
    made = await desk.pmm(
        drawer.photo(a_plain("red")), drawer.put(a_pdf("satu"), JPEG), drawer.put(b"", PDF)
    )
    assert [one.why for one in made.left_out] == [Why.BROKEN, Why.BROKEN]


async def test_without_a_page_there_is_no_paper(drawer: Drawer, desk: Desk) -> None:
    for files in ([], [drawer.lost(), drawer.put(b"PK", DOCX)]):
        with pytest.raises(NotMade) as refused:
            await desk.pmm(*files)
        assert refused.value.reason is Refusal.NOTHING
        assert len(refused.value.left_out) == len(files)


async def test_a_visible_signature_stays_visible(drawer: Drawer, desk: Desk) -> None:
    made = await desk.pmm(drawer.put(a_signed_pdf(), PDF))
    assert close(Paper(made.path).middle(0), RED)


def a_signed_pdf() -> bytes:
    """A page whose signature field shows a red square."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Annots [4 0 R] >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (tanda) /Rect [50 50 250 250] /F 4"
        b" /AP << /N 5 0 R >> /P 3 0 R >>",
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 200] /Length 25 >>\n"
        b"stream\n1 0 0 rg 0 0 200 200 re f\nendstream",
    ]
    data = b"%PDF-1.5\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(places)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + table + end


async def test_progress_goes_forward_to_the_end(drawer: Drawer, desk: Desk) -> None:
    await desk.pmm(*[drawer.photo(a_view(seed=at)) for at in range(2)], most_bytes=300_000)
    done = [step for step, _ in desk.told]
    assert {of for _, of in desk.told} == {4}
    assert done == sorted(done)
    assert 0 == done[0] < done[-1] <= 4
