"""The engine that a command works on sees all that any process recorded, and takes what people type: names, paths as a
shell completes them, names without their suffix. By hand.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import driftline as sdk
from driftline.capture.sending import client
from driftline.cli import main
from driftline.cli.main import group
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import NotFound

EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2013-01-01T11:00:00Z",
    "producer": "https://example.org/test",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {"runId": "0194a1b2-0000-7000-8000-000000000009", "facets": {}},
    "job": {"namespace": "default", "name": "later", "facets": {}},
    "inputs": [{"namespace": "file", "name": "features", "facets": {}}],
    "outputs": [{"namespace": "file", "name": "report", "facets": {}}],
}


def test_a_command_sees_what_a_process_recorded_and_did_not_work_out_yet(run: Callable[..., Any], home: Path) -> None:
    with Engine.open(Settings(home=str(home))) as recording:
        recording.accept([json.dumps(EVENT).encode()])
        found = run("lineage", "report", "--up", "--json")  # while the other process is there
        assert recording.house.store.log.backlog() == 0
    assert "job:default:later" in found.output


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    sdk.configure(home=str(tmp_path / ".driftline"), console=False)
    Path("data").mkdir()
    for day in ("2026-01-01", "2026-01-02"):
        for name in (f"feed/{day}.csv", "data/x.csv"):
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(f"a\n{day}\n")
        with sdk.run("job") as run:
            run.read(f"feed/{day}.csv")
            run.write("data/x.csv")
    assert sdk.flush(timeout=20)
    client.forget()
    return tmp_path


def asked(*words: str) -> str:
    result = CliRunner().invoke(group, ["lineage", *words, "--json"], catch_exceptions=False)
    found: str = json.loads(result.stdout)["nodes"][0]["id"]
    return found


def test_paths_are_understood_as_names_are(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for typed in ("data/x.csv", "./data/x.csv", str(here / "data" / "x.csv"), "x.csv", "x", "X"):
        assert asked(typed) == "dataset:file:data/x.csv"
    monkeypatch.chdir(here / "data")
    result = CliRunner().invoke(group, ["--home", str(here / ".driftline"), "lineage", "./x.csv", "--json"])
    assert json.loads(result.stdout)["nodes"][0]["id"] == "dataset:file:data/x.csv"


def test_a_partition_names_the_version_that_holds_it(here: Path) -> None:
    first = asked("feed#2026-01-01")
    assert first.startswith("dataset:file:feed#xxh3:")
    assert asked("feed/2026-01-01.csv") == asked("./feed/2026-01-01.csv") == first
    assert asked("feed#2026-01-02") != first
    assert asked("./feed") == "dataset:file:feed"


def test_what_waits_in_the_spool_for_a_server_is_told_also_where_there_is_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLINE_URL", "http://127.0.0.1:9")
    (tmp_path / "other" / "spool").mkdir(parents=True)
    (tmp_path / "other" / "spool" / "1-2.jsonl").write_text("E {}\n")
    with pytest.raises(SystemExit):
        main.main(["--home", str(tmp_path / "other"), "lineage", "report"])
    told = capsys.readouterr().err
    assert "Note: 1 file of events in" in told
    assert "could not be delivered yet" in told
    assert "holds no store" in told


def test_what_waits_in_the_spool_for_a_server_is_told_and_left_where_no_server_is_set(tmp_path: Path) -> None:
    spool = tmp_path / "other" / "spool"
    spool.mkdir(parents=True)
    (spool / "1-2-server-of-3.jsonl").write_text(f"E {json.dumps(EVENT)}\n")
    told = CliRunner().invoke(group, ["--home", str(tmp_path / "other"), "lineage", "report"])
    assert "Note: 1 file of events in" in told.stderr
    assert "holds no store" in str(told.exception)
    assert len(list(spool.iterdir())) == 1


def test_what_waits_in_the_spool_for_the_store_is_taken_in_before_a_question_is_answered(tmp_path: Path) -> None:
    spool = tmp_path / "other" / "spool"
    spool.mkdir(parents=True)
    (spool / "1-2.jsonl").write_text(f"E {json.dumps(EVENT)}\n")
    told = CliRunner().invoke(group, ["--home", str(tmp_path / "other"), "lineage", "report", "--up", "--json"])
    assert "job:default:later" in told.stdout
    assert list(spool.iterdir()) == []


def test_a_misspelt_variable_is_told_once_beside_the_answer(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_CURENCY", "EUR")
    done = CliRunner().invoke(group, ["runs"])
    assert done.exit_code == 0
    assert done.stderr.count("DRIFTLINE_CURENCY (meant is perhaps DRIFTLINE_CURRENCY)") == 1
    assert "DRIFTLINE_CURENCY" not in done.stdout


def test_a_file_that_nothing_is_recorded_of_is_told_from_a_name_that_is_misspelt(here: Path) -> None:
    Path("data/made_while_off.csv").write_text("a\n1\n")
    with pytest.raises(NotFound) as unseen:
        asked("data/made_while_off.csv")
    assert "'data/made_while_off.csv', a file that no run on record has read or written" in unseen.value.message
    assert "DRIFTLINE_DISABLED" in unseen.value.hint
    with pytest.raises(NotFound) as misspelt:
        asked("data/y.csv")
    assert "spelling" in misspelt.value.hint
