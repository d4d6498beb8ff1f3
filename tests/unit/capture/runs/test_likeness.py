"""Which versions may hold what an output holds: the same as a look at all of them finds. By hand."""

from driftline.capture.runs import likeness, order
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.tables.contents import Contents
from driftline.event.lineage import Dataset, Job, Touched


def seen(name: str, at_ns: int, contents: Contents | None = None, version: str = "1", kind: str = "file") -> Seen:
    return Seen(
        touched=Touched(dataset=Dataset("file", name), version=version, kind=kind), at_ns=at_ns, contents=contents
    )


def holds(profile: bytes = b"", **hashes: str) -> Contents:
    return Contents(rows=1, fields=(), hashes=hashes, profile=profile)


def trace(inputs: list[Seen], outputs: list[Seen], *, ordered: bool = True) -> Trace:
    return Trace(run="r", job=Job("default", "j"), started_us=0, inputs=inputs, outputs=outputs, ordered=ordered)


def names(found: list[Seen]) -> list[str]:
    return [one.touched.dataset.name for one in found]


def test_what_holds_a_column_is_found_by_its_hash_the_last_first_and_only_what_was_read_before() -> None:
    first, second, late = (seen(name, at, holds(x="1", y="1")) for name, at in (("a", 1), ("b", 2), ("c", 9)))
    output = seen("out", 5, holds(x="1"))
    found = likeness.of(trace([first, second, late, seen("d", 3, holds(x="2")), seen("e", 3)], [output]))
    assert [dataset.name for dataset, _ in found.holding(output, "1")] == ["b", "a"]
    assert list(found.holding(output, "3")) == []


def test_in_a_run_of_no_order_everything_that_was_read_counts_and_nothing_that_was_written() -> None:
    late, output = seen("late", 9, holds(x="1")), seen("out", 5, holds(x="1"))
    other = seen("other", 1, holds(x="1"))
    other.read_ns = 2
    found = likeness.of(trace([late], [other, output], ordered=False))
    assert [dataset.name for dataset, _ in found.holding(output, "1")] == ["late"]


def test_what_the_run_wrote_and_read_again_counts_but_not_the_output_itself() -> None:
    other, unread, output = (seen(name, 1, holds(x="1")) for name in ("other", "unread", "out"))
    other.read_ns, output.read_ns, output.at_ns = 2, 3, 5
    found = likeness.of(trace([], [other, unread, output]))
    assert [dataset.name for dataset, _ in found.holding(output, "1")] == ["other"]
    assert order.before(trace([], [other, unread, output]), output) == [other]


def test_all_versions_of_a_dataset_count_of_which_one_has_a_column_of_the_name() -> None:
    parts = [seen("a", 1, holds(x="1"), "1"), seen("a", 2, holds(y="1"), "2"), seen("b", 3, holds(z="1"))]
    output = seen("out", 5, holds(y="9"))
    found = likeness.of(trace(parts, [output]))
    assert names(found.named(output, ["y"])) == ["a", "a"]
    assert names(found.named(output, ["z", "x"])) == ["a", "a", "b"]
    assert found.named(output, ["w"]) == []


def test_versions_with_a_profile_are_counted_whatever_columns_they_have() -> None:
    inputs = [seen("a", 1, holds(b"p", x="1")), seen("b", 2, holds(b"p")), seen("c", 3, holds()), seen("d", 9, holds())]
    output = seen("out", 5, holds())
    assert likeness.of(trace(inputs, [output])).profiled(output) == 2


def test_what_was_measured_since_is_seen_once_the_former_look_is_forgotten() -> None:
    mine, output = seen("a", 1), seen("out", 5, holds(x="1"))
    found = trace([mine], [output])
    assert list(likeness.of(found).holding(output, "1")) == []
    mine.contents = holds(x="1")
    likeness.forget(found)
    assert [dataset.name for dataset, _ in likeness.of(found).holding(output, "1")] == ["a"]


def test_what_was_read_in_no_order_of_time_is_found_all_the_same() -> None:
    inputs = [seen(name, at, holds(x="1")) for name, at in (("a", 9), ("b", 2), ("c", 7), ("d", 3))]
    output = seen("out", 5, holds(x="1"))
    found = likeness.of(trace(inputs, [output]))
    assert [dataset.name for dataset, _ in found.holding(output, "1")] == ["d", "b"]
