"""What a teacher reports, and what shows that a main duty was carried out."""

from dataclasses import dataclass

from storage.rulesets.terms import Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportField:
    """One question of the report; `id` names its answer for ever and has 20 characters at most.

    With `step` it is asked when the plan has something in that step, with `aspect` when nothing
    else shows that main duty; `parameter` is one of the rating's. Without any it is always asked.
    """

    id: str
    title: str
    question: str
    hint: str = ""
    example: str = ""
    step: str = ""
    aspect: str = ""
    parameter: str = ""
    required: bool = False
    takes_files: bool = False
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """What shows that a teacher has carried out a main duty, which `code` names.

    `codes` are entries of a plan, `steps` stand for all entries of a step, `observation` for
    steps of the observation cycle.
    """

    code: str
    codes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    observation: tuple[str, ...] = ()
    confidence: Confidence
