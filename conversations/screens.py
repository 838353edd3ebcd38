"""What a person gets to see: a text with rows of buttons, without Telegram's types."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from conversations.callbacks.packing import Button
from conversations.pictures.facts import Facts

LABEL_LENGTH = 18
"""Characters of somebody's own words on a button; beside them stand a number and signs."""


class Style(StrEnum):
    """The colour of a button; the words on it say the same."""

    NEXT = "primary"
    YES = "success"
    NO = "danger"


@dataclass(frozen=True, slots=True)
class Key:
    """One button. A `number` is shown in front of the label and may be typed instead.

    A key with a `link` opens it; one with `copies` puts the text on the clipboard.
    """

    label: str
    data: Button | None = None
    style: Style | None = None
    number: int | None = None
    link: str = ""
    copies: str = ""

    @property
    def text(self) -> str:
        """The label as it stands on the button."""
        return self.label if self.number is None else f"{self.number}. {self.label}"


Row = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file to be shown: by Telegram's name for it, or else from the disk if it is stored."""

    page_id: int
    telegram_id: str
    path: Path | None
    name: str
    is_photo: bool


@dataclass(frozen=True, slots=True)
class Media:
    """A file that Telegram has already, by Telegram's own name for it.

    `kind` is `photo`, `voice` or `document`.
    """

    kind: str
    telegram_id: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of facts: by Telegram's own name for it, or else drawn after the commit.

    `digest` names the facts; `telegram_id` is empty while Telegram has no picture of them.
    """

    facts: Facts
    digest: str
    telegram_id: str
    name: str
    school_id: int


@dataclass(frozen=True, slots=True)
class Screen:
    """A message with its buttons.

    `view` is the button that draws the screen again. `takes_number` says what a typed number
    means on this screen when it is not the number of a key; `takes_words` likewise of words, None
    for words that mean nothing here.

    With `exhibits` the text is their caption; where `protected`, they cannot be passed on.
    `below_exhibits` says that the text belongs to the exhibits in the message that was tapped.
    With `media` the text is the caption of that file. With a `picture` it is the caption of that;
    tapped below a picture, the next one takes its place.
    """

    text: str
    rows: tuple[Row, ...] = ()
    view: Button | None = None
    takes_number: Callable[[int], Button] | None = field(default=None, compare=False)
    takes_words: Callable[[str], Button | None] | None = field(default=None, compare=False)
    exhibits: tuple[Exhibit, ...] = ()
    protected: bool = False
    below_exhibits: bool = False
    media: Media | None = None
    picture: Picture | None = None

    @property
    def keys(self) -> list[Key]:
        """Every key, in reading order."""
        return [key for row in self.rows for key in row]


def in_rows(keys: list[Key], width: int = 2) -> tuple[Row, ...]:
    """Lay keys out, `width` to a row."""
    return tuple(tuple(keys[at : at + width]) for at in range(0, len(keys), width))


def numbered(keys: list[Key], first: int = 1) -> list[Key]:
    """Number keys from `first` on."""
    return [replace(key, number=number) for number, key in enumerate(keys, first)]


def short(text: str, length: int = LABEL_LENGTH) -> str:
    """Cut a text so that it fits on a button."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of many: the page's `items`, its `number` (from 0) and how many pages there are."""

    items: list[T]
    number: int
    pages: int
    first: int

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 0

    @property
    def has_next(self) -> bool:
        """Whether there is a page after."""
        return self.number + 1 < self.pages


def page_of(items: Sequence[T], number: int, size: int) -> Page[T]:
    """Cut one page out; a number beyond the ends gives the nearest page."""
    pages = max(1, -(-len(items) // size))
    number = min(max(number, 0), pages - 1)
    first = number * size
    return Page(list(items[first : first + size]), number, pages, first)


def pager(page: Page[T], to: Callable[[int], Button]) -> tuple[Row, ...]:
    """Give the row that turns pages, or none where there is only one."""
    if page.pages == 1:
        return ()
    row = []
    if page.has_previous:
        row.append(Key("‹", to(page.number - 1)))
    row.append(Key(f"{page.number + 1}/{page.pages}", to(page.number)))
    if page.has_next:
        row.append(Key("›", to(page.number + 1)))
    return (tuple(row),)
