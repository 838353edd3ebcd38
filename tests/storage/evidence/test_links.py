"""Links as evidence: what is one, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database
from storage.errors import (
    TooLong,
)
from storage.evidence import reading, receiving
from storage.evidence.receiving import NotALink, read_link
from tests.storage.evidence.staging import (
    CALM,
    NOW,
    Cast,
)


async def test_a_link_is_kept_once(database: Database, cast: Cast) -> None:
    address = "https://guru.kemdikbud.go.id/bukti-karya/artikel/123"
    async with database.transaction() as session:
        sent = await receiving.receive_link(session, cast.rina, f" {address}\n", NOW)
        assert (sent.known, sent.piece.evidence.link, sent.piece.pages) == (False, address, [])
        again = await receiving.receive_link(session, cast.rina, address, NOW)
        assert (again.known, again.piece.id) == (True, sent.piece.id)
        assert not (await receiving.receive_link(session, cast.budi, address, NOW)).known


@pytest.mark.parametrize("scheme", ["", "https://"])
async def test_the_longest_link_is_kept_whole(database: Database, cast: Cast, scheme: str) -> None:
    link = "https://guru.id/".ljust(receiving.LONGEST_LINK, "a")
    typed = scheme + link.removeprefix("https://")
    async with database.transaction() as session:
        with pytest.raises(TooLong) as refusal:
            await receiving.receive_link(session, cast.rina, f"{typed}a", NOW)
        assert (refusal.value.longest, refusal.value.length) == (2000, 2001)
        sent = await receiving.receive_link(session, cast.rina, typed, NOW)
    async with database.reading() as session:
        kept = await reading.own_piece(session, cast.rina, sent.piece.id)
        assert kept.evidence.link == link


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("https://guru.kemdikbud.go.id/artikel/1", "https://guru.kemdikbud.go.id/artikel/1"),
        ("HTTP://Guru.ID", "HTTP://Guru.ID"),
        ("  guru.id/a?b=c&d=é#e  ", "https://guru.id/a?b=c&d=é#e"),
        ("youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://sekolah.sch.id:8443/x", "https://sekolah.sch.id:8443/x"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://bücher.example/", "https://bücher.example/"),
        ("https://drive.google.com/file/d/1-_A/view?usp=sharing",
         "https://drive.google.com/file/d/1-_A/view?usp=sharing"),
    ],
)  # fmt: skip
def test_an_ordinary_address_is_read(typed: str, link: str) -> None:
    assert read_link(typed) == link


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "https://", "https:///a", "artikel saya", "artikel", "https://guru .id/a",
        "ftp://guru.id/a", "file:///etc/passwd", "javascript:alert(1)", "javascript://guru.id/%0a",
        "data:text/html,<b>", "tg://resolve?domain=x", "mailto:rina@guru.id",
        "https://rina:rahasia@guru.id/", "https://@guru.id/", "rina@guru.id",
        "https://localhost/a", "http://127.0.0.1/", "http://[::1]/", "http://[::1/", "https://.id",
        "https://guru.", "https://guru.i", "https://guru.id:http/", "https://guru.id:99999/",
        "https://guru.id/a\u202eb", "https://guru.id/a\u0000b", "https://guru.id/\ud800",
        "https://guru.id/a https://guru.id/b", "12/7/2026", "3.5", "https://ℂ℀.id/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(NotALink):
        read_link(typed)


@CALM
@given(
    st.one_of(
        st.text(),
        st.text(alphabet="htps:/.@[]%?#\\ aid0١-_é\u200b\ufffd"),
        st.from_regex(r"(https?://)?[\w.@:\[\]-]{0,30}(/.{0,20})?", fullmatch=True),
        st.text(alphabet="a.", min_size=1900, max_size=2100),
    )
)
def test_no_text_makes_reading_a_link_stumble(typed: str) -> None:
    try:
        link = read_link(typed)
    except TooLong:
        assert len(typed) > receiving.LONGEST_LINK - len("https://")
    except NotALink:
        pass
    else:
        assert len(link) <= receiving.LONGEST_LINK
        assert link.lower().startswith(("http://", "https://"))
        assert link.endswith(typed.strip())
        assert read_link(link) == link
        link.encode()
