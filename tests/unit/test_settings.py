"""Settings are checked once, at the start, and a wrong one says what it should be."""

from pathlib import Path

import pytest

from holdfast.config import SettingError, read_settings

GOOD = {
    "HOLDFAST_DATABASE_URL": "postgresql://box@db.example/office",
    "HOLDFAST_DATABASE_DIRECT_URL": "postgresql://box@direct.example/office",
    "HOLDFAST_REPLICA_URL": "postgresql://box@one.example/office, postgresql://two.example/office,",
    "HOLDFAST_ACCEPT_LOSS": "a failover may lose sales",
    "HOLDFAST_REDIS_URL": "rediss://cache.example/0",
    "HOLDFAST_SECRET": "x" * 32,
    "HOLDFAST_PUBLIC_URL": "https://tickets.example/",
    "HOLDFAST_ALLOWED_ORIGINS": "https://arena.example, http://localhost:3000",
}


def test_good_settings_are_taken() -> None:
    settings = read_settings(GOOD)
    assert settings.database_url == GOOD["HOLDFAST_DATABASE_URL"]
    assert settings.direct_url == GOOD["HOLDFAST_DATABASE_DIRECT_URL"]
    assert settings.replica_urls == (
        "postgresql://box@one.example/office", "postgresql://two.example/office",
    )  # fmt: skip
    assert settings.loss_accepted
    assert settings.redis_url == GOOD["HOLDFAST_REDIS_URL"]
    assert settings.public_url == "https://tickets.example"
    assert settings.allowed_origins == {"https://arena.example", "http://localhost:3000"}


def test_nothing_has_to_be_set() -> None:
    settings = read_settings({})
    assert (settings.database_url, settings.secret, settings.public_url) == ("", "", "")
    assert (settings.direct_url, settings.replica_urls, settings.redis_url) == ("", (), "")
    assert settings.allowed_origins == frozenset()


def test_the_command_line_has_the_last_word_on_the_folder(tmp_path: Path) -> None:
    assert read_settings({"HOLDFAST_DATA": "/elsewhere"}, tmp_path).data == tmp_path
    assert read_settings({"HOLDFAST_DATA": str(tmp_path)}).data == tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLDFAST_DATABASE_URL", "mysql://box@db.example/office"),
        ("HOLDFAST_DATABASE_DIRECT_URL", "mysql://box@db.example/office"),
        ("HOLDFAST_REPLICA_URL", "postgresql://box@db.example/office, db.example"),
        ("HOLDFAST_ACCEPT_LOSS", "yes"),
        ("HOLDFAST_REDIS_URL", "http://cache.example"),
        ("HOLDFAST_SECRET", "too short"),
        ("HOLDFAST_PUBLIC_URL", "tickets.example"),
        ("HOLDFAST_PUBLIC_URL", "https://tickets.example/shop"),
        ("HOLDFAST_ALLOWED_ORIGINS", "https://arena.example, arena.example"),
        ("HOLDFAST_ALLOWED_ORIGINS", "*"),
        ("HOLDFAST_ALLOWED_ORIGINS", "https://*.arena.example"),
        ("HOLDFAST_ALLOWED_ORIGINS", "https://arena.example/tickets"),
        ("HOLDFAST_ALLOWED_ORIGINS", "https://arena.example; script-src https://evil.example"),
        ("HOLDFAST_ALLOWED_ORIGINS", "https://ada@arena.example"),
        ("HOLDFAST_ALLOWED_ORIGINS", "https://arena.example:99999"),
        ("HOLDFAST_ALLOWED_ORIGINS", "null"),
        ("HOLDFAST_POSTGRES_BIN", "/nowhere"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as wrong:
        read_settings({**GOOD, name: value})
    assert str(wrong.value).endswith(".")


def test_a_wildcard_of_origins_is_refused_with_its_reason() -> None:
    with pytest.raises(SettingError, match="pages of strangers"):
        read_settings({**GOOD, "HOLDFAST_ALLOWED_ORIGINS": "https://arena.example, https://*"})


def test_origins_are_known_as_browsers_write_them() -> None:
    written = "HTTPS://Arena.Example:443/, http://localhost:80, http://[::1]:3000,,"
    settings = read_settings({**GOOD, "HOLDFAST_ALLOWED_ORIGINS": written})
    assert settings.allowed_origins == {
        "https://arena.example", "http://localhost", "http://[::1]:3000"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLDFAST_SECRET", "hunter2"),
        ("HOLDFAST_DATABASE_URL", "mysql://box:hunter2@db.example/office"),
    ],
)
def test_a_wrong_secret_is_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingError) as wrong:
        read_settings({name: value})
    assert "hunter2" not in str(wrong.value)
