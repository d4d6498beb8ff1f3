import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from driftline.cli.main import group
from driftline.errors import BadInput, Interrupted, MissingFile


def event(number: int) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": "2013-01-01T10:00:00Z",
        "run": {"runId": f"0194a1b2-0000-7000-8000-{number:012d}"},
        "job": {"namespace": "default", "name": "build"},
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    path.write_text("\n".join(json.dumps(event(number)) for number in range(1, 4)))
    return path


def ingest(tmp_path: Path, *words: str, **options: Any) -> Result:
    home = str(tmp_path / "home")
    return CliRunner().invoke(group, ["--home", home, "ingest", *words], catch_exceptions=False, **options)


def test_events_are_taken_and_counted_in_a_sentence(tmp_path: Path, file: Path) -> None:
    result = ingest(tmp_path, str(file))
    assert (result.exit_code, result.stdout) == (0, "3 events: 3 accepted.\n")


def test_the_same_file_again_adds_nothing(tmp_path: Path, file: Path) -> None:
    ingest(tmp_path, str(file))
    result = ingest(tmp_path, str(file))
    assert (result.exit_code, result.stdout) == (0, "3 events: 0 accepted, 3 known already.\n")


def test_a_bad_event_is_quarantined_with_its_reason_and_a_failing_exit(tmp_path: Path, file: Path) -> None:
    with file.open("a") as more:
        more.write('\n{"eventTime": "never"}\n{broken\n')
    result = ingest(tmp_path, str(file))
    assert result.exit_code == 65
    assert result.stdout.startswith("5 events: 3 accepted, 2 quarantined.\n")
    assert "'never' is not a date" in result.stdout
    (line,) = [line for line in result.stdout.splitlines() if "'never' is not a date" in line]
    assert f"{file}, line 4" in line
    assert f"{file}, line 5" in result.stdout


def test_json_gives_one_receipt_per_event(tmp_path: Path, file: Path) -> None:
    with file.open("a") as more:
        more.write("\nnonsense")
    result = ingest(tmp_path, "--json", str(file))
    receipts = [json.loads(line) for line in result.stdout.splitlines()]
    assert [receipt["status"] for receipt in receipts] == ["accepted"] * 3 + ["quarantined"]
    assert result.exit_code == 65


def test_standard_input_and_several_files_are_read(tmp_path: Path, file: Path) -> None:
    result = ingest(tmp_path, str(file), "-", input=json.dumps([event(8), event(9)]))
    assert result.stdout == "5 events: 5 accepted.\n"


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text("")
    assert ingest(tmp_path, str(empty)).stdout == "No events were found.\n"


def test_a_missing_file_is_told_before_anything_is_taken(tmp_path: Path, file: Path) -> None:
    with pytest.raises(MissingFile, match=r"nothing\.json"):
        ingest(tmp_path, str(file), str(tmp_path / "nothing.json"))
    assert not (tmp_path / "home").exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a file"):
        ingest(tmp_path, str(tmp_path))


def test_an_interruption_tells_what_is_kept(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.cli.ingest.TOGETHER", 2)
    batches = []

    def interrupted(_engine: Any, batch: list[bytes], **asked: Any) -> list[Any]:
        if batches:
            raise KeyboardInterrupt
        batches.append(batch)
        return original(_engine, batch, **asked)

    from driftline.engine.engine import Engine

    original = Engine.ingest_many
    monkeypatch.setattr(Engine, "ingest_many", interrupted)
    with pytest.raises(Interrupted, match="2 events were taken"):
        ingest(tmp_path, str(file))
    monkeypatch.undo()
    assert ingest(tmp_path, str(file)).stdout == "3 events: 1 accepted, 2 known already.\n"
