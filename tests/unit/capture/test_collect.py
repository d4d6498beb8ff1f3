"""What a run collects: each version once, with all that is known of it. By hand."""

from driftline.capture import collect
from driftline.capture.emit import Seen, Trace
from driftline.event.lineage import Dataset, Field, Job, Touched


def trace() -> Trace:
    return Trace(run="r", job=Job("default", "j"), started_us=0)


def touched(version: str, **more: object) -> Touched:
    return Touched(dataset=Dataset("file", "x"), version=version, **more)  # type: ignore[arg-type]


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


def test_a_file_that_is_still_written_is_one_output() -> None:
    found = trace()
    for _ in range(3):
        collect.add(found, "write", Seen(touched=touched(""), path="/x", pending=True))
    assert len(found.outputs) == 1


def test_only_so_many_statements_are_told_each_once() -> None:
    found = trace()
    for number in range(collect.STATEMENTS + 5):
        collect.statement(found, f"insert {number}")
        collect.statement(found, "insert 0")
    assert len(found.statements) == len(set(found.statements)) == collect.STATEMENTS
