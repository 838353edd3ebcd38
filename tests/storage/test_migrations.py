"""The migrated schema is the models' schema, on both databases, and every step can be undone."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from storage.database import Database, alembic_config
from storage.models import metadata


async def test_migrated_schema_equals_the_models(database: Database) -> None:
    def difference(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))

    async with database.engine.begin() as connection:
        assert await connection.run_sync(difference) == []


async def test_every_migration_can_be_undone(database: Database) -> None:
    def down_and_up(connection: Connection) -> list[str]:
        command.downgrade(alembic_config(connection), "base")
        left = inspect(connection).get_table_names()
        command.upgrade(alembic_config(connection), "head")
        return left

    async with database.engine.begin() as connection:
        assert await connection.run_sync(down_and_up) == ["alembic_version"]


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await database.migrate()
