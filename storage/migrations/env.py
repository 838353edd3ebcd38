"""How Alembic reaches the database: always through a connection that `storage.database` gives."""

from typing import Any, Literal

from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from storage.columns import Document, Id, UtcDateTime
from storage.models import metadata


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types by their names, so that a migration reads like the models."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    if item is Id or item is Document:
        return "Id" if item is Id else "Document"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
    compare_server_default=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
