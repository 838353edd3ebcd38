"""The principal checks evidence as it really is; coaches look and comment; nobody else sees it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage.models import Evidence, EvidenceStatus, Role
from tests import papers
from tests.end_to_end.submitting import a_school, agrees, submits
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


@pytest.fixture
async def people(world: TestWorld) -> tuple[Person, Person]:
    return await a_school(world)


async def sends(
    person: Person,
    text: str = "Sertifikat",
    activity: str = "Pelatihan mandiri",
    caption: str = "",
) -> None:
    before = person.messages[-1]
    await person.sends_photo(papers.photo(text), caption=caption)
    await person.sees("Untuk kegiatan yang mana?", after=before)
    await person.taps(activity)
    await person.sees("Tersimpan.", after=before)


async def statuses(world: TestWorld) -> list[str]:
    async with world.database.reading() as session:
        found = await session.exec(select(Evidence.status).order_by(col(Evidence.id)))
        return list(found.all())


def shown(person: Person) -> list[Message]:
    """The photos and documents that the bot has shown somebody."""
    return [
        one
        for one in person.messages
        if one.from_bot and (one.content.get("photo") or one.content.get("document"))
    ]


async def later(world: TestWorld, minutes: int = 3) -> None:
    world.clock.forward(timedelta(minutes=minutes))
    world.kawan.sender.wake()


# --------------------------------------------------------------------- deciding


async def test_a_piece_is_shown_as_it_is_and_accepted(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina, caption="2 Juli 2026, asli ada di map")
    await kepala.types("/persetujuan")
    card = await kepala.sees_button("Terima")
    assert card.content.get("photo")
    assert card.protected
    for words in ("Rina Wati", "Pelatihan mandiri", "Sertifikat Topik", "2 Juli 2026", "di map"):
        assert words in card.text
    assert len(card.text) <= 1024
    await kepala.taps("Terima")
    await kepala.sees("Diterima oleh Bu Kepala")
    await kepala.sees_no_button("Kembalikan", on=card)
    assert await statuses(world) == [EvidenceStatus.ACCEPTED]
    await later(world, 10)
    told = await rina.sees("1 bukti Anda diterima")
    assert "8 dari 48 poin" in told.text
    assert "8 diterima" in told.text


async def test_showing_a_photo_again_uploads_nothing(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    await kepala.types("/persetujuan")
    await kepala.sees_button("Terima")
    call = next(one for one in reversed(world.sim.calls) if one.method == "sendPhoto")
    assert "bytes>" not in call.params["photo"]


async def test_a_file_that_telegram_forgot_is_uploaded_and_its_new_name_kept(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    world.sim.forget_files()
    await kepala.types("/persetujuan")
    card = await kepala.sees_button("Terima")
    assert await kepala.downloads(card) == papers.photo()
    await kepala.types("/persetujuan")
    await kepala.until(lambda: len(shown(kepala)) == 2)
    calls = [one for one in world.sim.calls if one.method == "sendPhoto"]
    assert calls[-1].status == 200
    assert "bytes>" not in calls[-1].params["photo"]


async def test_an_album_is_shown_as_an_album(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await rina.sends_album([papers.photo(f"hal {n}") for n in range(3)])
    await rina.sees("3 halaman")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")
    await kepala.types("/persetujuan")
    card = await kepala.sees_button("Terima")
    album = shown(kepala)
    assert len(album) == 3
    assert len({one.media_group_id for one in album}) == 1
    assert all(one.protected for one in album)
    await kepala.taps("Terima", on=card)
    await kepala.sees("Diterima oleh Bu Kepala")
    assert await statuses(world) == [EvidenceStatus.ACCEPTED]


async def test_photos_and_documents_of_one_piece_come_apart_but_in_order(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await rina.sends_document(papers.pdf("laporan"), "laporan.pdf")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")
    await kepala.types("/persetujuan")
    card = await kepala.sees_button("Terima")
    assert card.content["document"]["file_name"] == "laporan.pdf"
    assert card.protected


async def test_what_is_given_back_reaches_the_teacher_with_one_button_to_replace_it(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    await kepala.types("/persetujuan")
    await kepala.taps("Kembalikan")
    await kepala.sees("Apa pesan untuk Rina Wati?")
    await kepala.taps("Foto ulang")
    await kepala.sees("Dikembalikan kepada Rina Wati")
    await kepala.sees("Dikembalikan oleh Bu Kepala")  # below the photo itself
    told = await rina.sees("satu bukti perlu diperbaiki")
    assert "sulit dibaca" in told.text
    await rina.taps("Ganti", on=told)
    await rina.sees("Kirim penggantinya sekarang")
    before = rina.messages[-1]
    await rina.sends_photo(papers.photo("lebih jelas"))
    await rina.sees("Tersimpan.", after=before)
    assert await statuses(world) == [EvidenceStatus.REPLACED, EvidenceStatus.RECEIVED]
    await kepala.types("/persetujuan")
    card = await kepala.sees("Sudah diperbaiki. Dulu diminta")
    assert "sulit dibaca" in card.text


async def test_a_reason_in_own_words(world: TestWorld, people: tuple[Person, Person]) -> None:
    rina, kepala = people
    await sends(rina)
    await kepala.types("/persetujuan")
    await kepala.taps("Kembalikan")
    await kepala.taps("Tulis sendiri")
    await kepala.sees("apa yang perlu diperbaiki")
    await kepala.types("Mohon lampirkan halaman dua")
    await rina.sees("Mohon lampirkan halaman dua")


async def test_mending_what_was_given_back_hands_it_in_again(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    await kepala.types("/persetujuan")
    await kepala.taps("Kembalikan")
    await kepala.taps("Di luar periode")
    await rina.sees("satu bukti perlu diperbaiki")
    await rina.taps("Buka bukti ini")
    await rina.taps("Isi tanggal")
    await rina.types("2/7/2026")
    await rina.sees("Menunggu diperiksa")
    typed = await kepala.types("/persetujuan")
    card = await kepala.sees("Sudah diperbaiki", after=typed)
    await kepala.taps("Terima", on=card)
    await kepala.sees("Diterima oleh Bu Kepala")


async def test_who_gave_it_back_hears_that_where_it_is_accepted_later(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    await kepala.types("/persetujuan")
    card = await kepala.sees_button("Terima")
    accept = card.rows[0][0]["callback_data"]
    await kepala.taps("Kembalikan")
    await kepala.taps("Di luar periode")
    await rina.sees("satu bukti perlu diperbaiki")
    heard = await kepala.taps_data(accept, card)
    assert "Sudah dikembalikan oleh Bu Kepala" in heard.text
    assert await statuses(world) == ["returned"]


# --------------------------------------------------------------------- what is remarkable


async def test_whoever_checks_sees_every_mark(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    budi = await world.joins("Budi", Role.TEACHER)
    await agrees(world, budi, kepala)
    await sends(budi, "bersama")
    await sends(rina, "bersama", caption="3 Mei 2026")
    before = rina.messages[-1]
    await rina.sends_photo(papers.blurred_photo("buram"))
    await rina.sees("sulit dibaca: buram", after=before)
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.", after=before)
    await kepala.types("/persetujuan")
    await kepala.taps("Rina Wati")
    card = await kepala.sees_button("✅ Terima")
    assert "di luar periode Juli–Desember 2026" in card.text
    assert "Berkas yang sama juga dipakai Budi untuk Pelatihan mandiri" in card.text
    await kepala.taps("Berikutnya", on=card)
    await kepala.sees("Mungkin sulit dibaca: buram")


async def test_a_file_that_is_gone_from_the_disk_is_told_instead_of_silence(
    world: TestWorld, people: tuple[Person, Person], caplog: pytest.LogCaptureFixture
) -> None:
    rina, kepala = people
    await sends(rina)
    world.sim.forget_files()
    for path in world.kawan.files.folder.glob("*/??/*"):
        path.unlink()
    await kepala.types("/persetujuan")
    card = await kepala.sees("tidak ditemukan di penyimpanan")
    assert "Rina Wati" in card.text
    caplog.clear()


# --------------------------------------------------------------------- many


async def test_teacher_by_teacher_piece_by_piece(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    budi = await world.joins("Budi", Role.TEACHER)
    await agrees(world, budi, kepala)
    for text in ("satu", "dua"):
        await sends(rina, text)
    await sends(budi, "tiga")
    await kepala.types("/persetujuan")
    queue = await kepala.sees("3 bukti dari 2 guru")
    await kepala.taps("Rina Wati", on=queue)
    first = await kepala.sees_button("Terima")
    await kepala.sees_no_button("Terima semua", on=first)
    await kepala.taps("Berikutnya", on=first)
    second = await kepala.sees_button("Terima semua (2)")
    await kepala.taps("Terima semua (2)", on=second)
    await kepala.sees("1 bukti dari 1 guru")
    assert (await statuses(world)).count(EvidenceStatus.ACCEPTED) == 2


async def test_all_cannot_be_accepted_before_all_were_seen(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    for text in ("satu", "dua"):
        await sends(rina, text)
    await kepala.types("/persetujuan")
    first = await kepala.sees_button("Terima")
    await kepala.taps("Berikutnya", on=first)
    second = await kepala.sees_button("Terima semua (2)")
    await sends(rina, "tiga")
    await kepala.taps("Terima semua (2)", on=second)
    await kepala.hears("Masih ada 1 bukti yang belum dibuka")
    assert await statuses(world) == [EvidenceStatus.RECEIVED] * 3


async def test_points_never_exceed_what_was_planned(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    for number in range(6):  # four are planned
        await sends(rina, f"nomor {number}")
    await kepala.types("/persetujuan")
    for _ in range(6):
        card = await kepala.sees_button("✅ Terima")
        await kepala.taps("✅ Terima", on=card)
        await kepala.sees_no_button("Kembalikan", on=card)
        if "Berikutnya" in " ".join(card.buttons):
            await kepala.taps("Berikutnya", on=card)
    await rina.types("menu")
    await rina.sees("32 dari 48 poin sudah ada buktinya, 32 diterima")


async def test_plans_and_evidence_wait_side_by_side(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    budi = await world.joins("Budi", Role.TEACHER)
    await submits(world, budi)
    await kepala.types("/persetujuan")
    await kepala.sees("Budi mengajukan rencana")
    await kepala.taps("Bukti menunggu (1)")
    await kepala.sees("1 bukti dari 1 guru")


async def test_those_who_decide_hear_of_evidence_in_bursts(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    for text in ("satu", "dua"):
        await sends(rina, text)
    await later(world)
    await kepala.sees("Ada 2 bukti menunggu Bapak/Ibu")
    await sends(rina, "tiga")
    await later(world, 10)
    assert not any("Ada 3 bukti" in one.text for one in kepala.messages)
    await later(world, 60)
    await kepala.sees("Ada 3 bukti menunggu Bapak/Ibu")


# --------------------------------------------------------------------- two at once


async def test_of_two_who_decide_one_wins_and_the_other_is_told(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    second = await world.joins("Pak Wakil", Role.PRINCIPAL)
    await sends(rina)
    cards = []
    for person in (kepala, second):
        await person.types("/persetujuan")
        cards.append(await person.sees_button("Terima"))
    revision = next(
        button["callback_data"]
        for row in cards[1].rows
        for button in row
        if "Terima" in button["text"]
    )
    await kepala.taps("Terima", on=cards[0])
    await second.sees("Diterima oleh Bu Kepala")  # the other card follows by itself
    answer = await second.taps_data(revision, cards[1])
    assert "Sudah diterima oleh Bu Kepala" in answer.text
    assert await statuses(world) == [EvidenceStatus.ACCEPTED]


async def test_two_taps_of_the_same_finger_are_one(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    await kepala.types("/persetujuan")
    card = await kepala.sees_button("Terima")
    data = card.rows[0][0]["callback_data"]
    first, second = kepala.press(data, card), kepala.press(data, card)
    await kepala.until(lambda: first.answer and second.answer)
    assert "gangguan" not in "".join(one.answer.text for one in (first, second) if one.answer)
    assert await statuses(world) == [EvidenceStatus.ACCEPTED]


async def test_the_principal_accepts_while_the_teacher_replaces(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    await rina.taps("Ganti")
    await rina.sees("Kirim penggantinya sekarang")
    await kepala.types("/persetujuan")
    await kepala.taps("Terima")
    await kepala.sees("Diterima oleh Bu Kepala")
    before = rina.messages[-1]
    await rina.sends_photo(papers.photo("baru"))
    answer = await rina.sees("Sudah diterima oleh Bu Kepala", after=before)
    assert "Untuk kegiatan yang mana?" in answer.text
    assert await statuses(world) == [EvidenceStatus.ACCEPTED, EvidenceStatus.UNSORTED]


async def test_a_decision_on_what_was_replaced_meanwhile_does_not_count(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await sends(rina)
    await kepala.types("/persetujuan")
    card = await kepala.sees_button("Terima")
    data = card.rows[0][0]["callback_data"]
    await rina.taps("Ganti")
    before = rina.messages[-1]
    await rina.sends_photo(papers.photo("baru"))
    await rina.sees("Tersimpan.", after=before)
    await kepala.sees("sudah diganti, diubah, atau dihapus")
    answer = await kepala.taps_data(data, card)
    assert answer.text
    assert await statuses(world) == [EvidenceStatus.REPLACED, EvidenceStatus.RECEIVED]


# --------------------------------------------------------------------- who may see


async def test_a_coach_looks_and_comments_but_does_not_decide(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, _kepala = people
    await sends(rina)
    desi = await world.joins("Bu Desi", Role.COACH)
    await desi.types("/rekap")
    await desi.taps("Disepakati")
    await desi.taps("Rina Wati")
    await desi.taps("Lihat bukti")
    await desi.taps("Sertifikat Topik")
    card = await desi.sees_button("Beri catatan")
    assert card.content.get("photo")
    assert card.protected
    assert not any("Terima" in label for label in card.buttons)
    await desi.taps("Beri catatan")
    await desi.sees("apa yang sebaiknya diperbaiki")
    await desi.types("Bagus, tambahkan tanggalnya")
    await rina.sees("Bagus, tambahkan tanggalnya")
    assert await statuses(world) == [EvidenceStatus.RECEIVED]


async def test_nobody_decides_on_their_own_evidence(world: TestWorld) -> None:
    kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
    both = await world.joins("Pak Guru", Role.PRINCIPAL | Role.TEACHER)
    await agrees(world, both, kepala)
    await sends(both)
    await both.types("/persetujuan")
    await both.sees("Tidak ada rencana yang menunggu")
    answer = await both.taps_data("1ka:1:2")
    assert "bukan untuk Anda" in answer.text


@pytest.mark.parametrize(
    "data", ["1ka:1:2", "1kp:1", "1ki:1", "1kc:1", "1ec:1", "1ew:1", "1ex:1", "1er:1", "1eq:1",
             "1ep:1:1:1", "1ke:1:0", "1em:1:1:1:1", "1eb:1:pdf", "1kb:1:2", "1kn:1", "1kl:2"],
)  # fmt: skip
async def test_another_schools_evidence_is_nobodys_here(
    world: TestWorld, people: tuple[Person, Person], data: str
) -> None:
    rina, _ = people
    await sends(rina, "rahasia sekolah lain")
    elsewhere = await world.founds("20202020", "SMPN 2 Lain")
    stranger = await world.joins(
        "Kepala Lain", Role.PRINCIPAL | Role.COACH | Role.TEACHER, elsewhere
    )
    answer = await stranger.taps_data(data)
    assert answer.text
    assert shown(stranger) == []
    assert not any("Rina" in one.text for one in stranger.messages)
    assert await statuses(world) == [EvidenceStatus.RECEIVED]
