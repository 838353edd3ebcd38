"""How quantities look in a text."""


def bar(done: int, of: int, width: int = 10) -> str:
    """Draw progress: full blocks for what is done, light ones for the rest."""
    full = width if of <= 0 else min(width, done * width // of)
    return "▓" * full + "░" * (width - full)


def number(value: float, decimal: str = ",") -> str:
    """Write a number with a comma before the decimals: `2,5`."""
    text = f"{value:g}"
    return text.replace(".", decimal)
