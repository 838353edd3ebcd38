"""A school's period as it was ordered: its tables alone, or everything there is."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conversations.papers.csv_files import write_csv_archive
from conversations.papers.names import path_part
from conversations.papers.orders import Made, SchoolForm, SchoolOrder
from conversations.papers.unfinished import publish
from conversations.papers.workbook import write_school_book

Progress = Callable[[int, int], None]

PAPER_STEPS = 5
"""How many files are packed and printed in the time of one official paper."""


def make_school(order: SchoolOrder, bench: Path, on_progress: Progress) -> tuple[Made, ...]:
    """Make what is ordered in the folder `bench` and publish it together in `order.out`.

    Raises NotMade when the disk has no room for it.
    """
    # What libraries put aside holds people's data too: it goes with the bench.
    tempfile.tempdir = str(bench)
    steps = Steps(order, on_progress)
    match order.form:
        case SchoolForm.XLSX:
            path = bench / f"{path_part(order.name)}.xlsx"
            write_school_book(order, path, steps.one)
        case SchoolForm.CSV:
            path = bench / f"{path_part(order.name)} CSV.zip"
            write_csv_archive(order, bench, path, steps.one)
        case SchoolForm.ZIP | SchoolForm.FOLDER:
            # Tables need none of what makes papers.
            from conversations.papers.school_files import make_files

            return make_files(order, bench, steps)
    return (Made(path=publish(path, order.out), name=path.name),)


@dataclass(slots=True)
class Steps:
    """How far it is: a step for each teacher's rows, and for each file that was sent.

    An official paper takes as long as some files.
    """

    order: SchoolOrder
    tell: Progress
    done: int = 0

    def one(self) -> None:
        """Note that a step is done."""
        self.note(1)

    def note(self, steps: int) -> None:
        """Note that some steps are done."""
        self.done += steps
        self.show(0)

    def show(self, more: int) -> None:
        """Tell how far it is with `more` steps that are nearly done."""
        of = self.order.teachers
        if self.order.form in (SchoolForm.ZIP, SchoolForm.FOLDER):
            papers = self.order.skps + (self.order.recap is not None)
            of += self.order.files + papers * PAPER_STEPS
        self.tell(min(self.done + more, of), of)
