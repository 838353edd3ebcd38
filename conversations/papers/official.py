"""Official papers: an SKP, a recap. Letterhead, tables that go on over pages, signatures, a code.

Nothing here knows what it prints: blocks are laid on pages from top to bottom, a table's head
comes again where the table goes on, and what belongs together is not torn apart.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Final

from conversations.papers.names import path_part
from conversations.papers.official_blocks import (
    Block,
    Flowing,
    Sheet,
    centred,
    heading_blocks,
    letterhead_block,
    notice_block,
    paragraph_blocks,
    signature_block,
    table_blocks,
)
from conversations.papers.official_orders import OfficialOrder, Section
from conversations.papers.orders import Coded, Made
from conversations.papers.pdf_pages import PDF
from conversations.papers.pen import ACCENT, GREY, Colour, Pen, Style
from conversations.papers.unfinished import publish
from storage.inspecting import ending_of, sha256_of

FIRST_TOP: Final = 12.0
TOP: Final = 22.0
FOOT: Final = 32.0
"""Millimetres at the foot of each page for the code and the page number."""

_WITH_SIGNATURES: Final = 3
"""So many of the last blocks go overleaf with the signatures."""

_QR: Final = 16.0
_SMALL: Final = Style(7.5, GREY)
_ACROSS: Final[Colour] = (236, 238, 240)
_RED: Final[Colour] = (183, 28, 28)

_Page = list[tuple[Block, float]]


def make_official(
    order: OfficialOrder, bench: Path, on_progress: Callable[[int, int], None]
) -> tuple[Made, ...]:
    """Make the PDF in the folder `bench` and publish it in `order.out`."""
    pen = Pen(order.title, order.author, lying=order.lying)
    pen.pdf.set_lang("id")
    pen.pdf.set_creation_date(order.made_at.astimezone(UTC))
    sheet = Sheet(pen.pdf.w, pen.pdf.h)
    pages = laid_out(list(flow_of(pen, sheet, order)), sheet.height - FOOT)
    for number, page in enumerate(pages, start=1):
        pen.pdf.add_page()
        _draw_margins(pen, sheet, order, number, len(pages))
        for block, y in page:
            block.draw(pen, y)
        on_progress(number, len(pages))
    name = path_part(order.name) + ending_of(PDF)
    pen.save(bench / name)
    coded = Coded(code=order.proof.code, sha256=sha256_of(bench / name), pages=len(pages))
    path = publish(bench / name, order.out)
    return (Made(path=path, name=name, pages=len(pages), coded=(coded,)),)


def flow_of(pen: Pen, sheet: Sheet, order: OfficialOrder) -> Iterator[Flowing]:
    """Give everything from top to bottom."""
    yield Flowing(letterhead_block(pen, sheet, order.letterhead))
    yield Flowing(centred(pen, sheet, order.title, Style(14, bold=True), before=4), together=True)
    yield Flowing(centred(pen, sheet, order.subtitle, Style(10.5), after=3))
    if order.draft:
        yield Flowing(notice_block(pen, sheet, f"{order.draft}. {order.draft_note}"))
    body = [one for section in order.sections for one in _section(pen, sheet, section)]
    # Signatures alone on a page could stand below anything.
    yield from (*body[:-_WITH_SIGNATURES], *(one.with_next() for one in body[-_WITH_SIGNATURES:]))
    yield Flowing(signature_block(pen, sheet, order.signatures))


def _section(pen: Pen, sheet: Sheet, section: Section) -> Iterator[Flowing]:
    if section.heading or section.note:
        yield from heading_blocks(pen, sheet, section.heading, section.note)
    if section.table is not None:
        yield from table_blocks(pen, sheet, section.table)
    for paragraph in section.paragraphs:
        yield from paragraph_blocks(pen, sheet, paragraph)
    if section.foot:
        yield Flowing(centred(pen, sheet, section.foot, _SMALL, before=1, align="L"))


def laid_out(flow: Sequence[Flowing], bottom: float) -> list[_Page]:
    """Lay blocks on pages; what is to stay together moves on together where a page can hold it."""
    pages: list[_Page] = [[]]
    y = FIRST_TOP

    def turn_for(one: Flowing) -> float:
        """Begin a new page; give where it goes on below a head that comes again."""
        pages.append([])
        if one.above is None:
            return TOP
        pages[-1].append((one.above, TOP))
        return TOP + one.above.height

    for group in _groups(flow):
        whole = sum(one.block.height for one in group)
        if pages[-1] and y + whole > bottom:
            y = turn_for(group[0])
        for one in group:
            if pages[-1] and y + one.block.height > bottom and y > TOP:
                y = turn_for(one)
            pages[-1].append((one.block, y))
            y += one.block.height
    return pages


def _groups(flow: Sequence[Flowing]) -> Iterator[list[Flowing]]:
    group: list[Flowing] = []
    for one in flow:
        group.append(one)
        if not one.together:
            yield group
            group = []
    if group:
        yield group


def _draw_margins(pen: Pen, sheet: Sheet, order: OfficialOrder, page: int, pages: int) -> None:
    """Write what stands on each page: what it is, the code, the page, and that it is a draft."""
    left, inner = sheet.left, sheet.inner
    if order.draft:
        pen.across(order.draft, 130, _ACROSS)
        tag = pen.lines(order.draft, Style(10, _RED, bold=True), 40, 1)
        pen.write(tag, left + inner - 40, 5, 40, "R")
    if page > 1:
        running = pen.lines(order.running, Style(8.5, GREY), inner - 30, 1)
        pen.write(running, left, 11, inner)
        pen.rule(left, 16.5, inner)
    y = sheet.height - FOOT + 3
    pen.rule(left, y, inner)
    if order.proof.link:
        # A phone reads the code only with white around it, four of its squares wide.
        pen.qr(order.proof.link, left, y + 3, _QR)
        pen.link(left, y + 3, _QR, _QR, order.proof.link)
    beside, right = left + (_QR + 4 if order.proof.link else 0), 62.0
    code = pen.lines(order.proof.text, Style(9.5, ACCENT, bold=True), inner - _QR - right, 1)
    at = pen.write(code, beside, y + 3, inner - _QR - right)
    hint = pen.lines(order.proof.hint, _SMALL, inner - _QR - right - 6, 3)
    pen.write(hint, beside, at + 0.8, inner - _QR - right - 6)
    number = pen.lines(order.page_of.format(page=page, pages=pages), Style(8.5, GREY), right, 1)
    at = pen.write(number, left + inner - right, y + 3, right, "R")
    pen.write(pen.lines(order.rules, _SMALL, right, 3), left + inner - right, at + 0.8, right, "R")
