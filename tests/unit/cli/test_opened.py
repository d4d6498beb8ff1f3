"""The engine that a command works on sees all that any process recorded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from driftline.cli import main
from driftline.config import Settings
from driftline.engine.engine import Engine

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


def test_what_waits_in_the_spool_is_told_also_where_there_is_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other" / "spool").mkdir(parents=True)
    (tmp_path / "other" / "spool" / "1-2.jsonl").write_text("E {}\n")
    with pytest.raises(SystemExit):
        main.main(["--home", str(tmp_path / "other"), "lineage", "report"])
    told = capsys.readouterr().err
    assert "Note: 1 file of events in" in told
    assert "could not be delivered yet" in told
    assert "holds no store" in told
