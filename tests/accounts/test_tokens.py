"""Sessions, order links and the secret they are signed with."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.accounts import session as session_module
from holdfast.accounts.access_link import AccessLinks
from holdfast.accounts.secret import SECRET_FILE, find_secret, signing_key
from holdfast.accounts.session import SessionTokens
from holdfast.config import ACCESS_LINK_DAYS, SESSION_DAYS, SettingError, Settings, read_settings

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECRET = b"a secret of thirty-two characters"
ORDER = "o_1_" + "a" * 26


def test_a_session_is_known_again_by_every_server_with_the_secret() -> None:
    opened, token = SessionTokens(SECRET).issue(NOON)
    assert SessionTokens(SECRET).verify(token, NOON) == opened
    assert SessionTokens(b"x" + SECRET).verify(token, NOON) is None


def test_a_session_ends_after_its_days_however_often_it_was_seen() -> None:
    tokens = SessionTokens(SECRET)
    _, token = tokens.issue(NOON)
    end = NOON + timedelta(days=SESSION_DAYS)
    assert tokens.verify(token, end - timedelta(seconds=1)) is not None
    assert tokens.verify(token, end) is None


def test_two_sessions_are_never_the_same() -> None:
    tokens = SessionTokens(SECRET)
    assert len({tokens.issue(NOON)[0].session_id for _ in range(1_000)}) == 1_000


@given(st.integers(3, 71), st.sampled_from("AZaz09-_"))
def test_a_token_that_was_touched_anywhere_is_no_token(place: int, letter: str) -> None:
    tokens = SessionTokens(SECRET)
    _, token = tokens.issue(NOON)
    touched = token[:place] + letter + token[place + 1 :]
    assert (tokens.verify(touched, NOON) is None) == (touched != token)


@given(st.text(max_size=100))
def test_what_is_no_token_is_refused_without_trouble(text: str) -> None:
    assert SessionTokens(SECRET).verify(text, NOON) is None
    assert not AccessLinks(SECRET).opens(text, ORDER, NOON)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "SESSIONS_REMEMBERED_MAX", 10)
    tokens = SessionTokens(SECRET)
    issued = [tokens.issue(NOON)[1] for _ in range(50)]
    assert all(tokens.verify(token, NOON) for token in issued + issued)
    assert len(tokens._verified) <= 10


def test_a_link_opens_its_own_order_until_it_ends() -> None:
    links = AccessLinks(SECRET)
    token = links.token(ORDER, NOON)
    assert token == AccessLinks(SECRET).token(ORDER, NOON), "a repeated mail has the same link"
    assert links.opens(token, ORDER, NOON)
    assert not links.opens(token, "o_2_" + "a" * 26, NOON)
    assert not AccessLinks(b"x" + SECRET).opens(token, ORDER, NOON)
    assert not links.opens(token, ORDER, NOON + timedelta(days=ACCESS_LINK_DAYS))


def test_a_session_is_no_link_and_a_link_no_session() -> None:
    _, token = SessionTokens(SECRET).issue(NOON)
    link = AccessLinks(SECRET).token(ORDER, NOON)
    assert not AccessLinks(SECRET).opens("hl_" + token[3:51], ORDER, NOON)
    assert SessionTokens(SECRET).verify(link, NOON) is None
    assert signing_key(SECRET, "session") != signing_key(SECRET, "access link")


def settings(folder: Path, secret: str = "") -> Settings:
    return read_settings({"HOLDFAST_SECRET": secret}, folder)


def test_a_secret_is_made_once_whoever_comes_first(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(find_secret(settings(folder))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) >= 32
    assert (folder / SECRET_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [SECRET_FILE]


def test_the_secret_of_the_settings_comes_first(tmp_path: Path) -> None:
    assert find_secret(settings(tmp_path, "s" * 40)) == b"s" * 40
    assert not (tmp_path / SECRET_FILE).exists()


def test_a_damaged_secret_stops_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_text("short")
    with pytest.raises(SettingError, match="damaged"):
        find_secret(settings(tmp_path))
    closed = tmp_path / "file"
    closed.write_text("")
    with pytest.raises(SettingError, match="HOLDFAST_SECRET"):
        find_secret(settings(closed / "below"))
