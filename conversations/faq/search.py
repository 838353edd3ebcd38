"""Finding questions by what somebody types: misspelt, shortened, with other endings.

Each typed word is compared with the words of a question; rare words count more than common ones.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from conversations.faq import FAQ, Entry

ALIKE = 78
ALIKE_SHORT = 85
"""From so many of 100 on, two words count as the same one; of short words less may differ."""

SHORT_WORD = 5

ENOUGH = 0.38
"""A question is shown when at least this part of what was typed, by weight, is found in it."""

BESIDE_THE_BEST = 0.6
"""And when it comes at least so near to the best one."""

IN_ANSWER = 0.5
"""A word found only in the answer counts so much."""

SHORTEST_STEM = 4

_EMPTY_WORDS = """
apa apakah ada adalah agar akan aku atau bagaimana bgmn gimana bagi bisa bisakah
bolehkah boleh buat dalam dan dapat dengan dgn di dong gak ga itu ini jadi jika kah
kalau kalo kami kan karena ke kenapa kok lagi mana mau mengapa mohon nya oleh pada pak
bu bapak ibu saja saya sama sampai sih sudah sdh tapi tetapi tidak tdk tolong tanya
untuk utk yang yg ya kita itukah tersebut masih belum blm maaf permisi
"""
_STOP_WORDS = frozenset(_EMPTY_WORDS.split())
_SHORT_FORMS = {
    "sertif": "sertifikat", "kepsek": "kepala sekolah", "ks": "kepala sekolah", "wa": "whatsapp",
    "kombel": "komunitas belajar", "skp": "skp", "sertipikat": "sertifikat", "ekin": "ekinerja",
    "tgs": "tugas", "tmbhn": "tambahan", "jml": "jumlah", "brp": "berapa", "hrs": "harus",
    "sklh": "sekolah", "pndh": "pindah", "upload": "unggah", "aplod": "unggah", "link": "tautan",
}  # fmt: skip
_PREFIXES = ("memper", "diper", "meng", "meny", "mem", "men", "peng", "pem", "pen", "ber", "ter",
             "per", "me", "di", "ke", "se", "pe")  # fmt: skip
_SUFFIXES = ("kannya", "annya", "inya", "kan", "nya", "kah", "lah", "an", "i")


@dataclass(frozen=True, slots=True)
class _Indexed:
    entry: Entry
    asked: tuple[str, ...]
    answered: tuple[str, ...]


def search(text: str, most: int = 4) -> list[Entry]:
    """Give the questions that fit best, the best one first; none when nothing fits."""
    typed = _words(text)
    if not typed:
        return []
    scored = [(_score(typed, one), one.entry) for one in _index()]
    best = max(score for score, _ in scored)
    least = max(ENOUGH, best * BESIDE_THE_BEST)
    fitting = [one for one in scored if one[0] >= least]
    fitting.sort(key=lambda one: (-one[0], one[1].number))
    return [entry for _, entry in fitting[:most]]


def _score(typed: list[str], one: _Indexed) -> float:
    """Say which part of what was typed a question is about, by the weight of the words."""
    found = total = 0.0
    for word in typed:
        in_question, in_answer = _nearest(word, one.asked), _nearest(word, one.answered)
        weight = _weight(word)
        found += weight * max(in_question, in_answer * IN_ANSWER)
        total += weight
    return found / total


def _nearest(word: str, others: tuple[str, ...]) -> float:
    if len(word) < SHORTEST_STEM or word.isdecimal():
        return float(word in others)
    cutoff = _cutoff(word)
    nearest = process.extractOne(word, others, scorer=fuzz.ratio, score_cutoff=cutoff)
    return nearest[1] / 100 if nearest is not None else 0.0


def _cutoff(word: str) -> int:
    return ALIKE if len(word) > SHORT_WORD else ALIKE_SHORT


def _weight(word: str) -> float:
    """A word that few questions have says more; one that none has is likely a slip."""
    counts = _counts()
    cutoff = _cutoff(word)
    nearest = process.extractOne(word, counts.keys(), scorer=fuzz.ratio, score_cutoff=cutoff)
    if nearest is None:
        return 1.0
    return 1.0 + math.log(len(FAQ) / counts[nearest[0]])


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = plain.replace("e-kinerja", "ekinerja").replace("e kinerja", "ekinerja")
    found = [_SHORT_FORMS.get(word, word) for word in re.findall(r"[a-z]+|\d+", plain)]
    words = " ".join(found).split()
    return list(dict.fromkeys(_stem(word) for word in words if word not in _STOP_WORDS))


def _stem(word: str) -> str:
    """Take common beginnings and endings off: `diperpanjang`, `perpanjangan`, `panjang`."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_STEM:
            word = word.removesuffix(suffix)
            break
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= SHORTEST_STEM:
            return word.removeprefix(prefix)
    return word


@lru_cache
def _index() -> tuple[_Indexed, ...]:
    return tuple(
        _Indexed(
            entry,
            tuple(_words(f"{entry.question} {entry.words}")),
            tuple(_words(entry.answer)),
        )
        for entry in FAQ.values()
    )


@lru_cache
def _counts() -> Counter[str]:
    return Counter(_each(set(one.asked) | set(one.answered) for one in _index()))


def _each(groups: Iterable[set[str]]) -> Iterable[str]:
    return (word for group in groups for word in group)
