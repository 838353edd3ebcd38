"""Dividing what does not fit into one file."""

from collections.abc import Sequence


def split(sizes: Sequence[int], most: int) -> list[range]:
    """Divide things of these sizes, in their order, into parts that sum up to at most `most`.

    Every part holds as many as fit. A thing larger than `most` gets a part of its own: it is for
    the caller to keep such things out. Nothing gives no parts.
    """
    parts: list[range] = []
    start, filled = 0, 0
    for at, size in enumerate(sizes):
        if at > start and filled + size > most:
            parts.append(range(start, at))
            start, filled = at, 0
        filled += size
    return [*parts, range(start, len(sizes))] if sizes else []
