"""Suggests which items to plan: the least work that reaches the points, and two other ways.

An exact search, not a rule of thumb: over all items and quantities it finds the combination of
least cost whose promised points (`points_floor`) reach the target. Cost is our estimate of
hours, with three turns: a unit the teacher already has in hand costs next to nothing, an item
from a liked category counts less, a guessed item counts more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from storage.rulesets import Item, RuleSet

USUAL_QUANTITY = 4
"""Units of one item that are suggested before asking for more of the same."""
IN_HAND_MINUTES = 1
"""Cost of a unit that is already done: choosing the file."""
LIKED_PERCENT = 60
"""Cost of an item from a liked category, of 100."""
ESTIMATED_PERCENT = 125
"""Cost of an item whose title or points are a guess, of 100."""

_NOTHING: Mapping[str, int] = MappingProxyType({})


class Reason(StrEnum):
    """Why a combination is suggested; the words live in the templates."""

    USES_WHAT_YOU_HAVE = "uses_what_you_have"
    """At least half of its points are units already in hand."""
    MATCHES_LIKING = "matches_liking"
    """At least half of its points come from liked categories."""
    LEAST_EFFORT = "least_effort"
    """No combination needs fewer hours."""
    FEWEST_KINDS = "fewest_kinds"
    """One item, several times."""
    VARIED = "varied"
    """Several kinds of items."""


@dataclass(frozen=True, slots=True)
class Pick:
    """So many units of one item, to be added to the plan."""

    code: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A combination to add to the plan, in the order of the rule set's items.

    `points` are the promised points of the picks, `total` those with what is already planned.
    `effort` are the hours still to do by our estimate; units in hand count nothing.
    """

    picks: tuple[Pick, ...]
    points: int
    total: int
    effort: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Option:
    """What is needed to know about one item during the search."""

    item: Item
    place: int
    liked: bool
    free: int
    """Units in hand that the plan does not use yet."""
    unit_cost: int
    """Minutes for a unit that has to be done."""
    room: int
    """Units that may be added at most."""


@dataclass(frozen=True, slots=True, order=True)
class _Cost:
    """Compared part by part: minutes, kinds, guessed kinds, kinds away from class, units."""

    minutes: int = 0
    kinds: int = 0
    guessed: int = 0
    elsewhere: int = 0
    units: int = 0

    def plus(self, option: _Option, quantity: int) -> "_Cost":
        """Return the cost with some units of one item more."""
        return _Cost(
            self.minutes + _minutes(option, quantity),
            self.kinds + 1,
            self.guessed + option.item.estimated,
            self.elsewhere + (not option.item.classroom),
            self.units + quantity,
        )


@dataclass(frozen=True, slots=True)
class _Partial:
    """A combination under way: what it costs, and the quantity for each place of an option."""

    cost: _Cost
    picks: tuple[tuple[int, int], ...]


def suggest(
    ruleset: RuleSet,
    *,
    liked: frozenset[str],
    in_hand: Mapping[str, int],
    already: Mapping[str, int] = _NOTHING,
    limit: int = 3,
) -> tuple[Suggestion, ...]:
    """Return up to `limit` different combinations that reach the points target, best first.

    `liked` are ids of categories; `in_hand` says how many units of an item (by code) the teacher
    can already prove; `already` how many are in the plan. The picks are what to *add*. No two
    suggestions have the same set of items. Target and maximum are both counted by promised
    points. Items that may not be repeated are picked at most once, counting `already`; of the
    others at most USUAL_QUANTITY (or what is in hand) unless only more reaches the target.

    Returns () when the rule set has no points, when the target is reached already, and when it
    cannot be reached. Codes that the rule set does not have are ignored.
    """
    if ruleset.points is None:
        return ()
    reached = sum(item.points_floor * already.get(item.code, 0) for item in ruleset.items)
    needed = ruleset.points.target_min - reached
    spare = ruleset.points.max - reached
    if needed <= 0:
        return ()
    options = [
        _option(item, place, needed, liked, in_hand, already)
        for place, item in enumerate(ruleset.items)
    ]
    return tuple(
        _suggestion(picks, options, reached, place)
        for place, picks in enumerate(_different_picks(options, needed, spare, limit))
    )


def _option(
    item: Item,
    place: int,
    needed: int,
    liked: frozenset[str],
    in_hand: Mapping[str, int],
    already: Mapping[str, int],
) -> _Option:
    planned = already.get(item.code, 0)
    percent = (LIKED_PERCENT if item.category in liked else 100) * (
        ESTIMATED_PERCENT if item.estimated else 100
    )
    enough = -(-needed // item.points_floor)
    return _Option(
        item=item,
        place=place,
        liked=item.category in liked,
        free=max(0, in_hand.get(item.code, 0) - planned),
        unit_cost=max(IN_HAND_MINUTES, round(item.effort * 60 * percent / 10_000)),
        room=enough if item.repeatable else max(0, 1 - planned),
    )


Quantities = dict[int, int]
"""Units to add, by the place of the option."""


def _different_picks(
    options: Sequence[_Option], needed: int, spare: int, limit: int
) -> list[Quantities]:
    """Return the best combination, then the best without what made the one before costly."""
    usual = {
        option.place: min(option.room, max(USUAL_QUANTITY, option.free)) for option in options
    }
    most = {option.place: option.room for option in options}
    found: list[Quantities] = []
    while len(found) < limit:
        picks = _cheapest(options, usual, needed, spare) or _cheapest(options, most, needed, spare)
        if picks is None:
            break
        if all(picks.keys() != earlier.keys() for earlier in found):
            found.append(picks)
        _forgo(options, picks, usual, most)
    return found


def _forgo(
    options: Sequence[_Option], picks: Quantities, usual: Quantities, most: Quantities
) -> None:
    """Take away the costliest item of a combination; of one partly in hand, only the rest."""
    costliest = max(picks, key=lambda place: (_minutes(options[place], picks[place]), -place))
    free = options[costliest].free
    left = free if picks[costliest] > free else 0
    usual[costliest] = most[costliest] = left


def _cheapest(
    options: Sequence[_Option], rooms: Quantities, needed: int, spare: int
) -> Quantities | None:
    """Return the combination of least cost whose points lie from `needed` to `spare`, or None.

    Goes item by item and keeps the cheapest partial combination for every sum of points. A sum
    that has reached the target is not extended: whatever came on top could be left out.
    """
    cheapest: dict[int, _Partial] = {0: _Partial(_Cost(), ())}
    for option in options:
        for reached, partial in sorted(cheapest.items(), reverse=True):
            if reached < needed:
                for points, extended in _extensions(partial, reached, option, rooms):
                    best = cheapest.get(points)
                    if points <= spare and (best is None or extended.cost < best.cost):
                        cheapest[points] = extended
    complete = [partial for points, partial in cheapest.items() if points >= needed]
    if not complete:
        return None
    return dict(min(complete, key=lambda partial: (partial.cost, partial.picks)).picks)


def _extensions(
    partial: _Partial, reached: int, option: _Option, rooms: Quantities
) -> Iterator[tuple[int, _Partial]]:
    """Yield a partial combination with each possible quantity of one item, and its points."""
    for quantity in range(1, rooms[option.place] + 1):
        yield (
            reached + quantity * option.item.points_floor,
            _Partial(
                partial.cost.plus(option, quantity),
                (*partial.picks, (option.place, quantity)),
            ),
        )


def _minutes(option: _Option, quantity: int) -> int:
    """Return the cost of some units: those in hand first."""
    ready = min(quantity, option.free)
    return ready * IN_HAND_MINUTES + (quantity - ready) * option.unit_cost


def _suggestion(
    picks: Quantities, options: Sequence[_Option], reached: int, place: int
) -> Suggestion:
    chosen = [(options[each], picks[each]) for each in sorted(picks)]
    points = sum(option.item.points_floor * quantity for option, quantity in chosen)
    return Suggestion(
        picks=tuple(Pick(option.item.code, quantity) for option, quantity in chosen),
        points=points,
        total=reached + points,
        effort=sum(option.item.effort * max(0, n - option.free) for option, n in chosen),
        reason=_reason(chosen, points, place),
    )


def _reason(chosen: Sequence[tuple[_Option, int]], points: int, place: int) -> Reason:
    """Return the strongest thing to say for a combination."""
    ready = sum(option.item.points_floor * min(n, option.free) for option, n in chosen)
    liked = sum(option.item.points_floor * n for option, n in chosen if option.liked)
    if 2 * ready >= points:
        return Reason.USES_WHAT_YOU_HAVE
    if 2 * liked >= points:
        return Reason.MATCHES_LIKING
    if place == 0:
        return Reason.LEAST_EFFORT
    return Reason.FEWEST_KINDS if len(chosen) == 1 else Reason.VARIED
