"""Official papers in the chat: ordered, delivered, asked about; the letterhead; guessing."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pypdfium2 as pdfium
import pytest
from PIL import Image
from sqlmodel import select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations.callbacks.official import (
    AskLogo,
    CheckPaper,
    OpenLetterhead,
    OrderRecap,
    OrderSkp,
    RemoveLogo,
    WriteLetterhead,
)
from storage.issuing import grouped, new_code
from storage.models import (
    Evidence,
    EvidenceStatus,
    IssuedPaper,
    Letterhead,
    PaperOrder,
    Plan,
    Role,
)
from storage.ratings import drafting, sealing
from storage.rulesets import RatingAxis, load_ruleset
from tests import papers
from tests.end_to_end.submitting import a_school, actor_of, agrees
from tests.world import TestWorld

PATIENCE = 60.0
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


async def text_of(person: Person, document: Message) -> str:
    content = await person.downloads(document)
    pages = pdfium.PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


async def issued(world: TestWorld) -> list[IssuedPaper]:
    async with world.database.reading() as session:
        return list((await session.exec(select(IssuedPaper).order_by(IssuedPaper.id))).all())  # type: ignore[arg-type]


def code_in(text: str) -> str:
    found = re.search(r"Kode verifikasi: ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})", text)
    assert found is not None
    return found[1]


async def proves(world: TestWorld, rina: Person) -> None:
    """Let the teacher send a document, and have it accepted."""
    await rina.types("/bukti")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Kirim bukti")
    before = rina.messages[-1]
    await rina.sends_document(papers.pdf("sertifikat"), "sertifikat.pdf")
    await rina.sees("Tersimpan.", after=before)
    await rina.taps("Selesai")
    async with world.database.transaction() as session:
        for piece in (await session.exec(select(Evidence))).all():
            piece.status, piece.kind = EvidenceStatus.ACCEPTED, "sertifikat_topik"
            piece.decided_at, piece.decided_by = world.clock.now(), 1
            session.add(piece)


async def test_a_teacher_gets_the_skp_and_its_code_can_be_checked(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    await proves(world, rina)
    await rina.types("/status")
    await rina.taps("SKP (PDF)")
    paper = await rina.sees_document("SKP - Rina Wati", within=PATIENCE)
    text = await text_of(rina, paper)
    assert "DRAF" in text
    assert "Bukti 1: Sertifikat Topik" in text
    assert "Bu Kepala" in text
    await rina.sees("SKP: Rina Wati sudah jadi", within=PATIENCE)
    (row,) = await issued(world)
    assert row.sha256 == sha256(await rina.downloads(paper)).hexdigest()
    assert (row.kind, row.period, row.final) == ("skp", "2026-2", False)
    code = code_in(text)
    assert code == grouped(row.code)
    # Somebody at an office, whom the bot does not know, as people type.
    stranger = world.sim.person("Petugas Dinas", id=4242)
    await stranger.start()
    await stranger.types("/cek")
    await stranger.sees("Ketik /cek lalu kode")
    await stranger.types(f"/cek {code.lower().replace('-', ' ').replace('0', 'o')}")
    told = await stranger.sees("Asli.")
    for said in ("SKP (Sasaran Kinerja Pegawai)", "DRAF", "Rina Wati", "SMPN 1 Surian",
                 "Periode Juli–Desember 2026"):  # fmt: skip
        assert said in told.text
    assert "poin" not in told.text.casefold()
    assert told.rows == []
    # A newer paper takes its place; the QR code leads to the same answer.
    await principal.types("/rekap")
    await principal.taps("Disepakati: 1")
    await principal.taps("1. Rina Wati")
    await principal.taps("SKP (PDF)")
    newer = await principal.sees_document("SKP - Rina Wati", within=PATIENCE)
    await stranger.start(f"cek-{row.code}")
    again = await stranger.sees("Sudah ada yang lebih baru", after=told)
    assert "Asli." in again.text
    await principal.types("/cek")
    await principal.sees("Tulis kode di kaki lembar")
    await principal.types(code_in(await text_of(principal, newer)))
    latest = await principal.sees("Asli.")
    assert "lebih baru" not in latest.text
    await principal.types("/cek bukan kode")
    await principal.sees("Itu belum kode yang lengkap")


async def test_codes_guessed_in_series_are_slowed_down(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    await rina.types("/status")
    await rina.taps("SKP (PDF)")
    code = code_in(
        await text_of(rina, await rina.sees_document("SKP - Rina Wati", within=PATIENCE))
    )
    thief = world.sim.person("Penebak", id=6666)
    await thief.start()
    last = await thief.sees("undangan")
    for left in range(4, 0, -1):
        await thief.types(f"/cek {new_code()}")
        last = await thief.sees("Kode ini tidak dikenal", after=last)
        assert ("harus menunggu" in last.text) is (left == 1)
    await thief.types(f"/cek {new_code()}")
    last = await thief.sees("Terlalu banyak kode yang salah", after=last)
    assert "pukul 10.10 WIB" in last.text
    await world.restart()
    await thief.types(f"/cek {code}")
    last = await thief.sees("Terlalu banyak kode yang salah", after=last)
    world.clock.forward(timedelta(minutes=11))
    await thief.types(f"/cek {code}")
    await thief.sees("Asli.", after=last)


async def test_the_principal_gets_the_recap_and_coaches_do_not(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    coach = await world.joins("Cici", Role.COACH)
    await world.joins("Budi <b>&", Role.TEACHER)
    await principal.types("/rekap")
    await principal.taps("Rekap (PDF)")
    paper = await principal.sees_document("Rekap - SMPN 1 Surian - 2026-2", within=PATIENCE)
    text = await text_of(principal, paper)
    assert "REKAPITULASI PENGELOLAAN KINERJA GURU" in text
    assert "Rina Wati Disepakati" in text
    assert "Budi <b>& Belum mulai" in text
    assert "Jumlah: 2 guru" in text
    assert "DRAF" not in text
    # A period in which nobody planned anything is not offered.
    await principal.sees_no_button("Rekap Jan–Jun 2026", on=paper)
    await principal.taps_data(OrderRecap("2026-1").pack())
    empty = await principal.sees_document("2026-1", within=PATIENCE, after=paper)
    assert "Rina Wati Belum mulai" in await text_of(principal, empty)
    async with world.database.transaction() as session:
        plan = (await session.exec(select(Plan))).one()
        session.add(Plan(**plan.model_dump(exclude={"id", "period"}), period="2026-1"))
    await principal.taps_data(OrderRecap("2026-2").pack())
    paper = await principal.sees_document("2026-2", within=PATIENCE, after=empty)
    await principal.sees_button("Rekap Jan–Jun 2026", on=paper)
    await coach.types("/rekap")
    card = await coach.sees("Rekap rencana guru")
    await coach.sees_no_button("Rekap (PDF)")
    for person, button in (
        (coach, OrderRecap("2026-2")), (rina, OrderRecap("2026-2")), (coach, OrderSkp(1)),
    ):  # fmt: skip
        heard = await person.taps_data(button.pack(), card if person is coach else None)
        assert "bukan untuk Anda" in heard.text
    heard = await principal.taps_data(OrderRecap("1999-9").pack())
    assert heard.show_alert
    assert [one.kind for one in await issued(world)] == ["recap"] * 3


async def test_forged_buttons_of_another_school_are_refused(world: TestWorld) -> None:
    await a_school(world)
    elsewhere = await world.founds("20304567", "SMPN 2 Lain")
    thief = await world.joins("Maling", Role(15), elsewhere)
    heard = await thief.taps_data(OrderSkp(1).pack())
    assert heard.show_alert
    budi = await world.joins("Budi", Role.TEACHER)
    heard = await budi.taps_data(OrderSkp(1).pack())
    assert "bukan untuk Anda" in heard.text
    forged = (OpenLetterhead(), WriteLetterhead("place"), AskLogo(), RemoveLogo())
    for button in forged:
        heard = await budi.taps_data(button.pack())
        assert "bukan untuk Anda" in heard.text
    heard = await thief.taps_data(WriteLetterhead("<b>").pack())
    assert heard.show_alert
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.start()
    await stranger.sees("undangan")
    await stranger.taps_data(CheckPaper().pack())
    await stranger.sees("Ketik /cek lalu kode")
    async with world.database.reading() as session:
        assert (await session.exec(select(PaperOrder))).all() == []
        assert (await session.exec(select(Letterhead))).all() == []


def a_logo() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (900, 900), (20, 90, 160, 200)).save(file, "PNG")
    return file.getvalue()


async def test_the_letterhead_with_its_logo_is_on_the_next_paper(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    operator = await world.joins("Operator", Role.OPERATOR | Role.TEACHER)
    await operator.types("/sekolah")
    await operator.taps("Kop dan logo")
    card = await operator.sees("Kop dan tanda tangan")
    assert "Logo: belum ada" in card.text
    await operator.taps("Baris di atas nama")
    await operator.sees("Boleh sampai 4 baris")
    await operator.types("PEMERINTAH KABUPATEN SOLOK\nDINAS <b>PENDIDIKAN</b> & OLAHRAGA")
    await operator.sees("Tersimpan.")
    await operator.taps("NIP")
    await operator.types("12 34")
    await operator.sees("NIP harus 18 angka")
    await operator.taps("Tempat tanda tangan")
    await operator.types("kembali")
    await operator.taps("Tempat tanda tangan")
    await operator.types("Surian")
    await operator.sees("Tempat tanda tangan: Surian")
    # The logo: what cannot be one is refused, and it is still awaited.
    await operator.taps("Logo")
    await operator.sees("Kirim logo sekolah")
    await operator.sends_document(SVG, "logo.svg", "image/svg+xml")
    await operator.sees("simpan sebagai PNG")
    huge = io.BytesIO()
    Image.new("L", (8_000, 6_250), 99).save(huge, "PNG")
    await operator.sends_document(huge.getvalue(), "logo.png", "image/png")
    await operator.sees("terlalu besar untuk logo")
    await operator.types("ini logonya")
    await operator.sees("Ini bukan gambar")
    await operator.sends_document(a_logo(), "logo.png", "image/png")
    await operator.sees("Logo: ada")
    async with world.database.reading() as session:
        row = (await session.exec(select(Letterhead))).one()
        assert row.logo is not None
        assert len(row.logo) < 200_000
        # Whoever is a teacher too has not sent evidence by it.
        assert (await session.exec(select(Evidence))).all() == []
    await rina.types("/status")
    await rina.taps("SKP (PDF)")
    paper = await rina.sees_document("SKP", within=PATIENCE)
    text = await text_of(rina, paper)
    assert "DINAS <b>PENDIDIKAN</b> & OLAHRAGA SMPN 1 Surian" in text
    assert "Surian, 6 Juli 2026" in text
    first = pdfium.PdfDocument(await rina.downloads(paper))[0]
    assert len(list(first.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE]))) == 1
    await operator.taps("Hapus logo")
    await operator.sees("Logo: belum ada")
    # Without a logo that is awaited, a picture is evidence again.
    await operator.sends_photo(papers.photo())
    await operator.sees("Kiriman ini aman")


async def test_a_rating_makes_the_skp_final_until_it_is_opened_again(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    decider, now = await actor_of(world, principal), world.clock.now()
    rules = load_ruleset("pmm-2024")
    async with world.database.transaction() as session:
        for at, axis in enumerate(RatingAxis):
            await drafting.choose_level(session, decider, rules, 1, at, axis, "di_atas", now)
        await drafting.write_feedback(session, decider, 1, 2, "Rahasia dahulu", now)
    # What is not final yet is nobody's to read, whoever has the paper made.
    for person in (rina, principal):
        await person.taps_data(OrderSkp(1).pack())
        draft = await person.sees_document("SKP", within=PATIENCE)
        text = await text_of(person, draft)
        assert "DRAF" in text
        assert "Rahasia" not in text
        assert "Sangat Baik" not in text
    async with world.database.transaction() as session:
        await sealing.seal(session, decider, rules, 1, 3, now)
    await rina.taps_data(OrderSkp(1).pack())
    final = await rina.sees_document("SKP", within=PATIENCE, after=rina.messages[-1])
    text = await text_of(rina, final)
    assert "Sangat Baik" in text
    assert "Rahasia dahulu" in text
    assert "DRAF" not in text
    await principal.taps_data(OrderRecap("2026-2").pack())
    recap = await principal.sees_document("Rekap", within=PATIENCE)
    assert "Predikat: Sangat Baik 1" in await text_of(principal, recap)
    await rina.types(f"/cek {code_in(text)}")
    told = await rina.sees("Asli.")
    assert "DRAF" not in told.text
    assert "tidak berlaku lagi" not in told.text
    async with world.database.transaction() as session:
        await sealing.reopen(session, decider, 1, 4, now, reason="Keliru")
    await rina.types(f"/cek {code_in(text)}")
    await rina.sees("Predikat di lembar ini tidak berlaku lagi", after=told)


async def test_the_skp_of_an_earlier_period_is_still_there(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    world.clock.forward(timedelta(days=200))  # January: another period has begun
    await rina.types("/status")
    await rina.taps("SKP Jul–Des 2026")
    paper = await rina.sees_document("SKP - Rina Wati - 2026-2", within=PATIENCE)
    assert "Periode Juli–Desember 2026" in await text_of(rina, paper)
    await agrees(world, rina, principal)
    await rina.types("/status")
    await rina.sees_button("SKP (PDF)")
    await rina.sees_button("SKP Jul–Des 2026")
    assert (await actor_of(world, rina)).roles & Role.TEACHER
