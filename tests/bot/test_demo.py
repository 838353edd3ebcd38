"""The demo: a school to play with, a calendar, and everything kept between runs."""

from datetime import timedelta
from pathlib import Path

import httpx

from bot.demo import on_stage
from bot.demo_school import PEOPLE, PRINCIPAL, Progress


async def test_the_school_is_there_with_people_at_every_stage(tmp_path: Path) -> None:
    async with on_stage(0, tmp_path / "demo") as (demo, address), httpx.AsyncClient() as browser:
        page = await browser.get(address)
        assert page.status_code == 200
        assert "Kawan Kinerja" in page.text
        assert len(demo.cast()) == len(PEOPLE) == 15
        assert [one.name for one in demo.cast() if one.invitation] == ["Rina Wati, S.Pd."]
        principal = demo.sim.person(id=PRINCIPAL.account)
        await principal.sees("2 rencana")
        returned = next(one for one in PEOPLE if one.progress is Progress.RETURNED)
        await demo.sim.person(id=returned.account).sees("perlu diperbaiki")
        approved = next(one for one in PEOPLE if one.progress is Progress.APPROVED)
        await demo.sim.person(id=approved.account).sees_button("Sepakati")


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
        assert demo.now().hour == 8


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
        await again.start(demo.cast()[0].invitation or "")
        await again.sees("Apakah ini Bapak/Ibu?")
