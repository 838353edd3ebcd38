"""What follows the end of a picture: harmless leftovers of a phone, or a second file."""

import re
import zipfile
from typing import BinaryIO, Final

from storage.inspecting.findings import Unusable, Why
from storage.inspecting.streams import Span, first_match, read_at

_SECOND_FILES: Final = re.compile(
    rb"%PDF-|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x7fELF[\x01\x02][\x01\x02]\x01"
    rb"|This program (?:cannot|must) be run|<(?i:\?php|script|html|svg|!doctype html)"
)
_LONGEST: Final = 64
_PROGRAM_STARTS: Final = (b"MZ", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")


def refuse_second_file(file: BinaryIO, span: Span) -> None:
    """Raise `Unusable` (disguised) where bytes after a picture are a file of another kind.

    Cameras and phones append previews, videos and marks of their own; those may be dropped.
    """
    start = read_at(file, span.start, 4)
    if (
        start.startswith(_PROGRAM_STARTS)
        or first_match(file, span, _SECOND_FILES, _LONGEST)
        or is_also_zip(file)
    ):
        raise Unusable(Why.DISGUISED)


def is_also_zip(file: BinaryIO) -> bool:
    """Say whether the end of a file makes it a ZIP, whatever its start is."""
    return zipfile.is_zipfile(file)
