"""`kawan export`: everything of a school's period in a folder, also while the bot runs."""

import asyncio
import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.commands import FAILURE, WRONG_USE, Failed
from bot.commands.asking_telegram import bot_username
from bot.commands.backing_up import number_in_words, size_in_words
from bot.commands.configuring import settings as read
from bot.commands.inviting import known_school, npsn_of
from bot.commands.opening import opened, reason
from bot.settings import Settings
from conversations.papers.issues import printed_of
from conversations.papers.making import make
from conversations.papers.orders import LeftOut, Made, NotMade, SchoolForm, SchoolOrder
from conversations.papers.school_ordering import LONGEST_S, known_period, school_order
from conversations.papers.school_source import Source
from conversations.papers.texts import why_left_out, why_not_made
from conversations.words import Words
from storage import exports, members
from storage.errors import NotFound
from storage.files import FileStore
from storage.issuing import keep_issued
from storage.models import School
from storage.people import today_at
from storage.rulebook import RuleBook
from storage.rulesets import Period

WORDS = Words("id")
MARK = ".kawan-export"
"""Lies in every folder that was made here: only such a folder is ever replaced."""

TELL_EVERY = 10
"""Where nobody looks at a terminal, a line is written each time so many percent are done."""


def export_school(destination: Path, *, npsn: str, period: str, force: bool) -> None:
    """Write a school's period into a new folder. Raises `Failed`, also when a file is lost.

    The folder has its name once everything in it is whole.
    """
    settings = read()
    npsn = npsn_of(npsn)
    # Not what a link points to: the link itself would be replaced.
    destination = Path(os.path.abspath(destination))  # noqa: PTH100
    _require_free(destination, force=force)
    part = destination.with_name(f".{destination.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(mode=0o700)
        order, made = asyncio.run(_export(settings, npsn, period, part))
        order.spool.unlink()
        (part / MARK).write_text(f"{npsn}\n", encoding="utf-8")
        _publish(part, destination, force=force)
    except NotMade as refused:
        raise Failed(f"Tidak berhasil. {why_not_made(WORDS, refused)}", FAILURE) from None
    except OSError as error:
        raise Failed(
            f"Tidak berhasil: {reason(error)}. Periksa folder dan ruang disk.", FAILURE
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    typer.echo(
        f"Ekspor selesai: {destination} ({number_in_words(order.teachers)} guru, "
        f"{number_in_words(order.skps)} SKP, {number_in_words(order.files)} berkas, "
        f"{size_in_words(order.bytes)})"
    )
    typer.echo("Isinya data pribadi: simpan di tempat yang aman.")
    if left_out := [one for paper in made for one in paper.left_out]:
        raise Failed(_lost(left_out), FAILURE)


async def _export(
    settings: Settings, npsn: str, period_id: str, part: Path
) -> tuple[SchoolOrder, tuple[Made, ...]]:
    rulebook = RuleBook(settings.data_dir / "rulesets")
    async with opened(settings) as database:
        async with database.reading() as session:
            school = known_school(await members.find_school(session, npsn), npsn)
            now = datetime.now(UTC)
            period_id = await _known(session, rulebook, school, period_id, now)
            source = Source(
                session=session,
                school=school,
                rulebook=rulebook,
                files=FileStore(settings.data_dir / "files"),
                words=Words(WORDS.language, ZoneInfo(school.timezone)),
                now=now,
                by="kawan export",
                username=_username(settings),
            )
            order, issues = await school_order(source, period_id, SchoolForm.FOLDER, part)
            school_id = source.school_id
        # Nothing is read while papers are made: writers never wait for it.
        made = await make(order, _shown(), seconds=LONGEST_S)
        async with database.transaction() as session:
            await keep_issued(session, tuple(printed_of(issues, made)))
            exports.note_console(session, school_id, period_id, order.form, now)
    return order, made


async def _known(
    session: AsyncSession, rulebook: RuleBook, school: School, period_id: str, now: datetime
) -> str:
    """Give the period that is meant, the present one unless told. Raises `Failed`."""
    try:
        if not period_id:
            period_id = rulebook.period_at(school, today_at(school, now)).id
        await known_period(session, rulebook, school, period_id)
    except NotFound:
        present = rulebook.period_at(school, today_at(school, now))
        raise Failed(_no_period(period_id, present), WRONG_USE) from None
    return period_id


def _username(settings: Settings) -> str:
    """Give the bot's name for the QR codes on papers; empty where nobody can tell it."""
    with contextlib.suppress(Failed):
        if settings.token:
            return bot_username(settings)
    typer.echo(
        "Nama bot tidak diketahui, jadi SKP dan rekap tanpa kode QR. "
        "Kode verifikasinya tetap bisa diperiksa dengan /cek.",
        err=True,
    )
    return ""


# ---------------------------------------------------------------- the folder


def _require_free(destination: Path, *, force: bool) -> None:
    if not destination.parent.is_dir():
        raise Failed(
            f"Folder {destination.parent} belum ada. Buat dahulu, atau tulis yang lain.", WRONG_USE
        )
    if not destination.exists() and not destination.is_symlink():
        return
    if destination.is_dir() and not destination.is_symlink():
        if not any(destination.iterdir()):
            return
        if (destination / MARK).is_file():
            if force:
                return
            raise Failed(
                f"{destination} sudah ada dan tidak ditimpa. Tulis nama lain, atau tambahkan "
                "--force untuk menggantinya.",
                FAILURE,
            )
    raise Failed(
        f"{destination} sudah ada dan bukan hasil kawan export, jadi tidak diganti, juga tidak "
        "dengan --force. Tulis nama lain.",
        FAILURE,
    )


def _publish(part: Path, destination: Path, *, force: bool) -> None:
    """Give the whole folder its name; what was there before goes last."""
    _require_free(destination, force=force)  # it may have come meanwhile
    former = part.with_name(f"{part.name}.former")
    if destination.exists():
        destination.rename(former)
    try:
        part.rename(destination)
    except OSError:
        if former.exists():
            former.rename(destination)
        raise
    shutil.rmtree(former, ignore_errors=True)


# ---------------------------------------------------------------- words


def _shown() -> Callable[[int, int], None]:
    """Show on standard error how far it is."""
    told = -1

    def show(done: int, of: int) -> None:
        nonlocal told
        percent = 100 * done // of if of else 100
        step = 1 if sys.stderr.isatty() else TELL_EVERY
        if percent // step == told:
            return
        told = percent // step
        if sys.stderr.isatty():
            typer.echo(f"\rMengekspor: {percent}%", err=True, nl=percent >= 100)
        else:
            typer.echo(f"Mengekspor: {percent}%", err=True)

    return show


def _no_period(period_id: str, present: Period) -> str:
    return f"Periode {period_id!r} tidak ada. Tulis seperti periode sekarang: {present.id}."


def _lost(left_out: list[LeftOut]) -> str:
    lines = [f"✗ {why_left_out(WORDS, one)}" for one in left_out]
    return "\n".join(
        [f"{number_in_words(len(lines))} berkas tidak ikut. Yang lain lengkap.", *lines]
    )
