"""PDF: opens without a password, is whole, and is nothing but a document."""

import re
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final

from storage.inspecting.damage import damage_refused
from storage.inspecting.findings import Unusable, Why
from storage.inspecting.streams import all_matches, read_at, size_of
from storage.inspecting.trailers import is_also_zip

_pdfium = Lock()
"""PDFium may be used by one thread at a time."""

_TAIL: Final = 1024
"""The end mark must be in the last kilobyte, as readers demand it."""


def _name(plain: str) -> str:
    """Give a pattern for a name, any of whose letters may be written as #xx."""
    return "/" + "".join(f"(?:{each}|(?i:#{ord(each):02x}))" for each in plain)


_GAP: Final = r"[\s\0]{0,20}"
_VALUE: Final = rf"{_GAP}(?:[(<]|\d{{1,9}}\s\d{{1,5}}\sR)"
_ACTIONS: Final = (
    f"{_name('S')}{_GAP}(?:{_name('JavaScript')}|{_name('Launch')})",
    f"(?:{_name('JavaScript')}|{_name('JS')}|{_name('EF')}){_VALUE}",
    f"{_name('Type')}{_GAP}{_name('EmbeddedFile')}",
    f"{_name('RichMedia')}",
)
"""How a PDF says it: a title such as "HTML/CSS/JavaScript" says nothing of the kind."""
_TELLING: Final = re.compile(
    "|".join([rf">>{_GAP}stream(?=\r?\n)", "endstream", *_ACTIONS]).encode()
)
_LONGEST: Final = 128
_MOST_WORDS: Final = 500_000
"""Two for each stream: beyond that a file was made to keep its reader busy."""


def inspect_pdf(path: Path) -> int:
    """Say how many pages a PDF has. Raises `Unusable` (broken, encrypted, active, disguised)."""
    with path.open("rb") as file:
        if is_also_zip(file):
            raise Unusable(Why.DISGUISED, found="PDF")
        _refuse_cut_off(file)
        if _is_active(file):
            raise Unusable(Why.ACTIVE)
    return _pages(path)


def _refuse_cut_off(file: BinaryIO) -> None:
    size = size_of(file)
    tail = read_at(file, max(0, size - 16 * _TAIL), 16 * _TAIL).rstrip(b"\0\r\n\t \x1a")
    if b"%%EOF" not in tail[-_TAIL:]:
        raise Unusable(Why.BROKEN)


def _is_active(file: BinaryIO) -> bool:
    """Say whether the file names a script, a program or a file in it, outside of streams.

    Inside streams, which are compressed, the same letters are there by chance.
    """
    inside = False
    words = all_matches(file, range(size_of(file)), _TELLING, _LONGEST)
    for number, (_, word) in enumerate(words):
        if number > _MOST_WORDS:
            raise Unusable(Why.BOMB, found="PDF")
        if word.endswith(b"stream"):
            inside = not word.startswith(b"end")
        elif not inside:
            return True
    return False


def _pages(path: Path) -> int:
    import pypdfium2
    from pypdfium2 import raw

    with _pdfium, damage_refused():
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            locked = error.err_code == raw.FPDF_ERR_PASSWORD
            raise Unusable(Why.ENCRYPTED if locked else Why.BROKEN) from error
        with document:
            if document.count_attachments() or raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
                raise Unusable(Why.ACTIVE)
            pages = len(document)
            if not pages:
                raise Unusable(Why.BROKEN)
            document[0].close()
            return pages
