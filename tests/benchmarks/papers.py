"""What a large portfolio takes: time, the worker's memory, the size of the PDF."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from PIL import Image, ImageDraw

from conversations.papers.making import make
from conversations.papers.orders import (
    Chapter,
    Cover,
    Piece,
    PieceState,
    Points,
    PortfolioOrder,
    SourceFile,
)
from conversations.papers.texts import paper_texts
from conversations.words import Words
from storage.models import Role
from tests.benchmarks import bots
from tests.benchmarks.databases import Databases
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.people import Tapper, Taps, join, open_item, school_with, tap_for
from tests.benchmarks.telegram import telegram

ITEMS = 40
PHOTOS = 120
PIXELS = (3024, 4032)
PHOTO_BYTES = 3_000_000
GOAL_S = 60
GOAL_MB = 150
GOAL_PDF_MB = 50
GOAL_TAPS = 1.5
GROUP = "Portfolio"
LOOK_EVERY_S = 0.02
WORKER = "conversations.papers.worker"


async def measure(databases: Databases, folder: Path) -> list[Figure]:
    """Make a portfolio of 40 items and 120 photos of 12 megapixels while somebody else taps."""
    url = await databases.fresh("SQLite")
    tokens = await school_with(url, Role.TEACHER, 1)
    home = folder / "papers"
    home.mkdir()
    async with telegram() as served, bots.ours(served, url, home):
        tapper = await open_item(await join(served.sim, 0, tokens[0]))
        await tap_for([tapper], 1)
        before = await tap_for([tapper], 4)
        figures, taps = await _make(tapper, folder)
        after = await tap_for([tapper], 4)
    idle_ms, loaded_ms = (before + after).percentile_ms(95), taps.percentile_ms(95)
    return [
        *figures,
        Figure(
            GROUP,
            "p95 of others' taps meanwhile",
            loaded_ms / idle_ms,
            "×",
            at_most(GOAL_TAPS),
            f"{loaded_ms:.1f} ms, alone {idle_ms:.1f} ms",
            {"loaded_p95_ms": loaded_ms, "idle_p95_ms": idle_ms},
        ),
    ]


async def _make(tapper: Tapper, folder: Path) -> tuple[list[Figure], Taps]:
    photos = folder / "portfolio-photos"
    photos.mkdir()
    files = await asyncio.to_thread(_photos, photos)
    order = _order(folder / "portfolio", files)
    told: list[tuple[int, int]] = []
    started = time.perf_counter()
    taps = Taps([], 0.0)
    async with watched() as worker:
        making = asyncio.create_task(make(order, lambda done, of: told.append((done, of))))
        while not making.done():
            taps += await tap_for([tapper], 0.5)
        made = await making
    seconds = time.perf_counter() - started
    size_mb = sum(one.path.stat().st_size for one in made) / 1e6
    pages = sum(one.pages for one in made)
    what = f"{ITEMS} items, {PHOTOS} photos of {PHOTO_BYTES / 1e6:.0f} MB"
    return [
        Figure(
            GROUP,
            f"time for {what}",
            seconds,
            "s",
            at_most(GOAL_S),
            f"{worker.processor_s:.0f} s of one core; {pages} pages",
            {"processor_s": worker.processor_s},
        ),
        Figure(
            GROUP,
            "peak memory of the worker",
            worker.peak_bytes / 1e6,
            "MB",
            at_most(GOAL_MB),
            f"{len(told)} steps told",
        ),
        Figure(GROUP, "size of the PDF", size_mb, "MB", at_most(GOAL_PDF_MB)),
    ], taps


@dataclass(slots=True)
class Watched:
    """What the worker has taken so far."""

    peak_bytes: int = 0
    processor_s: float = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Watched]:
    """Look at the worker, one of our child processes, again and again."""
    seen = Watched()

    async def watch() -> None:
        while True:
            for child in psutil.Process().children():
                with suppress(psutil.NoSuchProcess):
                    if WORKER not in child.cmdline():
                        continue
                    spent = child.cpu_times()
                    seen.processor_s = max(seen.processor_s, spent.user + spent.system)
                    seen.peak_bytes = max(seen.peak_bytes, child.memory_info().rss)
            await asyncio.sleep(LOOK_EVERY_S)

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()


def _photos(folder: Path) -> list[Path]:
    """Write photos that differ, of about the same size."""
    picture = _grain()
    paths = []
    for number in range(PHOTOS):
        ImageDraw.Draw(picture).text((400, 400), f"{number:03}", fill=(20, 20, 60), font_size=300)
        path = folder / f"{number:03}"
        picture.save(path, "JPEG", quality=82)
        paths.append(path)
    return paths


def _grain() -> Image.Image:
    """Make a picture with soft shapes and the grain of a phone's camera."""
    width, height = PIXELS
    random = np.random.default_rng(2026)
    coarse = random.integers(60, 220, (height // 64, width // 64, 3), dtype=np.uint8)
    shapes = Image.fromarray(coarse).resize(PIXELS, Image.Resampling.BICUBIC)
    grain = random.normal(0, 7, (height, width, 1))
    noisy = np.clip(np.asarray(shapes) + grain, 0, 255).astype(np.uint8)
    picture = Image.fromarray(noisy)
    draw = ImageDraw.Draw(picture)
    for line in range(40):
        text = f"Sertifikat nomor {line * 7919}/PM/2026 diberikan kepada Siti Rahmawati"
        draw.text((300, 900 + line * 70), text, fill=(25, 25, 25), font_size=54)
    return picture


def _order(out: Path, files: list[Path]) -> PortfolioOrder:
    each = PHOTOS // ITEMS
    return PortfolioOrder(
        out=out,
        name="Portofolio",
        cover=Cover(
            school="SMP Negeri 1 Cisarua",
            teacher="Siti Rahmawati, S.Pd.",
            period="Juli–Desember 2026",
            rule_set="PMM 2024",
            points=Points(planned=64, proven=40, accepted=24),
            made="Senin, 30 November 2026",
        ),
        chapters=tuple(
            Chapter(
                number=item + 1,
                title=f"Pelatihan mandiri topik {item + 1}",
                progress="3 dari 3 sertifikat diterima",
                pieces=tuple(_pieces(item * each, files[item * each : (item + 1) * each])),
            )
            for item in range(ITEMS)
        ),
        texts=paper_texts(Words("id")),
    )


def _pieces(first: int, files: list[Path]) -> Iterator[Piece]:
    for at, path in enumerate(files, start=first + 1):
        yield Piece(
            number=at,
            kind="Sertifikat",
            state=PieceState.ACCEPTED,
            state_text="Diterima oleh Rina Wati, 14 Agu 2026",
            find=f"https://t.me/KawanKinerjaBot?start=bukti-{at:06}",
            files=(SourceFile(path=path, media_type="image/jpeg", name=f"{at}.jpg"),),
        )
