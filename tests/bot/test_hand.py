"""What a sender has in hand: one lane for each chat, in order, the most urgent first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.hand import LANE_MOST, Hand
from storage.outbox import Delivery, Priority

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)


def message(
    number: int, chat: int, priority: Priority = Priority.NOTICE, due: int = 0
) -> Delivery:
    return Delivery(
        id=number, school_id=1, member_id=chat, occasion=f"{number}", kind="test", subject={},
        priority=priority, due_at=NOW + timedelta(seconds=due), expires_at=None, attempts=0,
        account_id=chat,
    )  # fmt: skip


def always(_chat: int) -> bool:
    return True


deliveries = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(Priority), st.integers(0, 3)), max_size=20
).map(lambda rows: [message(number, *row) for number, row in enumerate(rows, 1)])


@given(deliveries, st.data())
def test_each_chat_gets_its_messages_in_their_order(
    batch: list[Delivery], data: st.DataObject
) -> None:
    """Whatever order they end in, and however often one is put back."""
    hand = Hand()
    hand.add(batch)
    begun: list[Delivery] = []
    told: list[Delivery] = []
    while len(hand):
        picked = hand.pick(always)
        if picked is not None and (not begun or data.draw(st.booleans())):
            hand.begin(picked)
            begun.append(picked)
            continue
        ended = begun.pop(data.draw(st.integers(0, len(begun) - 1)))
        if data.draw(st.booleans()):
            hand.put_back(ended)
        else:
            hand.end(ended)
            told.append(ended)
    assert sorted(told, key=lambda one: one.rank) == sorted(batch, key=lambda one: one.rank)
    for chat in range(1, 5):
        ranks = [one.rank for one in told if one.account_id == chat]
        assert ranks == sorted(ranks)


def test_the_most_urgent_of_those_that_may_goes_first() -> None:
    hand = Hand()
    hand.add([message(1, 1, Priority.BROADCAST), message(2, 2), message(3, 3)])
    first = hand.pick(always)
    assert first is not None
    assert first.id == 2
    hand.begin(first)
    second = hand.pick(lambda chat: chat != 3)
    assert second is not None
    assert second.id == 1
    assert set(hand.waiting_chats()) == {1, 3}


def test_what_comes_later_stays_behind_what_a_lane_is_busy_with() -> None:
    hand = Hand()
    busy = message(5, 1, Priority.BROADCAST)
    hand.add([busy])
    hand.begin(busy)
    hand.add([message(6, 1, Priority.NOTICE)])
    assert hand.pick(always) is None
    hand.end(busy)
    picked = hand.pick(always)
    assert picked is not None
    assert picked.id == 6


def test_a_dropped_lane_gives_everything_back_in_order() -> None:
    hand = Hand()
    batch = [message(number, 1) for number in range(1, LANE_MOST + 1)]
    hand.add([*batch, message(9, 2)])
    assert hand.full_members == {1}
    assert hand.by_priority == {Priority.NOTICE: LANE_MOST + 1}
    hand.begin(batch[0])
    assert hand.drop_lane(batch[0]) == batch
    assert [one.id for one in hand] == [9]
    assert hand.drop_lane(batch[0]) == []
    hand.end(batch[0])  # gone already
    hand.clear()
    assert not len(hand)


def test_somebody_without_a_chat_has_a_lane() -> None:
    hand = Hand()
    nobody = Delivery(
        id=1, school_id=1, member_id=7, occasion="a", kind="test", subject={}, priority=0,
        due_at=NOW, expires_at=None, attempts=0, account_id=None,
    )  # fmt: skip
    hand.add([nobody])
    assert list(hand.waiting_chats()) == [-7]
