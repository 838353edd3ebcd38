"""Everything a portfolio shows, brought to print size one after the other and laid on disk."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from typing import Final

from conversations.papers.names import Original, originals
from conversations.papers.orders import Chapter, Piece, Why
from conversations.papers.pdf_pages import PDF, Slice, opened, rendered
from conversations.papers.pictures import PICTURES, Jpeg, NotUsable, as_jpeg, encode

PRINTED: Final = (1_040, 1_450)
"""The most pixels of a picture: 150 dots per inch where it fills a page within its margins."""
QUALITY: Final = 78


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of evidence as JPEG on disk; width and height in pixels."""

    jpeg: Slice
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Unseen:
    """A file that is named instead of shown."""

    why: Why
    original: Original


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence with all its pages, or some of them: they start at page `first`.

    A chapter without evidence has one of these without a piece.
    """

    chapter: Chapter
    piece: Piece | None
    originals: tuple[Original, ...] = ()
    pages: tuple[Picture | Unseen, ...] = ()
    first: int = 1
    of: int = 0

    @property
    def bytes(self) -> int:
        """How much its pictures take."""
        return sum(page.size for page in self.pages if isinstance(page, Picture))


def gather(
    chapters: Sequence[Chapter], spool: Path, on_progress: Callable[[int, int], None]
) -> list[Shown]:
    """Bring all evidence to print size, one page after the other, into the file `spool`."""
    every = list(originals(chapters))
    of = sum(_page_count(one) for one in every) + 1  # the last step is laying it out
    shown = []
    done = 0
    with spool.open("wb") as file:
        for chapter in chapters:
            if not chapter.pieces:
                shown.append(Shown(chapter, None))
            for piece in chapter.pieces:
                own = tuple(one for one in every if one.piece is piece)
                pages: list[Picture | Unseen] = []
                for page in _pages(own, file, spool):
                    pages.append(page)
                    done += 1
                    on_progress(min(done, of - 1), of)
                shown.append(Shown(chapter, piece, own, tuple(pages), of=len(pages)))
    return shown


def _page_count(one: Original) -> int:
    if one.file.media_type == PDF:
        with suppress(NotUsable), opened(one.file.path) as document:
            return len(document)
    return 1


def _pages(
    own: Sequence[Original], file: BufferedWriter, spool: Path
) -> Iterator[Picture | Unseen]:
    for one in own:
        try:
            for jpeg in _jpegs(one):
                start = file.tell()
                file.write(jpeg.data)
                part = Slice(spool, start, len(jpeg.data))
                yield Picture(part, len(jpeg.data), jpeg.width, jpeg.height)
        except NotUsable as trouble:
            yield Unseen(trouble.why, one)


def _jpegs(one: Original) -> Iterator[Jpeg]:
    """Give the pages of a file. Raises NotUsable, perhaps after some of them."""
    path = one.file.path
    if one.file.media_type == PDF:
        with opened(path) as document:
            for page in range(len(document)):
                yield encode(rendered(document, page, *PRINTED), QUALITY)
    elif one.file.media_type in PICTURES:
        yield as_jpeg(path, *PRINTED, QUALITY)
    else:
        raise NotUsable(Why.OFFICE if path.is_file() else Why.MISSING)
