"""Fixtures for the papers."""

from pathlib import Path

import pytest

from tests.conversations.papers.samples import Desk, Drawer


@pytest.fixture
def drawer(tmp_path: Path) -> Drawer:
    """Where files lie."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Drawer(folder)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where papers are ordered; they come to lie in `desk.out`."""
    return Desk(tmp_path / "papers")
