"""Damaged files make decoders raise almost anything."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from storage.inspecting.findings import Unusable, Why


@contextmanager
def damage_refused() -> Iterator[None]:
    """Turn whatever a decoder raises into `Unusable` (broken), but for faults of this machine."""
    try:
        yield
    except (Unusable, MemoryError):
        raise
    except Exception as error:
        if _is_ours(error):
            raise
        raise Unusable(Why.BROKEN) from error


def _is_ours(error: Exception) -> bool:
    """A full or failing disk has a number; decoders' own complaints have none.

    An impossible position in a file comes from the file.
    """
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)
