"""Pages of existing PDFs, and new pages with pictures. PDFium reads both from disk as needed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from conversations.papers.orders import Why
from conversations.papers.pictures import NotUsable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

PDF: Final = "application/pdf"
POINTS_PER_INCH: Final = 72

_SCANNED: Final = 0.5
"""The part of a page that a picture covers where the page is taken for a scan."""


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a PDF to read its pages. Raises NotUsable."""
    if not path.is_file():
        raise NotUsable(Why.MISSING)
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as trouble:
        locked = trouble.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        raise NotUsable(Why.LOCKED if locked else Why.BROKEN) from None
    with document:
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()  # or what is filled in, and visible signatures, stay unseen
        yield document


def rendered(document: Any, page: int, width: int, height: int) -> Image.Image:
    """Draw a page as large as it fits into a box of pixels. Raises NotUsable."""
    try:
        opened_page = document[page]
        wide, tall = opened_page.get_size()
        scale = min(width / wide, height / tall)
        bitmap = opened_page.render(scale=scale, rev_byteorder=True, limit_image_cache=True)
        picture: Image.Image = bitmap.to_pil().copy()
        bitmap.close()
        opened_page.close()
    except (pdfium.PdfiumError, ValueError, ZeroDivisionError):
        raise NotUsable(Why.BROKEN) from None
    return picture


def is_scan(document: Any, page: int) -> bool:
    """Whether a page is, in the main, a picture. Raises NotUsable for a page that is broken."""
    try:
        opened_page = document[page]
        left, bottom, right, top = opened_page.get_bbox()
        area = sum(
            max(0.0, min(right, bounds[2]) - max(left, bounds[0]))
            * max(0.0, min(top, bounds[3]) - max(bottom, bounds[1]))
            for image in opened_page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
            for bounds in [image.get_bounds()]
        )
        opened_page.close()
    except pdfium.PdfiumError:
        raise NotUsable(Why.BROKEN) from None
    return bool(area >= _SCANNED * (right - left) * (top - bottom))


def take_over(target: Any, document: Any, pages: list[int]) -> None:
    """Append pages of a document to another as they are, with what was filled in."""
    if document.formenv:
        for page in pages:
            opened_page = document[page]
            opened_page.flatten()
            opened_page.close()
    target.import_pages(document, pages)


def size_of(document: Any, pages: list[int]) -> int:
    """Return how many bytes some pages of a document take when they are taken over."""
    counted = _Counter()
    with pdfium.PdfDocument.new() as target:
        take_over(target, document, pages)
        target.save(counted)
    return counted.bytes


class _Counter:
    """Counts what is written."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: "ReadableBuffer") -> None:
        """Count."""
        self.bytes += memoryview(data).nbytes


class Slice(io.RawIOBase):
    """A part of a file, opened only while it is read: hundreds of pictures, no open files."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        super().__init__()
        self._path = path
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def seekable(self) -> bool:
        """Whether any place of it can be read: yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place within the part."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = min(max(origin + offset, 0), self._size)
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill a buffer as far as the part goes."""
        view = memoryview(buffer).cast("B")[: self._size - self._at]
        with self._path.open("rb") as file:
            file.seek(self._start + self._at)
            count = file.readinto(view)
        self._at += count
        return count


def place(
    document: Any,
    page: Any,
    jpeg: Slice,
    corner: tuple[float, float],
    size: tuple[float, float],
) -> None:
    """Put a JPEG on a page: its lower left corner, width and height, in points."""
    picture = pdfium.PdfImage.new(document)
    picture.load_jpeg(jpeg, inline=False)
    picture.set_matrix(pdfium.PdfMatrix().scale(*size).translate(*corner))
    page.insert_obj(picture)


def save(document: Any, path: Path) -> int:
    """Write a document and return its size in bytes. Raises OSError where there is no room."""
    with path.open("wb") as file:
        target = _Target(file)
        document.save(target)
    if target.trouble is not None:
        raise target.trouble
    return path.stat().st_size


class _Target:
    """Keeps the trouble of a full disk for us; PDFium could only say that something failed."""

    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file
        self.trouble: OSError | None = None

    def write(self, data: "ReadableBuffer") -> None:
        """Write on, or pass over what follows a failure."""
        if self.trouble is None:
            try:
                self._file.write(data)
            except OSError as trouble:
                self.trouble = trouble
