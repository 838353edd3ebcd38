"""Texts and stored files in ZIPs, as they are."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from conversations.papers.names import part_file_name
from conversations.papers.orders import BundleOrder, LeftOut, Made, PackedFile, Why
from conversations.papers.splitting import split
from conversations.papers.unfinished import publish

_ENTRY_OVERHEAD: Final = 128
"""More than a ZIP spends on an entry beside its name and its content, in bytes."""
_SLACK: Final = 4_096


def make_bundle(
    order: BundleOrder, bench: Path, on_progress: Callable[[int, int], None]
) -> tuple[Made, ...]:
    """Make the ZIPs in the folder `bench` and publish them together in `order.out`."""
    texts = sum(len(one.text.encode()) + _ENTRY_OVERHEAD for one in order.documents)
    room = order.most_bytes - _SLACK
    sizes = {one: _size(one) for one in order.files if one.path.is_file()}
    fitting = [one for one in sizes if sizes[one] <= room]
    # The texts count as the first thing that is packed, so that they stand in the first part.
    divided = split([min(texts, room), *(sizes[one] for one in fitting)], room)
    made = []
    for at, part in enumerate(divided, start=1):
        name = part_file_name(order.name, ".zip", order.part_of, at, len(divided))
        with zipfile.ZipFile(bench / name, "w") as packed:
            for number in part:
                if not number:
                    for document in order.documents:
                        packed.writestr(document.place, document.text, zipfile.ZIP_DEFLATED)
                    continue
                one = fitting[number - 1]
                packed.write(one.path, one.place, zipfile.ZIP_STORED)
                on_progress(number, len(fitting))
        made.append(name)
    left_out = tuple(
        LeftOut(name=one.place, why=Why.TOO_LARGE if one in sizes else Why.MISSING)
        for one in order.files
        if sizes.get(one, room + 1) > room
    )
    return tuple(
        Made(path=publish(bench / name, order.out), name=name, left_out=left_out if not at else ())
        for at, name in enumerate(made)
    )


def _size(one: PackedFile) -> int:
    """Give the most bytes that a file takes in the ZIP."""
    return one.path.stat().st_size + 2 * len(one.place.encode()) + _ENTRY_OVERHEAD
