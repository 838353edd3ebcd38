"""Every button there is: what it means, packed into the 64 bytes that Telegram gives a button.

A packed button is a version digit, a short code and the fields, such as `1qt:2n:RHK-01:3`. The
meaning of a code never changes; a button that has to mean something else gets a new code. Anybody
can forge what is packed here, so nothing in it is trusted: operations authorise every tap.
"""

from dataclasses import fields
from typing import Any, ClassVar, Self, get_type_hints

VERSION = "1"
LONGEST = 64


class UnreadableButton(ValueError):
    """Not a button of this version: from an older one, or forged."""


class Button:
    """The base of all buttons; `code` is unique, fields are whole numbers or short words.

    `keeps_files`: pressing it does not end that files are awaited.
    """

    code: ClassVar[str]
    keeps_files: ClassVar[bool] = False
    _by_code: ClassVar[dict[str, type["Button"]]] = {}
    _kinds: ClassVar[tuple[type, ...] | None] = None

    def __init_subclass__(cls, code: str) -> None:
        if code in Button._by_code:
            raise TypeError(f"two buttons with the code {code!r}")
        cls.code = code
        Button._by_code[code] = cls

    def pack(self) -> str:
        """Give the button as text of 1–64 bytes."""
        values = [getattr(self, one.name) for one in fields(self)]  # type: ignore[arg-type]
        packed = ":".join([VERSION + self.code, *map(_packed, values)])
        if len(packed.encode()) > LONGEST:
            raise ValueError(f"a button of {len(packed.encode())} bytes: {packed}")
        return packed

    @classmethod
    def field_kinds(cls) -> tuple[type, ...]:
        """Give the types of the fields, in order."""
        if cls.__dict__.get("_kinds") is None:
            hints = get_type_hints(cls)
            cls._kinds = tuple(hints[one.name] for one in fields(cls))  # type: ignore[arg-type]
        return cls._kinds or ()

    @classmethod
    def _read(cls, values: list[str]) -> Self:
        kinds = cls.field_kinds()
        if len(kinds) != len(values):
            raise UnreadableButton
        return cls(*(_read(kind, value) for kind, value in zip(kinds, values, strict=True)))


def unpack(data: str) -> Button:
    """Read a packed button. Raises `UnreadableButton` for anything else."""
    head, *values = data.split(":")
    kind = Button._by_code.get(head[1:]) if head[:1] == VERSION else None
    if kind is None:
        raise UnreadableButton
    try:
        return kind._read(values)
    except ValueError as error:
        raise UnreadableButton from error


def is_readable(data: str) -> bool:
    """Whether a packed button can be read."""
    try:
        unpack(data)
    except UnreadableButton:
        return False
    return True


def keeps_files(data: str) -> bool:
    """Whether files that are awaited are still awaited after this packed button."""
    kind = Button._by_code.get(code_of(data))
    return kind is not None and kind.keeps_files


def code_of(data: str) -> str:
    """Give the code of a packed button, unread; empty when it is of another version."""
    head = data.partition(":")[0]
    return head[1:] if head[:1] == VERSION else ""


def _packed(value: Any) -> str:
    if isinstance(value, int):
        return _base36(value)
    if ":" in value:
        raise ValueError(f"a colon in a button's field: {value!r}")
    return str(value)


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _base36(number: int) -> str:
    if number < 0:
        return "-" + _base36(-number)
    head, last = divmod(number, 36)
    return (_base36(head) if head else "") + _DIGITS[last]


def _read(kind: type, value: str) -> int | str:
    if kind is not int:
        return value
    number = int(value, 36)
    if abs(number) >= 2**63:
        raise UnreadableButton
    return number
