"""Photos, scans and documents made for the tests, and what can be seen on finished papers."""

import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from fpdf import FPDF
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from conversations.papers.making import make
from conversations.papers.orders import (
    ArchiveOrder,
    Chapter,
    Cover,
    Made,
    Piece,
    PieceState,
    PmmOrder,
    Points,
    PortfolioOrder,
    SourceFile,
)
from conversations.papers.texts import paper_texts
from conversations.words import Words

TEXTS = paper_texts(Words("id"))
JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Corners = Sequence[tuple[float, float]]
SKEWED: Corners = ((260, 240), (1280, 330), (1330, 1720), (150, 1650))


# ---------------------------------------------------------------- pictures


def a_sheet(width: int = 1240, height: int = 1754) -> Image.Image:
    """A certificate: a frame, a title, small print and a stamp."""
    sheet = Image.new("RGB", (width, height), (252, 251, 247))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((50, 50, width - 50, height - 50), outline=(150, 110, 30), width=14)
    draw.text((width / 2, 200), "SERTIFIKAT", fill=(20, 40, 90), font_size=80, anchor="mm")
    for row in range((height - 600) // 60):
        text = f"Diberikan kepada Siti Rahmawati, S.Pd. nomor {row * 7919} tahun 2026"
        draw.text((140, 320 + 60 * row), text, fill=(25, 25, 25), font_size=30)
    draw.ellipse((width - 400, height - 380, width - 220, height - 200), outline="navy", width=8)
    return sheet


def a_table(width: int, height: int, colour: tuple[int, int, int], seed: int = 0) -> Image.Image:
    """What photos are taken on: a surface with grain."""
    random = np.random.default_rng(seed)
    coarse = random.normal(0, 14, (height // 8 + 1, width // 160 + 2))
    grain = Image.fromarray(coarse.astype(np.float32)).resize((width, height))
    surface = np.array(colour) + np.asarray(grain)[..., None]
    return Image.fromarray(surface.clip(0, 255).astype(np.uint8))


def a_photo(
    sheet: Image.Image,
    corners: Corners = SKEWED,
    *,
    size: tuple[int, int] = (1500, 2000),
    colour: tuple[int, int, int] = (120, 85, 55),
) -> Image.Image:
    """A photo of a sheet that lies on a table, taken from aside in uneven light."""
    width, height = size
    source = np.array([(0, 0), (sheet.width, 0), sheet.size, (0, sheet.height)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    paper = cv2.warpPerspective(np.asarray(sheet), matrix, size, flags=cv2.INTER_AREA)
    white = np.full((sheet.height, sheet.width), 255, np.uint8)
    mask = Image.fromarray(cv2.warpPerspective(white, matrix, size))
    table = a_table(width, height, colour)
    shadow = mask.filter(ImageFilter.GaussianBlur(20)).point(lambda value: value * 0.35)
    table.paste((20, 20, 20), (12, 12), shadow)
    table.paste(Image.fromarray(paper), mask=mask)
    light = 1 - 0.25 * np.linspace(0, 1, width)[None, :, None]
    noise = np.random.default_rng(1).normal(0, 5, (height, width, 1))
    seen = np.asarray(table.filter(ImageFilter.GaussianBlur(0.8))) * light + noise
    return Image.fromarray(seen.clip(0, 255).astype(np.uint8))


def seen_from(tilt: float, pan: float, size: tuple[int, int] = (1500, 2000)) -> Corners:
    """An A4 sheet as a phone sees it that is held at an angle, in degrees."""
    flat = np.array([(-0.5, -0.7071, 0), (0.5, -0.7071, 0), (0.5, 0.7071, 0), (-0.5, 0.7071, 0)])
    a, b = math.radians(tilt), math.radians(pan)
    around = np.array([[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]])
    aside = np.array([[math.cos(b), 0, math.sin(b)], [0, 1, 0], [-math.sin(b), 0, math.cos(b)]])
    turned = flat @ (around @ aside).T + (0, 0, 1.6)
    seen = turned[:, :2] / turned[:, 2:] * 0.78 * max(size) + np.array(size) / 2
    return [(float(x), float(y)) for x, y in seen]


def a_view(width: int = 900, height: int = 1200, seed: int = 0) -> Image.Image:
    """A photo without any sheet: soft shapes and grain, hard to compress."""
    random = np.random.default_rng(seed)
    coarse = random.integers(40, 220, (height // 40, width // 40, 3), dtype=np.uint8)
    soft = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    noisy = np.asarray(soft) + random.normal(0, 9, (height, width, 1))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def a_plain(colour: str, width: int = 600, height: int = 800) -> Image.Image:
    """A picture of one colour, to know it again."""
    return Image.new("RGB", (width, height), colour)


def jpeg(image: Image.Image, quality: int = 90, **options: Any) -> bytes:
    """The bytes of a JPEG."""
    return encoded(image, "JPEG", quality=quality, **options)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of a picture."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


# ---------------------------------------------------------------- documents


def a_pdf(*texts: str, lying: bool = False) -> bytes:
    """A PDF with a page for each text."""
    pdf = FPDF(orientation="landscape" if lying else "portrait")
    pdf.set_font("Helvetica", size=30)
    for text in texts:
        pdf.add_page()
        pdf.cell(text=text)
    return bytes(pdf.output())


def a_scan(*pages: Image.Image, quality: int = 95) -> bytes:
    """A PDF that is nothing but pictures."""
    pdf = FPDF(unit="pt", format="A4")
    for page in pages:
        pdf.add_page()
        pdf.image(io.BytesIO(jpeg(page, quality)), x=0, y=0, w=pdf.w, h=pdf.h)
    return bytes(pdf.output())


def a_locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_encryption(owner_password="kepala", user_password="guru")
    return bytes(pdf.output())


# ---------------------------------------------------------------- on disk


@dataclass
class Drawer:
    """Keeps files as the bot does: named by their content, without an ending."""

    folder: Path
    count: int = field(default=0)

    def put(self, data: bytes, media_type: str, name: str = "") -> SourceFile:
        """Put a file away."""
        self.count += 1
        path = self.folder / hashlib.sha256(data).hexdigest()
        path.write_bytes(data)
        return SourceFile(path=path, media_type=media_type, name=name or f"berkas {self.count}")

    def photo(self, image: Image.Image, name: str = "", quality: int = 90) -> SourceFile:
        """Put a JPEG away."""
        return self.put(jpeg(image, quality), JPEG, name)

    def lost(self, media_type: str = JPEG, name: str = "hilang") -> SourceFile:
        """A file that is not there."""
        return SourceFile(path=self.folder / ("0" * 64), media_type=media_type, name=name)


# ---------------------------------------------------------------- orders


def a_piece(number: int, *files: SourceFile, **changes: Any) -> Piece:
    """An accepted certificate."""
    values: dict[str, Any] = {
        "kind": "Sertifikat",
        "state": PieceState.ACCEPTED,
        "state_text": "Diterima oleh Rina Wati, 14 Agu 2026",
        "dated": date(2026, 8, 12),
    }
    return Piece(number=number, files=files, **(values | changes))


def a_chapter(number: int, *pieces: Piece, title: str = "Pelatihan mandiri") -> Chapter:
    """A planned item."""
    return Chapter(number=number, title=title, progress="1 dari 2 diterima", pieces=pieces)


COVER = Cover(
    school="SMP Negeri 1 Cisarua",
    teacher="Siti Rahmawati, S.Pd.",
    nip="198703152010012003",
    period="Juli–Desember 2026",
    rule_set="PMM 2024",
    points=Points(planned=64, proven=40, accepted=24),
    made="Senin, 30 November 2026",
)


@dataclass
class Desk:
    """Orders papers and takes what comes."""

    out: Path
    told: list[tuple[int, int]] = field(default_factory=list)

    async def pmm(self, *files: SourceFile, **changes: Any) -> Made:
        """Have one PDF for PMM made."""
        order = PmmOrder(out=self.out, name="Bukti", files=files, **changes)
        (made,) = await make(order, self._note)
        return made

    async def portfolio(self, *chapters: Chapter, **changes: Any) -> tuple[Made, ...]:
        """Have a portfolio made."""
        values = {"cover": COVER, "texts": TEXTS} | changes
        order = PortfolioOrder(out=self.out, name="Portofolio", chapters=chapters, **values)
        return await make(order, self._note)

    async def archive(self, *chapters: Chapter, **changes: Any) -> tuple[Made, ...]:
        """Have an archive made."""
        values = {"texts": TEXTS} | changes
        order = ArchiveOrder(out=self.out, name="Arsip", chapters=chapters, **values)
        return await make(order, self._note)

    def _note(self, done: int, of: int) -> None:
        self.told.append((done, of))


def unheard(done: int, of: int) -> None:
    """Take no notice of progress."""


# ---------------------------------------------------------------- looking at papers


class Paper:
    """A finished PDF, as somebody sees it."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        self._document = pdfium.PdfDocument(data)
        self.sizes = [self._document.get_page_size(at) for at in range(len(self._document))]
        self.texts = [page.get_textpage().get_text_range() for page in self._document]

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def lying(self) -> list[bool]:
        """Which pages are wider than tall."""
        return [width > height for width, height in self.sizes]

    def seen(self, page: int, dpi: int = 50) -> Image.Image:
        """A page as a picture."""
        bitmap = self._document[page].render(scale=dpi / 72, rev_byteorder=True)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        return picture

    def middle(self, page: int) -> tuple[int, ...]:
        """The colour in the middle of a page."""
        picture = self.seen(page, 20)
        colour = picture.getpixel((picture.width // 2, picture.height // 2))
        assert isinstance(colour, tuple)
        return colour

    def pictures(self, page: int) -> list[tuple[int, int]]:
        """The pictures on a page, in their own pixels."""
        images = self._document[page].get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE])
        return [image.get_px_size() for image in images]


def close(colour: tuple[int, ...], other: tuple[int, ...], by: int = 12) -> bool:
    """Whether two colours are nearly the same, as JPEG leaves them."""
    return all(abs(one - two) <= by for one, two in zip(colour, other, strict=True))


RED, GREEN, BLUE = (255, 0, 0), (0, 128, 0), (0, 0, 255)


def alike(picture: Image.Image, original: Image.Image) -> float:
    """How much of what is written on a sheet is seen on a picture of it: 1 is all."""
    size = (620, 877) if original.height >= original.width else (877, 620)
    both: list[NDArray[np.float64]] = [
        np.asarray(one.convert("L").resize(size, Image.Resampling.BOX), np.float64).ravel()
        for one in (picture, original)
    ]
    return float(np.corrcoef(both[0], both[1])[0, 1])
