"""Whatever bytes arrive, they are described or refused; nothing else is raised."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.inspecting import Unusable, inspect
from tests.storage.inspecting.made import (
    certificate,
    coded,
    compound,
    heic,
    office,
    pdf,
    telling_exif,
)

settings.register_profile(
    "files", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FILES = settings.get_profile("files")

KINDS = ["JPEG", "progressive", "PNG", "WEBP", "WEBP turned", "HEIC", "PDF", "DOCX", "XLSX", "OLE"]
STARTS = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\x40\0\0\0WEBP",
    b"\0\0\0\x18ftypheic",
    b"%PDF-",
]


@cache
def good(kind: str) -> bytes:
    picture = certificate(width=120)
    made: dict[str, Callable[[], bytes]] = {
        "JPEG": lambda: coded(picture, exif=telling_exif(6)),
        "progressive": lambda: coded(picture, progressive=True),
        "PNG": lambda: coded(picture, "PNG", exif=telling_exif()),
        "WEBP": lambda: coded(picture, "WEBP"),
        "WEBP turned": lambda: coded(picture, "WEBP", exif=telling_exif(6)),
        "HEIC": lambda: heic(picture),
        "PDF": pdf,
        "DOCX": lambda: office("docx", {"word/embeddings/a.xlsx": office("xlsx")}),
        "XLSX": lambda: office("xlsx"),
        "OLE": lambda: compound("WordDocument"),
    }
    return made[kind]()


def described_or_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        found = inspect(path)
    except Unusable:
        pass
    else:
        assert found.size == path.stat().st_size
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", KINDS)
def test_the_undamaged_files_are_good(path: Path, kind: str) -> None:
    described_or_refused(path, good(kind))


@settings(FILES)
@given(st.binary(max_size=600))
def test_any_bytes_are_described_or_refused(path: Path, content: bytes) -> None:
    described_or_refused(path, content)


@settings(FILES)
@given(st.sampled_from(STARTS), st.binary(max_size=600))
def test_any_bytes_after_a_good_start_are_described_or_refused(
    path: Path, start: bytes, content: bytes
) -> None:
    described_or_refused(path, start + content)


@settings(FILES, max_examples=150)
@given(st.sampled_from(KINDS), st.data())
def test_any_change_to_a_good_file_is_described_or_refused(
    path: Path, kind: str, data: st.DataObject
) -> None:
    content = bytearray(good(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([0, 1, 2, 4, 30]))
        content[at : at + length] = data.draw(st.binary(max_size=8))
    described_or_refused(path, bytes(content))


@settings(FILES)
@given(st.sampled_from(KINDS), st.sampled_from(KINDS), st.floats(0, 1), st.floats(0, 1))
def test_two_files_grown_together_are_described_or_refused(
    path: Path, one: str, other: str, end: float, start: float
) -> None:
    first, second = good(one), good(other)
    joined = first[: round(end * len(first))] + second[round(start * len(second)) :]
    described_or_refused(path, joined)
