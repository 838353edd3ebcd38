"""Documents as people send them, made for tests: pages, photos, PDFs, office documents."""

import io
import zipfile
from functools import lru_cache

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFilter, ImageFont

A4_AT_150_DPI = (1240, 1754)


@lru_cache(maxsize=64)
def page(text: str = "Sertifikat", *, size: tuple[int, int] = A4_AT_150_DPI) -> Image.Image:
    """A printed page: a heading and lines that all depend on the text, black on white."""
    image = Image.new("L", size, 250)
    draw = ImageDraw.Draw(image)
    width, height = size
    heading = ImageFont.load_default(size=width // 16)
    body = ImageFont.load_default(size=max(8, width // 45))
    draw.rectangle(
        (width // 20, height // 20, width * 19 // 20, height * 19 // 20), outline=40, width=6
    )
    draw.text((width // 8, height // 10), text[:30], fill=20, font=heading)
    for line in range(22):
        words = f"{line + 1}. {text} {hash_of(text, line)}"
        draw.text((width // 8, height // 4 + line * height // 34), words, fill=30, font=body)
    return image


def hash_of(text: str, line: int) -> str:
    """Words that differ from text to text and from line to line."""
    number = sum(ord(sign) * (at + 7) for at, sign in enumerate(text)) * 7919 + line * 104_729
    return " ".join(format(number * step % 1_000_003, "06d") for step in (1, 3, 7))


def photo(text: str = "Sertifikat", *, quality: int = 85) -> bytes:
    """A sharp photo of a page."""
    return jpeg(page(text), quality)


def blurred_photo(text: str = "Sertifikat") -> bytes:
    """A photo of a page that nobody can read."""
    return jpeg(page(text).filter(ImageFilter.GaussianBlur(12)))


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """An image as JPEG."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def jpeg_with_place(text: str = "Sertifikat") -> bytes:
    """A photo that says where it was taken."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "RAHASIA-LOKASI"
    exif.get_ifd(0x8825)[1] = "S"
    page(text).convert("RGB").save(file, "JPEG", exif=exif)
    return file.getvalue()


def heic(text: str = "Sertifikat") -> bytes:
    """A photo as iPhones take it."""
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(page(text).convert("RGB")).save(file, format="HEIF", quality=80)
    return file.getvalue()


def png(text: str = "Sertifikat") -> bytes:
    """A page as PNG."""
    file = io.BytesIO()
    page(text).save(file, "PNG")
    return file.getvalue()


def pdf(*texts: str) -> bytes:
    """A PDF with one page for each text."""
    document = FPDF(format="A4")
    document.set_font("Helvetica", size=24)
    for text in texts or ("Laporan",):
        document.add_page()
        document.cell(0, 20, text)
    return bytes(document.output())


def docx(text: str = "Laporan") -> bytes:
    """A Word document, as small as it can be."""
    types = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    rels = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("[Content_Types].xml", types)
        packed.writestr("_rels/.rels", rels)
        packed.writestr("word/document.xml", body)
    return file.getvalue()
