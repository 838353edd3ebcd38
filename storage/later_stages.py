"""Where the stages after the evidence are read: observation, report, rating.

Each is a source that gives the state by member, for a whole school in as many statements however
many teachers, or for one of them. A stage without a source has not begun for anybody.
"""

from storage.stages import Source, Stage

LATER: dict[Stage, Source] = {}
