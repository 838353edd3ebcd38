"""Buttons packed into 64 bytes, and everything that only looks like one."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conversations.callbacks.copying import ShowField, TickField, UntickField
from conversations.callbacks.packing import LONGEST, Button, UnreadableButton, code_of, unpack
from conversations.dialogue import TAPS
from storage.rulesets import DeadlineKind, RuleSet, load_ruleset
from storage.rulesets.checks import COPY_FIELD_MAX

ALL = sorted(Button._by_code.values(), key=lambda kind: kind.code)
LARGEST = 2**63 - 1
LAST_DAY = 4_000_000
"""An ordinal of the calendar, as far ahead as calendars go."""

numbers = st.one_of(st.sampled_from([0, 1, -1, LARGEST, -LARGEST]), st.integers(-(2**40), 2**40))
words = st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"]), max_size=6)


@st.composite
def buttons(draw: st.DrawFn) -> Button:
    kind = draw(st.sampled_from(ALL))
    values: list[Any] = [draw(numbers if field is int else words) for field in kind.field_kinds()]
    return kind(*values)


@given(buttons())
def test_a_button_is_read_as_it_was_packed(button: Button) -> None:
    try:
        packed = button.pack()
    except ValueError:
        # Only what is too long is refused, and it is refused before Telegram sees it.
        fields = [str(value) for value in vars(button).values()]
        assert sum(len(one.encode()) for one in fields) > LONGEST // 2
        return
    assert 1 <= len(packed.encode()) <= LONGEST
    assert unpack(packed) == button
    assert code_of(packed) == button.code


@given(st.text(max_size=64))
@example("")
@example(":")
@example("1")
@example("0p:1")
@example("1p:1")
@example("1pi:zz:")
@example("1pi:1:RHK-01:extra")
@example("1pz:zzzzzzzzzzzzzzzzzzzz")
@example("1pz:1.5")
@example("1pz:")
@example("1pz:1_0")
def test_anything_else_is_read_or_refused_and_nothing_third(data: str) -> None:
    code_of(data)
    try:
        button = unpack(data)
    except UnreadableButton:
        return
    assert type(button) in ALL


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_another_version_is_not_read(kind: type[Button]) -> None:
    packed = kind(*(1 if field is int else "x" for field in kind.field_kinds())).pack()
    for version in "029x":
        with pytest.raises(UnreadableButton):
            unpack(version + packed[1:])
        assert code_of(version + packed[1:]) == ""


def test_a_colon_cannot_smuggle_a_field_in() -> None:
    kind = next(one for one in ALL if str in one.field_kinds())
    with pytest.raises(ValueError, match="colon"):
        kind(*(1 if field is int else "a:b" for field in kind.field_kinds())).pack()


def test_two_buttons_never_share_a_code() -> None:
    with pytest.raises(TypeError, match="two buttons"):
        type("Another", (Button,), {}, code=ALL[0].code)


# ------------------------------------------------------- what both rule sets need fits


@pytest.fixture(params=["pmm-2024", "ruang-gtk-2025"])
def rules(request: pytest.FixtureRequest) -> RuleSet:
    return load_ruleset(request.param)


def _longest_words(rules: RuleSet) -> dict[str, str]:
    """The longest value that the rule set can put into a field, by the field's name."""

    def longest(codes: Iterator[str]) -> str:
        return max(codes, key=lambda code: len(code.encode()), default="-")

    return {
        "step": longest(step.id for step in rules.steps),
        "item": longest(item.code for item in rules.items),
        "duty": longest(duty.code for duty in rules.duties),
        "behaviour": longest(one.code for one in rules.behaviours),
        "guide": longest(guide.code for one in rules.behaviours for guide in one.guides),
        "choice": longest(
            one.code
            for step in rules.steps
            for one in rules.choices(step)
            if step.kind == "choice"
        ),
        "indicator": longest(one.code for one in rules.indicators),
        "focus": longest(focus.code for one in rules.indicators for focus in one.focus),
        "line": "10-10-10-10-10-10-10-10",
        "where": longest(step.id for step in rules.steps),
        "found": "16.24.23.22.21",
        "origin": "previous",
        "deadline": max(DeadlineKind, key=len),
        "period": "2026-2",
        "form": "observation",
        "part": "voice",
        "topic": "observation",
        "field": "x" * 20,
        "state": "not_started",
        "audience": "below_target",
        "fate": "not_joined",
        "answer": "done",
        "language": "id",
        "ruleset": "x" * 40,
        "document": longest(one.id for one in rules.accountability_documents),
        "salutation": "bapak",
        # A link's token is 22 characters; Telegram lets through 64, which is why it is cut.
        "token": "x" * 22,
        "picks": "-".join(f"{item.code.rpartition('-')[2]}*20" for item in rules.items[:4]),
    }


def _largest_number(kind: type[Button], name: str) -> int:
    if name in ("plan", "member", "deputy", "roster", "broadcast", "request", "proposal"):
        return LARGEST
    if name == "marks":
        return 2**30 - 1
    if name in ("first", "last", "before", "after"):
        return LAST_DAY
    return 9_999


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_the_largest_realistic_button_fits(kind: type[Button], rules: RuleSet) -> None:
    words = _longest_words(rules)
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    if kind in (ShowField, TickField, UntickField):
        words["field"] = "x" * COPY_FIELD_MAX + "/" + "x" * 24  # a plan's codes are no longer
    values: list[Any] = [
        _largest_number(kind, name) if field is int else words[name]
        for name, field in zip(names, kind.field_kinds(), strict=True)
    ]
    packed = kind(*values).pack()
    assert len(packed.encode()) <= LONGEST
    assert unpack(packed) == kind(*values)


def test_every_button_has_a_handler_when_the_bot_is_put_together() -> None:
    import bot.handlers  # noqa: F401 - fills the table

    missing = [kind.__name__ for kind in ALL if kind not in TAPS]
    assert missing == []


def test_random_bytes_never_read_as_more_than_a_button() -> None:
    dice = random.Random(7)
    for _ in range(2_000):
        data = dice.randbytes(dice.randint(1, 64)).decode("utf-8", "replace")
        try:
            unpack(data)
        except UnreadableButton:
            continue
    assert json.dumps(data)
