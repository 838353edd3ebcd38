"""Bringing schools and people in from the console, also while the bot runs."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from bot.commands import FAILURE, WRONG_USE, Failed
from bot.commands.asking_telegram import bot_username
from bot.commands.configuring import settings as read
from bot.commands.opening import opened
from bot.settings import Settings
from conversations.links import invitation_link
from conversations.roster_words import problem_in_words
from conversations.words import Words
from storage import members
from storage.errors import DuplicateSchool
from storage.members import Invited
from storage.models import Role, School
from storage.rosters import BYTES_MAX, NAME_MAX, RosterError, RosterRow, clean_name, read_roster
from storage.rulesets import available_rulesets

WORDS = Words("id")


def add_school(
    *, npsn: str, name: str, timezone: str, ruleset: str, operator: str, token_only: bool
) -> None:
    """Found a school and print the invitation of its operator.

    Without BOT_TOKEN the token alone is printed: founding a school comes before everything else.
    """
    settings = read()
    npsn, name = npsn_of(npsn), _name(name, "Nama sekolah")
    _require_zone(timezone)
    ruleset = ruleset or settings.ruleset
    _require_ruleset(settings, ruleset)
    person = _name(operator or f"Operator {name}"[:NAME_MAX], "Nama operator")
    if not settings.token and not token_only:
        typer.echo("BOT_TOKEN belum diisi: ini tokennya saja, belum berupa tautan.", err=True)
        token_only = True
    username = "" if token_only else bot_username(settings)
    token = asyncio.run(_found(settings, npsn, name, timezone, ruleset, person))
    typer.echo(f"{name} sudah terdaftar. Undangan untuk {person}:", err=True)
    typer.echo(_invitation(username, token))


async def _found(
    settings: Settings, npsn: str, name: str, timezone: str, ruleset: str, operator: str
) -> str:
    now = datetime.now(UTC)
    async with opened(settings) as database, database.transaction() as session:
        try:
            school = await members.found_school(
                session, npsn=npsn, name=name, timezone=timezone, ruleset=ruleset, now=now
            )
        except DuplicateSchool:
            raise Failed(
                f"Sekolah dengan NPSN {npsn} sudah ada. Untuk mengundang orang: "
                f'kawan invite --npsn {npsn} --role operator --name "…"',
                FAILURE,
            ) from None
        invited = await members.invite(
            session, school, name=operator, roles=Role.OPERATOR, now=now
        )
    return invited.token or ""


def invite_one(*, npsn: str, role: str, name: str, token_only: bool) -> None:
    """Invite one person and print the link, or the token alone."""
    settings = read()
    npsn, name = npsn_of(npsn), _name(name, "Nama")
    username = _username(settings, token_only=token_only)
    token = asyncio.run(_invite(settings, npsn, name, Role[role.upper()]))
    typer.echo(_invitation(username, token))


async def _invite(settings: Settings, npsn: str, name: str, roles: Role) -> str:
    async with opened(settings) as database, database.transaction() as session:
        school = known_school(await members.find_school(session, npsn), npsn)
        invited = await members.invite(
            session, school, name=name, roles=roles, now=datetime.now(UTC)
        )
    return invited.token or ""


def import_file(file: Path, *, npsn: str, token_only: bool) -> None:
    """Bring in a roster, everybody or nobody, and print one line a person."""
    settings = read()
    npsn = npsn_of(npsn)
    rows = _rows(file)
    username = _username(settings, token_only=token_only)
    for one in asyncio.run(_import(settings, npsn, rows)):
        invitation = "sudah bergabung" if one.token is None else _invitation(username, one.token)
        typer.echo(f"{one.member.name}\t{invitation}")


async def _import(settings: Settings, npsn: str, rows: Sequence[RosterRow]) -> list[Invited]:
    async with opened(settings) as database, database.transaction() as session:
        school = known_school(await members.find_school(session, npsn), npsn)
        return await members.import_roster(session, school, rows, now=datetime.now(UTC))


def _rows(file: Path) -> Sequence[RosterRow]:
    try:
        # One byte more than allowed says enough about a file that is too large.
        with file.open("rb") as opened_file:
            data = opened_file.read(BYTES_MAX + 1)
    except OSError as error:
        why = "tidak ditemukan" if isinstance(error, FileNotFoundError) else error.strerror
        raise Failed(f"Berkas {file} tidak bisa dibaca: {why}.", WRONG_USE) from None
    try:
        return read_roster(data, file.name).rows
    except RosterError as error:
        for problem in error.problems:
            typer.echo(problem_in_words(WORDS, problem), err=True)
        raise Failed(
            f"Tidak seorang pun dimasukkan. Perbaiki {file.name}, lalu ulangi perintah ini.",
            FAILURE,
        ) from None


# ---------------------------------------------------------------- what was typed


def npsn_of(raw: str) -> str:
    """Give an NPSN as it is kept. Raises `Failed` for anything else."""
    npsn = raw.strip()
    if not re.fullmatch(r"[0-9]{8}", npsn):
        raise Failed(f"NPSN terdiri dari 8 angka; yang ditulis: {npsn!r}.", WRONG_USE)
    return npsn


def _name(raw: str, what: str) -> str:
    name = clean_name(raw)
    if name is None:
        raise Failed(f"{what} harus berisi huruf, paling panjang {NAME_MAX} huruf.", WRONG_USE)
    return name


def _require_zone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise Failed(
            f"Zona waktu {timezone!r} tidak dikenal. Pilih Asia/Jakarta (WIB), "
            "Asia/Makassar (WITA), atau Asia/Jayapura (WIT).",
            WRONG_USE,
        ) from None


def _require_ruleset(settings: Settings, ruleset: str) -> None:
    available = available_rulesets(settings.data_dir / "rulesets")
    if ruleset not in available:
        raise Failed(f"Aturan {ruleset!r} tidak ada. Yang ada: {', '.join(available)}.", WRONG_USE)


def _username(settings: Settings, *, token_only: bool) -> str:
    if token_only:
        return ""
    if not settings.token:
        raise Failed(
            "BOT_TOKEN belum diisi, jadi tautannya tidak bisa dibuat. "
            "Isi di berkas .env, atau minta tokennya saja dengan --token-only.",
            WRONG_USE,
        )
    return bot_username(settings)


def known_school(school: School | None, npsn: str) -> School:
    """Give a school that there is. Raises `Failed` for one that there is not."""
    if school is None:
        raise Failed(
            f"Belum ada sekolah dengan NPSN {npsn}. Daftarkan dahulu: "
            f'kawan school add --npsn {npsn} --name "…"',
            FAILURE,
        )
    return school


def _invitation(username: str, token: str) -> str:
    return invitation_link(username, token) if username else token
