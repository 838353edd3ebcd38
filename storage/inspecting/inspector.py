"""One way in for every file: judge, refuse or clean, describe."""

from pathlib import Path

from storage.inspecting.findings import JPEG, MOST_BYTES, PDF, Inspected, Unusable, Why
from storage.inspecting.heifs import convert_heif
from storage.inspecting.kinds import HEIF, ZIP, judge
from storage.inspecting.office import inspect_office
from storage.inspecting.pdfs import inspect_pdf
from storage.inspecting.pictures import inspect_picture
from storage.inspecting.streams import sha256_of


def inspect(path: Path) -> Inspected:
    """Say what the file at `path` is and make it fit to keep.

    Photos lose their metadata without being coded anew; HEIC becomes JPEG. The bytes at `path`
    are then others, replaced at once. Raises `Unusable`; OSError where the disk fails.
    """
    size = path.stat().st_size
    if not size:
        raise Unusable(Why.EMPTY)
    if size > MOST_BYTES:
        raise Unusable(Why.TOO_LARGE, size=size)
    try:
        return _inspect(path)
    except Unusable as refusal:
        refusal.size = size
        raise


def _inspect(path: Path) -> Inspected:
    with path.open("rb") as file:
        kind = judge(file)
    original = sha256_of(path)
    if kind == PDF:
        return _document(path, original, PDF, pages=inspect_pdf(path))
    if kind == ZIP:
        return _document(path, original, inspect_office(path))
    if kind == HEIF:
        convert_heif(path)
        kind = JPEG
    picture = inspect_picture(path, kind)
    return Inspected(
        media_type=kind,
        original_sha256=original,
        sha256=sha256_of(path),
        size=path.stat().st_size,
        width=picture.width,
        height=picture.height,
        look=picture.look,
        complaints=picture.complaints,
    )


def _document(path: Path, sha256: str, media_type: str, pages: int = 0) -> Inspected:
    """Describe a document; its bytes are kept as they came."""
    return Inspected(media_type, sha256, sha256, path.stat().st_size, pages=pages)
