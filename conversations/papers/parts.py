"""What every part of an order is: a plain value that can be written as JSON."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of an order, or of what comes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
