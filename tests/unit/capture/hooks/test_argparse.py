"""A parsed command line becomes parameters; secrets do not."""

import argparse

import pytest

import driftline
from driftline.testing import MemorySink


def test_what_was_parsed_is_a_parameter(watched: MemorySink) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--password")
    with driftline.run("job") as run:
        assert parser.parse_args(["--password", "x"]).depth == 3
    assert run._trace.parameters == {"depth": "3", "password": "***"}


def test_an_error_exits_as_before(watched: MemorySink, capsys: pytest.CaptureFixture[str]) -> None:
    with driftline.run("job"), pytest.raises(SystemExit) as ended:
        argparse.ArgumentParser(prog="x").parse_args(["--nothing"])
    assert ended.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err
