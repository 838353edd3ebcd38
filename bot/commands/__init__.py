"""What the commands of `kawan` do."""

FAILURE = 1
WRONG_USE = 2


class Failed(Exception):
    """A command that could not do its work: a sentence for the person and an exit code."""

    def __init__(self, sentence: str, code: int = FAILURE) -> None:
        super().__init__(sentence)
        self.code = code
