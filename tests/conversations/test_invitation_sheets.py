"""Invitations on paper: readable codes, cards that hold what they are given."""

import io
import re

import pytest
import segno
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from conversations import invitation_sheets
from conversations.invitation_sheets import (
    FONT,
    FONTS,
    QR_PIXELS,
    QUIET_ZONE,
    SheetInvitation,
    SheetTexts,
    in_print_order,
    printable,
    qr_png,
    sheet_pdf,
    shorten,
    wrap,
)

LINK = "https://t.me/KawanKinerjaBot?start=AbCdEfGhIjKlMnOpQrStUv"
TEXTS = SheetTexts("Undangan", "Pindai kode ini dengan kamera HP, lalu tekan MULAI di Telegram.")


def invitation(name: str = "Rina Wati", **changes: str) -> SheetInvitation:
    values = {
        "name": name,
        "roles_text": "Guru",
        "link": LINK,
        "expires_text": "Berlaku sampai Senin, 12 Januari 2026",
    }
    return SheetInvitation(**values | changes)


def page_count(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\n", pdf))


@pytest.fixture(scope="module")
def document() -> FPDF:
    pdf = invitation_sheets._document("x")
    pdf.add_page()
    pdf.set_font(FONT, "", 9)
    return pdf


# ---------------------------------------------------------------- QR pictures


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def test_a_qr_picture_is_large_small_and_crisp() -> None:
    png = qr_png(LINK)
    image = picture(png)
    assert image.format == "PNG"
    assert image.mode == "1"
    assert image.width == image.height >= QR_PIXELS
    assert len(png) < 5_000


def test_a_qr_picture_shows_the_code_within_a_quiet_zone() -> None:
    image = picture(qr_png(LINK))
    code = segno.make_qr(LINK, error="m")
    scale = image.width // len(list(code.matrix_iter(border=QUIET_ZONE)))
    shown = [
        [not image.getpixel((x, y)) for x in range(scale // 2, image.width, scale)]
        for y in range(scale // 2, image.width, scale)
    ]
    assert shown == [[bool(dark) for dark in row] for row in code.matrix_iter(border=QUIET_ZONE)]


def test_the_same_link_gives_the_same_picture() -> None:
    assert qr_png(LINK) == qr_png(LINK)
    assert qr_png(LINK) != qr_png(LINK + "x")


def test_a_long_link_is_still_a_picture() -> None:
    assert picture(qr_png("https://t.me/" + "x" * 500)).width >= QR_PIXELS


# ---------------------------------------------------------------- sheets


@pytest.mark.parametrize(("people", "pages"), [(1, 1), (8, 1), (9, 2), (40, 5)])
def test_eight_cards_fill_a_page(people: int, pages: int) -> None:
    cards = [invitation(f"Guru {number}") for number in range(people)]
    pdf = sheet_pdf("SMPN 1 Surian", cards, TEXTS)
    assert pdf.startswith(b"%PDF")
    assert page_count(pdf) == pages


def test_a_sheet_needs_somebody() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sheet_pdf("SMPN 1 Surian", [], TEXTS)


ODD_NAMES = [
    "<b>Budi</b> & **Co** __x__",
    "W" * 100,
    "عبد الله محمد",
    "李明 ᬩᬮᬶ",
    "🌸 Rina 👩\u200d🏫",
    "🌸",
    "",
    "Ri\u200bna\u202eWati",
    "a\u0301" * 50,
    "\x00\x1b(\\)",
    "\ud800",
]


def test_odd_names_do_not_crash() -> None:
    cards = [invitation(name, roles_text=name, expires_text=name) for name in ODD_NAMES]
    assert page_count(sheet_pdf(" ".join(ODD_NAMES), cards, TEXTS)) == 2


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=120), st.text(max_size=60), st.text(max_size=300))
def test_no_text_crashes_a_sheet(name: str, roles: str, instruction: str) -> None:
    cards = [invitation(name, roles_text=roles)]
    assert page_count(sheet_pdf(name, cards, SheetTexts(roles, instruction))) == 1


class Written:
    """Notes where each line of text lands on the page."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.boxes: list[tuple[float, float, float, float, str]] = []
        write = FPDF.cell

        def cell(pdf: FPDF, width: float, height: float, text: str) -> bool:
            right = pdf.x + pdf.get_string_width(text)
            self.boxes.append((pdf.x, pdf.y, right, pdf.y + height, text))
            return write(pdf, width, height, text)

        monkeypatch.setattr(FPDF, "cell", cell)


LONG = "Kepala Sekolah, Guru, Pendamping, Operator " * 8
LONGEST_LINK = f"https://t.me/{'W' * 29}Bot?start={'W' * 22}"


@pytest.mark.parametrize("text", [LONG, "W" * 200, "Rina", " ".join(ODD_NAMES)])
def test_nothing_leaves_its_card(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Written(monkeypatch)
    card = invitation(text, roles_text=text, expires_text=text, link=LONGEST_LINK)
    sheet_pdf(text, [card] * 8, SheetTexts("x", text))
    width, height = invitation_sheets._CARD_WIDTH, invitation_sheets._CARD_HEIGHT
    for left, top, right, bottom, line in written.boxes:
        column, row = int((left - 8) / width), int((top - 8) / height)
        assert left >= 8 + column * width + 3, line
        assert right <= 8 + (column + 1) * width - 3, line
        assert bottom <= 8 + (row + 1) * height - 3, line
        if top < 8 + row * height + 42:
            assert left >= 8 + column * width + 44, f"{line} lies over the code"


@pytest.mark.parametrize("instruction", [TEXTS.instruction, LONG])
def test_the_link_is_never_shortened(instruction: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Written(monkeypatch)
    sheet_pdf("SMPN 1", [invitation(link=LONGEST_LINK)], SheetTexts("x", instruction))
    lines = "".join(box[4] for box in written.boxes)
    assert LONGEST_LINK in lines


def test_a_usual_link_stays_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    written = Written(monkeypatch)
    sheet_pdf("SMPN 1", [invitation()], TEXTS)
    assert LINK in [box[4] for box in written.boxes]


# ---------------------------------------------------------------- words on paper


def test_the_font_comes_with_its_licence() -> None:
    assert "Bitstream Vera" in (FONTS / "LICENSE.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Rina 🌸", "Rina "),
        ("李明 Rina", "□ Rina"),
        ("Jose\u0301", "José"),
        ("Nur’aini …", "Nur’aini …"),
        ("\x00\x1b", ""),
    ],
)
def test_what_the_font_lacks(text: str, printed: str, document: FPDF) -> None:
    assert printable(document, text) == printed


def test_arabic_runs_from_right_to_left() -> None:
    assert in_print_order("Rina & <b>") == "Rina & <b>"
    assert in_print_order("عبد") == "دبع"


@settings(max_examples=50, deadline=None)
@given(text=st.text("ab W…", max_size=80), width=st.floats(8, 60))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float, document: FPDF) -> None:
    lines = wrap(document, text, width)
    assert all(document.get_string_width(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_shortened_lines_end_with_an_ellipsis(document: FPDF) -> None:
    lines = ["Kepala Sekolah", "Guru", "Operator"]
    assert shorten(document, lines, 3, 50) == lines
    assert shorten(document, lines, 2, 50) == ["Kepala Sekolah", "Guru…"]
    assert shorten(document, lines, 0, 50) == []
    width = document.get_string_width("Kepala S…")
    assert shorten(document, lines, 1, width) == ["Kepala S…"]
