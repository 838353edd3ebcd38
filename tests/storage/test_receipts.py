"""What has arrived is known after a kill, even if the database was not told in time."""

from pathlib import Path

import pytest

from storage.receipts import Receipt, Receipts

FIRST = Receipt(7, 3, "siaran:1 \u201cé\u201d\n", 55)
SECOND = Receipt(8, 4, "siaran:1", 56)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "receipts"


def test_what_was_written_is_there_for_the_next_process(path: Path) -> None:
    written = Receipts(path)
    assert written.left() == []
    written.add(FIRST)
    written.add(SECOND)
    # Nobody has closed the file: the process is dead.
    assert Receipts(path).left() == [FIRST, SECOND]
    written.close()


def test_what_is_in_the_database_is_forgotten(path: Path) -> None:
    receipts = Receipts(path)
    receipts.clear()
    receipts.add(FIRST)
    receipts.clear()
    assert receipts.left() == []
    receipts.add(SECOND)
    assert receipts.left() == [SECOND]
    receipts.close()
    receipts.clear()
    assert Receipts(path).left() == []
    receipts.close()


@pytest.mark.parametrize("cut", [1, 5, -2, -1])
def test_a_line_that_was_cut_off_counts_for_nothing(path: Path, cut: int) -> None:
    receipts = Receipts(path)
    receipts.add(FIRST)
    whole = path.read_bytes()
    receipts.add(SECOND)
    rest = path.read_bytes()[len(whole) :]
    path.write_bytes(whole + rest[:cut])
    expected = [FIRST, SECOND] if cut == -1 else [FIRST]  # only the end of the line is missing
    assert receipts.left() == expected
    receipts.close()


@pytest.mark.parametrize("line", ["", "null", "[]", "{}", "[1, 2]", '["a", 1, "b", 2]', "\x00"])
def test_what_is_no_receipt_is_passed_over(path: Path, line: str) -> None:
    path.parent.mkdir()
    path.write_text(f"{line}\n", encoding="utf-8")
    receipts = Receipts(path)
    receipts.add(SECOND)
    assert receipts.left() == [SECOND]
    receipts.close()
