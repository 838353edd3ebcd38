"""Invitations on paper: QR pictures, and sheets of cards to cut out and hand round.

Every word comes from the caller. What a card cannot hold is set smaller and, at the smallest
size, shortened; nothing ever runs out of its card.
"""

import io
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    import segno
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

QR_PIXELS: Final = 400
"""The least width of a QR picture."""
QUIET_ZONE: Final = 4
"""Empty modules around a QR code, as its standard asks."""

FONTS: Final = Path(__file__).parent / "fonts"
FONT: Final = "DejaVu"
COLUMNS: Final = 2
CARDS_PER_PAGE: Final = 8

# All lengths in millimetres, all type sizes in points.
_PAGE_WIDTH: Final = 210.0
_PAGE_HEIGHT: Final = 297.0
_MARGIN: Final = 8.0
_PADDING: Final = 4.0
_QR_SIZE: Final = 40.0
_GAP: Final = 4.0
_CARD_WIDTH: Final = (_PAGE_WIDTH - 2 * _MARGIN) / COLUMNS
_CARD_HEIGHT: Final = (_PAGE_HEIGHT - 2 * _MARGIN) / (CARDS_PER_PAGE // COLUMNS)
_LEADING: Final = 1.25 * 25.4 / 72
"""Millimetres from line to line for each point of type."""
_SMALLEST: Final = 6.0
"""The type size that can still be read."""
_ELLIPSIS: Final = "…"
_BOX: Final = "□"
_LEFT_OUT: Final = frozenset({"So", "Sk", "Cf", "Cc", "Cs", "Mn", "Me"})
"""Categories of signs that say nothing on paper when the font lacks them."""


@dataclass(frozen=True, slots=True)
class SheetInvitation:
    """One person's card: the name, the roles and the expiry in words, the personal link."""

    name: str
    roles_text: str
    link: str
    expires_text: str


@dataclass(frozen=True, slots=True)
class SheetTexts:
    """The words that are the same on every card.

    `title` names the document; `instruction` says in one or two lines what to do with the card.
    """

    title: str
    instruction: str


def qr_png(link: str) -> bytes:
    """Return a black and white PNG of a link as a QR code, at least QR_PIXELS wide."""
    code = _qr(link)
    modules = code.symbol_size(border=QUIET_ZONE)[0]
    return _png(code, scale=math.ceil(QR_PIXELS / modules))


def sheet_pdf(
    school_name: str, invitations: Sequence[SheetInvitation], texts: SheetTexts
) -> bytes:
    """Return a PDF on A4 with eight cards a page, in the order given.

    Emoji are left out; any other sign that the font lacks is printed as an empty box.
    Raises ValueError without invitations.
    """
    if not invitations:
        raise ValueError("a sheet needs at least one invitation")
    pdf = _document(texts.title)
    for place, invitation in enumerate(invitations):
        on_page = place % CARDS_PER_PAGE
        if on_page == 0:
            pdf.add_page()
            _draw_lines_to_cut(pdf)
        row, column = divmod(on_page, COLUMNS)
        left = _MARGIN + column * _CARD_WIDTH
        top = _MARGIN + row * _CARD_HEIGHT
        _draw_card(pdf, left, top, school_name, invitation, texts)
    return bytes(pdf.output())


def _qr(link: str) -> "segno.QRCode":
    import segno  # slow to import, and seldom needed

    return segno.make_qr(link, error="m")


def _png(code: "segno.QRCode", scale: int) -> bytes:
    file = io.BytesIO()
    code.save(file, kind="png", scale=scale, border=QUIET_ZONE)
    return file.getvalue()


def _document(title: str) -> "FPDF":
    """Return an empty document with its font."""
    from fpdf import FPDF  # slow to import, and seldom needed

    pdf = FPDF(orientation="portrait", unit="mm", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_title(title)
    pdf.set_lang("id")
    pdf.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
    pdf.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
    return pdf


def _draw_card(
    pdf: "FPDF",
    left: float,
    top: float,
    school_name: str,
    invitation: SheetInvitation,
    texts: SheetTexts,
) -> None:
    """Draw one card: the code on the left, the person beside it, what to do below."""
    x, y = left + _PADDING, top + _PADDING
    width = _CARD_WIDTH - 2 * _PADDING
    picture = _png(_qr(invitation.link), scale=6)
    pdf.image(io.BytesIO(picture), x=x, y=y, w=_QR_SIZE, h=_QR_SIZE)
    beside = x + _QR_SIZE + _GAP
    column = _Column(pdf, beside, y + 1, width - _QR_SIZE - _GAP, y + _QR_SIZE)
    column.write(school_name, size=9, lines=2)
    column.write(invitation.name, size=14, lines=4, bold=True, after=1)
    column.write(invitation.roles_text, size=9, lines=3)
    column.write(invitation.expires_text, size=8, lines=2)
    below = _Column(pdf, x, y + _QR_SIZE + 2, width, top + _CARD_HEIGHT - _PADDING)
    below.write(texts.instruction, size=10, lines=3, after=1)
    below.write_whole(invitation.link, size=9)


def _draw_lines_to_cut(pdf: "FPDF") -> None:
    """Draw dashed lines around all places of a page."""
    pdf.set_draw_color(150)
    pdf.set_line_width(0.2)
    pdf.set_dash_pattern(dash=1.5, gap=1.5)
    for column in range(COLUMNS + 1):
        x = _MARGIN + column * _CARD_WIDTH
        pdf.line(x, _MARGIN, x, _PAGE_HEIGHT - _MARGIN)
    for row in range(CARDS_PER_PAGE // COLUMNS + 1):
        y = _MARGIN + row * _CARD_HEIGHT
        pdf.line(_MARGIN, y, _PAGE_WIDTH - _MARGIN, y)
    pdf.set_dash_pattern()


@dataclass(slots=True)
class _Column:
    """A box on the page that is written from top to bottom and never left."""

    pdf: "FPDF"
    left: float
    top: float
    width: float
    bottom: float

    def write(
        self, text: str, *, size: float, lines: int, bold: bool = False, after: float = 0.7
    ) -> None:
        """Write a text in at most so many lines, as large as it fits, then leave some room.

        `size` is the largest type size in points.
        """
        text = printable(self.pdf, text)
        for points in _sizes(size):
            self.pdf.set_font(FONT, "B" if bold else "", points)
            wrapped = wrap(self.pdf, text, self.width)
            fitting = min(lines, self._lines_left(points))
            if len(wrapped) <= fitting:
                break
        for line in shorten(self.pdf, wrapped, fitting, self.width):
            self.pdf.set_xy(self.left, self.top)
            self.pdf.cell(self.width, points * _LEADING, in_print_order(line))
            self.top += points * _LEADING
        self.top += after

    def write_whole(self, text: str, *, size: float) -> None:
        """Write a text that must not be shortened: on one line if it can be read so."""
        self.pdf.set_font(FONT, "", _SMALLEST)
        one_line = len(wrap(self.pdf, text, self.width)) == 1
        self.write(text, size=size, lines=1 if one_line else self._lines_left(_SMALLEST))

    def _lines_left(self, points: float) -> int:
        return int((self.bottom - self.top) / (points * _LEADING))


def _sizes(largest: float) -> list[float]:
    """Return the type sizes to try, largest first, in half points."""
    return [largest - step / 2 for step in range(int((largest - _SMALLEST) * 2) + 1)]


def printable(pdf: "FPDF", text: str) -> str:
    """Return a text that the document's font can print: no emoji, a box for foreign signs."""
    known = cast("TTFFont", pdf.fonts[FONT.lower()]).cmap
    signs = [
        sign if ord(sign) in known or sign.isspace() else _BOX
        for sign in unicodedata.normalize("NFC", text)
        if ord(sign) in known or unicodedata.category(sign) not in _LEFT_OUT
    ]
    return re.sub(f"{_BOX}+", _BOX, "".join(signs))


def in_print_order(line: str) -> str:
    """Return a line as its signs follow on paper, left to right; Arabic runs the other way."""
    if not any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in line):
        return line
    from fpdf.bidi import BidiParagraph

    return str(BidiParagraph(line).get_reordered_string())


def wrap(pdf: "FPDF", text: str, width: float) -> list[str]:
    """Break a text into lines no wider than `width` in the document's present font.

    Breaks between words, and inside a word that is wider than a line.
    """
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if pdf.get_string_width(joined) <= width:
            lines[-1:] = [joined]
        else:
            lines += _pieces(pdf, word, width)
    return lines


def _pieces(pdf: "FPDF", word: str, width: float) -> list[str]:
    """Break a word into pieces no wider than `width`, each of at least one character."""
    pieces = [""]
    for sign in word:
        if pieces[-1] and pdf.get_string_width(pieces[-1] + sign) > width:
            pieces.append("")
        pieces[-1] += sign
    return pieces


def shorten(pdf: "FPDF", lines: Sequence[str], most: int, width: float) -> list[str]:
    """Keep the first lines; end with an ellipsis that still fits when any were dropped."""
    if len(lines) <= most:
        return list(lines)
    if most <= 0:
        return []
    last = lines[most - 1]
    while last and pdf.get_string_width(last + _ELLIPSIS) > width:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + _ELLIPSIS]
