"""What keeps a store, on the command line: its digest, its check, and its events out and in again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.cli.main import group
from driftline.errors import BadInput, MissingFile

FACET = {"_producer": "p", "_schemaURL": "s"}
EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-01T10:00:00Z",
    "producer": "p",
    "schemaURL": "s",
    "run": {"runId": "0194a1b2-0000-7000-8000-000000000001", "facets": {"odd": {**FACET, "n": float("nan")}}},
    "job": {"namespace": "n", "name": "j", "facets": {"documentation": {**FACET, "description": "x" * 80}}},
    "outputs": [{"namespace": "n", "name": "d", "facets": {"schema": {**FACET, "fields": [{"name": "c"}]}}}],
}
PLAIN = json.dumps({**EVENT, "eventTime": "2026-01-02T10:00:00Z"})
SPREAD = json.dumps(EVENT, indent=1)
WINDOWS = json.dumps({**EVENT, "eventTime": "2026-01-03T10:00:00Z"}, indent=2).replace("\n", "\r\n")


def driftline(home: Path, *words: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(group, ["--home", str(home), *words], input=given, catch_exceptions=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    for text in (PLAIN, SPREAD, WINDOWS, "nonsense"):
        driftline(found, "ingest", "-", given=text.encode())
    return found


def test_events_go_out_and_in_again_byte_for_byte_and_add_up_to_the_same(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "events"
    assert driftline(home, "store", "export", str(file)).stdout == f"3 events written to {file}.\n"
    assert file.read_bytes() == "".join(f"{text}\n" for text in (PLAIN, SPREAD, WINDOWS)).encode()
    assert driftline(home, "store", "export").stdout_bytes == file.read_bytes()
    other = tmp_path / "other"
    assert driftline(other, "store", "import", str(file)).stdout == "3 events: 3 accepted.\n"
    assert driftline(other, "store", "import", str(file)).stdout == "3 events: 3 known already.\n"
    assert driftline(other, "store", "digest").stdout == driftline(home, "store", "digest").stdout
    with pytest.raises(MissingFile):
        driftline(other, "store", "import", str(tmp_path / "none"))


def test_a_store_that_is_what_its_log_says_passes_its_check(home: Path) -> None:
    digest = driftline(home, "store", "digest").stdout.strip()
    result = driftline(home, "store", "check")
    assert result.exit_code == 0
    assert f"3 events add up to. Digest {digest}." in result.stdout


def test_an_export_writes_over_a_file_only_when_it_is_told_to(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        driftline(home, "store", "export", str(file))
    assert file.read_text() == "mine"
    driftline(home, "store", "export", "--force", str(file))
    assert file.read_bytes() == driftline(home, "store", "export").stdout_bytes
