"""What a run collects: each version once, with all that is known of it. By hand."""

import weakref
from pathlib import Path

import pyarrow as pa

from driftline.capture.runs import at_hand, collect
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Field, Job, Touched


def trace() -> Trace:
    return Trace(run="r", job=Job("default", "j"), started_us=0)


def touched(version: str, **more: object) -> Touched:
    return Touched(dataset=Dataset("file", "x"), version=version, **more)


def test_two_sightings_of_one_version_are_one() -> None:
    found = trace()
    collect.add(found, "read", Seen(touched=touched("1")))
    collect.add(found, "read", Seen(touched=touched("1", fields=(Field("a"),))))
    collect.add(found, "read", Seen(touched=touched("2")))
    assert [(one.touched.version, one.touched.fields) for one in found.inputs] == [("1", (Field("a"),)), ("2", None)]


def test_what_the_run_wrote_is_no_input_but_its_reading_is_remembered() -> None:
    found = trace()
    collect.add(found, "write", Seen(touched=touched("1")))
    collect.add(found, "read", Seen(touched=touched("1")))
    assert found.inputs == []
    assert found.outputs[0].read_ns >= found.outputs[0].at_ns > 0


def test_a_file_is_the_same_whether_its_hash_is_known_or_put_off() -> None:
    found = trace()
    collect.add(found, "write", Seen(touched=touched("stat:1"), path="/x", size=1, modified_ns=2, deferred=True))
    collect.add(found, "read", Seen(touched=touched("xxh3:1"), path="/x", size=1, modified_ns=2))
    assert found.inputs == []


def test_what_a_file_held_one_after_the_other_within_one_tick_of_the_clock_is_two_versions() -> None:
    found = trace()
    for version in ("xxh3:1", "xxh3:2", "xxh3:1"):
        collect.add(found, "read", Seen(touched=touched(version), path="/x", size=1, modified_ns=2))
    assert [one.touched.version for one in found.inputs] == ["xxh3:1", "xxh3:2"]


def test_a_file_that_is_still_written_is_one_output() -> None:
    found = trace()
    for _ in range(3):
        collect.add(found, "write", Seen(touched=touched(""), path="/x", pending=True))
    assert len(found.outputs) == 1


def test_what_is_written_while_something_is_read_ends_no_earlier_until_it_is_closed(tmp_path: Path) -> None:
    found = trace()
    with (tmp_path / "x").open("w") as file:
        collect.add(
            found, "write", Seen(touched=touched(""), path="/x", pending=True, at_ns=1, handle=weakref.ref(file))
        )
        collect.add(found, "read", Seen(touched=touched("during"), at_ns=2))
    collect.add(found, "read", Seen(touched=touched("after"), at_ns=3))
    (output,) = found.outputs
    assert (output.until_ns, output.handle) == (2, None)


def test_only_so_many_statements_are_told_each_once() -> None:
    found = trace()
    for number in range(collect.STATEMENTS + 5):
        collect.statement(found, f"insert {number}")
        collect.statement(found, "insert 0")
    assert len(found.statements) == len(set(found.statements)) == collect.STATEMENTS


def holding(version: str, rows: int) -> Seen:
    seen = Seen(touched=touched(version, rows=rows))
    at_hand.hold(seen, pa.table({"a": range(rows)}))
    return seen


def test_of_what_is_read_twice_the_first_table_is_kept() -> None:
    found = trace()
    for rows in (1, 2):
        collect.add(found, "read", holding("1", rows))
    collect.add(found, "read", Seen(touched=touched("1", fields=(Field("a"),))))
    assert [one.table.contents().rows for one in found.inputs] == [1]


def test_of_what_is_written_twice_the_last_table_is_kept_if_that_was_all_of_it() -> None:
    found = trace()
    for rows in (1, 2):
        collect.add(found, "write", holding("1", rows))
    assert [(one.table.contents().rows, one.touched.rows) for one in found.outputs] == [(2, 2)]
    collect.add(found, "write", Seen(touched=touched("1")))
    assert [(one.table, one.touched.rows) for one in found.outputs] == [(None, None)]


def test_a_pointer_to_what_was_written_outlives_the_sighting_that_knows_more() -> None:
    found = trace()
    later = lambda: ("s3:1", 3)  # noqa: E731 - compared by identity
    collect.add(found, "write", Seen(touched=touched(""), pointer=later))
    collect.add(found, "write", Seen(touched=touched("", fields=(Field("a"),))))
    assert [one.pointer for one in found.outputs] == [later]


def test_statements_beyond_those_that_are_told_are_counted() -> None:
    found = trace()
    for number in (*range(collect.STATEMENTS + 2), 3, 5):
        collect.statement(found, f"select {number}")
    assert (len(found.statements), found.gaps) == (collect.STATEMENTS, {collect.FURTHER: 2})


def test_texts_that_an_event_has_no_room_for_are_counted_and_not_kept() -> None:
    found = trace()
    for number in range(5):
        collect.statement(found, f"insert {number} " + "x" * 60_000)
    collect.statement(found, "y" * 200_000)
    assert [len(text) for text in found.statements] == [60_009, 60_009]
    assert found.gaps == {collect.FURTHER: 4}
