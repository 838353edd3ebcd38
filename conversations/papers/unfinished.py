"""Files appear under their names only when all of them are complete."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def unfinished_folder(out: Path, pid: int) -> Path:
    """Give the folder in which the process `pid` keeps what it has not finished."""
    return out / f".unfinished-{pid}"


@contextmanager
def workbench(out: Path) -> Iterator[Path]:
    """Give this process a folder for unfinished work inside `out`, gone at the end."""
    folder = unfinished_folder(out, os.getpid())
    shutil.rmtree(folder, ignore_errors=True)  # of a killed process that had our number
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(file: Path, out: Path) -> Path:
    """Move a complete file into `out`, in place of an older one of its name."""
    return file.replace(out / file.name)
