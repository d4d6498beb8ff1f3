"""Defaults, then file, then environment, then arguments: the later one wins."""

from pathlib import Path

import pytest

from driftline import config
from driftline.errors import BadSetting


def test_the_later_source_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "driftline.toml").write_text('home = "from-file"\nport = 1\nhost = "h"\n')
    monkeypatch.setenv("DRIFTLINE_PORT", "2")
    settings = config.load({"host": "argument", "token": None}, directory=tmp_path)
    assert (settings.home, settings.port, settings.host, settings.token) == ("from-file", 2, "argument", "")


def test_a_misspelt_setting_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "driftline.toml").write_text("prot = 1\n")
    with pytest.raises(BadSetting, match=r"unknown prot; known are .*port"):
        config.load(directory=tmp_path)


def test_a_value_of_the_wrong_type_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_PORT", "many")
    with pytest.raises(BadSetting, match="port"):
        config.load(directory=tmp_path)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "driftline.toml").write_text("= =")
    with pytest.raises(BadSetting, match=r"driftline\.toml"):
        config.load(directory=tmp_path)


def test_capture_delivers_to_the_server_where_one_is_named() -> None:
    assert config.Settings().target == "sqlite://.driftline"
    assert config.Settings(url="http://h:1").target == "http://h:1"
    assert config.Settings(home="h").location == "sqlite://h"
    assert config.Settings(home="h", store="postgresql://db/x").target == "postgresql://db/x"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sqlite://a/folder", "sqlite://a/folder"),
        ("a/folder", "a/folder"),
        ("postgresql://ann:secret@db:5432/memory?sslmode=require", "postgresql://db:5432/memory"),
        ("postgresql://db", "postgresql://db"),
        ("postgresql:///memory?password=secret", "postgresql:///memory"),
        ("postgresql://[::1]:5432/memory", "postgresql://[::1]:5432/memory"),
        ("postgresql://ann:sec@ret@db/memory", "postgresql://…"),
        ("postgresql://ann:sec/ret@db/memory", "postgresql://…"),
        ("postgresql://ann:sec?ret@db/memory", "postgresql://…"),
        ("postgresql://ann:sec#ret@db/memory", "postgresql://…"),
        ("postgresql://db/memory?password=sec@ret", "postgresql://…"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_password(address: str, shown: str) -> None:
    assert config.bare(address) == shown
