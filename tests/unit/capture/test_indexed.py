"""Where versions are in a list: by hand, and against a look at every one of them."""

from hypothesis import given
from hypothesis import strategies as st

from driftline.capture import collect, indexed
from driftline.capture.trace import Seen, Trace
from driftline.event.lineage import Dataset, Job, Touched


def seen(name: str, version: str = "", path: str = "", partition: str = "", **more: object) -> Seen:
    touched = Touched(dataset=Dataset("n", name), version=version, partition=partition)
    return Seen(touched=touched, path=path, **more)  # type: ignore[arg-type] # fields of Seen


def trace() -> Trace:
    return Trace(run="r", job=Job("n", "j"), started_us=0)


def test_a_version_is_looked_for_where_it_may_be_and_nowhere_else() -> None:
    found = indexed.Indexed([seen("a", "1"), seen("a", "2", "/x"), seen("b", "1"), seen("a", "3", "/x")])
    assert found.alike(seen("a", "1")) == [0]
    assert found.alike(seen("a", "9", "/x")) == [1, 3]  # the same file
    assert found.alike(seen("c", "1")) == []
    assert list(found.of(Dataset("n", "a"))) == [0, 1, 3]


def test_it_is_made_anew_where_the_list_was_changed_by_others() -> None:
    found = trace()
    collect.add(found, "write", seen("a", "1"))
    found.outputs.append(seen("b", "1"))
    assert indexed.of(found, "write").alike(seen("b", "1")) == [1]
    found.outputs = []
    assert indexed.of(found, "write").alike(seen("b", "1")) == []


versions = st.builds(
    seen,
    st.sampled_from("ab"),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from(["", "/x", "/y"]),
    st.sampled_from(["", "jan"]),
    size=st.sampled_from([0, 1]),
    pending=st.booleans(),
)


@given(st.lists(versions), versions)
def test_the_first_that_is_the_same_is_the_one_that_a_look_at_all_finds(held: list[Seen], one: Seen) -> None:
    every = [place for place, known in enumerate(held) if collect._same(known, one)]
    found = [place for place in indexed.Indexed(held).alike(one) if collect._same(held[place], one)]
    assert found == every


def test_a_run_over_thousands_of_files_looks_at_few_of_them(monkeypatch: object) -> None:
    found, asked = trace(), []
    same = collect._same
    monkeypatch.setattr(collect, "_same", lambda *pair: asked.append(pair) or same(*pair))  # type: ignore[attr-defined]
    for number in range(2_000):
        for way in ("read", "write"):
            collect.add(found, way, seen(way, str(number), f"/{way}/{number}", f"p{number}"))  # type: ignore[arg-type]
    assert (len(found.inputs), len(found.outputs), len(asked)) == (2_000, 2_000, 0)
