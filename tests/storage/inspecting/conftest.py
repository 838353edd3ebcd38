"""Puts bytes on the disk and has them inspected."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.inspecting import Inspected, Unusable, Why, inspect

Inspect = Callable[[bytes], Inspected]
Refuse = Callable[[bytes], Why]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file lies; its name says nothing."""
    return tmp_path / "arrived.part"


@pytest.fixture
def inspected(path: Path) -> Inspect:
    """Inspect bytes that may come in; afterwards `path` holds them as they are kept."""

    def run(content: bytes) -> Inspected:
        path.write_bytes(content)
        return inspect(path)

    return run


@pytest.fixture
def refused(path: Path) -> Refuse:
    """Inspect bytes that may not come in, and give the reason."""

    def run(content: bytes) -> Why:
        path.write_bytes(content)
        with pytest.raises(Unusable) as caught:
            inspect(path)
        assert caught.value.size == len(content)
        return caught.value.why

    return run
