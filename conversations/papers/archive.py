"""The archive: the original files in named folders, with an index."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from conversations.papers.index_sheet import index_name, index_sheet
from conversations.papers.names import originals, part_name
from conversations.papers.orders import ArchiveOrder, LeftOut, Made, Why
from conversations.papers.splitting import split
from conversations.papers.unfinished import publish

_BLOCK: Final = 2**20
_ENTRY_OVERHEAD: Final = 128
"""More than a ZIP spends on an entry beside its name and its content, in bytes."""
_INDEX_SLACK: Final = 8_192
"""How much larger an index may become by telling the parts, in bytes."""
_EARLIEST: Final = date(1980, 1, 1)
"""The first day that a ZIP can tell."""


def make_archive(
    order: ArchiveOrder, bench: Path, on_progress: Callable[[int, int], None]
) -> tuple[Made, ...]:
    """Make the ZIPs in the folder `bench` and publish them together in `order.out`."""
    every = list(originals(order.chapters))
    index = index_sheet(order.chapters, every, dict.fromkeys(every, 1), order.texts)
    room = order.most_bytes - len(index) - _INDEX_SLACK
    sizes = {
        one: entry_bytes(one.file.path, str(one.place)) for one in every if one.file.path.is_file()
    }
    fitting = [one for one in sizes if sizes[one] <= room]
    left_out = tuple(
        LeftOut(
            name=one.file.name,
            number=one.piece.number,
            why=Why.TOO_LARGE if one in sizes else Why.MISSING,
        )
        for one in every
        if sizes.get(one, room + 1) > room
    )
    divided = [[fitting[at] for at in part] for part in split([sizes[o] for o in fitting], room)]
    parts = {one: at for at, part in enumerate(divided, start=1) for one in part}
    index = index_sheet(order.chapters, every, parts, order.texts)
    made = []
    done = 0
    for at, part in enumerate(divided or [[]], start=1):
        name = part_name(order.name, ".zip", order.texts, at, max(1, len(divided)))
        with zipfile.ZipFile(bench / name, "w") as packed:
            packed.writestr(index_name(order.texts), index, zipfile.ZIP_STORED)
            for one in part:
                pack(packed, one.file.path, str(one.place), one.piece.dated)
                done += 1
                on_progress(done, len(fitting))
        made.append(name)
    return tuple(
        Made(path=publish(bench / name, order.out), name=name, left_out=left_out if not at else ())
        for at, name in enumerate(made)
    )


def entry_bytes(path: Path, name: str) -> int:
    """Give the most bytes that a file takes in an archive under a name."""
    return path.stat().st_size + 2 * len(name.encode()) + _ENTRY_OVERHEAD


def pack(packed: zipfile.ZipFile, path: Path, name: str, dated: date | None) -> None:
    """Put a file in as it is: photos and documents are packed already."""
    day = max(dated or _EARLIEST, _EARLIEST)
    entry = zipfile.ZipInfo(name, (min(day.year, 2107), day.month, day.day, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, packed.open(entry, "w") as target:
        while block := source.read(_BLOCK):
            target.write(block)
