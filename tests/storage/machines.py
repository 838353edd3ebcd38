"""Machines that do things at random with a database, and compare it with what they expect."""

import asyncio
from typing import ClassVar

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.databases import FreshDatabase


class DatabaseMachine(RuleBasedStateMachine):
    """Begins with an empty database and a loop to run its work in."""

    make_database: ClassVar[FreshDatabase]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = type(self).make_database()

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()


def run_machine(
    machine: type[DatabaseMachine], make_database: FreshDatabase, chosen: settings
) -> None:
    """Run a machine, each time with a database that `make_database` has emptied."""
    placed = type(machine.__name__, (machine,), {"make_database": staticmethod(make_database)})
    run_state_machine_as_test(placed, settings=chosen)
