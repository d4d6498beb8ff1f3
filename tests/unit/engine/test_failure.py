"""The job ``load`` wrote two datasets in its last good run; what a failed run wrote all the same is by construction."""

from pathlib import Path

from driftline.config import Settings
from driftline.engine import failure
from driftline.engine.engine import Engine
from driftline.event.lineage import Dataset, Job, RunShape, Touched

ONE, TWO = Dataset("n", "one"), Dataset("n", "two")


def run(number: int, state: str, *outputs: Touched) -> RunShape:
    return RunShape(run=f"run-{number}", job=Job("etl", "load"), state=state, ended_us=number, outputs=outputs)


def missing(home: Path, *outputs: Touched, state: str = "FAIL") -> list[Dataset]:
    good = run(1, "COMPLETE", Touched(dataset=ONE, version="1"), Touched(dataset=TWO, version="1"))
    with Engine.open(Settings(home=str(home), console=False)) as engine:
        return [found.dataset for found in failure.findings(engine.house, run(2, state, *outputs), good)]


def test_what_the_failed_run_did_not_write_has_no_new_version(tmp_path: Path) -> None:
    assert missing(tmp_path) == [ONE, TWO]
    assert missing(tmp_path, state="COMPLETE") == []


def test_what_it_wrote_before_it_failed_is_not_missing(tmp_path: Path) -> None:
    assert missing(tmp_path, Touched(dataset=ONE, version="2")) == [TWO]


def test_an_output_that_it_only_names_is_missing(tmp_path: Path) -> None:
    assert missing(tmp_path, Touched(dataset=ONE)) == [ONE, TWO]
