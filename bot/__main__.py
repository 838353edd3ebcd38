"""The command line `kawan`. Commands are declared here and done in `bot.commands`.

What takes long to import is imported by the command that needs it, so that `--help` and a wrong
use are answered at once.
"""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import FAILURE, WRONG_USE, Failed

app = typer.Typer(
    name="kawan",
    help="Kawan Kinerja: bot Telegram pendamping rencana kinerja guru.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    # The library would print local variables with a traceback, and so the token.
    pretty_exceptions_enable=False,
)
school = typer.Typer(help="Mendaftarkan sekolah.", no_args_is_help=True)
roster = typer.Typer(help="Memasukkan daftar orang dari berkas.", no_args_is_help=True)
app.add_typer(school, name="school")
app.add_typer(roster, name="roster")


class RoleName(StrEnum):
    """The roles as the command line calls them."""

    TEACHER = "teacher"
    COACH = "coach"
    PRINCIPAL = "principal"
    OPERATOR = "operator"


Npsn = Annotated[str, typer.Option("--npsn", help="NPSN sekolah, 8 angka.", show_default=False)]
TokenOnly = Annotated[
    bool, typer.Option("--token-only", help="Tulis tokennya saja, bukan tautan.")
]


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn what went wrong into a sentence on standard error and an exit code."""
    try:
        yield
    except Failed as failed:
        typer.echo(str(failed), err=True)
        raise typer.Exit(failed.code) from None


@app.command()
def run() -> None:
    """Jalankan bot, dengan pengaturan dari .env."""
    with _plainly():
        from bot.commands.configuring import settings_to_run

        settings = settings_to_run()
        from bot.commands.running import run_bot

        run_bot(settings)


@app.command()
def demo(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Porta halaman demo.")
    ] = 8080,
    ruleset: Annotated[
        str, typer.Option("--ruleset", help="Aturan yang dimainkan, misalnya ruang-gtk-2025.")
    ] = "pmm-2024",
) -> None:
    """Jalankan demo di komputer ini: tanpa token, tanpa akun."""
    with _plainly():
        from bot.demo import run_demo
        from bot.demo_plans import SCRIPTS

        if ruleset not in SCRIPTS:
            known = ", ".join(SCRIPTS)
            raise Failed(f"Aturan {ruleset!r} tidak ada. Yang ada: {known}.", WRONG_USE)
        try:
            run_demo(port, ruleset)
        except OSError as error:
            raise Failed(
                f"Porta {port} tidak bisa dipakai ({error.strerror}). "
                "Pilih yang lain, misalnya: kawan demo --port 8081",
                FAILURE,
            ) from None


@school.command("add")
def school_add(
    npsn: Npsn,
    name: Annotated[str, typer.Option("--name", help="Nama sekolah.", show_default=False)],
    timezone: Annotated[
        str,
        typer.Option("--timezone", help="Asia/Jakarta, Asia/Makassar, atau Asia/Jayapura."),
    ] = "Asia/Jakarta",
    ruleset: Annotated[
        str,
        typer.Option(
            "--ruleset", help="Aturan yang dipakai (bawaan: RULESET di .env).", show_default=False
        ),
    ] = "",
    operator: Annotated[
        str,
        typer.Option(
            "--operator",
            help="Nama operatornya (bawaan: Operator <nama sekolah>).",
            show_default=False,
        ),
    ] = "",
    token_only: TokenOnly = False,
) -> None:
    """Daftarkan sekolah; jawabannya tautan undangan untuk operatornya."""
    with _plainly():
        from bot.commands.inviting import add_school

        add_school(
            npsn=npsn,
            name=name,
            timezone=timezone,
            ruleset=ruleset,
            operator=operator,
            token_only=token_only,
        )


@app.command()
def invite(
    npsn: Npsn,
    role: Annotated[RoleName, typer.Option("--role", help="Perannya.", show_default=False)],
    name: Annotated[str, typer.Option("--name", help="Nama orangnya.", show_default=False)],
    token_only: TokenOnly = False,
) -> None:
    """Undang satu orang; jawabannya satu baris, yaitu tautannya."""
    with _plainly():
        from bot.commands.inviting import invite_one

        invite_one(npsn=npsn, role=role.value, name=name, token_only=token_only)


@roster.command("import")
def roster_import(
    file: Annotated[Path, typer.Argument(help="Berkas .csv atau .xlsx: kolom nama, nip, peran.")],
    npsn: Npsn,
    token_only: TokenOnly = False,
) -> None:
    """Masukkan semua orang di dalam berkas, atau tidak seorang pun."""
    with _plainly():
        from bot.commands.inviting import import_file

        import_file(file, npsn=npsn, token_only=token_only)


@app.command()
def export(
    destination: Annotated[
        Path, typer.Argument(metavar="DEST", help="Nama folder baru untuk hasilnya.")
    ],
    npsn: Npsn,
    period: Annotated[
        str,
        typer.Option(
            "--period", help="Periode, misalnya 2026-2 (bawaan: sekarang).", show_default=False
        ),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Ganti folder dari kawan export yang sudah ada.")
    ] = False,
) -> None:
    """Tulis data satu sekolah ke dalam folder: tabel, rekap, SKP, portofolio, dan semua bukti.

    Boleh selagi bot jalan. Isinya data pribadi: simpan di tempat yang aman.
    """
    with _plainly():
        from bot.commands.exporting import export_school

        export_school(destination, npsn=npsn, period=period, force=force)


@app.command()
def backup(
    destination: Annotated[
        Path,
        typer.Argument(
            metavar="DEST",
            help="Nama berkas cadangan, atau folder: di dalamnya dibuat berkas bertanggal.",
        ),
    ],
) -> None:
    """Cadangkan semua data dan bukti ke dalam satu berkas, juga selagi bot jalan.

    Berkasnya berisi data pribadi: simpan di tempat yang aman. Token dan .env tidak ikut.
    """
    with _plainly():
        from bot.commands.backing_up import make_backup

        make_backup(destination)


@app.command()
def restore(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SRC", help="Berkas dari kawan backup, atau folder: yang terbaru di dalamnya."
        ),
    ],
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Ganti data yang sudah ada; data itu disimpan di folder bertanggal."
        ),
    ] = False,
) -> None:
    """Pulihkan cadangan, ke SQLite atau PostgreSQL. Hentikan botnya dahulu.

    Cadangan diperiksa sampai habis sebelum ada yang diubah. Bot yang masih memakai basis data
    SQLite ketahuan dan ditolak; pada PostgreSQL pastikan sendiri bahwa botnya sudah berhenti.
    """
    with _plainly():
        from bot.commands.backing_up import restore_backup

        restore_backup(source, force=force)


@app.command()
def doctor(
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Lihat ada tidaknya berkas bukti saja, tanpa membaca isinya."
        ),
    ] = False,
) -> None:
    """Periksa pengaturan, basis data, aturan, bukti, ruang disk, dan sambungan ke Telegram."""
    with _plainly():
        from bot.commands.checking import check_everything, check_quickly

        check = check_quickly if quick else check_everything
        if not check(typer.echo):
            raise typer.Exit(FAILURE)


def main() -> None:
    """Run the command that was typed."""
    for stream in (sys.stdout, sys.stderr):
        # Names of people are in every script; a Windows pipe would refuse most of them.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except Exception:
        from bot.commands.configuring import without_secrets

        typer.echo(without_secrets(traceback.format_exc()), err=True)
        sys.exit(FAILURE)


__all__ = ["FAILURE", "WRONG_USE", "app", "main"]

if __name__ == "__main__":
    main()
