"""The demo page over HTTP: the phones, the calendar, and the stream of what happens.

The page itself is plain files in `../page/`. Everything a phone does is a POST here and becomes
what a person does in the simulator; everything that happens comes back as one stream of
server-sent events, whose first event is always the whole world.
"""

from bot.simulator.web.page import page_routes
from bot.simulator.web.stage import CastMember, Move, Sample, SampleFile, Stage

__all__ = ["CastMember", "Move", "Sample", "SampleFile", "Stage", "page_routes"]
