"""The migrated schema is the models' schema, on both databases, and every step can be undone."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

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


async def test_messages_that_bear_a_number_of_the_archive_get_one_of_their_own(
    sqlite_url: str,
) -> None:
    """SQLite had given numbers again once everything was archived."""
    database = Database(sqlite_url)
    kept = "school_id, member_id, occasion, kind, subject, state, created_at, outcome"
    values = "1, 1, '{0}', 'test', '{{}}', '{1}', '2026-07-06', ''"

    def collide(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), "0015")
        connection.execute(text("PRAGMA defer_foreign_keys = 1"))
        for number in (1, 2, 5):
            row = values.format(f"old:{number}", "sent")
            connection.execute(
                text(f"INSERT INTO outbox_archive (id, {kept}) VALUES ({number}, {row})")
            )
        for number in (1, 2, 3):
            row = values.format(f"new:{number}", "pending")
            connection.execute(
                text(
                    f"INSERT INTO outbox (id, {kept}, priority, due_at, attempts)"
                    f" VALUES ({number}, {row}, 0, '2026-07-06', 0)"
                )
            )

    async with database.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO school (id, npsn, name, timezone, ruleset, later_rulesets,"
                 " rules_revision, created_at)"
                 " VALUES (1, '10304567', 'A', 'Asia/Jakarta', 'pmm-2024', '[]', 0, '2026-07-06')")
        )  # fmt: skip
        await connection.execute(
            text("INSERT INTO member (id, school_id, name, roles, salutation, created_at)"
                 " VALUES (1, 1, 'Rina', 1, '', '2026-07-06')")
        )  # fmt: skip
        await connection.run_sync(collide)
    await database.migrate()
    async with database.engine.begin() as connection:
        numbers = (await connection.execute(text("SELECT id, occasion FROM outbox"))).all()
        await connection.execute(text("DELETE FROM outbox"))
        row = values.format("next", "pending")
        await connection.execute(
            text(f"INSERT INTO outbox ({kept}, priority, due_at, attempts)"
                 f" VALUES ({row}, 0, '2026-07-06', 0)")
        )  # fmt: skip
        following = (await connection.execute(text("SELECT id FROM outbox"))).scalar_one()
    await database.close()
    assert {occasion: number for number, occasion in numbers} == {
        "new:1": 6, "new:2": 7, "new:3": 3,
    }  # fmt: skip
    assert following == 8
