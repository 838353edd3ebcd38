"""The worker from outside: what it says, and what happens when it dies."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from conversations.papers import making
from conversations.papers.making import make
from conversations.papers.orders import LeftOut, Made, NotMade, PmmOrder, Refusal, Why
from conversations.papers.texts import why_left_out, why_not_made
from conversations.words import LANGUAGES, Words
from tests.conversations.papers.samples import Drawer, a_plain, a_view, unheard

WORKER = [sys.executable, "-m", "conversations.papers.worker"]


def an_order(out: Path, drawer: Drawer, photos: int = 1) -> PmmOrder:
    photo = drawer.photo(a_plain("red"))
    return PmmOrder(out=out, name="Bukti", files=(photo,) * photos)


def a_long_order(out: Path, drawer: Drawer) -> PmmOrder:
    return PmmOrder(out=out, name="Bukti", files=(drawer.photo(a_view()),) * 500)


def running() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if WORKER[-1] in one.cmdline()]


# ---------------------------------------------------------------- the worker itself


def test_the_worker_says_each_step_and_what_it_made(drawer: Drawer, tmp_path: Path) -> None:
    order = an_order(tmp_path / "out", drawer, 3)
    ran = subprocess.run(WORKER, input=order.model_dump_json().encode(), capture_output=True)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0
    assert lines[0] == {"done": 0, "of": 6}
    assert all(set(line) == {"done", "of"} for line in lines[:-1])
    (made,) = lines[-1]["made"]
    assert made["name"] == "Bukti.pdf"
    assert Path(made["path"]).is_file()
    assert [path.name for path in order.out.iterdir()] == ["Bukti.pdf"]


def test_the_worker_says_why_there_is_no_paper(tmp_path: Path) -> None:
    order = PmmOrder(out=tmp_path / "out", name="Bukti", files=())
    ran = subprocess.run(WORKER, input=order.model_dump_json().encode(), capture_output=True)
    assert ran.returncode == 1
    assert json.loads(ran.stdout) == {"failed": "nothing", "pages": 0, "left_out": []}


@pytest.mark.parametrize("order", [b"", b"nonsense", b'{"paper": "novel"}'])
def test_the_worker_makes_nothing_of_nonsense(order: bytes) -> None:
    ran = subprocess.run(WORKER, input=order, capture_output=True)
    assert ran.returncode == 1
    assert ran.stdout == b""
    assert b"ValidationError" in ran.stderr


def test_a_killed_worker_leaves_only_what_is_unfinished(drawer: Drawer, tmp_path: Path) -> None:
    order = a_long_order(tmp_path / "out", drawer)
    with subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(order.model_dump_json().encode())
        worker.stdin.close()
        worker.stdout.readline()
        worker.kill()
    assert [path.name for path in order.out.iterdir()] == [f".unfinished-{worker.pid}"]


def test_the_worker_ends_when_nobody_listens_any_more(drawer: Drawer, tmp_path: Path) -> None:
    order = a_long_order(tmp_path / "out", drawer)
    with subprocess.Popen(
        WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(order.model_dump_json().encode())
        worker.stdin.close()
        worker.stdout.readline()
        worker.stdout.close()
        assert worker.wait(60) == 1
    assert list(order.out.iterdir()) == []


def test_a_worker_lets_others_go_first(drawer: Drawer, tmp_path: Path) -> None:
    order = a_long_order(tmp_path / "out", drawer)
    with subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(order.model_dump_json().encode())
        worker.stdin.close()
        worker.stdout.readline()
        assert psutil.Process(worker.pid).nice() == min(19, psutil.Process().nice() + 10)
        worker.kill()


# ---------------------------------------------------------------- seen by the bot


async def test_progress_and_paper_come_back(drawer: Drawer, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    order = an_order(tmp_path / "new" / "out", drawer, 2)
    (made,) = await make(order, lambda done, of: told.append((done, of)))
    assert made == Made(path=order.out / "Bukti.pdf", name="Bukti.pdf", pages=2)
    assert told[0] == (0, 4)
    assert running() == []


async def test_a_paper_made_again_takes_the_place_of_the_old(
    drawer: Drawer, tmp_path: Path
) -> None:
    (first,) = await make(an_order(tmp_path, drawer), unheard)
    (second,) = await make(an_order(tmp_path, drawer, 2), unheard)
    assert first.path == second.path
    assert second.pages == 2


async def test_cancelling_kills_the_worker(drawer: Drawer, tmp_path: Path) -> None:
    begun = asyncio.Event()
    order = a_long_order(tmp_path / "out", drawer)

    def note(done: int, of: int) -> None:
        begun.set()

    making_it = asyncio.create_task(make(order, note))
    await begun.wait()
    (worker,) = running()
    making_it.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making_it
    assert not worker.is_running()
    assert list(order.out.iterdir()) == []


async def test_a_killed_worker_is_told(drawer: Drawer, tmp_path: Path) -> None:
    order = a_long_order(tmp_path / "out", drawer)

    def kill(done: int, of: int) -> None:
        for worker in running():
            worker.kill()

    with pytest.raises(NotMade) as refused:
        await make(order, kill)
    assert refused.value.reason is Refusal.BROKE
    assert list(order.out.iterdir()) == []


async def test_a_late_worker_is_killed(drawer: Drawer, tmp_path: Path) -> None:
    order = a_long_order(tmp_path / "out", drawer)
    with pytest.raises(NotMade) as refused:
        await make(order, unheard, seconds=0.5)
    assert refused.value.reason is Refusal.TOO_SLOW
    assert running() == []
    assert list(order.out.iterdir()) == []


async def test_a_fault_in_the_callback_ends_the_worker(drawer: Drawer, tmp_path: Path) -> None:
    def break_down(done: int, of: int) -> None:
        raise RuntimeError("no message to edit")

    with pytest.raises(RuntimeError, match="no message"):
        await make(a_long_order(tmp_path, drawer), break_down)
    assert running() == []


# ---------------------------------------------------------------- workers that misbehave


Says = Callable[[str], None]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Let another program stand for the worker."""

    def stand_in(program: str) -> None:
        monkeypatch.setattr(making, "WORKER", (sys.executable, "-c", program))

    return stand_in


MADE = """
import json, pathlib, sys
out = pathlib.Path(json.load(sys.stdin)["out"])
paper = out / "Bukti.pdf"
paper.write_bytes(b"x")
made = json.dumps({"made": [{"path": str(paper), "name": "Bukti.pdf"}]})
"""


async def test_garbage_on_the_way_is_passed_over(
    says: Says, drawer: Drawer, tmp_path: Path
) -> None:
    says(
        MADE
        + """
sys.stdout.buffer.write(b"\\xff\\xfe garbage\\n{}\\n[]\\nnull\\n{'done': 1}\\n" + b"[" * 100_000)
print("\\n" + "x" * 9_000_000)
print('{"done": 1, "of": "many"}')
print('{"done": 1, "of": 2}')
print("a warning", file=sys.stderr)
print(made)
"""
    )
    told: list[tuple[int, int]] = []
    (made,) = await make(an_order(tmp_path, drawer), lambda *step: told.append(step))
    assert told == [(1, 2)]
    assert made.name == "Bukti.pdf"


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "print(made); sys.exit(1)",
        "print(made); paper.unlink()",
        "print(made.replace('Bukti.pdf', '../../etc/passwd'))",
        "print(made[:-5])",
        "sys.stderr.write('x' * 9_000_000); sys.exit(3)",
        "import os; os.kill(os.getpid(), 9)",
    ],
    ids=["silent", "exit code", "no file", "elsewhere", "cut off", "loud", "killed"],
)
async def test_a_worker_without_a_proper_end_made_nothing(
    ending: str, says: Says, drawer: Drawer, tmp_path: Path
) -> None:
    says(MADE + ending)
    with pytest.raises(NotMade) as refused:
        await make(an_order(tmp_path, drawer), unheard)
    assert refused.value.reason is Refusal.BROKE


async def test_a_worker_that_does_not_listen_made_nothing(
    says: Says, drawer: Drawer, tmp_path: Path
) -> None:
    says("import os; os.close(0)")
    order = a_long_order(tmp_path, drawer)
    with pytest.raises(NotMade) as refused:
        await make(order, unheard)
    assert refused.value.reason is Refusal.BROKE


async def test_a_full_disk_is_told(says: Says, drawer: Drawer, tmp_path: Path) -> None:
    says(
        """
import errno, sys
from conversations.papers import worker
def no_room(*order):
    print("what a library prints is no line of ours")
    raise OSError(errno.ENOSPC, "No space left on device")
worker._make = no_room
sys.exit(worker.main())
"""
    )
    with pytest.raises(NotMade) as refused:
        await make(an_order(tmp_path, drawer), unheard)
    assert refused.value.reason is Refusal.NO_ROOM


async def test_the_worker_sees_no_secrets(
    says: Says, drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "123:secret")
    says(MADE + "import os; 'secret' in str(os.environ) or print(made)")
    (made,) = await make(an_order(tmp_path, drawer), unheard)
    assert made.name == "Bukti.pdf"


# ---------------------------------------------------------------- in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_told_in_words(language: str) -> None:
    words = Words(language)
    for why in Why:
        assert "surat.pdf" in why_left_out(words, LeftOut(name="surat.pdf", why=why))
    for reason in Refusal:
        assert why_not_made(words, NotMade(reason, 57))
    assert "57" in why_not_made(words, NotMade(Refusal.TOO_LARGE, 57))
