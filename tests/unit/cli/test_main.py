import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from driftline.cli.main import main

EVENT = {
    "eventType": "COMPLETE", "eventTime": "2013-01-01T08:00:00Z", "producer": "https://example.org/test",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {"runId": "0194a1b2-0000-7000-8000-000000000001"}, "job": {"namespace": "default", "name": "clean"},
    "inputs": [{"namespace": "file", "name": "raw"}], "outputs": [{"namespace": "file", "name": "features"}],
}  # fmt: skip
SCRIPT = [sys.executable, "-m", "driftline.cli.main"]


def ended(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    out, err = capsys.readouterr()
    assert isinstance(caught.value.code, int)
    return caught.value.code, out, err


def test_a_refusal_is_a_sentence_and_a_hint_with_the_code_of_its_class(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    code, out, err = ended(capsys, "--home", str(home), "lineage", "featurs")
    assert (code, out) == (66, "")
    error, hint = err.strip().split("\n")
    assert error.startswith("Error: Nothing by that name is known here: 'featurs'")
    assert error.endswith(".")
    assert "features" in error
    assert hint.startswith("Hint: ")


def test_a_store_that_does_not_exist_is_not_made_by_asking(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = ended(capsys, "--home", str(tmp_path / "nowhere"), "incidents")
    assert code == 74
    assert "nowhere" in err
    assert not (tmp_path / "nowhere").exists()


def test_a_place_that_holds_something_else_is_refused_and_left_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("not a store")
    monkeypatch.setenv("DRIFTLINE_URL", "http://127.0.0.1:1")
    for command in ("incidents", "lineage --list", "search", "store check", "events held", "guard status"):
        code, out, err = ended(capsys, "--home", str(tmp_path), *command.split())
        assert (code, out) == (74, ""), command
        assert "holds no store" in err
        assert "--home or --store" in err
        assert err.index("the server at http://127.0.0.1:1 is for capture only") < err.index("Error")
    assert [found.name for found in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_database_is_no_store_for_a_question(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, postgres: Any
) -> None:
    url = postgres.new_url()
    for _ in range(2):  # the first question has made nothing that the second could find
        code, out, err = ended(capsys, "--home", str(tmp_path), "--store", url, "incidents")
        assert (code, out, "holds no store" in err) == (74, "", True)


def test_a_store_is_named_by_its_address_and_its_password_is_not_told(
    capsys: pytest.CaptureFixture[str], home: Path, postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ended(capsys, "--store", f"sqlite://{home}", "--home", "nowhere", "incidents")[0] == 0
    url = postgres.new_url()
    file = home / "event.json"
    file.write_text(json.dumps(EVENT))
    assert ended(capsys, "--store", url, "--home", str(home), "ingest", str(file))[0] == 0
    monkeypatch.setenv("DRIFTLINE_STORE", url)
    code, out, _ = ended(capsys, "--home", "nowhere", "lineage", "--list")
    assert (code, "features" in out) == (0, True)
    monkeypatch.setenv("DRIFTLINE_URL", "http://127.0.0.1:1")
    _, _, err = ended(capsys, "incidents")
    assert "works on the store in postgresql://" in err
    assert "@" not in err
    code, _, err = ended(capsys, "--store", "postgresql://ann:s3cr3t@127.0.0.1:1/x", "incidents")
    assert (code, "127.0.0.1" in err, "s3cr3t" in err) == (74, True, False)


def test_wrong_use_exits_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(capsys, "incidents", "--no-such-option")[0] == 2
    assert ended(capsys, "no-such-command")[0] == 2


def test_an_unknown_setting_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "driftline.toml").write_text("hoem = 'x'\n")
    monkeypatch.chdir(tmp_path)
    code, _, err = ended(capsys, "incidents")
    assert code == 78
    assert "hoem" in err


def test_an_interruption_is_one_sentence_and_130(
    capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("driftline.cli.opened.settings", interrupted)
    code, out, err = ended(capsys, "--home", str(home), "incidents")
    assert (code, out) == (130, "")
    assert "interrupted" in err


def test_help_is_quick_and_loads_no_command() -> None:
    # the limit is a quarter of a CPU second
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*SCRIPT, "--help"], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.25
    for command in ("demo", "serve", "ingest", "lineage", "why", "impact", "incidents", "guard"):
        assert f"\n  {command} " in done.stdout


def test_the_version_is_told() -> None:
    done = subprocess.run([*SCRIPT, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("driftline, version ")
