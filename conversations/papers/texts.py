"""The words of the papers, taken from the words of a language."""

from datetime import date

from conversations.papers.orders import LeftOut, NotMade, PaperTexts
from conversations.words import Words


def paper_texts(words: Words) -> PaperTexts:
    """Collect what stands on the papers in one language."""
    labels = {
        name: words.label(f"papers.{name}") for name in PaperTexts.model_fields if name != "months"
    }
    months = tuple(words.short_day(date(2000, month, 1)).split()[1] for month in range(1, 13))
    return PaperTexts(months=months, **labels)


def why_left_out(words: Words, left_out: LeftOut) -> str:
    """Say in a line of plain text which file is not in a paper and why."""
    return words.label(f"papers.left_out_{left_out.why}", name=left_out.name)


def why_not_made(words: Words, refused: NotMade) -> str:
    """Say in a sentence or two of plain text why there is no paper and what to do."""
    return words.label(f"papers.not_made_{refused.reason}", pages=refused.pages)
