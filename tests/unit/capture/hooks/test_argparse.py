"""A parsed command line becomes parameters; secrets do not."""

import argparse
import sys

import pytest

import driftline
from driftline.capture.watching import process
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


def test_the_words_of_a_command_line_that_is_understood_are_not_said_twice(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["train.py", "--save-model", "-e", "5", "data.csv", "--x=1"])
    parser = argparse.ArgumentParser()
    parser.add_argument("--save-model", action="store_true")
    parser.add_argument("-e", "--epochs", type=int)
    parser.add_argument("source")
    parser.add_argument("--lr", type=float, default=0.5)
    with driftline.run("job", params=process.arguments(sys.argv[1:])) as run:
        parser.parse_known_args()
        assert "save-model" in run.trace.parameters  # not all of it was understood
        sys.argv.pop()
        run.trace.parameters.pop("x")
        parser.parse_args()
    expected = {"save_model": "True", "epochs": "5", "source": "data.csv", "lr": "0.5"}
    assert run.trace.parameters == expected


def test_a_magic_of_a_notebook_has_no_parameters_of_the_program(watched: MemorySink) -> None:
    kind = type("Magic", (argparse.ArgumentParser,), {"__module__": "IPython.core.magic_arguments"})
    parser = kind()
    parser.add_argument("--no-raise-error", action="store_true")
    with driftline.run("job") as run:
        parser.parse_args([])
    assert run.trace.parameters == {}
