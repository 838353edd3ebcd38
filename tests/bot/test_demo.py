"""The demo: a school to play with, a calendar, and everything kept between runs."""

import base64
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from bot.demo import folder_of, on_stage
from bot.demo_plans import SCRIPTS
from bot.demo_school import IRWAN, MARDIANA, PEOPLE, PRINCIPAL, Progress
from storage.rulesets import available_rulesets

PAGE = {"X-Kawan-Page": "1"}
YEARLY = "ruang-gtk-2025"
OF_THE_OTHER_RULES = re.compile(r"\bpoin\b|PMM|semester|Periksa bukti|kirim bukti", re.IGNORECASE)


async def sample_files(
    browser: httpx.AsyncClient, address: str, sample: str, person: int
) -> list[tuple[str, str, bytes]]:
    """Let the page ask for a sample; give name, type and bytes of its files."""
    path = f"{address}/api/samples/{sample}/{person}"
    answer = await browser.post(path, json={}, headers=PAGE)
    files: list[dict[str, Any]] = answer.raise_for_status().json()["files"]
    return [(one["name"], one["mime"], base64.b64decode(one["data"])) for one in files]


async def test_the_school_is_there_with_people_at_every_stage(tmp_path: Path) -> None:
    async with on_stage(0, tmp_path / "demo") as (demo, address), httpx.AsyncClient() as browser:
        page = await browser.get(address)
        assert page.status_code == 200
        assert "Kawan Kinerja" in page.text
        assert len(demo.cast()) == len(PEOPLE) == 15
        assert [one.name for one in demo.cast() if one.invitation] == ["Rina Wati, S.Pd."]
        principal = demo.sim.person(id=PRINCIPAL.account)
        home = await principal.sees("2 rencana")
        assert "4 bukti" in home.text
        assert home is principal.last
        returned = next(one for one in PEOPLE if one.progress is Progress.RETURNED)
        await demo.sim.person(id=returned.account).sees("perlu diperbaiki")
        approved = next(one for one in PEOPLE if one.progress is Progress.APPROVED)
        await demo.sim.person(id=approved.account).sees_button("Sepakati")


async def test_evidence_awaits_the_principal(tmp_path: Path) -> None:
    async with on_stage(0, tmp_path / "demo") as (demo, _address):
        principal = demo.sim.person(id=PRINCIPAL.account)
        await principal.taps("Periksa bukti")
        await principal.taps("Mardiana")
        card = await principal.sees_photo("Narasumber")
        assert "sesi kedua" in card.text
        assert "⚠" not in card.text
        drawn = Image.open(io.BytesIO(demo.sim.world.files.read(card.file_id)))
        assert (drawn.format, drawn.size) == ("JPEG", (1280, 905))
        await principal.taps("Berikutnya", on=card)
        pages = await principal.sees_album()
        assert len(pages) == 2
        report = await principal.sees("Laporan pelaksanaan tugas (2 halaman)")
        await principal.taps("Berikutnya", on=report)
        decree = await principal.sees_document("SK Tim TPPK.pdf")
        assert "2 halaman" in decree.text
        await principal.taps("Terima semua (3)")
        await principal.taps("Irwan")
        assert "di luar periode" in (await principal.sees_photo("Irwan")).text

        irwan = demo.sim.person(id=IRWAN.account)
        await irwan.sees("1 bukti Anda diterima")
        await irwan.sees("Belum ada tanda tangan atau stempel")
        await irwan.sees("jadwal observasi sudah pasti")
        await irwan.sees("16 dari 32 poin sudah ada buktinya, 8 diterima")
        mardiana = demo.sim.person(id=MARDIANA.account)
        await mardiana.sees("8 dari 32 poin sudah ada buktinya, 0 diterima")


async def test_samples_are_served_and_sent(tmp_path: Path) -> None:
    async with on_stage(0, tmp_path / "demo") as (demo, address), httpx.AsyncClient() as browser:
        offered = (await browser.get(f"{address}/api/world")).json()["samples"]
        assert [one["kind"] for one in offered] == ["photo", "album", "photo", "document"]
        irwan = demo.sim.person(id=IRWAN.account)
        made = {
            one["id"]: await sample_files(browser, address, one["id"], irwan.id) for one in offered
        }
        assert [len(files) for files in made.values()] == [1, 2, 1, 1]
        again = await sample_files(browser, address, "sertifikat", irwan.id)
        assert again[0][2] != made["sertifikat"][0][2]

        await irwan.sends_photo(made["sertifikat"][0][2], "Sertifikat bimtek")
        asked = await irwan.sees("Untuk kegiatan yang mana?")
        assert "⚠" not in asked.text
        await irwan.taps("Pelatihan/bimtek")
        await irwan.sees("24 dari 32 poin sudah ada buktinya")
        await irwan.sends_album([data for _name, _mime, data in made["laporan"]])
        await irwan.sees("Foto (2 halaman)")
        await irwan.taps("Pengelola Dapodik")
        await irwan.sees("Laporan pelaksanaan tugas (2 halaman)")
        ((name, mime, pdf),) = made["pdf"]
        assert (name, mime) == ("Laporan Pelaksanaan Tugas Tambahan.pdf", "application/pdf")
        await irwan.sends_document(pdf, name, mime)
        await irwan.sees("Dokumen (2 halaman)")


async def test_the_calendar_moves_and_begins_in_a_planning_phase(tmp_path: Path) -> None:
    async with on_stage(0, tmp_path / "demo") as (demo, _address):
        start = demo.now()
        assert start.month in (1, 7)
        said = await demo.move("+1d")
        assert "pukul" in said
        assert demo.now() - start >= timedelta(days=1)
        await demo.move("+1w")
        assert demo.now() - start >= timedelta(days=8)
        await demo.move("deadline")
        assert demo.now().day == 31
        assert demo.now().hour == 15


async def test_the_next_deadline_brings_reminders_to_the_phones(tmp_path: Path) -> None:
    async with on_stage(0, tmp_path / "demo") as (demo, address), httpx.AsyncClient() as browser:
        path = f"{address}/api/clock"
        moved = await browser.post(path, json={"to": "deadline"}, headers=PAGE)
        assert "31" in moved.raise_for_status().json()["sentence"]
        coach = next(one for one in PEOPLE if one.caption == "Guru penggerak")
        phone = demo.sim.person(id=1002)
        reminder = await phone.sees("hari ini hari terakhir", within=30)
        assert "rencana Anda belum dimulai" in reminder.text
        returned = next(one for one in PEOPLE if one.progress is Progress.RETURNED)
        await demo.sim.person(id=returned.account).sees("menunggu diperbaiki", within=30)
        await phone.taps("Mulai rencana", on=reminder)
        await phone.sees("0 dari 32 poin")
        # The last day may be a Sunday: those who decide and coach hear on the next working day.
        for _ in range(3):
            await browser.post(path, json={"to": "+1d"}, headers=PAGE)
        await demo.sim.person(id=PRINCIPAL.account).sees("yang menunggu keputusan", within=30)
        await demo.sim.person(id=coach.account).sees("perlu ditemani minggu ini", within=30)
        for move in ("deadline", "deadline", *["+1d"] * 6):
            await browser.post(path, json={"to": move}, headers=PAGE)
        await demo.sim.person(id=PRINCIPAL.account).sees("sudah ditutup", within=30)


async def test_everything_is_kept_until_it_begins_afresh(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    async with on_stage(0, folder) as (demo, _address):
        rina = demo.sim.person(id=1001)
        await rina.start(demo.cast()[0].invitation or "")
        await rina.taps("Ya, ini saya")
        await rina.sees("Yang disimpan")
        await rina.taps("Setuju")
        await rina.sees_button("Rencana")
        before = demo.now()
    async with on_stage(0, folder) as (demo, _address):
        assert demo.cast()[0].invitation is None
        assert abs(demo.now() - before) < timedelta(minutes=5)
        rina = demo.sim.person(id=1001)
        await rina.sees("Selamat bergabung")
        await rina.taps("Rencana")
        await rina.sees("0 dari 32 poin")

        await demo.restart()
        assert demo.cast()[0].invitation is not None
        again = demo.sim.person(id=1001)
        assert again.messages == []
        principal = demo.sim.person(id=PRINCIPAL.account)
        await principal.sees("4 bukti menunggu diperiksa")
        await principal.taps("Periksa bukti")
        await principal.taps("Irwan")
        await principal.sees_photo("di luar periode")
        await again.start(demo.cast()[0].invitation or "")
        await again.sees("Apakah ini Bapak/Ibu?")


async def test_the_yearly_scheme_can_be_played_too(tmp_path: Path) -> None:
    async with (
        on_stage(0, tmp_path / "demo", YEARLY) as (demo, address),
        httpx.AsyncClient() as browser,
    ):
        world = (await browser.get(f"{address}/api/world")).json()
        assert "konfirmasi dokumen" in world["hint"]
        principal = demo.sim.person(id=PRINCIPAL.account)
        home = await principal.sees("2 rencana")
        assert "Ruang GTK 2025" in home.text
        assert "Dokumen 3 guru belum lengkap dikonfirmasi" in home.text
        irwan = demo.sim.person(id=IRWAN.account)
        await irwan.sees("dokumen Anda dikonfirmasi")
        await irwan.sees("jadwal observasi sudah pasti")
        await irwan.taps("Observasi")
        assert "Aktivitas interaktif: Pertanyaan terbuka" in (await irwan.sees("👉")).text
        await demo.sim.person(id=MARDIANA.account).sees("2 dari 3 dikonfirmasi")
        returned = next(one for one in PEOPLE if one.progress is Progress.RETURNED)
        told = await demo.sim.person(id=returned.account).sees("rencana Anda perlu diperbaiki")
        assert "⚠️ Menjadi guru yang lebih baik." in told.text
        approved = next(one for one in PEOPLE if one.progress is Progress.APPROVED)
        await demo.sim.person(id=approved.account).sees_no_button("Sepakati")
        await demo.move("deadline")
        assert (demo.now().month, demo.now().day) == (3, 31)
        await demo.sim.person(id=returned.account).sees("menunggu diperbaiki", within=30)
        said = [
            call.params.get(name, "")
            for call in demo.sim.calls
            for name in ("text", "caption", "reply_markup")
        ]
        assert [one for one in said if OF_THE_OTHER_RULES.search(one)] == []
        ((_name, _mime, letter),) = await sample_files(browser, address, "miring", irwan.id)
        await irwan.sends_photo(letter, "Surat tugas")
        await irwan.taps("Koordinator projek")
        await irwan.sees("Tersimpan.")


def test_each_rule_set_has_a_script_and_a_folder_of_its_own() -> None:
    assert set(SCRIPTS) == set(available_rulesets())
    assert folder_of("pmm-2024") == Path("data/demo")
    assert len({folder_of(one) for one in SCRIPTS}) == len(SCRIPTS)


async def test_an_open_page_does_not_keep_the_demo_from_ending(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with httpx.AsyncClient() as browser:
        async with on_stage(0, tmp_path / "demo", YEARLY) as (_demo, address):
            page = await browser.send(
                browser.build_request("GET", f"{address}/api/events"), stream=True
            )
        await page.aclose()
    assert "Traceback" not in capfd.readouterr().err
