"""Two schools with their people."""

from tests.storage.evidence.conftest import cast, other

__all__ = ["cast", "other"]
