"""Files are looked into by a process of its own, which a bad file may break."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from storage.inspecting import Inspector, Unusable, Why, inspect
from storage.inspecting.apart import WORKER
from tests import papers
from tests.world import INSPECTOR

SLEEPS = (sys.executable, "-c", "import time; time.sleep(600)")
DIES = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(3)")
BABBLES = (sys.executable, "-c", "input(); print('[]'); input()")


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    """An inspector that is closed at the end."""
    one = Inspector()
    yield one
    one.close()


def _worker() -> psutil.Process:
    """The process of the only inspector that is open in this test."""
    (found,) = (
        one for one in psutil.Process().children() if "storage.inspecting.worker" in one.cmdline()
    )
    return found


@pytest.fixture(autouse=True)
def _alone() -> None:
    """Let no worker of another test's inspector be taken for this one's."""
    INSPECTOR.close()


@pytest.mark.parametrize(
    "content",
    [papers.photo("satu"), papers.jpeg_with_place("dua"), papers.heic(), papers.pdf("dua")],
)
def test_it_finds_what_a_look_from_here_finds(
    inspector: Inspector, path: Path, content: bytes
) -> None:
    """Every fact comes over, and the file on the disk is cleaned the same way."""
    path.write_bytes(content)
    other = path.with_name("other.part")
    other.write_bytes(content)

    assert inspector.inspect(path) == inspect(other)
    assert path.read_bytes() == other.read_bytes()


def test_a_refusal_comes_with_its_facts(inspector: Inspector, path: Path) -> None:
    """Why, how large, and what it was: the words for the teacher are made of these."""
    path.write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(300))

    with pytest.raises(Unusable) as here:
        inspect(path)
    with pytest.raises(Unusable) as apart:
        inspector.inspect(path)

    refusals = {(one.value.why, one.value.size, one.value.found) for one in (here, apart)}
    assert refusals == {(Why.ARCHIVE, 308, "RAR")}


def test_trouble_of_the_disk_is_no_refusal(inspector: Inspector, path: Path) -> None:
    """Nobody is told that their file is broken when it is the disk that fails."""
    path.mkdir()

    with pytest.raises(OSError, match="directory") as trouble:
        inspector.inspect(path)
    assert trouble.value.errno == errno.EISDIR


def test_one_process_serves_many_files_and_ends_when_closed(
    inspector: Inspector, tmp_path: Path
) -> None:
    """Also when they come from several threads at once."""
    paths = [tmp_path / f"{number}.part" for number in range(6)]
    for number, path in enumerate(paths):
        path.write_bytes(papers.photo(str(number)))

    with ThreadPoolExecutor(3) as threads:
        seen = list(threads.map(inspector.inspect, paths))

    assert len({one.sha256 for one in seen}) == len(paths)
    worker = _worker()
    inspector.close()
    assert not worker.is_running()


def test_a_process_that_was_killed_between_files_harms_no_file(
    inspector: Inspector, path: Path
) -> None:
    """The next file is looked into by a new process."""
    path.write_bytes(papers.photo("satu"))
    first = inspector.inspect(path)
    worker = _worker()
    worker.kill()
    worker.wait()

    assert inspector.inspect(path).look == first.look


@pytest.mark.parametrize("worker", [DIES, BABBLES], ids=["dies", "babbles"])
def test_a_file_that_breaks_a_new_process_is_broken(path: Path, worker: tuple[str, ...]) -> None:
    """The teacher is told, and the next file gets its own chance."""
    path.write_bytes(b"anything")
    inspector = Inspector(worker)

    for _ in range(2):
        with pytest.raises(Unusable) as refusal:
            inspector.inspect(path)
        assert (refusal.value.why, refusal.value.size) == (Why.BROKEN, 8)
    inspector.close()


def test_a_file_that_takes_for_ever_is_broken(path: Path) -> None:
    """Its process does not go on in secret."""
    path.write_bytes(b"anything")
    inspector = Inspector(SLEEPS, patience_s=0.05)

    with pytest.raises(Unusable) as refusal:
        inspector.inspect(path)

    assert refusal.value.why == Why.BROKEN
    assert not [one for one in psutil.Process().children() if one.cmdline() == list(SLEEPS)]


def test_the_process_sees_no_secrets(
    inspector: Inspector, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens what strangers send."""
    monkeypatch.setitem(os.environ, "BOT_TOKEN", "123456:SECRET")
    path.write_bytes(papers.photo("satu"))
    inspector.inspect(path)

    assert "BOT_TOKEN" not in _worker().environ()


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_it_ends_without_a_word_when_nobody_listens(path: Path) -> None:
    with subprocess.Popen(
        WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdout.close()
        worker.stdin.write(f"{json.dumps(str(path))}\n")
        worker.stdin.close()
        assert worker.stderr is not None
        assert worker.stderr.read() == ""
