"""What the people of the demo plan under each rule set, and filling it in for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import plans
from storage.people import Actor
from storage.plans import NO_DUTY, OWN_WORDS
from storage.rulesets import RuleSet, StepKind
from storage.suggestions import Pick


@dataclass(frozen=True, slots=True)
class Planned:
    """What one person plans; what is empty has not been come to yet.

    `answers` are choices (codes) and own words by step. `guides` are the chosen ones; an empty
    tuple stands for the standard set.
    """

    picks: tuple[Pick, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    duty: str = ""
    guides: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """What is played under one rule set; plans and confirmed documents are by account.

    `reason` is what the principal asks of the plan sent back, `mark` the entry concerned,
    `hint` what the page suggests to newcomers. `news` are buttons that hang under what the bot
    tells people (by account) before anybody has opened anything.
    """

    plans: Mapping[int, Planned]
    reason: str
    mark: str
    hint: str
    news: tuple[tuple[int, str], ...]
    confirmed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def _counted(picks: tuple[Pick, ...], duty: str) -> Planned:
    return Planned(picks=picks, duty=duty, guides=())


def _chosen(main_duty: str, indicator: str, words: str, duty: str, *guides: str) -> Planned:
    answers = {
        "tugas_pokok": main_duty,
        "praktik_kinerja": indicator,
        "pengembangan_kompetensi": words,
    }
    return Planned(answers=answers, duty=duty, guides=guides or None)


_HALF_YEARLY: Final = Script(
    plans={
        1004: Planned(picks=(Pick("RHK-01", 2),)),
        1005: _counted((Pick("RHK-05", 3), Pick("RHK-08", 1)), "TT-06"),
        1006: _counted((Pick("RHK-02", 4),), "TT-08"),
        1007: _counted((Pick("RHK-01", 3), Pick("RHK-07", 1)), "TT-06"),
        1008: _counted((Pick("RHK-03", 1),), "TT-01"),
        1009: _counted((Pick("RHK-01", 2), Pick("RHK-05", 4)), NO_DUTY),
        1010: _counted((Pick("RHK-02", 2), Pick("RHK-07", 2)), "TT-04"),
        1011: _counted((Pick("RHK-04", 2), Pick("RHK-01", 2)), "TT-16"),
        1012: _counted((Pick("RHK-07", 4),), "TT-18"),
    },
    reason="Jumlah pelatihan mandiri terlalu sedikit. Mohon ditambah satu lagi.",
    mark="pengembangan_diri/RHK-01",
    hint=(
        "periksa bukti di ponsel Kepala Sekolah, atau pilih Irwan Efendi pada ponsel Guru "
        "dan kirim sertifikat lewat penjepit."
    ),
    news=((2001, "Setujui"), (2001, "Periksa bukti"), (1012, "Ganti")),
)

_YEARLY: Final = Script(
    plans={
        1004: Planned(answers={"tugas_pokok": "membimbing_melatih"}),
        1005: _chosen(
            "merencanakan", "IND-7",
            "Menyusun tugas yang berbeda untuk murid yang sudah paham dan yang belum.",
            "TT25-06", "PK-3a",
        ),
        1006: _chosen(
            "melaksanakan", "IND-1",
            "Membuka dan menutup pelajaran di lapangan dengan tertib.",
            "TT25-03",
        ),
        1007: _chosen(
            "melaksanakan", "IND-6",
            "Mengajukan pertanyaan yang membuat murid berani berbahasa Inggris.",
            "TT25-01", "PK-3a", "PK-7b",
        ),
        1008: _chosen(
            "menilai", "IND-3",
            "Memberi umpan balik tertulis pada tugas murid, bukan hanya nilai.",
            "TT25-02", "PK-2a",
        ),
        1009: _chosen(
            "merencanakan", "IND-5", "Menjadi guru yang lebih baik.", NO_DUTY, "PK-6b"
        ),
        1010: _chosen(
            "melaksanakan", "IND-8",
            "Menjelaskan langkah kerja dengan contoh yang mudah ditiru murid.",
            "TT25-12", "PK-4c",
        ),
        1011: _chosen(
            "membimbing_melatih", "IND-4",
            "Mendengarkan murid sampai selesai, lalu mencari jalan keluar bersama.",
            "TT25-11", "PK-1b", "PK-4b",
        ),
        1012: _chosen(
            "melaksanakan", "IND-6",
            "Memberi murid lebih banyak waktu mencoba sendiri di laboratorium komputer.",
            "TT25-09", "PK-6b", "PK-7a",
        ),
    },
    reason="Kompetensinya masih terlalu umum. Mohon tulis satu yang ingin dilatih.",
    mark=f"pengembangan_kompetensi/{OWN_WORDS}",
    hint=(
        "setujui rencana dan konfirmasi dokumen di ponsel Kepala Sekolah, atau pilih Irwan "
        "Efendi pada ponsel Guru dan buka Observasi."
    ),
    news=((2001, "Setujui"), (1011, "Status"), (1012, "Status")),
    confirmed={1011: ("kurikulum", "sk_tugas_tambahan"), 1012: ("kurikulum",)},
)  # fmt: skip

SCRIPTS: Final[Mapping[str, Script]] = {
    "pmm-2024": _HALF_YEARLY,
    "ruang-gtk-2025": _YEARLY,
}
"""The rule sets that the demo can be played under."""


def duty_of(rules: RuleSet, account: int, otherwise: str) -> str:
    """Name the additional duty that somebody has planned."""
    planned = SCRIPTS[rules.id].plans.get(account)
    duties = {one.code: one.short for one in rules.duties}
    return duties.get(planned.duty, otherwise) if planned is not None else otherwise


async def fill_in(
    session: AsyncSession,
    rules: RuleSet,
    actor: Actor,
    plan_id: int,
    planned: Planned,
    now: datetime,
) -> None:
    """Fill in the steps of a plan as far as somebody has come."""
    for step in rules.steps:
        answer = planned.answers.get(step.id, "")
        if step.kind is StepKind.ITEMS and planned.picks:
            await plans.take_picks(session, actor, rules, plan_id, planned.picks, now)
        elif step.kind is StepKind.CHOICE and answer:
            await plans.choose_one(session, actor, rules, plan_id, step.id, answer, now)
        elif step.kind is StepKind.TEXT and answer:
            await plans.write_words(session, actor, rules, plan_id, step.id, answer, now)
        elif step.kind is StepKind.DUTIES and planned.duty:
            await _take_duty(session, rules, actor, plan_id, planned.duty, now)
        elif step.kind is StepKind.BEHAVIOURS and planned.guides is not None:
            await _behave(session, rules, actor, plan_id, planned.guides, now)


async def _take_duty(
    session: AsyncSession, rules: RuleSet, actor: Actor, plan_id: int, duty: str, now: datetime
) -> None:
    if duty == NO_DUTY:
        await plans.have_no_duty(session, actor, rules, plan_id, now)
    else:
        await plans.toggle_duty(session, actor, rules, plan_id, duty, now)


async def _behave(
    session: AsyncSession,
    rules: RuleSet,
    actor: Actor,
    plan_id: int,
    guides: tuple[str, ...],
    now: datetime,
) -> None:
    if not guides:
        await plans.take_standard_guides(session, actor, rules, plan_id, now)
    for guide in guides:
        await plans.toggle_guide(session, actor, rules, plan_id, guide, now)
