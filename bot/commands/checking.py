"""`kawan doctor`: is everything there that the bot needs?"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.commands import Failed
from bot.commands.asking_telegram import bot_username
from bot.commands.backing_up import lost_in_words, number_in_words, size_in_words
from bot.commands.configuring import settings_to_run
from bot.commands.opening import make_database, reason
from bot.settings import Settings, SettingsError, read_settings
from storage import ruleset_choices
from storage.database import Database, alembic_config
from storage.errors import RulesBroken
from storage.files import RESERVE_BYTES, FileStore
from storage.rulebook import RuleBook
from storage.rulesets import RuleSetError, available_rulesets, load_ruleset, unused_files
from storage.snapshots import NewerSchema, require_known
from storage.sweeping import Present, missing, unnamed_files

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
    return _check(say, thorough=True)


def check_quickly(say: Callable[[str], None]) -> bool:
    """Do the same without reading the evidence files: by their presence and size."""
    return _check(say, thorough=False)


def _check(say: Callable[[str], None], *, thorough: bool) -> bool:
    good = True
    for finding in _findings(thorough=thorough):
        say(str(finding))
        good = good and finding.good
    return good


def _findings(*, thorough: bool) -> Iterator[Finding]:
    try:
        settings = read_settings()
    except SettingsError as error:
        yield Finding(good=False, what="Pengaturan", detail=str(error))
        return
    yield _settings()
    yield from asyncio.run(_data(settings, thorough=thorough))
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


async def _data(settings: Settings, *, thorough: bool) -> list[Finding]:
    what = "Basis data"
    try:
        database = make_database(settings)
    except Failed as failed:
        return [Finding(good=False, what=what, detail=str(failed))]
    try:
        if database.is_sqlite and not _is_file(database.url.database):
            # Looking must not make an empty file.
            where = f"belum ada; {database.url.database} dibuat saat bot pertama kali jalan"
            return [Finding(good=True, what=what, detail=where)]
        present, newest = await _revision(database), _newest_revision()
        schema = _schema(database, present, newest)
        if present != newest:
            return [Finding(good=True, what=what, detail=schema)]
        files = FileStore(settings.data_dir / "files")
        evidence = await _evidence(database, files, thorough=thorough)
        rules = await _rules_in_use(database, settings)
        return [Finding(good=True, what=what, detail=schema), *evidence, *rules]
    except Failed as failed:
        return [Finding(good=False, what=what, detail=str(failed))]
    except Exception as error:
        return [Finding(good=False, what=what, detail=f"tidak terbuka, {reason(error)}")]
    finally:
        await database.close()


async def _revision(database: Database) -> str | None:
    """Read the version of the schema without changing anything."""
    from alembic.migration import MigrationContext

    async with database.reading() as session:
        connection = await session.connection()
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )


def _newest_revision() -> str | None:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def _schema(database: Database, present: str | None, newest: str | None) -> str:
    """Tell the version of the schema. Raises `Failed` for one that this program cannot know."""
    if present == newest:
        return f"{database.url.get_backend_name()}, skema {present} (terbaru)"
    if present is None:
        return "kosong; disiapkan saat bot pertama kali jalan"
    try:
        require_known(present)
    except NewerSchema:
        raise Failed(
            f"skema {present} lebih baru daripada program ini. Perbarui programnya."
        ) from None
    return f"skema {present}; diperbarui ke {newest} saat bot dijalankan"


async def _evidence(database: Database, files: FileStore, *, thorough: bool) -> list[Finding]:
    """Look after the evidence files; nothing to say where there are none."""
    present = await missing(database, files, thorough=thorough)
    found = [_whole(present, thorough=thorough)] if present.files or present.lost else []
    found += [
        Finding(good=False, what="Bukti", detail=lost_in_words(lost)) for lost in present.lost
    ]
    if unnamed := await unnamed_files(database, files):
        found.append(_left_over(f"{number_in_words(len(unnamed))} berkas tanpa catatan"))
    if half := len(list((files.folder / "incoming").glob("*"))):
        found.append(_left_over(f"{number_in_words(half)} unduhan yang terputus"))
    return found


def _whole(present: Present, *, thorough: bool) -> Finding:
    files = f"{number_in_words(present.files)} berkas ({size_in_words(present.size)})"
    if not present.lost:
        how = "utuh" if thorough else "ada; isinya tidak dibaca"
        return Finding(good=True, what="Bukti", detail=f"{files} {how}")
    return Finding(
        good=False,
        what="Bukti",
        detail=(
            f"{number_in_words(len(present.lost))} berkas hilang atau rusak, {files} baik. "
            "Ambil dari cadangan, atau minta gurunya mengirim lagi"
        ),
    )


def _left_over(what: str) -> Finding:
    detail = f"{what}; yang lebih dari satu jam dihapus sendiri selagi bot jalan"
    return Finding(good=True, what="Sisa berkas", detail=detail)


async def _rules_in_use(database: Database, settings: Settings) -> list[Finding]:
    """Find rule sets that schools have, will have or have had, and that cannot be used."""
    rulebook = RuleBook(settings.data_dir / "rulesets")
    async with database.reading() as session:
        used = await ruleset_choices.in_use(session)
    found, broken = [], set()
    for school, ruleset in used:
        try:
            rulebook.named(school, ruleset)
        except RulesBroken:
            broken.add(school.npsn)
            detail = (
                f"{ruleset} dipakai {school.name} ({school.npsn}), tetapi hilang atau salah. "
                f"Kembalikan atau perbaiki {settings.data_dir / 'rulesets' / ruleset}.toml"
            )
            found.append(Finding(good=False, what="Aturan", detail=detail))
    schools = {school.npsn: school for school, _ in used if school.npsn not in broken}
    for school in schools.values():
        for day in ruleset_choices.out_of_step(rulebook, school):
            detail = (
                f"{school.name} ({school.npsn}) berganti aturan pada {day}, "
                "padahal sekarang itu bukan awal periode. Periksa perubahan aturannya"
            )
            found.append(Finding(good=False, what="Aturan", detail=detail))
    return found


def _is_file(path: str | None) -> bool:
    return path is not None and Path(path).is_file()


def _rulesets(settings: Settings) -> Finding:
    what, folder = "Aturan", settings.data_dir / "rulesets"
    overlays = sorted(folder.glob("*/*.toml"))
    available = available_rulesets(folder)
    unused = unused_files(folder)
    if unused:
        named = ", ".join(unused)
        detail = (
            f"{named} tidak dipakai: namanya dipakai program, atau bukan huruf kecil dan angka"
        )
        return Finding(good=False, what=what, detail=detail)
    try:
        for name in available:
            load_ruleset(name, folder=folder)
        for overlay in overlays:
            load_ruleset(overlay.stem, overlay, folder)
    except RuleSetError as error:
        return Finding(good=False, what=what, detail=" | ".join(str(error).splitlines()))
    if settings.ruleset not in available:
        known = ", ".join(available)
        return Finding(
            good=False, what=what, detail=f"RULESET={settings.ruleset} tidak ada; pilih {known}"
        )
    own = f", {len(overlays)} perubahan sekolah" if overlays else ""
    return Finding(good=True, what=what, detail=f"{', '.join(available)}{own}")


def _disk(folder: Path) -> Finding:
    existing = next(one for one in [folder.absolute(), *folder.absolute().parents] if one.exists())
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    size = f"{free_mb / 1000:.1f} GB".replace(".", ",")
    detail = f"{size} kosong di {folder}"
    if free_mb < RESERVE_BYTES // 1_000_000:
        refused = f"hanya {detail}; bukti baru ditolak. Sisakan {LEAST_FREE_MB} MB"
        return Finding(good=False, what="Ruang disk", detail=refused)
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
