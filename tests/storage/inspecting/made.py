"""Files for these tests, made on the spot: certificates, letters, and files of many kinds."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

import conversations

_FONTS = Path(conversations.__file__).parent / "fonts"
_WORDS = """
kegiatan guru sekolah peserta didik pembelajaran laporan hasil dengan pada yang untuk dalam surat
evaluasi kurikulum kelas materi pelaksanaan program tugas tambahan semester rapat undangan tahun
keputusan kepala dinas pendidikan kabupaten ajaran menimbang mengingat menetapkan
"""


@cache
def font(size: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "DejaVuSansCondensed-Bold.ttf" if bold else "DejaVuSansCondensed.ttf"
    return ImageFont.truetype(_FONTS / name, max(1, round(size)))


# ---------------------------------------------------------------- pictures


def certificate(
    name: str = "Rina Wati, S.Pd.",
    day: str = "12 Februari 2024",
    title: str = "Implementasi Kurikulum Merdeka",
    width: int = 1600,
) -> Image.Image:
    """A certificate of one template; only the words differ."""
    height, unit = round(width / 1.414), width / 1600
    sheet = Image.new("RGB", (width, height), (252, 250, 244))
    pen = ImageDraw.Draw(sheet)
    ink = (20, 50, 110)
    pen.rectangle(
        (30 * unit, 30 * unit, width - 30 * unit, height - 30 * unit),
        outline=ink,
        width=max(1, round(9 * unit)),
    )
    pen.ellipse((730 * unit, 80 * unit, 870 * unit, 220 * unit), fill=(220, 180, 40), outline=ink)
    lines = [
        (300, "SERTIFIKAT", 92, True),
        (445, "diberikan kepada", 32, False),
        (530, name, 66, True),
        (630, "sebagai peserta", 32, False),
        (700, title, 46, True),
        (760, f"pada {day} selama 32 jam pelajaran", 30, False),
        (1000, "Kepala Dinas Pendidikan", 28, False),
    ]
    for y, words, size, bold in lines:
        place = (width / 2, y * unit)
        pen.text(place, words, font=font(size * unit, bold=bold), fill=ink, anchor="mm")
    return sheet


def letter(seed: int = 1, width: int = 1240) -> Image.Image:
    """A page of text on A4."""
    choose = random.Random(seed)
    height, unit = round(width * 1.414), width / 1240
    sheet = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(sheet)
    for number in range(44):
        words = " ".join(choose.choices(_WORDS.split(), k=choose.randint(4, 10)))
        place = (110 * unit, (140 + number * 34) * unit)
        pen.text(place, words, font=font(26 * unit), fill=(20, 20, 20))
    return sheet


def crowd(seed: int = 1, width: int = 1280) -> Image.Image:
    """People before a wall, roughly: large even shapes of many colours and a few small ones."""
    choose = random.Random(seed)
    height, unit = round(width * 0.75), width / 1280
    scene = Image.new("RGB", (width, height), (196, 188, 170))
    pen = ImageDraw.Draw(scene)
    pen.rectangle((0, 700 * unit, width, height), fill=(120, 100, 80))
    for number in range(9):
        x, y = (60 + number * 135 + choose.uniform(-20, 20)), choose.uniform(380, 520)
        coat = tuple(choose.randint(30, 220) for _ in range(3))
        pen.ellipse(
            ((x - 60) * unit, (y + 60) * unit, (x + 60) * unit, (y + 420) * unit), fill=coat
        )
        pen.ellipse(
            ((x - 38) * unit, (y - 50) * unit, (x + 38) * unit, (y + 50) * unit),
            fill=(150 + choose.randint(-40, 40), 110, 85),
        )
        for eye in (-14, 14):
            pen.ellipse(
                ((x + eye - 4) * unit, (y - 8) * unit, (x + eye + 4) * unit, y * unit),
                fill=(20, 15, 15),
            )
    pen.text(
        (640 * unit, 120 * unit),
        "PELATIHAN GURU",
        font=font(60 * unit, bold=True),
        fill=(150, 20, 20),
        anchor="mm",
    )
    return scene


def coded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def heic(picture: Image.Image, **options: Any) -> bytes:
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, **options)
    return file.getvalue()


def as_telegram_sends(picture: Image.Image, edge: int = 1280, quality: int = 80) -> Image.Image:
    """Smaller and coded anew."""
    small = picture.convert("RGB")
    small.thumbnail((edge, edge), Image.Resampling.BICUBIC)
    return Image.open(io.BytesIO(coded(small, quality=quality)))


def telling_exif(orientation: int = 1) -> Image.Exif:
    """Where and with what a photo was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telepon Murah"
    exif[0x9286] = "rahasia"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "S", (1.0, 2.0, 3.0)
    place[3], place[4] = "E", (100.0, 40.0, 5.0)
    return exif


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head)


# ---------------------------------------------------------------- documents


def pdf(pages: int = 1, **encryption: Any) -> bytes:
    document = FPDF()
    for number in range(pages):
        document.add_page()
        document.set_font("Helvetica", size=12)
        document.cell(text=f"Laporan kegiatan, halaman {number + 1}")
    if encryption:
        document.set_encryption(**encryption)
    return bytes(document.output())


def plain_pdf(catalog: bytes = b"", objects: bytes = b"") -> bytes:
    """A PDF of one page written by hand, with more in its catalog and more objects."""
    body = (
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R" + catalog + b">>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>\nendobj\n" + objects
    )
    return body + b"trailer\n<</Root 1 0 R/Size 9>>\nstartxref\n0\n%%EOF\n"


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument"
MAIN = {
    "docx": ("word/document.xml", f"{_OFFICE}.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{_OFFICE}.spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{_OFFICE}.presentationml.presentation.main+xml"),
}


def content_types(part: str, main_type: str, more: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="{_PACKAGE}/'
        'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{main_type}"/>{more}</Types>'
    )


def relationships(*relations: tuple[str, str, str]) -> str:
    """Relations of a part: type, target, mode."""
    schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{schema}/{kind}" Target="{target}"'
        + (f' TargetMode="{mode}"' if mode else "")
        + "/>"
        for number, (kind, target, mode) in enumerate(relations)
    )
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">{inner}'
        "</Relationships>"
    )


def office(
    kind: str = "docx",
    more: Mapping[str, bytes | str] | None = None,
    types: str = "",
    main_type: str = "",
) -> bytes:
    """The least that is an office document, and more members."""
    part, usual = MAIN[kind]
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": content_types(part, main_type or usual, types),
        "_rels/.rels": relationships(("officeDocument", part, "")),
        part: "<?xml version='1.0'?><document>Laporan</document>",
        **(more or {}),
    }
    return zipped(members)


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def compound(*streams: str) -> bytes:
    """The look of an OLE file with streams of these names."""
    names = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1536, b"\0") + names.ljust(2048, b"\0")
