from pathlib import Path

import pytest
from click.testing import CliRunner

from driftline.cli.main import group
from driftline.errors import BadInput


def test_the_faults_are_listed_by_help() -> None:
    text = CliRunner().invoke(group, ["demo", "--help"], catch_exceptions=False).stdout
    for fault in ("units", "inner-join", "staging-index", "none"):
        assert f"{fault}:" in text


def test_an_unknown_fault_is_wrong_use() -> None:
    assert CliRunner().invoke(group, ["demo", "--fault", "flood"]).exit_code == 2


def test_a_day_outside_the_replay_is_told_before_anything_is_done(tmp_path: Path) -> None:
    words = ["demo", "--day", "2014-01-01", "--no-serve", "--home", str(tmp_path / "replays")]
    with pytest.raises(BadInput, match="2014-01-01"):
        CliRunner().invoke(group, words, catch_exceptions=False)
    assert not (tmp_path / "replays").exists()
