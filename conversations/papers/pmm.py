"""One PDF for PMM: every page in order, readable, and not a byte above the limit.

Photos are straightened where the sheet is beyond doubt. Pages of PDFs are taken over as they are.
When the whole is too large, the quality goes down step by step: photos first, scanned pages with
them, other pages last.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import cv2
import pypdfium2 as pdfium

from conversations.papers.names import path_part
from conversations.papers.orders import (
    LeftOut,
    Made,
    NotMade,
    PmmOrder,
    Refusal,
    SourceFile,
    Why,
)
from conversations.papers.pdf_pages import (
    PDF,
    POINTS_PER_INCH,
    Slice,
    is_scan,
    opened,
    place,
    rendered,
    save,
    size_of,
    take_over,
)
from conversations.papers.pictures import (
    PICTURES,
    RESAMPLING,
    Jpeg,
    NotUsable,
    as_jpeg,
    encode,
    open_upright,
    upright_size,
)
from conversations.papers.sheets import brightened, find_sheet, straightened
from conversations.papers.unfinished import publish
from storage.inspecting import ending_of

A4_MM: Final = (210.0, 297.0)
MARGIN_MM: Final = 5.0
"""Around a photo that is no sheet; a sheet is its own page."""

_MM_PER_INCH: Final = 25.4
_OF_A4: Final = 0.03
"""How far a picture's shape may be from A4 to fill the page."""
_PHOTO: Final = (4_200, 4_200)
"""In how many pixels a sheet is cut out: A4 at 250 dots per inch on two thirds of a photo."""
_NEARLY_LOSSLESS: Final = 95
_PAGE_BYTES: Final = 400
"""What a page costs beside its picture."""


class Renewed(IntEnum):
    """Which pages of PDFs are drawn anew and compressed."""

    NONE = 0
    SCANS = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Step:
    """A quality: dots per inch on A4, and JPEG's own scale."""

    dpi: int
    quality: int
    renewed: Renewed


STEPS: Final = (
    Step(250, 85, Renewed.NONE),
    Step(230, 82, Renewed.NONE),
    Step(210, 79, Renewed.SCANS),
    Step(195, 76, Renewed.SCANS),
    Step(180, 73, Renewed.SCANS),
    Step(165, 70, Renewed.SCANS),
    Step(150, 67, Renewed.SCANS),
    Step(150, 60, Renewed.ALL),
    Step(130, 55, Renewed.ALL),
    Step(110, 50, Renewed.ALL),
)
"""From the best to the least that can still be read: small print needs 110 dots per inch."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A page to be. `page` counts from 0 in a PDF; a picture has none."""

    path: Path
    page: int | None = None
    scan: bool = False


def make_pmm(
    order: PmmOrder, bench: Path, on_progress: Callable[[int, int], None]
) -> tuple[Made, ...]:
    """Make the PDF in the folder `bench` and publish it in `order.out`.

    Raises NotMade when there is no page, or when the limit leaves too little for each page.
    """
    cv2.setNumThreads(1)
    gathered = _gather(order, bench, on_progress)
    if not gathered.leaves:
        raise NotMade(Refusal.NOTHING, left_out=gathered.left_out)
    name = path_part(order.name) + ending_of(PDF)
    half = len(order.files)
    binder = _Binder(
        gathered.leaves,
        bench,
        order.most_bytes,
        lambda done, of: on_progress(half + half * done // of, 2 * half),
    )
    for lowered, step in enumerate(STEPS):
        if binder.bind(step, bench / name):
            return (
                Made(
                    path=publish(bench / name, order.out),
                    name=name,
                    pages=len(gathered.leaves),
                    lowered=lowered,
                    left_out=gathered.left_out,
                ),
            )
    raise NotMade(Refusal.TOO_LARGE, len(gathered.leaves), gathered.left_out)


@dataclass(frozen=True, slots=True)
class _Gathered:
    leaves: tuple[_Leaf, ...]
    left_out: tuple[LeftOut, ...]


def _gather(order: PmmOrder, bench: Path, on_progress: Callable[[int, int], None]) -> _Gathered:
    """Look at every file once; photos of sheets are straightened on the way."""
    leaves: list[_Leaf] = []
    left_out: list[LeftOut] = []
    for at, file in enumerate(order.files):
        on_progress(at, 2 * len(order.files))  # putting them together is the second half
        try:
            leaves += _leaves(file, bench / f"{at}.jpg", straighten=order.straighten)
        except NotUsable as trouble:
            left_out.append(LeftOut(name=file.name, why=trouble.why))
    return _Gathered(tuple(leaves), tuple(left_out))


def _leaves(file: SourceFile, prepared: Path, *, straighten: bool) -> list[_Leaf]:
    """Give the pages of a file; a picture may be changed into `prepared`. Raises NotUsable."""
    if file.media_type == PDF:
        with opened(file.path) as document:
            return [
                _Leaf(file.path, page, is_scan(document, page)) for page in range(len(document))
            ]
    if file.media_type not in PICTURES:
        raise NotUsable(Why.OFFICE if file.path.is_file() else Why.MISSING)
    return [_Leaf(_prepared(file.path, prepared, straighten=straighten))]


def _prepared(path: Path, target: Path, *, straighten: bool) -> Path:
    """Write the sheet that a photo shows to `target`, or the photo where it is larger than needed.

    Otherwise the photo itself serves. Raises NotUsable.
    """
    picture = open_upright(path, *_PHOTO)
    longest = max(_box(STEPS[0].dpi, lying=False))
    corners = find_sheet(picture) if straighten else None
    if corners is not None:
        picture = brightened(straightened(picture, corners, longest, longest))
    elif max(picture.size) <= longest:
        return path
    else:
        picture.thumbnail((longest, longest), RESAMPLING)
    target.write_bytes(encode(picture, _NEARLY_LOSSLESS).data)
    return target


@dataclass(frozen=True, slots=True)
class _Placed:
    """A picture on a page; sizes and places in points, from the lower left corner."""

    jpeg: Slice
    page: tuple[float, float]
    corner: tuple[float, float]
    size: tuple[float, float]


class _Binder:
    """Puts the pages together, each time in a quality a step lower."""

    def __init__(
        self,
        leaves: Sequence[_Leaf],
        bench: Path,
        most_bytes: int,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._leaves = leaves
        self._spool = bench / "pictures"
        self._most = most_bytes
        self._on_progress = on_progress
        self._furthest = 0
        self._measured: dict[tuple[Path, tuple[int, ...]], int] = {}

    def bind(self, step: Step, target: Path) -> bool:
        """Write the whole in a quality, and say whether it keeps within the limit."""
        pictures = self._pictures(step)
        return pictures is not None and self._write(pictures, target) <= self._most

    def _pictures(self, step: Step) -> dict[int, _Placed] | None:
        """Compress what is not taken over, by place; None once it is clear that it is too much."""
        pictures: dict[int, _Placed] = {}
        with self._spool.open("wb") as spool:
            for at, leaf in enumerate(self._leaves):
                self._tell(at)
                made = self._compressed(leaf, step)
                if made is None:
                    continue
                jpeg, page = made
                part = Slice(self._spool, spool.tell(), len(jpeg.data))
                spool.write(jpeg.data)
                pictures[at] = _placed(part, jpeg, page)
                if spool.tell() > self._most:
                    return None
            size = spool.tell() + len(pictures) * _PAGE_BYTES
        return pictures if size + self._kept_bytes(pictures) <= self._most else None

    def _tell(self, done: int) -> None:
        """Tell how far it is; a step that starts anew does not run back."""
        self._furthest = max(self._furthest, done)
        self._on_progress(self._furthest, len(self._leaves))

    def _compressed(
        self, leaf: _Leaf, step: Step
    ) -> tuple[Jpeg, tuple[float, float] | None] | None:
        """Give a page as a picture, with its own page size if it has one; None to keep it."""
        if leaf.page is None:
            return as_jpeg(leaf.path, *_box_for(leaf.path, step.dpi), step.quality), None
        if step.renewed < (Renewed.SCANS if leaf.scan else Renewed.ALL):
            return None
        with opened(leaf.path) as document:
            page: tuple[float, float] = document.get_page_size(leaf.page)
            box = _box(step.dpi, lying=page[0] > page[1])
            jpeg = encode(rendered(document, leaf.page, *box), step.quality)
        return (jpeg, page) if len(jpeg.data) < self._share(leaf) else None

    def _share(self, leaf: _Leaf) -> float:
        """Give what a page costs when it is taken over; text pages share their fonts."""
        if leaf.scan:
            return self._measure(leaf.path, (leaf.page or 0,))
        alike = tuple(
            one.page or 0 for one in self._leaves if one.path == leaf.path and not one.scan
        )
        return self._measure(leaf.path, alike) / len(alike)

    def _kept_bytes(self, pictures: dict[int, _Placed]) -> int:
        kept: dict[Path, list[int]] = {}
        for at, leaf in enumerate(self._leaves):
            if at not in pictures and leaf.page is not None:
                kept.setdefault(leaf.path, []).append(leaf.page)
        return sum(self._measure(path, tuple(pages)) for path, pages in kept.items())

    def _measure(self, path: Path, pages: tuple[int, ...]) -> int:
        if (path, pages) not in self._measured:
            with opened(path) as document:
                self._measured[path, pages] = size_of(document, list(pages))
        return self._measured[path, pages]

    def _write(self, pictures: dict[int, _Placed], target: Path) -> int:
        with pdfium.PdfDocument.new() as whole:
            for path, run in groupby(
                range(len(self._leaves)),
                lambda at: None if at in pictures else self._leaves[at].path,
            ):
                if path is None:
                    for at in run:
                        _add(whole, pictures[at])
                else:
                    with opened(path) as document:
                        take_over(whole, document, [self._leaves[at].page or 0 for at in run])
            return save(whole, target)


def _add(whole: Any, picture: _Placed) -> None:
    page = whole.new_page(*picture.page)
    place(whole, page, picture.jpeg, picture.corner, picture.size)
    page.gen_content()
    page.close()


def _placed(part: Slice, jpeg: Jpeg, page: tuple[float, float] | None) -> _Placed:
    """Lay a picture on its own page, or in the middle of an A4 page that lies as it does."""
    if page is not None:
        return _Placed(part, page, (0.0, 0.0), page)
    width, height = A4_MM if jpeg.width <= jpeg.height else A4_MM[::-1]
    shape = jpeg.width / jpeg.height
    full = abs(shape / (width / height) - 1) <= _OF_A4
    margin = 0.0 if full else MARGIN_MM
    wide = min(width - 2 * margin, (height - 2 * margin) * shape)
    tall = wide / shape
    points = POINTS_PER_INCH / _MM_PER_INCH
    return _Placed(
        part,
        (width * points, height * points),
        ((width - wide) / 2 * points, (height - tall) / 2 * points),
        (wide * points, tall * points),
    )


def _box(dpi: int, *, lying: bool) -> tuple[int, int]:
    """Give A4 in pixels."""
    width, height = (round(side / _MM_PER_INCH * dpi) for side in A4_MM)
    return (height, width) if lying else (width, height)


def _box_for(path: Path, dpi: int) -> tuple[int, int]:
    width, height = upright_size(path)
    return _box(dpi, lying=width > height)
