"""People with a plan that holds."""

from tests.storage.evidence.conftest import cast, other, plan

__all__ = ["cast", "other", "plan"]
