"""The matrix is total, and what the facts suggest follows the rule set alone."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ratings.drafting import LONGEST_FEEDBACK
from storage.ratings.suggesting import suggest
from storage.rulesets import (
    Confidence,
    RatingAxis,
    RatingFact,
    RuleSet,
    available_rulesets,
    load_ruleset,
)

RULES = [load_ruleset(one) for one in available_rulesets()]
rule_sets = st.sampled_from(RULES)
axes = st.sampled_from(list(RatingAxis))
percents = st.dictionaries(st.sampled_from(list(RatingFact)), st.integers(0, 400))


@pytest.mark.parametrize("rules", RULES, ids=lambda one: one.id)
def test_every_pair_of_levels_gives_a_predicate_and_no_better_level_a_worse_one(
    rules: RuleSet,
) -> None:
    levels = rules.rating.levels
    assert len(rules.matrix) == len(levels) ** 2
    # The predicates are in the file from the best to the worst.
    order = [one.id for one in rules.predicates]
    for result, behaviour in product(levels, levels):
        rank = order.index(rules.rated(result, behaviour).id)
        assert rules.cell(result, behaviour).predicate == order[rank]
        for better in levels[levels.index(behaviour) :]:
            assert order.index(rules.rated(result, better).id) <= rank


@pytest.mark.parametrize("rules", RULES, ids=lambda one: one.id)
def test_ready_sentences_are_there_for_every_pair_and_fit_together(rules: RuleSet) -> None:
    levels = rules.rating.levels
    for result, behaviour in product(levels, levels):
        fits = rules.sentences(result, behaviour)
        assert {one.axis for one in fits} == set(RatingAxis)
        assert len(fits) <= 6  # beside the own words they are three rows of two
        assert len(" ".join(one.text for one in fits)) <= LONGEST_FEEDBACK
    texts = [one.text for one in rules.feedback]
    assert not [one for one in texts for other in texts if one != other and one in other]
    assert {one.confidence for one in (*rules.feedback, *rules.rating_hints)} == {Confidence.OWN}


@given(rule_sets, axes, percents)
def test_a_suggestion_is_a_level_with_reasons_that_are_true(
    rules: RuleSet, axis: RatingAxis, known: dict[RatingFact, int]
) -> None:
    found = suggest(rules, axis, known)
    speaking = [one for one in rules.rating_hints if one.axis is axis and one.fact in known]
    if found is None:
        assert not speaking
        return
    assert found.level in rules.rating.levels
    assert found.reasons
    for reason in found.reasons:
        assert reason.counted == known[reason.hint.fact]
        # The lowest level is what is left when something is not enough.
        assert reason.holds is (found.level != rules.rating.levels[0])


@given(rule_sets, axes, percents, st.data())
def test_more_of_what_is_known_never_suggests_less(
    rules: RuleSet, axis: RatingAxis, known: dict[RatingFact, int], data: st.DataObject
) -> None:
    more = {fact: value + data.draw(st.integers(0, 100)) for fact, value in known.items()}
    levels = rules.rating.levels
    before, after = suggest(rules, axis, known), suggest(rules, axis, more)
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert levels.index(after.level) >= levels.index(before.level)


PMM = load_ruleset("pmm-2024")


@pytest.mark.parametrize(
    ("known", "level"),
    [
        ({RatingFact.ACCEPTED_OF_PLANNED: 74}, "di_bawah"),
        ({RatingFact.ACCEPTED_OF_PLANNED: 75}, "sesuai"),
        ({RatingFact.ACCEPTED_OF_PLANNED: 100, RatingFact.ACCEPTED_OF_TARGET: 149}, "sesuai"),
        ({RatingFact.ACCEPTED_OF_PLANNED: 100, RatingFact.ACCEPTED_OF_TARGET: 150}, "di_atas"),
        (
            {
                RatingFact.ACCEPTED_OF_PLANNED: 100, RatingFact.ACCEPTED_OF_TARGET: 150,
                RatingFact.OBSERVED: 59,
            },
            "di_bawah",
        ),
    ],
)  # fmt: skip
def test_the_thresholds_of_the_first_scheme(known: dict[RatingFact, int], level: str) -> None:
    found = suggest(PMM, RatingAxis.WORK_RESULT, known)
    assert found is not None
    assert found.level == level


def test_without_a_fact_nothing_is_suggested() -> None:
    assert suggest(PMM, RatingAxis.WORK_RESULT, {}) is None
    assert suggest(PMM, RatingAxis.WORK_BEHAVIOUR, {RatingFact.OBSERVED: 90}) is None
