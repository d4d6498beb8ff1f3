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
    with pytest.raises(BadSetting, match=r"unknown prot .*; known are .*port"):
        config.load(directory=tmp_path)


def test_a_value_of_the_wrong_type_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_PORT", "many")
    with pytest.raises(BadSetting, match="DRIFTLINE_PORT"):
        config.load(directory=tmp_path)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MEASURE", "bogus", "DRIFTLINE_MEASURE is 'bogus', allowed is one of names, fingerprints, full, rows"),
        ("DISABLED", "maybe", "DRIFTLINE_DISABLED is 'maybe', allowed is true or false (also 1, 0, yes, no, on, off)"),
        ("PORT", "many", "DRIFTLINE_PORT is 'many', allowed is a whole number"),
        (
            "URL",
            "localhost:8620",
            "DRIFTLINE_URL is 'localhost:8620', allowed is an address with its scheme, such as http://localhost:8620",
        ),
        (
            "URL",
            "ann:secret@drift.example:8620/x",
            "DRIFTLINE_URL is 'drift.example:8620/x', "
            "allowed is an address with its scheme, such as http://drift.example:8620/x",
        ),
        (
            "URL",
            "./folder",
            "DRIFTLINE_URL is './folder', allowed is the address of a Driftline server (http://… or https://…); "
            "a folder is named by home or store, a database by store",
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_with_its_value_and_what_is_allowed(
    variable: str, value: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"DRIFTLINE_{variable}", value)
    with pytest.raises(BadSetting) as refused:
        config.load(directory=tmp_path)
    assert refused.value.message.endswith(said)


def test_a_value_in_the_file_is_told_from_one_of_the_environment_and_secrets_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "driftline.toml").write_text('measure = "all"\n')
    with pytest.raises(BadSetting, match=r"measure in driftline\.toml is 'all'"):
        config.load(directory=tmp_path)
    with pytest.raises(BadSetting, match="measure is 'x'"):
        config.load({"measure": "x"}, directory=tmp_path)
    with pytest.raises(BadSetting, match="token is a secret, allowed is a text"):
        config.load({"measure": "full", "token": ["s3cret"]}, directory=tmp_path)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://", "a host"), ("http:///path", "a host"), ("http://a b:1", "a host"), ("http://h:0", "a port"),
        ("http://h:70000", "a port"), ("http://h:port", "a port"), ("http://[::1", "a host"),
        ("http://\udcff", "a host"),
        ("http://u:s3cret@h", "without user and password"), ("http://h/?a=b", "without ?"),
        ("http://h#a", "without ?"),
    ],
)  # fmt: skip
def test_an_address_to_which_nothing_can_be_sent_is_refused_and_no_password_is_shown(
    url: str, wanted: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSetting) as refused:
        config.load({"url": url}, directory=tmp_path)
    assert wanted in refused.value.message
    assert "s3cret" not in refused.value.message


@pytest.mark.parametrize("url", ["http://h", "https://h.example:1/a b/ä", "http://[::1]:8620", "http://müller.de/"])
def test_an_address_may_have_a_path_and_letters_of_any_language(url: str, tmp_path: Path) -> None:
    assert config.load({"url": url}, directory=tmp_path).url == url


@pytest.mark.parametrize(("said", "meant"), [("yes", True), ("On", True), ("1", True), ("no", False), ("OFF", False)])
def test_people_say_yes_and_no_in_many_ways(
    said: str, meant: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLINE_DISABLED", said)
    assert config.load(directory=tmp_path).disabled is meant


def test_an_empty_variable_is_not_set_unless_the_setting_is_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "driftline.toml").write_text('measure = "names"\nurl = "http://h:1"\n')
    for variable in ("PORT", "MEASURE", "URL"):
        monkeypatch.setenv(f"DRIFTLINE_{variable}", "")
    settings = config.load(directory=tmp_path)
    assert (settings.port, settings.measure, settings.url) == (8620, "names", "")


def test_a_misspelt_setting_is_shown_the_one_that_is_near(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"unknown mesure \(meant is perhaps measure\)"):
        config.load({"mesure": "full"}, directory=tmp_path)


def test_anchored_settings_stay_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.anchored(config.Settings()).location == f"sqlite://{tmp_path}/.driftline"
    assert config.anchored(config.Settings(store="sqlite://s")).location == f"sqlite://{tmp_path}/s"
    assert config.anchored(config.Settings(store="postgresql://db/x")).location == "postgresql://db/x"


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


# By hand: names that a person may type for home, disabled, measure; names of others that only begin alike.
@pytest.mark.parametrize(
    ("variable", "near"),
    [
        ("DRIFTLINE_HOEM", "DRIFTLINE_HOME"),
        ("DRIFTLINE_DISABLE", "DRIFTLINE_DISABLED"),
        ("DRIFTLINE_MEASURES", "DRIFTLINE_MEASURE"),
        ("DRIFTLINE_STORE_URL", "DRIFTLINE_STORE"),
    ],
)
def test_a_misspelt_variable_is_told_with_the_setting_that_it_is_near_to(variable: str, near: str) -> None:
    assert (
        config.misspelt([variable, "PATH"]) == f"{variable} (meant is perhaps {near}): no such setting, and passed over"
    )


def test_a_variable_that_is_no_setting_at_all_is_told_without_a_guess() -> None:
    """By hand: nothing is called like NONSENSE."""
    assert config.misspelt({"DRIFTLINE_NONSENSE": "1"}) == "DRIFTLINE_NONSENSE: no such setting, and passed over"


# By hand: each number just outside of what makes sense, beside those just inside.
@pytest.mark.parametrize(
    ("variable", "values", "said"),
    [
        ("ANSWER_SHARE", ("2", "1.01", "-0.1", "nan"), "allowed is a number from 0 to 1"),
        ("FLUSH_SECONDS", ("-1", "inf", "86401"), "allowed is a number from 0 to 86,400"),
        ("PROBE_SECONDS", ("-1",), "allowed is a number from 0 to 86,400"),
        ("QUEUE", ("0", "-5"), "allowed is a whole number from 1 to 2,147,483,648"),
        ("TABLE_CELLS", ("-1",), "allowed is a whole number from 0 to 9,223,372,036,854,775,808"),
        ("PORT", ("-1", "65536"), "allowed is a whole number from 0 to 65,535"),
    ],
)
def test_a_number_out_of_its_range_is_refused_or_its_default_stands_and_is_said(
    variable: str, values: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in values:
        monkeypatch.setenv(f"DRIFTLINE_{variable}", value)
        with pytest.raises(BadSetting, match=f"DRIFTLINE_{variable} is .*{said}"):
            config.load(directory=tmp_path)
        mended: list[str] = []
        assert config.load(directory=tmp_path, mended=mended) == config.Settings()
        (sentence,) = mended
        assert said in sentence
        assert sentence.endswith(f"; the default {getattr(config.Settings(), variable.lower())} is used")


def test_numbers_at_the_ends_of_their_ranges_are_taken(tmp_path: Path) -> None:
    for share in (0.0, 1.0):
        given = {"answer_share": share, "flush_seconds": 0, "queue": 1, "port": 0, "table_cells": 0}
        assert config.load(given, directory=tmp_path).answer_share == share


def test_variables_of_others_are_not_told() -> None:
    others = [
        "DRIFTLINE_SERVICE_HOST",
        "DRIFTLINE_PORT_8620_TCP",
        "DRIFTLINE_PORT_8620_TCP_ADDR",
        "DRIFTLINE_SERVICE_PORT_HTTP",
        "DRIFTLINE_SERVER_PORT",
        "DRIFTLINE_DEMO_LLM_URL",
        "DRIFTLINE_HOME",
        "driftline_hoem",
    ]
    assert config.misspelt(others) == ""
