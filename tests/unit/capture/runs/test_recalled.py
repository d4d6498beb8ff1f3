"""Places of versions in a run's lists: the same as a look at all of them finds."""

import random
import weakref
from pathlib import Path

from driftline.capture.runs import collect, recalled
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Job, Touched


def trace() -> Trace:
    return Trace(run="r", job=Job("default", "j"), started_us=0)


def seen(name: str, version: str = "1", *, partition: str = "", path: str = "") -> Seen:
    touched = Touched(dataset=Dataset("file", name), version=version, partition=partition)
    return Seen(touched=touched, path=path)


def versions(found: recalled.Recalled, wanted: Seen) -> list[str]:
    return [one.touched.version for _, one in found.alike(wanted)]


def test_only_what_has_the_partition_or_the_path_of_a_version_is_looked_at_in_order() -> None:
    found = trace()
    found.inputs += [
        seen("a", "1", partition="x", path="/1"),
        seen("b", "2", partition="x", path="/1"),
        seen("a", "3", partition="y", path="/2"),
        seen("a", "4", partition="z", path="/1"),
        seen("a", "5", partition="x", path="/3"),
    ]
    assert versions(recalled.of(found, "read"), seen("a", "", partition="x", path="/1")) == ["1", "4", "5"]


def test_what_stands_behind_an_address_is_found_by_its_dataset_alone() -> None:
    found = trace()
    found.outputs.append(seen("a", partition="x"))
    found.outputs[0].pointer = lambda: ("1", 1)
    assert versions(recalled.of(found, "write"), seen("a", partition="y", path="/1")) == ["1"]


def test_a_list_out_of_which_something_was_taken_is_gone_through_anew() -> None:
    found = trace()
    found.outputs += [seen("a", "1"), seen("a", "2"), seen("a", "3")]
    assert versions(recalled.of(found, "write"), seen("a")) == ["1", "2", "3"]
    del found.outputs[0]
    assert versions(recalled.of(found, "write"), seen("a")) == ["2", "3"]
    found.outputs = [seen("a", "4")]
    assert versions(recalled.of(found, "write"), seen("a")) == ["4"]


def test_what_got_another_name_is_found_by_it() -> None:
    found = trace()
    found.outputs.append(seen("a", path="/a"))
    assert versions(recalled.of(found, "write"), seen("b", path="/b")) == []
    found.outputs[0].touched, found.outputs[0].path = seen("b").touched, "/b"
    recalled.of(found, "write").put(0, found.outputs[0])
    assert versions(recalled.of(found, "write"), seen("b", path="/b")) == ["1"]


def test_of_a_file_that_is_written_over_and_over_only_the_same_bytes_are_looked_at() -> None:
    found = trace()
    found.outputs += [seen("a", f"xxh3:{turn}", path="/a") for turn in range(100)]
    places = recalled.of(found, "write")
    assert versions(places, seen("a", "xxh3:7", path="/a")) == ["xxh3:7"]
    assert versions(places, seen("a", "xxh3:x", path="/a")) == []
    assert len(versions(places, seen("a", "stat:7", path="/a"))) == 100  # that may be any of them, by size and time
    found.outputs.append(seen("a", "stat:1", path="/a"))
    assert versions(places, seen("a", "xxh3:8", path="/a")) == ["xxh3:8", "stat:1"]


def test_a_version_is_held_only_if_it_lies_there_itself() -> None:
    found = trace()
    mine = seen("a")
    found.inputs.append(mine)
    assert recalled.of(found, "read").holds(mine)
    assert not recalled.of(found, "read").holds(seen("a"))


def test_open_files_are_known_until_they_are_closed(tmp_path: Path) -> None:
    found = trace()
    with (tmp_path / "x").open("w") as file:
        mine = seen("a")
        mine.handle = weakref.ref(file)
        found.outputs += [mine, seen("b")]
        assert recalled.of(found, "write").open() == [mine]
    mine.handle = None
    assert recalled.of(found, "write").open() == []


def test_a_run_collects_what_it_would_collect_if_each_version_were_compared_with_all() -> None:
    """Independent: whatever is the same by ``collect._same`` among all earlier ones is among those that are found."""
    chance = random.Random(7)
    found = trace()
    for _ in range(400):
        name, part = chance.choice("ab"), chance.choice(("", "x", "y"))
        version = chance.choice(("", "1", "2", "xxh3:1", "xxh3:2", "xxh3:3"))
        one = seen(name, version, partition=part, path=chance.choice(("", "/1", "/2")))
        one.pending, one.size = chance.random() < 0.2, chance.choice((1, 2))
        way: recalled.Way = chance.choice(recalled.WAYS)
        into = list(found.inputs if way == "read" else found.outputs)
        expected = [place for place, known in enumerate(into) if collect._same(known, one)]
        places = [place for place, known in recalled.of(found, way).alike(one) if collect._same(known, one)]
        assert places == expected
        collect.add(found, way, one)


def test_what_is_put_again_and_again_is_looked_at_once() -> None:
    found = trace()
    found.outputs.append(seen("a", path="/1"))
    places = recalled.of(found, "write")
    for _ in range(3):
        places.put(0, found.outputs[0])
    assert versions(places, seen("a", path="/1")) == ["1"]
    assert {key: list(held) for key, held in places._places.items()} == {key: [0] for key in places._places}


def test_a_file_that_is_still_written_is_found_by_its_name_and_path() -> None:
    found = trace()
    found.outputs += [seen("a", "1", path="/1"), seen("a", "", path="/2"), seen("b", "", path="/1")]
    places = recalled.of(found, "write")
    assert places.pending(Dataset("file", "a"), "/1") is None
    found.outputs[0].pending = True
    assert places.pending(Dataset("file", "a"), "/1") == (0, found.outputs[0])
    assert places.pending(Dataset("file", "a"), "/2") is None
    found.outputs[0].path = "/3"  # it was renamed
    assert places.pending(Dataset("file", "a"), "/1") is None


def test_of_many_parts_told_by_version_alone_only_the_same_version_is_looked_at() -> None:
    found = trace()
    found.inputs += [seen("a", f"stat:{day}", partition=f"{day}") for day in range(100)]
    places = recalled.of(found, "read")
    assert versions(places, seen("a", "stat:7", partition="new")) == ["stat:7"]
    assert versions(places, seen("a", "stat:x", partition="8")) == ["stat:8"]  # the same slice of it
    assert versions(places, seen("a", "stat:x", partition="new")) == []


def test_what_got_its_version_later_is_found_and_held_by_it() -> None:
    found = trace()
    mine = seen("a", "", partition="x")
    found.inputs.append(mine)
    places = recalled.of(found, "read")
    assert places.holds(mine)
    mine.touched = seen("a", "1", partition="x").touched  # as ``settle`` names a table that is in memory
    assert places.holds(mine)
    assert versions(places, seen("a", "1", partition="y")) == ["1"]
