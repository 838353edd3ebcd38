"""`kawan backup` and `kawan restore`: everything into one file, and back."""

import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import typer
from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError

from bot.commands import FAILURE, WRONG_USE, Failed
from bot.commands.configuring import settings as read
from bot.commands.opening import make_database, reason
from bot.settings import Settings
from storage.archives import Contents, DamagedBackup, NewerBackup, NotABackup
from storage.backups import Backup, DestinationTaken, NoRoom, Progress, back_up
from storage.erasure import BACKUPS_KEPT_DAYS
from storage.errors import Refused
from storage.restoring import NotEmpty, Restored, restore
from storage.snapshots import InUse, NewerSchema, NoSchema
from storage.sweeping import Lost

LARGE = 100_000_000
"""From so many bytes on, a terminal is shown how far it is."""


def make_backup(destination: Path) -> None:
    """Make a backup and say what is in it. Raises `Failed`, also when a file had to be left."""
    settings = read()
    _require_folder(destination)
    with _explained(destination):
        backup = asyncio.run(_back_up(settings, destination))
    typer.echo(f"Cadangan selesai: {backup.path} ({size_in_words(backup.size)})")
    typer.echo(f"Isinya: {_contents(backup.contents)}.")
    if backup.lost:
        raise Failed(_left_out(backup), FAILURE)
    if destination.is_dir():
        dropped = _drop_outdated(destination, backup.path)
        if dropped:
            typer.echo(
                f"{number_in_words(dropped)} cadangan yang lebih lama dari {BACKUPS_KEPT_DAYS} "
                "hari dihapus, seperti yang dijanjikan kepada guru."
            )


def _drop_outdated(folder: Path, newest: Path) -> int:
    """Delete dated backups beyond their term: they still hold people who were erased since."""
    too_old = time.time() - BACKUPS_KEPT_DAYS * 86_400
    outdated = [
        path
        for path in folder.glob("kawan-*.tar")
        if path.name != newest.name and path.stat().st_mtime < too_old
    ]
    for path in outdated:
        path.unlink()
    return len(outdated)


async def _back_up(settings: Settings, destination: Path) -> Backup:
    database = make_database(settings)
    try:
        with _shown("Menyalin") as progress:
            return await back_up(
                database,
                settings.data_dir,
                destination,
                now=datetime.now(UTC).astimezone(),
                program=version("kawan-kinerja"),
                progress=progress,
            )
    finally:
        await database.close()


def restore_backup(source: Path, *, force: bool) -> None:
    """Restore a backup and say what was in it. Raises `Failed`; then nothing has changed."""
    settings = read()
    source = _newest_in(source)
    with _explained(source):
        restored = asyncio.run(_restore(settings, source, force=force))
    made_at = restored.manifest.head.made_at.astimezone()
    typer.echo(f"Dipulihkan dari {source}, yang dibuat {made_at:%d-%m-%Y %H.%M}.")
    typer.echo(f"Isinya: {_contents(restored.manifest.contents)}.")
    _say_more(restored)


def _say_more(restored: Restored) -> None:
    absent = len(restored.manifest.absent)
    if absent:
        typer.echo(
            f"{number_in_words(absent)} berkas bukti sudah hilang atau rusak sebelum dicadangkan; "
            "kawan doctor menyebutnya satu per satu."
        )
    if restored.former is not None:
        typer.echo(f"Data sebelumnya disimpan di {restored.former}")
    typer.echo("Sekarang bot bisa dijalankan lagi: kawan run")


async def _restore(settings: Settings, source: Path, *, force: bool) -> Restored:
    database = make_database(settings)
    try:
        with _shown("Memeriksa, lalu memulihkan") as progress:
            return await restore(
                source,
                database,
                settings.data_dir,
                force=force,
                now=datetime.now(UTC).astimezone(),
                progress=progress,
            )
    finally:
        await database.close()


# ---------------------------------------------------------------- what was typed


def _require_folder(destination: Path) -> None:
    folder = destination if destination.is_dir() else destination.absolute().parent
    if not folder.is_dir():
        raise Failed(f"Folder {folder} belum ada. Buat dahulu, atau tulis yang lain.", WRONG_USE)


def _newest_in(source: Path) -> Path:
    """Give a backup: the file itself, or the newest one in a folder."""
    if not source.is_dir():
        return source
    backups = sorted(source.glob("kawan-*.tar"), key=lambda path: path.stat().st_mtime)
    if not backups:
        raise Failed(f"Di folder {source} tidak ada berkas kawan-….tar.", WRONG_USE)
    return backups[-1]


# ---------------------------------------------------------------- words


def size_in_words(size: int) -> str:
    """Write a size in bytes: `900 byte`, `250 kB`, `3,2 MB`, `1,5 GB`."""
    if size < 1000:
        return f"{size} byte"
    for unit, power in (("kB", 1000), ("MB", 1000**2), ("GB", 1000**3)):
        if size < 999.5 * power or unit == "GB":
            break
    value = f"{size / power:.1f}" if unit != "kB" else f"{size / power:.0f}"
    return f"{value.replace('.', ',')} {unit}"


def number_in_words(number: int) -> str:
    """Write a number with a point before the thousands: `4.000`."""
    return f"{number:,}".replace(",", ".")


def _contents(contents: Contents) -> str:
    return (
        f"{number_in_words(contents.schools)} sekolah, "
        f"{number_in_words(contents.people)} orang, "
        f"{number_in_words(contents.pieces)} bukti, "
        f"{number_in_words(contents.files)} berkas ({size_in_words(contents.size)})"
    )


def _left_out(backup: Backup) -> str:
    lines = [f"✗ {lost_in_words(lost)}" for lost in backup.lost]
    return "\n".join(
        [
            f"{number_in_words(len(lines))} berkas bukti tidak ikut, karena hilang atau rusak di "
            "disk. Yang lain lengkap, dan cadangannya tetap bisa dipakai.",
            *lines,
        ]
    )


def lost_in_words(lost: Lost) -> str:
    """Name a lost file by school and piece, and by what it is called on the disk."""
    pieces = ", ".join(map(str, lost.pieces))
    what = "rusak" if lost.damaged else "hilang"
    return (
        f"{lost.school} ({lost.npsn}), bukti nomor {pieces}: berkas {what} "
        f"(files/{lost.kept.school_id}/{lost.kept.sha256[:2]}/{lost.kept.sha256})"
    )


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Turn what was refused, and what disks and databases say, into a sentence."""
    try:
        yield
    except NoSchema:
        raise Failed(
            "Belum ada data untuk dicadangkan. Jalankan kawan backup di folder bot, "
            "atau periksa DATABASE_URL.",
            WRONG_USE,
        ) from None
    except Refused as refused:
        raise Failed(_refusal(file, refused), FAILURE) from None
    except FileNotFoundError as error:
        raise Failed(f"Berkas {error.filename or file} tidak ditemukan.", WRONG_USE) from None
    except (OSError, sqlite3.Error, SQLAlchemyError, PostgresError, InterfaceError) as error:
        raise Failed(
            f"Tidak berhasil: {reason(error)}. Periksa DATABASE_URL, DATA_DIR, dan ruang disk.",
            FAILURE,
        ) from error


def _refusal(file: Path, refused: Refused) -> str:
    match refused:
        case DestinationTaken(path=path):
            return (
                f"{path} sudah ada dan tidak ditimpa. Tulis nama lain, atau nama foldernya saja."
            )
        case NoRoom(needed=needed, free=free):
            return (
                f"Ruang disk kurang: perlu {size_in_words(needed)}, "
                f"yang kosong {size_in_words(free)}. Tidak ada yang berubah."
            )
        case NotABackup():
            return f"{file} bukan cadangan Kawan Kinerja. Tidak ada yang berubah."
        case DamagedBackup(where=where):
            return (
                f"{file} rusak atau terpotong, di {where}. Tidak ada yang berubah; "
                "pakai cadangan yang lain."
            )
        case NewerBackup() | NewerSchema():
            return (
                "Datanya dibuat oleh program yang lebih baru daripada program ini. "
                "Perbarui programnya, lalu ulangi. Tidak ada yang berubah."
            )
        case InUse():
            return (
                "Basis datanya sedang dipakai. Hentikan dahulu botnya (dan perintah kawan lain), "
                "lalu ulangi. Tidak ada yang berubah."
            )
        case NotEmpty():
            return (
                f"Di sini sudah ada data: {_present(refused)}. Tidak ada yang berubah. Untuk "
                "menggantinya dengan cadangan ini, ulangi dengan --force; "
                "data yang ada disimpan di samping."
            )
        case _:
            raise refused


def _present(there: NotEmpty) -> str:
    if there.schools is None:
        schools = "basis data yang tidak terbaca"
    else:
        schools = f"{number_in_words(there.schools)} sekolah" if there.schools else ""
    files = "berkas bukti" if there.files else ""
    rules = "aturan sekolah" if there.rules else ""
    return ", ".join(filter(None, (schools, files, rules)))


@contextmanager
def _shown(what: str) -> Iterator[Progress]:
    """Show on a terminal how far something large is."""
    shown = -1

    def show(done: int, of: int) -> None:
        nonlocal shown
        percent = 100 * done // of if of else 100
        if of >= LARGE and percent != shown and _is_terminal():
            shown = percent
            typer.echo(f"\r{what}: {percent}%", err=True, nl=False)

    try:
        yield show
    finally:
        if shown >= 0:
            typer.echo(err=True)


def _is_terminal() -> bool:
    return sys.stderr.isatty()
