"""`kawan doctor`: is everything there that the bot needs?"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.commands import Failed
from bot.commands.asking_telegram import bot_username
from bot.commands.configuring import settings_to_run
from bot.commands.opening import make_database, reason
from bot.settings import Settings, SettingsError, read_settings
from storage.database import Database, alembic_config
from storage.rulesets import RuleSetError, available_rulesets, load_ruleset

LEAST_FREE_MB = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    good: bool
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{'✓' if self.good else '✗'} {self.what}: {self.detail}"


def check_everything(say: Callable[[str], None]) -> bool:
    """Say one line for each thing checked; whether all of them are good."""
    good = True
    for finding in _findings():
        say(str(finding))
        good = good and finding.good
    return good


def _findings() -> Iterator[Finding]:
    try:
        settings = read_settings()
    except SettingsError as error:
        yield Finding(good=False, what="Pengaturan", detail=str(error))
        return
    yield _settings()
    yield asyncio.run(_database(settings))
    yield _rulesets(settings)
    yield _disk(settings.data_dir)
    yield _telegram(settings)


def _settings() -> Finding:
    try:
        settings = settings_to_run()
    except Failed as failed:
        return Finding(good=False, what="Pengaturan", detail=str(failed))
    how = "webhook" if settings.webhook_url else "polling"
    return Finding(good=True, what="Pengaturan", detail=f"lengkap ({how})")


async def _database(settings: Settings) -> Finding:
    what = "Basis data"
    try:
        database = make_database(settings)
    except Failed as failed:
        return Finding(good=False, what=what, detail=str(failed))
    try:
        return Finding(good=True, what=what, detail=await _schema(database))
    except Failed as failed:
        return Finding(good=False, what=what, detail=str(failed))
    except Exception as error:
        return Finding(good=False, what=what, detail=f"tidak terbuka, {reason(error)}")
    finally:
        await database.close()


async def _schema(database: Database) -> str:
    """Tell the version of the schema without changing anything."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    if database.is_sqlite and not _is_file(database.url.database):
        # Looking must not make an empty file.
        return f"belum ada; {database.url.database} dibuat saat bot pertama kali jalan"
    async with database.reading() as session:
        connection = await session.connection()
        present = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    scripts = ScriptDirectory.from_config(alembic_config())
    newest = scripts.get_current_head()
    if present == newest:
        return f"{database.url.get_backend_name()}, skema {present} (terbaru)"
    if present is None:
        return "kosong; disiapkan saat bot pertama kali jalan"
    if present not in {script.revision for script in scripts.walk_revisions()}:
        raise Failed(f"skema {present} lebih baru daripada program ini. Perbarui programnya.")
    return f"skema {present}; diperbarui ke {newest} saat bot dijalankan"


def _is_file(path: str | None) -> bool:
    return path is not None and Path(path).is_file()


def _rulesets(settings: Settings) -> Finding:
    what = "Aturan"
    overlays = sorted((settings.data_dir / "rulesets").glob("*/*.toml"))
    try:
        for name in available_rulesets():
            load_ruleset(name)
        for overlay in overlays:
            load_ruleset(overlay.stem, overlay)
    except RuleSetError as error:
        return Finding(good=False, what=what, detail=" | ".join(str(error).splitlines()))
    if settings.ruleset not in available_rulesets():
        known = ", ".join(available_rulesets())
        return Finding(
            good=False, what=what, detail=f"RULESET={settings.ruleset} tidak ada; pilih {known}"
        )
    own = f", {len(overlays)} perubahan sekolah" if overlays else ""
    return Finding(good=True, what=what, detail=f"{', '.join(available_rulesets())}{own}")


def _disk(folder: Path) -> Finding:
    existing = next(one for one in [folder.absolute(), *folder.absolute().parents] if one.exists())
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    size = f"{free_mb / 1000:.1f} GB".replace(".", ",")
    detail = f"{size} kosong di {folder}"
    if free_mb < LEAST_FREE_MB:
        return Finding(
            good=False, what="Ruang disk", detail=f"hanya {detail}; sisakan {LEAST_FREE_MB} MB"
        )
    return Finding(good=True, what="Ruang disk", detail=detail)


def _telegram(settings: Settings) -> Finding:
    if not settings.token:
        return Finding(good=False, what="Telegram", detail="BOT_TOKEN belum diisi")
    try:
        return Finding(good=True, what="Telegram", detail=f"menjawab, @{bot_username(settings)}")
    except Failed as failed:
        return Finding(good=False, what="Telegram", detail=str(failed))
