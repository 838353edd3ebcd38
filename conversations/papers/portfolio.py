"""The portfolio: a cover, then every planned item with all its evidence.

`fpdf2` sets the words with the places of the pictures left free; PDFium then puts the pictures
there one after the other, straight from disk, so that a hundred photos take no more memory than
one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final

import pypdfium2 as pdfium

from conversations.papers.blocks import (
    LEFT,
    WIDTH,
    Block,
    Drawing,
    Heading,
    Landing,
    PictureBlock,
    Room,
    Words,
    caption,
    contents_row,
    fact_blocks,
    further_page,
    heading,
    link_notice,
    point_cards,
    title_block,
    unseen_notice,
)
from conversations.papers.gathering import Picture, Shown, Unseen, gather
from conversations.papers.names import part_name
from conversations.papers.orders import (
    LeftOut,
    Made,
    NotMade,
    PaperTexts,
    PortfolioOrder,
    Refusal,
    Why,
)
from conversations.papers.pdf_pages import PDF, POINTS_PER_INCH, place, save
from conversations.papers.pen import GREY, PAGE, Pen, Style
from conversations.papers.splitting import split
from conversations.papers.unfinished import publish
from storage.inspecting import ending_of

TOP: Final = 22.0
BOTTOM: Final = PAGE[1] - 17.0

_Sheet = list[tuple[Block, Room]]
"""A page: blocks, and where each of them goes."""
_POINTS: Final = POINTS_PER_INCH / 25.4
_FIXED_BYTES: Final = 150_000
"""What fonts and cover take, about; it is looked at again when the file is there."""
_PAGE_BYTES: Final = 5_000
"""What a page takes beside its picture, about."""


def make_portfolio(
    order: PortfolioOrder, bench: Path, on_progress: Callable[[int, int], None]
) -> tuple[Made, ...]:
    """Make the PDFs in the folder `bench` and publish them together in `order.out`.

    Raises NotMade when a single page is larger than the limit.
    """
    shown = gather(order.chapters, bench / "pictures", on_progress)
    room = order.most_bytes - _FIXED_BYTES
    while room > 0:
        parts = _divided(shown, room)
        if parts is None:
            break
        made = [_write(order, part, at, parts, bench) for at, part in enumerate(parts, start=1)]
        excess = max(one.path.stat().st_size for one in made) - order.most_bytes
        if excess <= 0:
            return tuple(
                one.model_copy(update={"path": publish(one.path, order.out)}) for one in made
            )
        room -= excess + _PAGE_BYTES
    raise NotMade(Refusal.TOO_LARGE, sum(len(one.pages) for one in shown))


def _divided(shown: Sequence[Shown], room: int) -> list[list[Shown]] | None:
    """Divide between pieces of evidence, within one only if it alone is too large."""
    units = [unit for one in shown for unit in _units(one, room)]
    sizes = [unit.bytes + _PAGE_BYTES * (1 + len(unit.pages)) for unit in units]
    if any(size > room for size in sizes):
        return None
    return [[units[at] for at in part] for part in split(sizes, room)] or [[]]


def _units(shown: Shown, room: int) -> Iterator[Shown]:
    if shown.bytes + _PAGE_BYTES * (1 + len(shown.pages)) <= room:
        yield shown
        return
    for at, page in enumerate(shown.pages, start=1):
        yield replace(shown, pages=(page,), first=at)


def _write(
    order: PortfolioOrder,
    part: Sequence[Shown],
    number: int,
    parts: Sequence[Sequence[Shown]],
    bench: Path,
) -> Made:
    name = part_name(order.name, ending_of(PDF), order.texts, number, len(parts))
    skeleton = bench / "words.pdf"
    pages, landings = _draw(order, part, number, parts, skeleton)
    with pdfium.PdfDocument(skeleton) as document:
        for at, group in groupby(landings, lambda landing: landing.page):
            page = document[at - 1]
            for landing in group:
                place(
                    document,
                    page,
                    landing.picture.jpeg,
                    (landing.x * _POINTS, (PAGE[1] - landing.y - landing.height) * _POINTS),
                    (landing.width * _POINTS, landing.height * _POINTS),
                )
            page.gen_content()
            page.close()
        save(document, bench / name)
    return Made(path=bench / name, name=name, pages=pages, left_out=tuple(_left_out(part)))


def _left_out(part: Sequence[Shown]) -> Iterator[LeftOut]:
    """Name what should have been shown; documents that cannot be are rightly only named."""
    for shown in part:
        for page in shown.pages:
            if isinstance(page, Unseen) and page.why is not Why.OFFICE:
                number = shown.piece.number if shown.piece else None
                yield LeftOut(name=page.original.file.name, why=page.why, number=number)


def _draw(
    order: PortfolioOrder,
    part: Sequence[Shown],
    number: int,
    parts: Sequence[Sequence[Shown]],
    target: Path,
) -> tuple[int, list[Landing]]:
    """Set all words of a part; return the number of pages and where the pictures belong."""
    texts = order.texts
    pen = Pen(texts.title, order.cover.teacher)
    again = {one.chapter.number for before in parts[: number - 1] for one in before}
    sheets = paginated(_front(pen, order, number, len(parts)))
    sheets += paginated(_body(pen, part, again, texts))
    drawing = Drawing(pen, texts, _chapter_pages(sheets), _chapter_parts(parts))
    for page, sheet in enumerate(sheets, start=1):
        pen.pdf.add_page()
        drawing.page = page
        _draw_margins(pen, order, page, len(sheets))
        for block, room in sheet:
            block.draw(drawing, room)
    pen.save(target)
    return len(sheets), drawing.landings


def _chapter_pages(sheets: Sequence[_Sheet]) -> dict[int, int]:
    """Tell on which page each chapter of this part begins, by the chapter's number."""
    return {
        block.chapter.number: page
        for page, sheet in reversed(list(enumerate(sheets, start=1)))
        for block, _ in sheet
        if isinstance(block, Heading)
    }


def _chapter_parts(parts: Sequence[Sequence[Shown]]) -> dict[int, int]:
    """Tell in which part each chapter begins, by the chapter's number."""
    return {
        shown.chapter.number: at
        for at, part in reversed(list(enumerate(parts, start=1)))
        for shown in part
    }


def _front(pen: Pen, order: PortfolioOrder, number: int, parts: int) -> Iterator[list[Block]]:
    """Give the cover and the contents, in groups that stay together."""
    cover, texts = order.cover, order.texts
    yield [title_block(pen, cover, texts, number, parts), *fact_blocks(pen, cover, texts)]
    if cover.points:
        yield [point_cards(pen, cover.points, texts)]
    title = Words(pen.lines(texts.contents, Style(13, bold=True), WIDTH, 1), before=4, after=2)
    rows: list[Block] = [contents_row(pen, chapter) for chapter in order.chapters]
    if rows:
        yield [title, rows[0]]
    yield from ([row] for row in rows[1:])


def _body(
    pen: Pen, part: Sequence[Shown], again: set[int], texts: PaperTexts
) -> Iterator[list[Block]]:
    """Give the evidence in groups that stay together: no heading without what it heads."""
    for number, group in groupby(part, lambda shown: shown.chapter.number):
        shown = list(group)
        above: list[Block] = [heading(pen, shown[0].chapter, texts, again=number in again)]
        for blocks in (blocks for one in shown for blocks in _pieces(pen, one, texts)):
            yield [*above, *blocks]
            above = []


def _pieces(pen: Pen, shown: Shown, texts: PaperTexts) -> Iterator[list[Block]]:
    """Give a piece of evidence, each of its pages with what stands above it."""
    piece = shown.piece
    if piece is None:
        yield [Words(pen.lines(texts.no_evidence, Style(10, GREY), WIDTH, 1), after=4)]
        return
    first: list[Block] = [caption(pen, shown, piece, texts)]
    if piece.link:
        first.append(link_notice(pen, piece.link, texts))
    if not shown.pages:
        yield first
    for at, page in enumerate(shown.pages, start=shown.first):
        above = first if at == 1 else [further_page(pen, shown, piece, at, texts)]
        yield [*above, _block(pen, page, texts)]


def _block(pen: Pen, page: Picture | Unseen, texts: PaperTexts) -> Block:
    if isinstance(page, Picture):
        return PictureBlock(page)
    return unseen_notice(pen, page, texts)


def paginated(groups: Iterable[Sequence[Block]]) -> list[_Sheet]:
    """Lay groups of blocks on pages from top to bottom; a group is never divided."""
    sheets: list[_Sheet] = []
    y = BOTTOM
    for group in groups:
        if not sheets or y + sum(block.least for block in group) > BOTTOM:
            sheets.append([])
            y = TOP
        # Pictures take what the words leave.
        spare = BOTTOM - y - sum(block.least for block in group)
        for block in group:
            height = block.least + max(min(spare, block.height - block.least), 0)
            spare -= height - block.least
            sheets[-1].append((block, Room(y, height)))
            y += height
    return sheets


def _draw_margins(pen: Pen, order: PortfolioOrder, page: int, pages: int) -> None:
    """Write who, when and the page number; the cover tells who and when by itself."""
    small = Style(8.5, GREY)
    if page > 1:
        half = WIDTH / 2 - 3
        pen.write(pen.lines(order.cover.teacher, small, half, 1), LEFT, 11, half)
        period = pen.lines(order.cover.period, small, half, 1)
        pen.write(period, LEFT + WIDTH - half, 11, half, "R")
        pen.rule(LEFT, 16.5, WIDTH)
    foot = order.texts.page_of.format(page=page, pages=pages)
    pen.write(pen.lines(foot, small, WIDTH, 1), LEFT, PAGE[1] - 12, WIDTH, "R")
    school = pen.lines(order.cover.school, small, WIDTH - 50, 1)
    pen.write(school, LEFT, PAGE[1] - 12, WIDTH - 50)
