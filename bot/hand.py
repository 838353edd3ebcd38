"""What a sender has taken and not yet delivered, in a lane for each chat."""

from collections import Counter
from collections.abc import Callable, Iterator

from storage.outbox import Delivery, Priority

LANE_MOST = 3
"""So many messages for one chat are taken ahead: each waits a second for the one before."""


class Hand:
    """Messages in lanes. A lane is busy from the drawing of its first message to the result."""

    def __init__(self) -> None:
        self._lanes: dict[int, list[Delivery]] = {}
        self._busy: set[int] = set()

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def __iter__(self) -> Iterator[Delivery]:
        for lane in self._lanes.values():
            yield from lane

    def add(self, deliveries: list[Delivery]) -> None:
        """Put messages in, each in its order; what a lane is busy with stays first."""
        for delivery in deliveries:
            lane = self._lanes.setdefault(lane_of(delivery), [])
            first = 1 if lane_of(delivery) in self._busy else 0
            lane[first:] = sorted([*lane[first:], delivery], key=lambda one: one.rank)

    def pick(self, is_ready: Callable[[int], bool]) -> Delivery | None:
        """Give the message that goes first of all chats that are not busy and are ready."""
        firsts = (
            lane[0]
            for chat, lane in self._lanes.items()
            if chat not in self._busy and is_ready(chat)
        )
        return min(firsts, key=lambda one: one.rank, default=None)

    def begin(self, delivery: Delivery) -> None:
        """Keep a lane to one message until it is ended or put back."""
        self._busy.add(lane_of(delivery))

    def put_back(self, delivery: Delivery) -> None:
        """Let a message that was begun wait again."""
        self._busy.discard(lane_of(delivery))

    def end(self, delivery: Delivery) -> None:
        """Take a message out."""
        chat = lane_of(delivery)
        self._busy.discard(chat)
        lane = self._lanes.get(chat, [])
        lane[:] = [one for one in lane if one is not delivery]
        if not lane:
            self._lanes.pop(chat, None)

    def drop_lane(self, delivery: Delivery) -> list[Delivery]:
        """Take out everything for a message's chat, so that its order is kept."""
        chat = lane_of(delivery)
        self._busy.discard(chat)
        return self._lanes.pop(chat, [])

    def clear(self) -> None:
        """Take everything out."""
        self._lanes.clear()
        self._busy.clear()

    @property
    def by_priority(self) -> Counter[Priority]:
        """How many there are of each priority."""
        return Counter(Priority(one.priority) for one in self)

    @property
    def full_members(self) -> set[int]:
        """Members (by id) for whom enough has been taken."""
        return {
            one.member_id
            for lane in self._lanes.values()
            if len(lane) >= LANE_MOST
            for one in lane
        }

    def waiting_chats(self) -> Iterator[int]:
        """Give the chats that are not busy."""
        return (chat for chat in self._lanes if chat not in self._busy)


def lane_of(delivery: Delivery) -> int:
    """Give the chat of a message; somebody without one has a lane too."""
    return delivery.account_id or -delivery.member_id
