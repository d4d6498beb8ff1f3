from driftline.capture.frames import node
from driftline.capture.frames.node import Both, FrameEdges, Opaque, Scan
from driftline.capture.sql.relation import Source
from driftline.event.lineage import Dataset

T, U = Source("table", ("n", "t")), Source("table", ("n", "u"))


class Frame:
    pass


def edges(of: node.Node) -> FrameEdges:
    return FrameEdges(of, lambda source: (Dataset(*source.names),), lambda source: ("a", "b"))


def test_a_scan_asks_for_the_columns_that_it_does_not_know() -> None:
    fields, rows = edges(Scan(T)).bind(None)
    assert {name: [(one.name, one.field, one.subtype) for one in found] for name, found in fields.items()} == {
        "a": [("t", "a", "IDENTITY")],
        "b": [("t", "b", "IDENTITY")],
    }
    assert rows == []
    assert set(edges(Scan(T, ("z",))).bind(None)[0]) == {"z"}


def test_only_columns_that_are_written_are_bound() -> None:
    assert set(edges(Scan(T)).bind(("b", "new"))[0]) == {"b"}


def test_two_ways_of_knowing_are_added_up_and_what_is_unknown_adds_nothing() -> None:
    both = edges(Both((Scan(T, ("a",)), Scan(U, ("a",))), 2))
    assert [(one.name, one.field) for one in both.bind(None)[0]["a"]] == [("t", "a"), ("u", "a")]
    one = edges(Both((Scan(T, ("a",)), Opaque()), 2))
    assert [one.name for one in one.bind(None)[0]["a"]] == ["t"]


def test_sources_are_named_and_what_is_unknown_is_said() -> None:
    assert edges(Both((Scan(T), Scan(U)), 2)).datasets == {T: (Dataset("n", "t"),), U: (Dataset("n", "u"),)}
    unknown = edges(Opaque(1, (Scan(T),)))
    assert unknown.datasets == {T: (Dataset("n", "t"),), None: ()}
    assert unknown.bind(None) == ({}, [])
    assert unknown.unknown


def test_a_chain_that_grows_too_long_keeps_its_sources_only() -> None:
    frame, top = Frame(), Scan(T)._replace(depth=node.DEEPEST)
    node.put(frame, top)
    found = node.of(frame)
    assert isinstance(found, Opaque)
    assert node.sources(found) == [T]


def test_long_chains_are_worked_out_without_recursion() -> None:
    top: node.Node = Scan(T, ("a",))
    for _ in range(5_000):
        top = Both((top, Opaque()), 1)
    assert list(node.shape_of(top, lambda source: None).columns) == ["a"]


def test_the_newest_frames_come_first() -> None:
    one, two, three = Frame(), Frame(), Frame()
    node.put(one, Scan(T, ("one",)))
    node.put(two, Scan(T, ("two",)))
    node.same(two, three)
    assert node.latest(2) == [Scan(T, ("two",)), Scan(T, ("one",))]
    node.forget(two)
    assert node.of(two) is None


def test_the_newest_origins_are_told_once_whatever_their_steps_were_called_with() -> None:
    class Step:  # as that of ``select(a=…)``
        depth, inputs, taken = 1, (Scan(T),), {"a": 1}
        __hash__ = None

    held = [Frame() for _ in range(4)]
    step = Step()
    for frame, one in zip(held, (Scan(U, ("latest",)), step, step, Scan(U, ("latest",))), strict=True):
        node.put(frame, one)
    assert node.latest(2) == [Scan(U, ("latest",)), step]
