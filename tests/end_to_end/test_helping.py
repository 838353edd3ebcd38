"""A teacher who is stuck, two coaches, and a principal: from asking to "it has helped"."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot import replies
from bot.simulator.driver import Person
from conversations.callbacks.everybody import ChooseLanguage
from conversations.callbacks.helping import (
    ClaimHelp,
    CloseHelp,
    OpenHelpQueue,
    ProposeItems,
    SeeDraft,
    SendProposal,
    ShowHelp,
    TakeProposal,
    TalkAbout,
)
from conversations.callbacks.planning import AskForHelp
from storage import outbox
from storage.erasure import erase_member
from storage.models import (
    Evidence,
    HelpMessage,
    HelpRequest,
    HelpStatus,
    OutboxMessage,
    Plan,
    PlanEntry,
    Role,
)
from tests import papers
from tests.end_to_end.submitting import a_school, actor_of
from tests.world import TestWorld

AN_HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


@pytest.fixture
async def desi(world: TestWorld) -> Person:
    return await world.joins("Desi Marlina", Role.COACH)


@pytest.fixture
async def hadi(world: TestWorld) -> Person:
    return await world.joins("Hadi Putra", Role.COACH)


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


async def requests(world: TestWorld) -> list[HelpRequest]:
    async with world.database.reading() as session:
        found = await session.exec(select(HelpRequest).order_by(col(HelpRequest.id)))
        return list(found.all())


async def said(world: TestWorld) -> list[tuple[str, str]]:
    async with world.database.reading() as session:
        found = await session.exec(select(HelpMessage).order_by(col(HelpMessage.id)))
        return [(one.said_as, one.text) for one in found.all()]


async def sent(world: TestWorld, kind: str, times: int = 1) -> None:
    """Wait until so many notices of a kind have been dealt with."""
    async with asyncio.timeout(5):
        while True:
            async with world.database.reading() as session:
                found = await session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind))
                if len([one for one in found.all() if one.settled_at is not None]) >= times:
                    return
            await asyncio.sleep(0.01)


async def helped(world: TestWorld, rina: Person, desi: Person) -> None:
    """Let Rina ask and Desi take the request."""
    await rina.taps("Rencana")
    await rina.taps("Minta bantuan")
    await desi.sees("Rina Wati minta bantuan")
    await desi.taps("Ambil")
    await desi.sees("Anda yang membantu")
    await rina.sees("Desi Marlina membantu Anda sekarang")


# --------------------------------------------------------------------- taking


async def test_the_others_card_says_by_whom(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("Minta bantuan")
    await rina.sees("Sudah saya sampaikan kepada Desi Marlina, Hadi Putra")
    for coach in (desi, hadi):
        card = await coach.sees("Rina Wati minta bantuan")
        assert "Pengembangan" in card.text
        assert "Yang belum diisi" in card.text
        assert "Menunggu sejak pukul 10.00 WIB" in card.text
    await desi.taps("Ambil")
    await desi.sees("Anda yang membantu")
    await rina.sees("Desi Marlina membantu Anda")
    await hadi.sees("Dibantu oleh Desi Marlina")
    await hadi.sees_no_button("Ambil")


async def test_two_who_tap_at_once_have_one_winner(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await rina.taps("Minta bantuan")
    for coach in (desi, hadi):
        await coach.sees("Rina Wati minta bantuan")
    (request,) = await requests(world)
    claim = ClaimHelp(request.id or 0).pack()
    answers = await asyncio.gather(
        desi.taps_data(claim, desi.last.id), hadi.taps_data(claim, hadi.last.id)
    )
    (request,) = await requests(world)
    assert request.status == HelpStatus.CLAIMED
    texts = sorted(answer.text or "" for answer in answers)
    assert any("Anda yang membantu" in text for text in texts)
    assert any("Sudah dibantu oleh" in text for text in texts)


async def test_asking_again_brings_the_card_up_to_date(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Minta bantuan")
    card = await desi.sees("Rina Wati minta bantuan")
    await rina.taps_data(AskForHelp("evidence").pack(), rina.last.id)
    await sent(world, "help_wanted", 2)
    await desi.sees("Rencana · Bukti")
    assert desi.last.id == card.id, "no second message"
    assert len(await requests(world)) == 1


async def test_without_a_coach_the_principal_helps(world: TestWorld, rina: Person) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await rina.taps("Minta bantuan")
    await principal.sees("Rina Wati minta bantuan")
    await principal.taps("Ambil")
    await rina.sees("Bu Kepala membantu Anda")


async def test_help_can_be_asked_for_on_every_step(world: TestWorld, rina: Person) -> None:
    for ways in (
        ("Pengembangan diri",), ("Pengembangan diri", "Pelatihan mandiri"), ("Bantu pilihkan",),
        ("Tugas tambahan",), ("Perilaku kerja",), ("Perilaku kerja", "1. "), ("Ringkasan",),
    ):  # fmt: skip
        await rina.types("/rencana")
        for way in ways:
            await rina.taps(way)
        await rina.sees_button("Minta bantuan")
    await rina.taps_data(AskForHelp("RHK-01").pack(), rina.last.id)
    (request,) = await requests(world)
    assert request.places == ["RHK-01"]


# --------------------------------------------------------------------- writing to each other


async def test_both_write_and_each_sees_who_speaks(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.sees("Tulis untuk Desi Marlina")
    await rina.types("Saya bingung memilih <kegiatan> & jumlahnya")
    await rina.sees("Dikirim kepada Desi Marlina")
    await desi.sees("💬 Rina Wati:")
    await desi.sees("Saya bingung memilih <kegiatan> & jumlahnya")
    await desi.taps("Balas")
    await desi.types("Ambil pelatihan mandiri 4 kali")
    await rina.sees("Desi Marlina (yang membantu):")
    await rina.types("Baik")
    await desi.sees("Baik")
    assert [text for _, text in await said(world)] == [
        "Saya bingung memilih <kegiatan> & jumlahnya", "Ambil pelatihan mandiri 4 kali", "Baik",
    ]  # fmt: skip


async def test_what_the_two_say_is_read_by_nobody_else(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.types("Rahasia antara kita")
    await desi.sees("Rahasia antara kita")
    (request,) = await requests(world)
    for other in (hadi, principal):
        await other.taps_data(ShowHelp(request.id or 0).pack(), other.last.id)
        await other.sees("Dibantu oleh Desi Marlina")
        assert not any("Rahasia" in one.text for one in other.messages)


async def test_photo_and_voice_are_passed_on_in_order(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.sees("Tulis untuk Desi Marlina")
    await rina.sends_photo(papers.photo(), caption="Ini layarnya")
    answer = await rina.sees("Bila ini bukti, tekan Bukti")
    await rina.sends_voice()
    await rina.sees("Dikirim kepada", after=answer)
    await sent(world, "help_said", 2)
    photo = next(one for one in desi.messages if one.content.get("photo"))
    voice = next(one for one in desi.messages if one.content.get("voice"))
    assert photo.id < voice.id
    assert "Rina Wati" in photo.text
    assert "Ini layarnya" in photo.text
    async with world.database.reading() as session:
        assert (await session.exec(select(Evidence))).all() == []


async def test_a_photo_is_evidence_unless_it_is_meant_for_the_coach(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    desi = await world.joins("Desi Marlina", Role.COACH)
    await rina.types("/bukti")
    await rina.taps("Minta bantuan")
    await desi.taps("Ambil")
    await rina.sees("Desi Marlina membantu")
    await rina.sends_photo(papers.photo("pertama"))
    await rina.sees("Untuk kegiatan yang mana?")
    await rina.taps_data(TalkAbout((await requests(world))[0].id or 0).pack(), rina.last.id)
    await rina.sees("bukan menjadi bukti")
    await rina.sends_photo(papers.photo("kedua"))
    await rina.sees("Dikirim kepada Desi Marlina")
    await rina.taps("Kembali")
    await rina.sees("Permintaan bantuan Anda")
    await rina.sends_photo(papers.photo("ketiga"))
    await rina.sees("Untuk kegiatan yang mana?", after=rina.last)
    async with world.database.reading() as session:
        assert len((await session.exec(select(Evidence))).all()) == 2
    assert await said(world) == [("photo", "")]


async def test_a_reply_to_what_was_said_goes_to_the_other_one(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await desi.taps("Balas")
    await desi.types("Sudah sampai mana?")
    heard = await rina.sees("Sudah sampai mana?")
    await world.delivered()
    await rina.types("Sampai langkah dua", reply_to=heard)
    await rina.sees("Dikirim kepada Desi Marlina")
    await desi.sees("Sampai langkah dua")
    await rina.types("apa saja")
    hint = await rina.sees("Ini untuk siapa?")
    await rina.taps("Desi Marlina", on=hint)
    await rina.sees("Tulis untuk Desi Marlina")


async def test_a_question_in_between_is_for_the_other_one(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    """Who helps and asks something means the teacher, not the list of answers."""
    await helped(world, rina, desi)
    await desi.types("Bagian mana yang sulit, Bu?")
    hint = await desi.sees("Ini untuk siapa?")
    await desi.sees_button("Rina", on=hint)
    await rina.types("/bantuan")
    await rina.types("Apakah 32 poin itu wajib?")
    await rina.sees("Mungkin ini yang dicari")


@pytest.mark.parametrize("way", ["Kembali", "/menu", "kembali", "menu", "/batal"])
async def test_the_conversation_can_be_left_at_any_time(
    world: TestWorld, rina: Person, desi: Person, way: str
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.sees("Tulis untuk")
    if way == "Kembali":
        await rina.taps(way)
    else:
        await rina.types(way)
    await rina.sees_button("Menu" if "embali" in way else "Rencana")
    await rina.types("bukan untuk Desi")
    await rina.sees("Belum saya kirim")
    assert await said(world) == []


async def test_words_after_the_end_are_not_sent_and_it_is_said(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.sees("Tulis untuk")
    await desi.taps("Selesai")
    await rina.sees("Apakah Anda sudah terbantu?")
    await rina.types("Satu pertanyaan lagi")
    await rina.sees("Percakapan ini sudah berakhir")
    assert await said(world) == []


async def test_a_blocked_bot_is_said_to_whoever_writes(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.blocks_bot()
    await desi.taps("Balas")
    await desi.types("Halo")
    await desi.sees("bot tidak bisa menghubungi Rina Wati")
    await world.kawan.rounds.look_after_help()
    world.kawan.sender.wake()
    await desi.sees("Pesan Anda belum sampai")


# --------------------------------------------------------------------- filling in together


async def test_the_coach_sees_the_draft_and_proposes(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await desi.taps("Lihat rencana")
    await desi.sees("Hanya guru yang bisa mengubahnya")
    await rina.types("/rencana")
    await rina.taps("Perilaku kerja")
    await rina.taps("Pakai set standar")
    await desi.taps("Segarkan")
    await desi.sees("7 dari 7 nilai")
    await desi.taps("Usulkan kegiatan")
    await desi.taps("Pelatihan mandiri")
    await desi.taps("Tambah")
    await desi.types("4")
    await desi.sees("Usulan: 4×")
    await desi.taps("Usulkan 4×")
    card = await rina.sees("Kita isi bersama")
    assert "Di rencana Anda sekarang: 0×" in card.text
    assert "0 menjadi 32" in card.text
    await rina.taps("Pakai usulan", on=card)
    await rina.sees("Sudah dipakai. Rencana Anda sekarang: 4×, 32 poin")
    await desi.sees("Rina Wati memakai usulan: Pelatihan mandiri")
    async with world.database.reading() as session:
        entries = (await session.exec(select(PlanEntry))).all()
    assert ("RHK-01", 4) in [(one.code, one.quantity) for one in entries]


async def test_who_has_not_begun_is_helped_to_begin(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await rina.types("/menu")
    await rina.taps("Minta bantuan")
    await desi.taps("Ambil")
    await desi.sees("Anda yang membantu")
    await desi.taps("Usulkan kegiatan")
    assert "0 dari 32 poin" in (await desi.sees("Guru yang memutuskan")).text
    await desi.taps("Kembali")
    async with world.database.reading() as session:
        assert (await session.exec(select(Plan))).all() == []  # looking begins nothing
    await desi.taps("Usulkan kegiatan")
    await desi.taps("Pelatihan mandiri")
    await desi.taps("Usulkan 1×")
    card = await rina.sees("Kita isi bersama")
    await rina.taps("Pakai usulan", on=card)
    await rina.sees("Rencana Anda sekarang: 1×, 8 poin")


async def test_the_draft_changes_under_the_coachs_eyes(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await desi.taps("Lihat rencana")
    await desi.sees("Hanya guru yang bisa mengubahnya")
    draft = desi.last
    world.clock.forward(timedelta(seconds=5))
    await rina.types("/rencana")
    await rina.taps("Perilaku kerja")
    await rina.taps("Pakai set standar")
    await rina.sees("7 dari 7")
    await world.kawan.rounds.refresh_drafts()
    world.kawan.sender.wake()
    await desi.sees("7 dari 7 nilai")
    assert desi.last.id == draft.id
    await desi.taps("Kembali")
    world.clock.forward(timedelta(seconds=5))
    await rina.types("/rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("Tidak ada")
    await world.kawan.rounds.refresh_drafts()
    world.kawan.sender.wake()
    await sent(world, "help_draft", 2)
    await desi.sees("Anda yang membantu")


async def test_an_album_for_the_coach_is_answered_once(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    asked = await rina.sees("Tulis untuk Desi Marlina")
    await rina.sends_album([papers.photo("satu"), papers.photo("dua")])
    await rina.sees("Permintaan bantuan Anda", after=asked)
    await sent(world, "help_said", 2)
    await rina.types("Itu layarnya")
    await desi.sees("Itu layarnya")
    assert [said_as for said_as, _ in await said(world)] == ["photo", "photo", "text"]


async def test_a_proposal_for_a_changed_plan_is_shown_again(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    (request,) = await requests(world)
    await desi.taps_data(SendProposal(request.id or 0, "RHK-01", 4).pack(), desi.last.id)
    card = await rina.sees("Kita isi bersama")
    await rina.types("/rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Simpan")
    answer = await rina.taps("Pakai usulan", on=card)
    assert "Rencana sudah berubah: sekarang 1×" in (answer.text or "")
    await rina.sees("8 menjadi 32")
    await rina.taps("Pakai usulan")
    await rina.sees("Sudah dipakai")


async def test_missing_evidence_leads_to_sending_it(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    desi = await world.joins("Desi Marlina", Role.COACH)
    await rina.types("/bukti")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Minta bantuan")
    await desi.sees("Pelatihan mandiri + Aksi Nyata, kurang 4 Sertifikat Topik")
    await desi.taps("Ambil")
    await desi.taps("Bukti yang kurang")
    await desi.sees("4 Sertifikat Topik")
    await desi.taps("Pelatihan mandiri")
    card = await rina.sees("Bukti yang masih kurang, menurut Desi Marlina")
    assert "4 Sertifikat Topik" in card.text
    await rina.taps("Kirim bukti", on=card)
    await rina.sees("Kirim bukti untuk:")
    await rina.sends_photo(papers.photo())
    await rina.sees("Tersimpan.")
    await desi.sees("Rina Wati akan mengirim bukti")


# --------------------------------------------------------------------- the end


async def test_done_asks_whether_it_helped_and_not_yet_waits_again(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await helped(world, rina, desi)
    await desi.taps("Selesai")
    await desi.sees("Sudah selesai")
    asked = await rina.sees("Apakah Anda sudah terbantu?")
    await rina.taps("Belum", on=asked)
    await rina.sees("Menunggu sejak")
    card = await hadi.sees("Rina Wati minta bantuan", after=hadi.last)
    await hadi.taps("Ambil", on=card)
    await rina.sees("Hadi Putra membantu Anda")
    await hadi.taps("Selesai")
    await rina.taps("Ya, terbantu")
    await rina.sees("Anda sudah terbantu")
    (request,) = await requests(world)
    assert (request.status, request.helped) == (HelpStatus.CLOSED, True)


async def test_the_queue_shows_what_each_needs(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Minta bantuan")
    budi = await world.joins("Budi", Role.TEACHER)
    world.clock.forward(timedelta(minutes=5))
    await budi.taps("Minta bantuan")
    await hadi.sees("Budi minta bantuan")
    await hadi.types("/antrean")
    queue = await hadi.sees("Antrean bantuan")
    assert queue.text.index("Rina Wati") < queue.text.index("Budi")
    assert "belum diisi: " in queue.text
    assert "rencana belum dimulai" in queue.text
    await hadi.taps("Budi")
    await hadi.taps("Ambil")
    await desi.types("/antrean")
    assert "Budi" not in (await desi.sees("Antrean bantuan")).text
    await hadi.types("/menu")
    await hadi.sees("1 guru menunggu bantuan")
    await hadi.sees_button("Antrean bantuan")


async def test_nobody_takes_it_for_an_hour(world: TestWorld, rina: Person, desi: Person) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await rina.taps("Minta bantuan")
    await desi.sees("Rina Wati minta bantuan")
    world.clock.forward(AN_HOUR)
    for _ in range(2):
        await world.kawan.rounds.look_after_help()
        world.kawan.sender.wake()
        await sent(world, "help_unclaimed", 2)
    for person in (desi, principal):
        await person.sees("Sudah satu jam belum ada yang mengambil")
    await principal.taps("Ambil")
    await rina.sees("Bu Kepala membantu Anda")
    await desi.sees("Dibantu oleh Bu Kepala")


async def test_a_silent_coach_gives_the_request_back(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await helped(world, rina, desi)
    before = hadi.last
    world.clock.forward(AN_HOUR)
    await world.kawan.rounds.look_after_help()
    world.kawan.sender.wake()
    await desi.sees("Permintaan ini kembali ke antrean")
    await rina.sees("Permintaan Anda kembali ke antrean")
    await hadi.sees("Rina Wati minta bantuan", after=before)


async def test_a_coach_may_give_it_back(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await helped(world, rina, desi)
    before = hadi.last
    await desi.taps("Lepaskan")
    await rina.sees("kembali ke antrean")
    await hadi.sees("Rina Wati minta bantuan", after=before)


async def test_a_teacher_who_no_longer_needs_help_says_so(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await rina.taps("Minta bantuan")
    await desi.sees("Rina Wati minta bantuan")
    await rina.taps("Tambah keterangan")
    await rina.taps("Tidak jadi")
    await rina.sees("permintaannya ditutup")
    await desi.sees("Sudah selesai")
    await desi.sees_no_button("Ambil")


# --------------------------------------------------------------------- whose it is not


async def test_forged_buttons_of_another_school_do_nothing(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    (request,) = await requests(world)
    number = request.id or 0
    await desi.taps_data(SendProposal(number, "RHK-01", 4).pack(), desi.last.id)
    other = await world.founds("20304567", "SMPN 2 Lain")
    everything = Role.COACH | Role.PRINCIPAL | Role.TEACHER
    stranger = await world.joins("Orang Lain", everything, other)
    for forged in (
        ShowHelp(number), ClaimHelp(number), TalkAbout(number), CloseHelp(number),
        SeeDraft(number, 0), ProposeItems(number, 0), SendProposal(number, "RHK-01", 9),
        TakeProposal(1, 0),
    ):  # fmt: skip
        answer = await stranger.taps_data(forged.pack(), stranger.last.id)
        assert "sudah tidak ada" in (answer.text or ""), forged
        assert "Rina" not in stranger.last.text
    await stranger.taps_data(OpenHelpQueue(0).pack(), stranger.last.id)
    await stranger.sees("Tidak ada yang menunggu")
    (request,) = await requests(world)
    assert request.status == HelpStatus.CLAIMED


async def test_an_erased_teacher_leaves_no_card_that_works(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    operator = await world.joins("Pak Operator", Role.OPERATOR)
    await helped(world, rina, desi)
    rinas, actor = await actor_of(world, rina), await actor_of(world, operator)
    async with world.database.transaction() as session:
        await erase_member(session, actor, rinas.member_id, world.clock.now())
    answer = await desi.taps("Balas")
    assert "sudah tidak ada" in (answer.text or "")
    assert await requests(world) == []


# --------------------------------------------------------------------- replies to notices


@pytest.mark.parametrize("kind", ["broadcast", "reminder_plan", "remind_task"])
async def test_a_reply_reaches_a_coach(
    world: TestWorld, rina: Person, desi: Person, kind: str
) -> None:
    me = await actor_of(world, rina)
    below = await rina.sees_button("Rencana")
    async with world.database.transaction() as session:
        await outbox.announce(
            session, school_id=me.school_id, recipients=[me.member_id], occasion=f"{kind}:1",
            kind=kind, subject={}, now=world.clock.now(),
        )  # fmt: skip
        found = await session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind))
        message = found.one()
        message.message_id, message.settled_at = below.id, world.clock.now()
        message.state = "sent"
        session.add(message)
    await rina.types("Bu, saya belum punya sertifikatnya", reply_to=below)
    await rina.sees("Balasan Anda sudah sampai kepada Desi Marlina")
    card = await desi.sees("Bu, saya belum punya sertifikatnya")
    assert "Rina Wati minta bantuan" in card.text
    await rina.types("Hari ini juga libur", reply_to=below)
    await desi.sees("Hari ini juga libur")
    assert len(await requests(world)) == 1
    before = rina.last
    await rina.sends_voice(reply_to=below)
    await rina.sees("Balasan Anda sudah sampai", after=before)
    await desi.sees("🎤")
    await desi.taps("Ambil")
    await sent(world, "help_said")
    assert any(one.content.get("voice") for one in desi.messages)


# --------------------------------------------------------------------- in English


async def test_all_of_it_in_english(world: TestWorld, rina: Person, desi: Person) -> None:
    for person in (rina, desi):
        await person.taps_data(ChooseLanguage("en").pack(), person.last.id)
        await person.sees_button("How to use")
    await rina.types("/rencana")
    await rina.taps("Ask for help")
    await rina.sees("I have told Desi Marlina")
    await desi.types("/antrean")
    await desi.sees("Help queue")
    await desi.taps("Rina Wati")
    await desi.taps("I will help")
    await desi.sees("You are helping")
    await rina.sees("Desi Marlina is helping you now")
    await rina.taps("Reply")
    await rina.sees("Write to Desi Marlina")
    await rina.types("Hello")
    await rina.sees("Sent to Desi Marlina")
    await desi.sees("Hello")
    await desi.taps("See the request")
    await desi.taps("See the plan")
    await desi.sees("Only the teacher can change it")
    await desi.taps("Propose activities")
    await desi.taps("1. ")
    await desi.taps("Propose 1×")
    await rina.sees("Let us fill it in together")
    await rina.taps("Take it over")
    await rina.sees("Taken over. Your plan now: 1×")
    await desi.sees("has taken over")
    await desi.taps("See the request")
    await desi.taps("Done")
    await rina.sees("Has it helped you?")
    await rina.taps("Not yet")
    await rina.sees("Waiting since")
    await rina.types("/bantuan webinar")
    await rina.sees("The answers are in Indonesian")
    await rina.taps("Webinar gratis")
    await rina.sees("Fairly certain")
    await rina.taps("Is this webinar safe?")
    await rina.taps("Asked for NIP")
    await rina.sees("Be careful.")
