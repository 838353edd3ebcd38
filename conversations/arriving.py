"""Files that come in: how they are read before the turn, and what is known about them then."""

from conversations.dialogue import Incoming
from conversations.turn import Turn
from storage.errors import NotFound
from storage.evidence.receiving import Arrival
from storage.inspecting import Inspected, Unusable, Why, safe_name


def take_in(incoming: Incoming) -> Inspected:
    """Judge and clean a file, and give it its lasting place; runs in a thread."""
    seen = incoming.inspect(incoming.path)
    incoming.files.place(incoming.path, incoming.school_id, seen.sha256)
    return seen


def arrival_of(turn: Turn) -> Arrival:
    """Give the photo or document of this turn. Raises `Unusable` for one that was not fetched."""
    message = turn.message
    if message is None:
        raise NotFound
    if not isinstance(turn.file, Inspected):
        raise Unusable(Why.TOO_LARGE)
    document = message.document
    return Arrival(
        seen=turn.file,
        name=safe_name(document.file_name or "", turn.file.media_type) if document else "",
        position=message.message_id,
        telegram_id=document.file_id if document else message.photo[-1].file_id,
        is_photo=document is None,
    )
