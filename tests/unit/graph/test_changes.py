from typing import Any

import msgspec
import pytest

from driftline.event.lineage import Dataset, Field, Job, RunShape, Touched
from driftline.graph.changes import between

JOB = Job("demo", "build")
FEED, DOCS, STAGING, OUT = (Dataset("file", name) for name in ("feed", "docs", "staging", "out"))


def run(day: int, **more: Any) -> RunShape:
    said: dict[str, Any] = {
        "run": f"run-{day}",
        "job": JOB,
        "state": "COMPLETE",
        "started_us": day * 100,
        "ended_us": day * 100 + 9,
        "code": "xxh3:aaaaaaaaaaaaaaaa",
        "parameters": {"seed": "7"},
        "inputs": (daily(FEED, day),),
        "outputs": (daily(OUT, day),),
    }
    return RunShape(**{**said, **more})


def daily(dataset: Dataset, day: int, **more: Any) -> Touched:
    fields = (Field("id", "int64"), Field("delay", "int32"))
    said = {"partition": f"2013-01-{day:02d}", "kind": "file", "rows": 100 + day, "fields": fields, **more}
    return Touched(dataset=dataset, version=f"v{day}", **said)


def docs(version: str, rows: int = 12, dataset: Dataset = DOCS, kind: str = "documents", **facts: str) -> Touched:
    return Touched(dataset=dataset, version=version, kind=kind, rows=rows, attributes=facts)


def test_the_next_partition_is_no_change() -> None:
    assert between(run(1), run(2)) == []


def test_the_first_run_has_nothing_to_be_compared_with() -> None:
    assert between(None, run(1)) == []
    assert between(run(1), run(1, code="other")) == []


def test_new_code_is_a_change_of_the_job() -> None:
    (change,) = between(run(1), run(2, code="xxh3:bbbbbbbbbbbbbbbb"))
    assert (change.kind, change.node, change.run, change.time_us) == ("code", JOB.node, "run-2", 209)
    assert (change.before, change.after) == ("xxh3:aaaaaaaaaaaaaaaa", "xxh3:bbbbbbbbbbbbbbbb")
    assert change.sentence == "build ran new code: xxh3:aaaaaaaaaa became xxh3:bbbbbbbbbb."


def test_other_sql_is_told_in_its_own_words() -> None:
    (change,) = between(run(1), run(2, code="xxh3:bbbbbbbbbbbbbbbb"), "'select a' became 'select *'")
    assert (change.kind, change.before) == ("code", "xxh3:aaaaaaaaaaaaaaaa")
    assert change.sentence == "build ran other SQL: 'select a' became 'select *'."


def test_code_that_is_not_said_is_not_new() -> None:
    assert between(run(1), run(2, code="")) == []


def test_a_parameter_is_configuration_unless_it_names_the_runs_own_slice() -> None:
    (change,) = between(run(1), run(2, parameters={"seed": "8"}))
    assert change.kind == "configuration"
    assert change.sentence == "Parameter seed of build went from '7' to '8'."
    before, after = (run(day, parameters={"day": f"2013-01-{day:02d}", "seed": "7"}) for day in (1, 2))
    assert between(before, after) == []


def test_a_parameter_that_came_or_went_is_named() -> None:
    came, went = between(run(1, parameters={"old": "1"}), run(2, parameters={"new": "2"}))
    assert came.sentence == "build now has parameter new, set to '2'."
    assert went.sentence == "build no longer has parameter old; it was '1'."


def test_another_library_is_called_a_library() -> None:
    before, after = (run(day, parameters={"library.pandas": f"2.{day}"}) for day in (1, 2))
    (change,) = between(before, after)
    assert change.sentence == "Library pandas of build went from '2.1' to '2.2'."


def test_a_schema_change_names_the_columns_that_came_went_and_turned() -> None:
    fields = (Field("id", "text"), Field("late", "int32"), Field("gate", "text"))
    (change,) = between(run(1), run(2, outputs=(daily(OUT, 2, fields=fields),)))
    assert (change.kind, change.node, change.version) == ("schema", OUT.node, "v2")
    assert change.sentence == (
        "out gained columns late, gate, lost column delay and turned id from int64 to text: 2 columns became 3."
    )


def test_columns_in_another_order_are_the_same_schema() -> None:
    fields = (Field("delay", "int32"), Field("id", "int64"))
    assert between(run(1), run(2, outputs=(daily(OUT, 2, fields=fields),))) == []


def test_the_same_schema_change_seen_by_two_jobs_has_one_id() -> None:
    new = daily(OUT, 2, fields=(Field("id", "int64"),))
    (written,) = between(run(1), run(2, outputs=(new,)))
    reader = Job("demo", "reader")
    before = run(1, job=reader, inputs=(daily(OUT, 1),), outputs=())
    after = run(2, run="other", job=reader, inputs=(new,), outputs=(), ended_us=999)
    (read,) = between(before, after)
    assert read.id == written.id


def test_a_new_and_a_vanished_upstream_are_sources() -> None:
    two = (daily(FEED, 2), daily(STAGING, 2))
    (came,) = between(run(1), run(2, inputs=two))
    assert (came.kind, came.node) == ("source", STAGING.node)
    assert came.sentence == "build now also reads staging; it read 1 dataset before."
    (went,) = between(run(1, inputs=two), run(2))
    assert went.sentence == "build no longer reads staging; it reads 1 dataset now."


def test_one_upstream_in_place_of_another_is_one_change() -> None:
    before = run(1, inputs=(docs("v1", 12),))
    (change,) = between(before, run(2, inputs=(docs("v9", 14, STAGING),)))
    assert (change.kind, change.node, change.before, change.after) == ("source", STAGING.node, "docs", "staging")
    assert change.sentence == "build reads staging instead of docs (12 rows before, 14 now)."


def test_a_run_that_failed_or_has_only_begun_lost_no_upstream() -> None:
    for state in ("START", "FAIL"):
        assert between(run(1), run(2, state=state, inputs=(), outputs=())) == []


@pytest.mark.parametrize("kind", ["model", "prompt", "index", "documents"])
def test_a_new_version_of_what_stands_is_a_change_of_its_kind(kind: str) -> None:
    before = run(1, inputs=(docs("xxh3:0000000000000000", kind=kind),))
    after = run(2, inputs=(docs("xxh3:1111111111111111", kind=kind),))
    (change,) = between(before, after)
    assert (change.kind, change.node, change.version) == (kind, DOCS.node, "xxh3:1111111111111111")
    assert change.sentence == (
        f"{kind.capitalize()} docs changed from xxh3:0000000000 to xxh3:1111111111: still 12 rows."
    )
    assert between(before, msgspec.structs.replace(before, run="run-2", ended_us=209)) == []


def test_documents_say_their_rows_and_what_else_moved() -> None:
    before = run(1, inputs=(docs("v1", 12, path="corpus", threshold="180"),))
    after = run(2, inputs=(docs("v2", 1_400, path="staging", threshold="180"),))
    (change,) = between(before, after)
    assert change.sentence == (
        "Documents docs changed from v1 to v2: rows went from 12 to 1,400 and path went from 'corpus' to 'staging'."
    )


def test_ids_are_the_same_every_time() -> None:
    first, second = (between(run(1), run(2, code="b", parameters={})) for _ in range(2))
    assert first == second
    assert len({change.id for change in first}) == 2
