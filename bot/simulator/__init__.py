"""A strict Bot API on this machine, with people and phones, for the demo and the tests."""

from bot.simulator.core import Simulator
from bot.simulator.driver import Group, Person
from bot.simulator.errors import ApiError
from bot.simulator.faults import Fault, Faults
from bot.simulator.flood import Flood
from bot.simulator.models import Answer, Message
from bot.simulator.server import Call

__all__ = [
    "Answer",
    "ApiError",
    "Call",
    "Fault",
    "Faults",
    "Flood",
    "Group",
    "Message",
    "Person",
    "Simulator",
]
