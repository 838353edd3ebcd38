"""What a portfolio is built of: blocks that know their height and draw themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from conversations.papers.gathering import Picture, Shown, Unseen
from conversations.papers.orders import Chapter, Cover, PaperTexts, Piece, PieceState, Points
from conversations.papers.pen import (
    ACCENT,
    GREY,
    INK,
    PAGE,
    PALE,
    WHITE,
    Colour,
    Lines,
    Pen,
    Style,
)

LEFT: Final = 18.0
WIDTH: Final = PAGE[0] - 2 * LEFT
QR_SIZE: Final = 19.0

_MARKS: Final[Mapping[PieceState, Colour]] = {
    PieceState.ACCEPTED: (46, 125, 50),
    PieceState.WAITING: (230, 149, 0),
    PieceState.RETURNED: (198, 40, 40),
}
_TINT: Final[Colour] = (241, 245, 247)
_LEAST_OF_PICTURE: Final = 0.72
"""A picture may be drawn that much smaller than the page's width allows before it moves on."""
_WEB: Final = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a picture comes to lie on a page, in millimetres from the upper left corner."""

    page: int
    picture: Picture
    x: float
    y: float
    width: float
    height: float


class Room(NamedTuple):
    """Where a block is drawn: its upper edge, and the height it was given."""

    y: float
    height: float


@dataclass(slots=True)
class Drawing:
    """A document being drawn: what a block may want to know, and where pictures go."""

    pen: Pen
    texts: PaperTexts
    chapter_pages: Mapping[int, int]
    chapter_parts: Mapping[int, int]
    page: int = 0
    landings: list[Landing] = field(default_factory=list)


class Block(Protocol):
    """A part of a page. It needs at least `least` and makes use of at most `height`."""

    @property
    def height(self) -> float:
        """The height it would like to have."""

    @property
    def least(self) -> float:
        """The height it needs."""

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Draw itself into its room."""


@dataclass(frozen=True, slots=True)
class Title:
    """The top of the cover."""

    title: Lines
    below: Lines

    @property
    def height(self) -> float:
        """The height of the coloured field and the room below."""
        return self._field + 8

    least = height

    @property
    def _field(self) -> float:
        return self.title.height + self.below.height + 26

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Fill the top of the page from edge to edge."""
        pen = drawing.pen
        pen.box(0, 0, PAGE[0], room.y + self._field, ACCENT)
        y = pen.write(self.title, LEFT, room.y + 10, WIDTH)
        pen.write(self.below, LEFT, y + 3, WIDTH)


def title_block(pen: Pen, cover: Cover, texts: PaperTexts, part: int, parts: int) -> Title:
    """Set the title, the period and which part this is."""
    below = cover.period
    if parts > 1:
        below += f" · {texts.part_of.format(part=part, parts=parts)}"
    return Title(
        pen.lines(texts.title, Style(25, WHITE, bold=True), WIDTH, 2),
        pen.lines(below, Style(13, WHITE), WIDTH, 2),
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the cover: what it is, and its value."""

    label: Lines
    value: Lines

    @property
    def height(self) -> float:
        """The height of the longer of both."""
        return max(self.label.height, self.value.height) + 1.6

    least = height

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Write the label on the left, the value beside it."""
        drawing.pen.write(self.label, LEFT, room.y, 34)
        drawing.pen.write(self.value, LEFT + 36, room.y, WIDTH - 36)


def fact_blocks(pen: Pen, cover: Cover, texts: PaperTexts) -> list[Block]:
    """Set who and when; what is empty is left out."""
    facts = (
        (texts.school, cover.school),
        (texts.teacher, cover.teacher),
        (texts.nip, cover.nip),
        (texts.period, cover.period),
        (texts.rule_set, cover.rule_set),
        (texts.made, cover.made),
    )
    return [
        Fact(
            pen.lines(label, Style(11, GREY), 34, 2),
            pen.lines(value, Style(11, bold=value == cover.teacher), WIDTH - 36, 4),
        )
        for label, value in facts
        if value
    ]


@dataclass(frozen=True, slots=True)
class PointCards:
    """Three numbers beside each other, and a bar of what is accepted."""

    points: Points
    cards: tuple[tuple[Lines, Lines], ...]

    @property
    def height(self) -> float:
        """The height of the cards and the room around them."""
        return 38.0

    least = height

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Draw the cards from left to right, the bar below."""
        pen, gap, y = drawing.pen, 4.0, room.y + 6
        width = (WIDTH - gap * (len(self.cards) - 1)) / len(self.cards)
        for at, (label, number) in enumerate(self.cards):
            x = LEFT + at * (width + gap)
            pen.box(x, y, width, 20, _TINT)
            pen.write(number, x + 4, y + 2, width - 8)
            pen.write(label, x + 4, y + 13, width - 8)
        share = min(1.0, self.points.accepted / self.points.planned) if self.points.planned else 0
        pen.box(LEFT, y + 23, WIDTH, 2.4, PALE)
        pen.box(LEFT, y + 23, WIDTH * share, 2.4, _MARKS[PieceState.ACCEPTED])


def point_cards(pen: Pen, points: Points, texts: PaperTexts) -> PointCards:
    """Set the points planned, proven and accepted."""
    cards = (
        (texts.planned, points.planned, INK),
        (texts.proven, points.proven, INK),
        (texts.accepted, points.accepted, _MARKS[PieceState.ACCEPTED]),
    )
    return PointCards(
        points,
        tuple(
            (
                pen.lines(f"{texts.points} · {label}", Style(9, GREY), 48, 1),
                pen.lines(str(number), Style(22, colour, bold=True), 48, 1),
            )
            for label, number, colour in cards
        ),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """Some lines by themselves."""

    lines: Lines
    before: float = 0.0
    after: float = 0.0
    indent: float = 0.0

    @property
    def height(self) -> float:
        """The height of the lines and the room around them."""
        return self.before + self.lines.height + self.after

    least = height

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Write the lines."""
        width = WIDTH - self.indent
        drawing.pen.write(self.lines, LEFT + self.indent, room.y + self.before, width)


@dataclass(frozen=True, slots=True)
class ContentsRow:
    """A line of the contents, which can be tapped."""

    chapter: Chapter
    number: Lines
    title: Lines
    progress: Lines

    @property
    def height(self) -> float:
        """The height of the longest column."""
        return max(self.title.height, self.progress.height) + 2.6

    least = height

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Write number, title, progress and the page, or the part in which it is."""
        pen, number, (y, height) = drawing.pen, self.chapter.number, room
        pen.write(self.number, LEFT, y + 1, 9)
        pen.write(self.title, LEFT + 10, y + 1, 88)
        pen.write(self.progress, LEFT + 101, y + 1, 50)
        page = drawing.chapter_pages.get(number)
        if page is not None:
            where = f"{drawing.texts.page} {page}"
            pen.link(LEFT, y, WIDTH, height, page)
        else:
            where = drawing.texts.in_part.format(part=drawing.chapter_parts[number])
        pen.write(pen.lines(where, Style(9.5), 22, 1), LEFT + 152, y + 1, WIDTH - 152, "R")
        pen.rule(LEFT, y + height - 0.4, WIDTH)


def contents_row(pen: Pen, chapter: Chapter) -> ContentsRow:
    """Set a chapter for the contents."""
    return ContentsRow(
        chapter,
        pen.lines(f"{chapter.number:02}", Style(9.5, ACCENT, bold=True), 9, 1),
        pen.lines(chapter.title, Style(9.5), 88, 3),
        pen.lines(chapter.progress, Style(8.5, GREY), 50, 3),
    )


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a planned item."""

    chapter: Chapter
    number: Lines
    title: Lines
    progress: Lines

    @property
    def height(self) -> float:
        """The height of the lines, the rule and the room around them."""
        return 3 + max(9.5, self.title.height) + self.progress.height + 6

    least = height

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Write the number in a field, title and progress beside it, a rule below."""
        pen, (y, height) = drawing.pen, room
        pen.pdf.start_section(f"{self.chapter.number:02} {self.chapter.title}")
        pen.box(LEFT, y + 3, 12, 9, ACCENT)
        pen.write(self.number, LEFT, y + 4.2, 12, "C")
        pen.write(self.title, LEFT + 16, y + 4, WIDTH - 16)
        below = y + 3 + max(9.5, self.title.height + 1)
        pen.write(self.progress, LEFT + 16, below, WIDTH - 16)
        pen.rule(LEFT, y + height - 3, WIDTH, ACCENT)


def heading(pen: Pen, chapter: Chapter, texts: PaperTexts, *, again: bool) -> Heading:
    """Set the heading of a chapter, or of one that goes on from another part."""
    title = texts.continued.format(title=chapter.title) if again else chapter.title
    return Heading(
        chapter,
        pen.lines(f"{chapter.number:02}", Style(13, WHITE, bold=True), 12, 1),
        pen.lines(title, Style(14, bold=True), WIDTH - 16, 4),
        pen.lines(chapter.progress, Style(10, GREY), WIDTH - 16, 3),
    )


@dataclass(frozen=True, slots=True)
class Caption:
    """What a piece of evidence is, and how its original is found."""

    piece: Piece
    name: Lines
    state: Lines
    rest: tuple[Lines, ...]

    @property
    def height(self) -> float:
        """The height of the lines, or of the QR code beside them."""
        lines = self.name.height + self.state.height + sum(one.height for one in self.rest)
        return 2 + max(lines, QR_SIZE if self.piece.find else 0) + 3

    least = height

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Write the lines with a mark for the state; the QR code stands on the right."""
        pen = drawing.pen
        width = _caption_width(self.piece)
        y = room.y + 2
        at = pen.write(self.name, LEFT, y, width)
        mark = self.state.style.leading
        pen.dot(LEFT, at + mark * 0.22, mark * 0.6, _MARKS[self.piece.state])
        at = pen.write(self.state, LEFT + 4.5, at, width - 4.5)
        for lines in self.rest:
            at = pen.write(lines, LEFT, at, width)
        if self.piece.find:
            x = LEFT + WIDTH - QR_SIZE
            pen.qr(self.piece.find, x, y, QR_SIZE)
            if self.piece.find.startswith(_WEB):
                pen.link(x, y, QR_SIZE, QR_SIZE, self.piece.find)


def _caption_width(piece: Piece) -> float:
    return WIDTH - (QR_SIZE + 5 if piece.find else 0)


def caption(pen: Pen, shown: Shown, piece: Piece, texts: PaperTexts) -> Caption:
    """Set the caption of a piece: number, kind, date, state, note and the originals' names."""
    width = _caption_width(piece)
    name = " · ".join([texts.piece.format(number=piece.number), piece.kind, day(piece, texts)])
    small = Style(8, GREY)
    rest = []
    if piece.note:
        rest.append(pen.lines(f"{texts.note}: {piece.note}", Style(9.5), width, 6))
    names = [str(one.place) for one in shown.originals]
    if any(isinstance(page, Picture) for page in shown.pages):  # notices name it themselves
        more = f" … {names[-1]}" if len(names) > 1 else ""
        rest.append(pen.lines(f"{texts.original}: {names[0]}{more}", small, width, 3))
    return Caption(
        piece,
        pen.lines(name, Style(11, bold=True), width, 3),
        pen.lines(piece.state_text, Style(9.5), width - 4.5, 3),
        tuple(rest),
    )


def day(piece: Piece, texts: PaperTexts) -> str:
    """Tell the date on a piece as people say it: `12 Agu 2026`."""
    if piece.dated is None:
        return texts.undated
    return f"{piece.dated.day} {texts.months[piece.dated.month - 1]} {piece.dated.year}"


def further_page(pen: Pen, shown: Shown, piece: Piece, page: int, texts: PaperTexts) -> Words:
    """Set the line above a further page of a piece."""
    which = texts.piece_page.format(page=page, pages=shown.of)
    text = f"{texts.piece.format(number=piece.number)} · {piece.kind} · {which}"
    return Words(pen.lines(text, Style(10, bold=True), WIDTH, 2), before=2, after=2)


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """A page of evidence, as wide as the page allows."""

    picture: Picture

    @property
    def height(self) -> float:
        """The height at full width."""
        return WIDTH * self.picture.height / self.picture.width + 4

    @property
    def least(self) -> float:
        """The height at which it is still as good."""
        return self.height * _LEAST_OF_PICTURE

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Leave the place free for the picture, in a thin frame."""
        tall = room.height - 4
        wide = tall * self.picture.width / self.picture.height
        x = LEFT + (WIDTH - wide) / 2
        drawing.landings.append(Landing(drawing.page, self.picture, x, room.y, wide, tall))
        # The picture comes on top of it, so the line lies just outside.
        drawing.pen.frame(x - 0.15, room.y - 0.15, wide + 0.3, tall + 0.3)


@dataclass(frozen=True, slots=True)
class Notice:
    """A box that names what cannot be shown."""

    lines: tuple[Lines, ...]
    link: str = ""

    @property
    def height(self) -> float:
        """The height of the box and the room below."""
        return sum(one.height for one in self.lines) + 8 + 4

    least = height

    def draw(self, drawing: Drawing, room: Room) -> None:
        """Draw the box; a web address in it can be tapped."""
        pen, (y, height) = drawing.pen, room
        pen.box(LEFT, y, WIDTH, height - 4, _TINT)
        pen.box(LEFT, y, 1.2, height - 4, ACCENT)
        at = y + 4
        for lines in self.lines:
            at = pen.write(lines, LEFT + 6, at, WIDTH - 12)
        if self.link.startswith(_WEB):
            pen.link(LEFT, y, WIDTH, height - 4, self.link)


def link_notice(pen: Pen, link: str, texts: PaperTexts) -> Notice:
    """Set a link."""
    return Notice(
        (
            pen.lines(texts.link, Style(10, bold=True), WIDTH - 12, 1),
            pen.lines(link, Style(10, (5, 99, 193)), WIDTH - 12, 6),
        ),
        link,
    )


def unseen_notice(pen: Pen, unseen: Unseen, texts: PaperTexts) -> Notice:
    """Set why a file is not shown, its name, and where it lies in the archive."""
    original = unseen.original
    return Notice(
        (
            pen.lines(original.file.name, Style(11, bold=True), WIDTH - 12, 3),
            pen.lines(getattr(texts, f"box_{unseen.why}"), Style(10), WIDTH - 12, 3),
            pen.lines(f"{texts.original}: {original.place}", Style(9, GREY), WIDTH - 12, 3),
        )
    )
