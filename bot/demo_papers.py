"""Papers as schools issue them, drawn for the demo: certificates, letters, reports.

All of it is made up. The same words always give the same bytes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zlib import crc32

import numpy as np
from fpdf import FPDF, Align, XPos, YPos
from PIL import Image

from bot.demo_photos import meeting, on_a_table
from bot.demo_sheets import INK, MADE_UP, PALE, SHORT, Colour, Sheet, as_photo
from conversations.invitation_sheets import FONT, FONTS
from conversations.words import Words

PLACE: Final = "Surian"
ISSUER: Final = ("PEMERINTAH DAERAH", "DINAS PENDIDIKAN", "SMP NEGERI 1 SURIAN")
ADDRESS: Final = "Jalan Pendidikan Nomor 1, Surian"
SEAL: Final = ("SMPN 1", "SURIAN")

CREAM: Final[Colour] = (253, 251, 244)
TINTS: Final[tuple[Colour, ...]] = ((24, 88, 120), (140, 46, 44), (34, 104, 66), (94, 62, 128))
GOLD: Final[Colour] = (188, 148, 62)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who took part in what, and as what. `design`, any number, gives colour and layout."""

    name: str
    part: str
    title: str
    host: str
    day: date
    number: str
    signed_by: str
    hours: int = 32
    design: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """A decree or a letter of assignment of the school, for one person."""

    heading: str
    number: str
    name: str
    duty: str
    day: date
    signed_by: str
    is_signed: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """A report on what was done: sections (heading and text), and a photo on the last page.

    A decree is set like one; it has no `name` of an author.
    """

    title: str
    name: str
    day: date
    sections: tuple[tuple[str, str], ...]
    caption: str
    signed_by: str


def in_words(day: date) -> str:
    """Give a day as letters have it: `4 Juli 2026`."""
    return Words("id").day(day).partition(", ")[2]


# ------------------------------------------------------------------------------- as JPEG


def certificate(words: Certificate) -> bytes:
    """Draw a certificate."""
    sheet = Sheet(landscape=True, paper=CREAM)
    tint = TINTS[words.design % len(TINTS)]
    _waves(sheet, tint, f"{words.name} {words.title} {words.number}")
    draw = _framed if words.design % 2 == 0 else _banded
    middle = draw(sheet, tint)
    _award(sheet, words, tint, middle)
    return as_photo(sheet.finished())


def letter(words: Letter) -> bytes:
    """Draw a letter."""
    return as_photo(_letter(words))


def photo_of_letter(words: Letter) -> bytes:
    """Draw a letter as somebody has photographed it: on a table, askew."""
    return as_photo(on_a_table(_letter(words), words.name))


def report(words: Report) -> tuple[bytes, bytes]:
    """Draw the two pages of a report."""
    return as_photo(_begin(words)), as_photo(_end(words))


# ------------------------------------------------------------------------------- certificates


def _waves(sheet: Sheet, tint: Colour, seed: str) -> None:
    """Print pale waves that are different on each certificate, as security printing is."""
    dice = np.random.default_rng(crc32(seed.encode()))
    across = np.linspace(0, sheet.width, 48)
    for strength in (0.05, 0.09, 0.13):
        pale = tuple(round(c + strength * (t - c)) for c, t in zip(CREAM, tint, strict=True))
        middle, swing = dice.uniform(0.15, 0.85) * sheet.height, dice.uniform(40, 110)
        bend = 2 * np.pi * (dice.uniform(0.6, 2.4) * across / sheet.width + dice.uniform())
        upper = (middle + swing * np.sin(bend)).tolist()
        lower = (middle + dice.uniform(50, 120) + swing * np.sin(bend + 0.6)).tolist()
        edge = [*zip(across, upper, strict=True), *reversed([*zip(across, lower, strict=True)])]
        sheet.shape(edge, (pale[0], pale[1], pale[2]))


def _framed(sheet: Sheet, tint: Colour) -> float:
    """Draw a border all round; give the middle of what is within."""
    right, bottom = sheet.width, sheet.height
    sheet.box((22, 22, right - 22, bottom - 30), outline=tint, width=11)
    sheet.box((42, 42, right - 42, bottom - 50), outline=GOLD, width=2)
    sheet.box((49, 49, right - 49, bottom - 57), outline=tint, width=1)
    for x in (42, right - 42):
        for y in (42, bottom - 50):
            sheet.disc((x, y), 19, fill=CREAM, outline=GOLD, width=2.5)
            sheet.disc((x, y), 9, fill=tint)
    return right / 2


def _banded(sheet: Sheet, tint: Colour) -> float:
    """Draw a band at the left with a ribbon; give the middle of the rest."""
    right, bottom = sheet.width, sheet.height
    sheet.box((0, 0, 190, bottom), fill=tint)
    sheet.box((198, 0, 205, bottom), fill=GOLD)
    sheet.box((225, 26, right - 26, bottom - 34), outline=tint, width=1.5)
    for x in (62, 98):
        sheet.rule([(x, 560), (x + 14, 680), (x + 28, 560)], GOLD, 14)
    sheet.disc((95, 520), 66, fill=GOLD)
    sheet.disc((95, 520), 52, fill=tint, outline=CREAM, width=3)
    sheet.text((95, 530), "GURU", 26, bold=True, colour=CREAM, anchor="ms")
    return (right + 205) / 2


def _award(sheet: Sheet, words: Certificate, tint: Colour, middle: float) -> None:
    """Write what the certificate says, around a middle."""

    def line(y: float, text: str, size: float, **more: Any) -> None:
        sheet.text((middle, y), text, size, anchor="ms", **more)

    line(122, words.host.upper(), 23, bold=True, colour=tint)
    line(216, "S E R T I F I K A T", 58, bold=True, colour=tint)
    line(256, f"Nomor: {words.number}", 19)
    line(318, "diberikan kepada", 21)
    line(382, words.name, 44, bold=True)
    sheet.rule([(middle - 300, 400), (middle + 300, 400)], GOLD, 2)
    line(444, "sebagai", 21)
    line(484, words.part.upper(), 27, bold=True, colour=tint)
    below = sheet.paragraph((middle - 400, 530), words.title, 25, 800, bold=True, centred=True)
    line(below + 2, f"yang dilaksanakan pada {in_words(words.day)}, {words.hours} JP", 21)
    _sign(sheet, (middle + 130, 712), "Ketua Panitia,", words.signed_by, words.day, gap=92)
    sheet.disc((middle - 300, 760), 58, fill=GOLD)
    sheet.disc((middle - 300, 760), 46, fill=CREAM, outline=tint, width=2)
    sheet.text((middle - 300, 752), str(words.hours), 34, bold=True, colour=tint, anchor="ms")
    sheet.text((middle - 300, 780), "JP", 20, bold=True, colour=tint, anchor="ms")


def _sign(
    sheet: Sheet, at: tuple[float, float], office: str, name: str, day: date, gap: float = 112
) -> None:
    """Sign at the foot of a paper; `gap` is the room for the signature."""
    x, y = at
    sheet.text((x, y), f"{PLACE}, {in_words(day)}", 19)
    sheet.text((x, y + 27), office, 19)
    sheet.signature((x + 30, y + gap - 18), name)
    sheet.text((x, y + gap + 24), name, 20, bold=True)
    sheet.rule([(x, y + gap + 30), (x + 220, y + gap + 30)], INK, 1)


# ------------------------------------------------------------------------------- letters

MARGIN: Final = 96
_LINE: Final = SHORT - 2 * MARGIN


def _letter(words: Letter) -> Image.Image:
    sheet = Sheet()
    y = _head(sheet)
    middle = sheet.width / 2
    sheet.text((middle, y + 62), words.heading.upper(), 26, bold=True, anchor="ms")
    sheet.rule([(middle - 190, y + 70), (middle + 190, y + 70)], INK, 1.5)
    sheet.text((middle, y + 98), f"Nomor: {words.number}", 19, anchor="ms")
    opening = (
        "Yang bertanda tangan di bawah ini, Kepala SMP Negeri 1 Surian, "
        "dengan ini memberi tugas kepada:"
    )
    y = sheet.paragraph((MARGIN, y + 158), opening, 20, _LINE, indent=48) + 18
    for label, said in (
        ("Nama", words.name),
        ("Unit kerja", "SMP Negeri 1 Surian"),
        ("Tugas", words.duty),
        ("Berlaku", f"mulai {in_words(words.day)} sampai akhir semester"),
    ):
        sheet.text((MARGIN + 48, y), label, 20)
        sheet.text((MARGIN + 180, y), ":", 20)
        y = sheet.paragraph((MARGIN + 198, y), said, 20, _LINE - 200, bold=label == "Nama") + 6
    for paragraph in (
        "Segala biaya yang timbul akibat surat ini dibebankan pada anggaran sekolah sesuai "
        "ketentuan yang berlaku. Yang bersangkutan menyusun laporan pelaksanaan tugas pada akhir "
        "semester dan menyampaikannya kepada kepala sekolah.",
        "Apabila di kemudian hari terdapat kekeliruan dalam surat ini, akan diadakan perbaikan "
        "sebagaimana mestinya.",
    ):
        y = sheet.paragraph((MARGIN, y + 20), paragraph, 20, _LINE, indent=48)
    _decide(sheet, y + 60, words)
    return sheet.finished()


def _head(sheet: Sheet) -> float:
    """Draw the school's head; give where it ends."""
    sheet.disc((MARGIN + 44, 110), 46, outline=TINTS[0], width=4)
    sheet.rule(
        [(MARGIN + 20, 122), (MARGIN + 44, 108), (MARGIN + 68, 122), (MARGIN + 68, 92),
         (MARGIN + 44, 80), (MARGIN + 20, 92), (MARGIN + 20, 122)], TINTS[0], 4,
    )  # fmt: skip
    sheet.rule([(MARGIN + 44, 82), (MARGIN + 44, 108)], TINTS[0], 3)
    middle = sheet.width / 2 + 40
    for at, (line, size) in enumerate(zip(ISSUER, (20, 22, 27), strict=True)):
        sheet.text((middle, 80 + 32 * at), line, size, bold=at > 0, anchor="ms")
    sheet.text((middle, 170), ADDRESS, 16, anchor="ms")
    sheet.rule([(MARGIN, 188), (sheet.width - MARGIN, 188)], INK, 3)
    sheet.rule([(MARGIN, 194), (sheet.width - MARGIN, 194)], INK, 1)
    return 194


def _decide(sheet: Sheet, y: float, words: Letter) -> None:
    if words.is_signed:
        _sign(sheet, (sheet.width - 360, y), "Kepala Sekolah,", words.signed_by, words.day)
        sheet.stamp((sheet.width - 380, y + 84), *SEAL)
        return
    x = sheet.width - 360
    sheet.text((x, y), f"{PLACE}, {in_words(words.day)}", 19)
    sheet.text((x, y + 27), "Kepala Sekolah,", 19)
    sheet.text((x, y + 136), words.signed_by, 20, bold=True)
    sheet.rule([(x, y + 142), (x + 220, y + 142)], INK, 1)


# ------------------------------------------------------------------------------- reports


ON_FIRST: Final = 2
"""So many sections stand on the first page."""


def _begin(words: Report) -> Image.Image:
    sheet = Sheet()
    middle = sheet.width / 2
    y = sheet.paragraph((MARGIN, 128), words.title.upper(), 26, _LINE, bold=True, centred=True)
    sheet.text((middle, y + 8), "SMP Negeri 1 Surian", 20, anchor="ms")
    sheet.rule([(MARGIN, y + 30), (sheet.width - MARGIN, y + 30)], INK, 2)
    y += 78
    for label, said in (("Disusun oleh", words.name), ("Tanggal", in_words(words.day))):
        sheet.text((MARGIN, y), label, 20)
        sheet.text((MARGIN + 150, y), f": {said}", 20)
        y += 32
    _tell(sheet, y + 34, words.sections[:ON_FIRST])
    sheet.text((middle, sheet.height - 58), "1", 17, anchor="ms")
    return sheet.finished()


def _end(words: Report) -> Image.Image:
    sheet = Sheet()
    y = _tell(sheet, 118, words.sections[ON_FIRST:])
    scene = meeting(words.title)
    left = (sheet.width - scene.width) / 2
    sheet.box((left - 5, y - 1, left + scene.width + 4, y + scene.height + 8), outline=PALE)
    sheet.picture(scene, (left, y + 4))
    y += scene.height + 38
    sheet.text((sheet.width / 2, y), words.caption, 17, anchor="ms")
    _sign(sheet, (MARGIN, y + 74), "Penyusun,", words.name, words.day)
    _sign(sheet, (sheet.width - 360, y + 74), "Kepala Sekolah,", words.signed_by, words.day)
    sheet.stamp((sheet.width - 380, y + 158), *SEAL)
    sheet.text((sheet.width / 2, sheet.height - 58), "2", 17, anchor="ms")
    return sheet.finished()


def _tell(sheet: Sheet, y: float, sections: tuple[tuple[str, str], ...]) -> float:
    for heading, text in sections:
        sheet.text((MARGIN, y), heading, 21, bold=True)
        y = sheet.paragraph((MARGIN, y + 38), text, 20, _LINE, indent=48) + 24
    return y


# ------------------------------------------------------------------------------- as PDF


def report_pdf(words: Report) -> bytes:
    """Set a report of two pages as a PDF, as a word processor would."""
    pdf = FPDF(format="A4")
    # Else the bytes would tell when they were made.
    pdf.set_creation_date(datetime.combine(words.day, time(9), UTC))
    pdf.set_title(words.title)
    # The letters come along: a reader without Times would take wider ones.
    pdf.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
    pdf.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
    pdf.set_margin(25)
    pdf.set_auto_page_break(False)
    by = f"Disusun oleh {words.name}" if words.name else ""
    head = (words.title.upper(), "SMP Negeri 1 Surian", by)
    _pdf_page(pdf, words.sections[:ON_FIRST], head)
    _pdf_page(pdf, words.sections[ON_FIRST:])
    for line in ("", f"{PLACE}, {in_words(words.day)}", "Kepala Sekolah,", "", words.signed_by):
        pdf.set_x(130)
        _pdf_line(pdf, line, 9)
    return bytes(pdf.output())


def _pdf_page(
    pdf: FPDF, sections: tuple[tuple[str, str], ...], head: tuple[str, ...] = ()
) -> None:
    pdf.add_page()
    pdf.set_font(FONT, "", 8)
    pdf.text(85, 289, MADE_UP)
    pdf.set_font(FONT, "B", 13)
    for line in head:
        _pdf_line(pdf, line, 8, Align.C)
    pdf.ln(4)
    for heading, text in sections:
        pdf.set_font(FONT, "B", 11)
        _pdf_line(pdf, heading, 9)
        pdf.set_font(FONT, "", 11)
        _pdf_line(pdf, text, 7, Align.J)
        pdf.ln(5)


def _pdf_line(pdf: FPDF, text: str, height: float, align: Align = Align.L) -> None:
    pdf.multi_cell(0, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
