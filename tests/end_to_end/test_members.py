"""The operator in the chat: members, invitations, rosters, erasure."""

import asyncio
import io
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook
from sqlmodel import col, select

from bot.simulator import Message, Person
from conversations.callbacks.members import (
    AskErasure,
    CommitRoster,
    EraseMember,
    OpenMember,
    OpenMembers,
    RenewInvitation,
    SetRoles,
)
from conversations.dialogue import READERS, Incoming
from conversations.operator.roster import read_upload
from storage.members import INVITATION_LASTS
from storage.models import Account, Invitation, Member, Role, RosterDraft
from storage.rosters import BYTES_MAX, ROWS_MAX
from tests.world import TestWorld

NIP = "198703152010010012"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def operator_in(world: TestWorld) -> Person:
    return await world.joins("Ratna Dewi", Role.OPERATOR)


async def opens_members(person: Person) -> Message:
    before = person.last
    await person.types("/anggota")
    return await person.sees("Anggota SMPN 1 Surian", after=before)


async def member_named(world: TestWorld, name: str) -> Member:
    async with world.database.reading() as session:
        return (await session.exec(select(Member).where(Member.name == name))).one()


async def names(world: TestWorld) -> list[str]:
    async with world.database.reading() as session:
        return list((await session.exec(select(col(Member.name)).order_by(col(Member.id)))).all())


def csv(*rows: str) -> bytes:
    return "\n".join(["nama,nip,peran", *rows]).encode()


def token_in(message: Message) -> str:
    return (message.text or "").partition("?start=")[2].split()[0]


async def document(person: Person, words: str) -> Message:
    """The newest document whose caption contains the words."""

    def found() -> Message | None:
        return next(
            (
                one
                for one in reversed(person.messages)
                if one.from_bot and one.content.get("document") and words in (one.text or "")
            ),
            None,
        )

    return await person.until(found, what=f"a document with {words!r}")


# ---------------------------------------------------------------- the list


async def test_the_list_tells_who_has_joined(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await world.invites("Abdul", Role.TEACHER)
    budi = await world.joins("Budi", Role.TEACHER | Role.COACH)
    await world.blocked_by(budi)
    card = await opens_members(ratna)
    text = card.text or ""
    assert "1. ⏳ Abdul · guru" in text
    assert "3. ✅ Ratna Dewi · operator sekolah" in text
    assert "2. 🚫 Budi · guru, guru penggerak" in text
    await ratna.taps("Budi")
    await ratna.sees("Pesan tidak sampai kepadanya")


async def test_pages_of_eight_keep_their_place(world: TestWorld) -> None:
    ratna = await operator_in(world)
    for number in range(1, 18):
        await world.invites(f"Guru {number:02}", Role.TEACHER)
    card = await opens_members(ratna)
    assert "18 orang: 1 sudah bergabung, 17 belum" in (card.text or "")
    assert [label for label in card.buttons if "Guru" in label][-1] == "8. Guru 08"
    assert all(len(row) <= 2 for row in card.rows[:4])
    assert len(card.rows) <= 8
    await ratna.taps("›")
    await ratna.sees_button("2/3")
    await ratna.taps("Guru 12")
    await ratna.sees("Belum bergabung")
    await ratna.taps("Kembali")
    await ratna.sees_button("2/3")
    # The number on the button may be typed instead.
    await ratna.types("12")
    await ratna.sees("👤 Guru 12")


async def test_a_card_hides_the_nip(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await world.invites("Rina Wati", Role.TEACHER, nip=NIP)
    await opens_members(ratna)
    await ratna.taps("Rina Wati")
    card = await ratna.sees("NIP 1987••••••••••0012")
    assert "Undangannya berlaku sampai 5 Agu 2026" in (card.text or "")
    assert NIP not in ratna.screen()


async def test_an_invitation_that_ran_out_is_told(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await world.invites("Rina", Role.TEACHER)
    world.clock.forward(INVITATION_LASTS)
    await opens_members(ratna)
    await ratna.taps("Rina")
    await ratna.sees("undangannya sudah tidak berlaku")


# ---------------------------------------------------------------- inviting


async def test_a_new_link_replaces_the_old_one(world: TestWorld) -> None:
    ratna = await operator_in(world)
    old = await world.invites("Rina Wati", Role.TEACHER)
    await opens_members(ratna)
    await ratna.taps("Rina Wati")
    await ratna.taps("Kirim ulang undangan")
    told = await ratna.sees("Tautan yang lama tidak berlaku lagi")
    picture = await ratna.sees("✉️ Undangan Kawan Kinerja")
    assert picture.content["photo"]
    assert token_in(told) == token_in(picture)
    copied = await ratna.taps("Salin tautan")
    assert copied.copied == f"https://t.me/{world.kawan.bot.username}?start={token_in(told)}"
    whatsapp = await ratna.taps("Lewat WhatsApp")
    assert whatsapp.url.startswith("https://wa.me/?text=")
    assert token_in(told) in whatsapp.url

    rina = world.sim.person("Rina", id=31)
    await rina.start(old)
    await rina.sees("sudah diganti dengan yang lebih baru")
    await rina.start(token_in(told))
    await rina.sees("Apakah ini Bapak/Ibu?")
    await ratna.taps("Kembali", on=told)
    await ratna.sees("Anggota SMPN 1 Surian")


async def test_a_link_for_somebody_who_has_joined_warns(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await world.joins("Rina", Role.TEACHER)
    await opens_members(ratna)
    await ratna.taps("Rina")
    await ratna.sees("Bergabung Senin, 6 Juli 2026")
    await ratna.taps("Kirim ulang undangan")
    await ratna.sees("akun yang lama tidak bisa dipakai lagi")


async def test_one_person_is_invited(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await opens_members(ratna)
    await ratna.taps("Undang satu orang")
    await ratna.sees_no_button("Tulis namanya")
    await ratna.taps("☐ guru penggerak")
    await ratna.taps("☐ guru")
    await ratna.taps("☑ guru penggerak")
    await ratna.taps("Tulis namanya")
    asked = await ratna.sees("Siapa namanya?")
    for bad in ("😀😀", "12345", "x" * 101):
        await ratna.types(bad)
        asked = await ratna.sees("Nama harus berisi huruf", after=asked)
    await ratna.types("  Budi <b>Santoso</b> & \u202eCo\u200b ")
    told = await ratna.sees("Undangan untuk Budi <b>Santoso</b> & Co")
    assert "Tautan yang lama" not in (told.text or "")
    budi = await member_named(world, "Budi <b>Santoso</b> & Co")
    assert Role(budi.roles) == Role.TEACHER
    phone = world.sim.person("Budi", id=32)
    await phone.start(token_in(told))
    await phone.sees("Budi <b>Santoso</b> & Co")


async def test_a_name_that_is_there_already_is_shown(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await world.joins("Rina Wati", Role.TEACHER)
    await opens_members(ratna)
    await ratna.taps("Undang satu orang")
    await ratna.taps("guru penggerak")
    await ratna.taps("Tulis namanya")
    await ratna.sees("Siapa namanya?")
    await ratna.types("rina wati")
    await ratna.sees("Nama ini sudah ada di daftar.")
    # The same person: the role is added on the card.
    await ratna.taps("Ubah peran")
    await ratna.taps("☐ guru penggerak")
    await ratna.sees_button("☑ guru penggerak")
    await ratna.taps("Simpan")
    await ratna.sees("guru, guru penggerak")
    rina = await member_named(world, "Rina Wati")
    assert Role(rina.roles) == Role.TEACHER | Role.COACH


async def test_giving_up_a_name_keeps_everything(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await opens_members(ratna)
    await ratna.taps("Undang satu orang")
    await ratna.types("1")
    await ratna.taps("Tulis namanya")
    await ratna.sees("Siapa namanya?")
    await ratna.types("batal")
    await ratna.sees("dihentikan")
    assert await names(world) == ["Ratna Dewi"]


async def test_a_role_has_to_be_left(world: TestWorld) -> None:
    ratna = await operator_in(world)
    rina = await world.joins("Rina", Role.TEACHER)
    await opens_members(ratna)
    await ratna.taps("Rina")
    await ratna.taps("Ubah peran")
    await ratna.taps("☑ guru")
    await ratna.sees_button("☐ guru")
    await ratna.taps("Simpan")
    await ratna.hears("Pilih paling sedikit satu peran")
    own = await member_named(world, "Ratna Dewi")
    answer = await ratna.taps_data(SetRoles(own.id or 0, int(Role.TEACHER)).pack())
    assert "satu-satunya operator" in answer.text
    assert rina is not None


async def test_an_operator_can_step_down_when_there_is_another(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await world.joins("Budi", Role.OPERATOR)
    own = await member_named(world, "Ratna Dewi")
    await ratna.taps_data(SetRoles(own.id or 0, int(Role.TEACHER)).pack())
    await ratna.sees_button("Rencana")
    await ratna.sees_no_button("Anggota", on=ratna.last)


# ---------------------------------------------------------------- not for others


@pytest.mark.parametrize("roles", [Role.TEACHER, Role.PRINCIPAL, Role.COACH])
async def test_others_cannot_look_after_members(world: TestWorld, roles: Role) -> None:
    await operator_in(world)
    rina = await world.joins("Rina", roles)
    ratna = await member_named(world, "Ratna Dewi")
    number = ratna.id or 0
    forged = [
        OpenMembers(0),
        OpenMember(number),
        RenewInvitation(number),
        SetRoles(number, 1),
        AskErasure(number),
        EraseMember(number),
        CommitRoster(1),
    ]
    for button in forged:
        answer = await rina.taps_data(button.pack())
        assert answer.show_alert
        assert "bukan untuk Anda" in answer.text
    await rina.types("/anggota")
    await rina.sees("bukan untuk Anda", after=rina.last)
    await rina.sends_document(csv("X,,operator"), "guru.csv", CSV)
    # To a teacher it might be evidence, and is looked into.
    await rina.sees("tulisan biasa" if roles is Role.TEACHER else "belum saya perlukan")
    assert await names(world) == ["Ratna Dewi", "Rina"]


async def test_another_school_is_out_of_reach(world: TestWorld) -> None:
    ratna = await operator_in(world)
    there = await world.founds("20000000", "SMPN 2 Surian")
    await world.invites("Orang Lain", Role.TEACHER, there)
    other = await member_named(world, "Orang Lain")
    for button in (OpenMember, RenewInvitation, AskErasure, EraseMember):
        answer = await ratna.taps_data(button(other.id or 0).pack())
        assert "sudah tidak ada" in answer.text
    card = await opens_members(ratna)
    assert "Orang Lain" not in (card.text or "")


# ---------------------------------------------------------------- rosters


async def test_a_roster_file_brings_everybody_in(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await world.joins("Rina Wati", Role.TEACHER)
    rows = [f"Guru {number:02},,guru" for number in range(1, 10)]
    rows += [f'"Yusrizal, M.Pd.",{NIP},kepala sekolah', "Rina Wati,,guru+guru penggerak"]
    await ratna.sends_document(csv(*rows), "guru-2026.csv", CSV)
    preview = await ratna.sees("Daftar sudah dibaca: 11 orang")
    text = preview.text or ""
    assert "10 guru, 1 kepala sekolah, 1 guru penggerak" in text
    assert "Guru 05 · dan 6 lagi" in text
    assert "10 orang baru" in text
    assert "1 sudah terdaftar, 1 di antaranya sudah bergabung" in text
    assert await names(world) == ["Ratna Dewi", "Rina Wati"]

    await ratna.taps("Masukkan 11 orang")
    await ratna.sees("11 orang sudah dimasukkan")
    await ratna.sees("1 orang sudah bergabung dan tidak perlu undangan")
    sheet = await document(ratna, "Lembar undangan")
    assert sheet.content["document"]["file_name"] == "undangan-10304567.pdf"
    assert world.sim.file_bytes(sheet.content["document"]["file_id"]).startswith(b"%PDF")
    assert len(await names(world)) == 12
    # A second tap on the same card brings nobody in twice.
    answer = await ratna.taps_data(CommitRoster(1).pack(), preview)
    assert "sudah tidak ada" in answer.text
    assert len(await names(world)) == 12


async def test_a_roster_can_be_dropped(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await ratna.sends_document(csv("Rina,,guru"), "GURU.CSV", CSV)
    await ratna.sees("1 orang baru")
    await ratna.taps("Batal")
    await ratna.hears("tidak jadi dimasukkan")
    await ratna.sees("Anggota SMPN 1 Surian")
    async with world.database.reading() as session:
        assert (await session.exec(select(RosterDraft))).first() is None
    assert await names(world) == ["Ratna Dewi"]


async def test_the_sample_file_can_be_sent_back(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await opens_members(ratna)
    await ratna.taps("Kirim daftar")
    await ratna.sees("Baris pertama berisi tiga judul")
    await ratna.taps("Minta contoh berkas")
    sample = await document(ratna, "Contoh berkas")
    data = world.sim.file_bytes(sample.content["document"]["file_id"])
    await ratna.sends_document(data, "contoh-daftar.xlsx", XLSX)
    await ratna.sees("Daftar sudah dibaca: 3 orang")


def workbook(rows: Sequence[Any], merge: str = "") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


HEAD = ("nama", "nip", "peran")

BAD_FILES = {
    "a PDF named csv": (b"%PDF-1.7 ...", "guru.csv", ["berkas PDF"]),
    "a picture named xlsx": (b"\x89PNG\r\n\x1a\n....", "guru.xlsx", ["gambar"]),
    "old Excel": (b"\xd0\xcf\x11\xe0....", "guru.xls", ["Excel lama"]),
    "a broken workbook": (b"PK\x03\x04 xl/workbook.xml", "guru.xlsx", ["rusak"]),
    "nothing": (b"\n", "guru.csv", ["kosong"]),
    "no rows": (csv(), "guru.csv", ["Belum ada nama"]),
    "10,000 rows": (
        csv(*(f"Guru {number},,guru" for number in range(10_000))),
        "guru.csv",
        ["Ada 10000 baris", str(ROWS_MAX)],
    ),
    "a NIP twice": (
        csv(f"Rina,{NIP},guru", f"Budi,{NIP},guru"),
        "guru.csv",
        ["Baris 3: NIP ini sama dengan baris 2"],
    ),
    "a rounded NIP": (csv("Rina,1.98703E+17,guru"), "guru.csv", ["dibulatkan oleh Excel"]),
    "a formula": (
        workbook([HEAD, ("Rina", None, '=IF(1,"guru","")')]),
        "guru.xlsx",
        ["Baris 2: kolom peran berisi rumus"],
    ),
    "merged cells": (
        workbook([HEAD, ("Rina", None, "guru"), ("Budi", None, "guru")], "C2:C3"),
        "guru.xlsx",
        ["Sel C2:C3 digabung"],
    ),
    "a missing column": (b"nama,nip\nRina,\n", "guru.csv", ["Kolom “peran” tidak ada"]),
    "names that are none": (
        csv("😀,,guru", "<b>,,guru", f"{'x' * 200},,guru"),
        "guru.csv",
        ["Baris 2: “😀” bukan nama", "Baris 4: namanya 200 huruf"],
    ),
}


@pytest.mark.parametrize("case", BAD_FILES, ids=lambda case: str(case))
async def test_what_is_wrong_with_a_file_is_said(world: TestWorld, case: str) -> None:
    data, filename, told = BAD_FILES[case]
    ratna = await operator_in(world)
    await ratna.sends_document(data, filename)
    answer = await ratna.sees("belum bisa dimasukkan. Tidak ada yang berubah")
    for words in told:
        assert words in (answer.text or "")
    assert await names(world) == ["Ratna Dewi"]


async def test_many_problems_are_counted(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await ratna.sends_document(csv(*["Rina <b>,123,raja"] * 35), "guru.csv", CSV)
    answer = await ratna.sees("belum bisa dimasukkan")
    lines = (answer.text or "").splitlines()
    assert sum(line.startswith("• Baris") for line in lines) == 15
    assert "…dan 55 lagi" in lines
    assert "• Baris 2: peran “raja” tidak dikenal (guru, kepala sekolah," in (answer.text or "")


async def test_a_file_too_large_is_not_fetched(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await ratna.sends_document(b"nama", "guru.xlsx", XLSX, size=BYTES_MAX + 1)
    await ratna.sees("paling besar 5 MB")
    assert not [call for call in world.sim.calls if call.method.lower() == "getfile"]


async def test_a_photo_of_a_list_is_answered_where_a_list_is_asked_for(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await opens_members(ratna)
    await ratna.taps("Kirim daftar")
    await ratna.sees("Baris pertama")
    await ratna.sends_photo(b"\x89PNG\r\n\x1a\n")
    await ratna.sees("Isinya gambar")
    await ratna.sends_document(b"%PDF-1.7", "daftar.pdf")
    await ratna.sees("berkas PDF")
    # Elsewhere such files are no roster.
    await ratna.types("menu")
    await ratna.sees_button("Bantuan", on=(await ratna.sees("Ratna Dewi", after=ratna.last)))
    await ratna.sends_document(b"%PDF-1.7", "daftar.pdf")
    await ratna.sees("belum saya perlukan sekarang")


async def test_a_file_that_telegram_does_not_hand_out(world: TestWorld) -> None:
    ratna = await operator_in(world)
    world.sim.faults.add(
        "getFile", status=400, description="Bad Request: file is temporarily unavailable"
    )
    await ratna.sends_document(csv("Rina,,guru"), "guru.csv", CSV)
    await ratna.sees("belum sampai seluruhnya")
    await ratna.sends_document(csv("Rina,,guru"), "guru.csv", CSV)
    await ratna.sees("1 orang baru")


async def test_a_slow_file_keeps_nobody_waiting(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ratna = await operator_in(world)
    rina = await world.joins("Rina", Role.TEACHER)
    begun, go_on = threading.Event(), threading.Event()

    def slowly(incoming: Incoming) -> object:
        begun.set()
        go_on.wait(30)
        return read_upload(incoming)

    readers = [
        (which, replace(reader, read=slowly))
        for which, reader in READERS
        if reader is not None and reader.read is read_upload
    ]
    monkeypatch.setattr("conversations.dialogue.READERS", readers)
    await ratna.sends_document(csv("Tono,,guru"), "guru.csv", CSV)
    assert await asyncio.to_thread(begun.wait, 10)
    await rina.types("/bahasa")
    await rina.taps("English")
    await rina.sees_button("Language")
    go_on.set()
    await ratna.sees("1 orang baru")


# ---------------------------------------------------------------- erasure


async def test_a_person_is_erased(world: TestWorld) -> None:
    ratna = await operator_in(world)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await rina.types("/rencana")
    await rina.sees_button("Ringkasan")
    await opens_members(ratna)
    await ratna.taps("Rina Wati")
    await ratna.taps("Hapus data")
    asked = await ratna.sees("Hapus data Rina Wati?")
    assert "dan 1 rencana kinerja" in (asked.text or "")
    assert "tidak bisa dibatalkan" in (asked.text or "")
    await ratna.taps("Kembali")
    await ratna.sees("Bergabung Senin")
    await ratna.taps("Hapus data")
    await ratna.taps("Ya, hapus")
    await ratna.hears("Data sudah dihapus")
    card = await ratna.sees("1 orang: 1 sudah bergabung")
    assert "Rina" not in (card.text or "")
    await rina.types("menu")
    await rina.sees("undangan", after=rina.last)
    assert await names(world) == ["Ratna Dewi", "(dihapus)"]


async def test_the_last_operator_is_not_erased(world: TestWorld) -> None:
    ratna = await operator_in(world)
    own = await member_named(world, "Ratna Dewi")
    for button in (AskErasure(own.id or 0), EraseMember(own.id or 0)):
        answer = await ratna.taps_data(button.pack())
        assert "satu-satunya operator" in answer.text
    assert await names(world) == ["Ratna Dewi"]


async def test_an_operator_can_be_erased_by_their_own_hand(world: TestWorld) -> None:
    ratna = await operator_in(world)
    await world.joins("Budi", Role.OPERATOR)
    await opens_members(ratna)
    await ratna.taps("Ratna Dewi")
    await ratna.taps("Hapus data")
    await ratna.sees("Ini data Anda sendiri")
    await ratna.taps("Ya, hapus")
    await ratna.sees("Data Anda di sekolah ini sudah dihapus")
    async with world.database.reading() as session:
        assert await session.get(Account, ratna.id) is None
        left = await session.exec(
            select(Invitation).join(Member, col(Member.id) == col(Invitation.member_id))
        )
        assert all(one.member_id != 1 for one in left.all())
    await ratna.types("halo")
    await ratna.sees("undangan", after=ratna.last)
