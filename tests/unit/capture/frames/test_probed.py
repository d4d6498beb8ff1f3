from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.capture.frames import node, probed
from driftline.capture.frames.node import Opaque, Scan
from driftline.capture.probe import cache
from driftline.capture.probe.report import Influence, Report
from driftline.capture.sql.relation import FILTER, IDENTITY, TRANSFORMATION, Edge, Source

T = Source("table", ("n", "t"))
REPORT = Report(
    influences=(
        Influence("t", "a", 0, "x", "DIRECT", "TRANSFORMATION", 0.9),
        Influence("t", "b", 0, "", "INDIRECT", "FILTER", 0.9),
        Influence("t", "b", 1, "y", "DIRECT", "IDENTITY", 0.9),
    ),
    columns=(("x", "new"), ("y",)),
)  # fmt: skip


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path) -> Iterator[None]:
    cache.forget()
    yield
    cache.forget()


def step(output: int = 0, mutable: str = "", source: node.Node | None = None) -> probed.Step:
    return probed.Step("k", ("t",), (source or Scan(T, ("a", "b")),), frozenset(mutable), output, 2)


def test_edges_are_there_once_the_probe_is_answered(tmp_path: Path) -> None:
    assert step().waits() == ("k",)
    assert node.shape_of(step(), lambda source: None).unknown
    cache.put("k", REPORT, str(tmp_path))
    assert step().waits() == ()
    shape = node.shape_of(step(), lambda source: None)
    assert shape.columns == {
        "x": frozenset((Edge(T, "a", TRANSFORMATION, confidence=0.9, provenance="probed"),)),
        "new": frozenset(),
    }
    assert shape.rows == frozenset((Edge(T, "b", FILTER, confidence=0.9, provenance="probed"),))
    other = node.shape_of(step(1), lambda source: None)
    assert other.columns == {"y": frozenset((Edge(T, "b", IDENTITY, confidence=0.9, provenance="probed"),))}


def test_an_argument_that_may_have_been_changed_is_a_little_less_sure(tmp_path: Path) -> None:
    cache.put("k", REPORT, str(tmp_path))
    (edge,) = node.shape_of(step(mutable="t"), lambda source: None).columns["x"]
    assert edge.confidence == pytest.approx(0.9 * 0.95)


def test_steps_on_steps_multiply_and_an_unknown_argument_is_said(tmp_path: Path) -> None:
    cache.put(
        "k",
        Report(influences=(Influence("t", "x", 0, "x", "DIRECT", "IDENTITY", 0.9),), columns=(("x",),)),
        str(tmp_path),
    )
    inner = probed.Step("k", ("t",), (Scan(T, ("x",)),), frozenset(), 0, 2)
    (edge,) = node.shape_of(step(source=inner), lambda source: None).columns["x"]
    assert edge.confidence == pytest.approx(0.81)
    assert node.shape_of(step(source=Opaque()), lambda source: None).unknown


def test_what_is_not_probeable_says_nothing(tmp_path: Path) -> None:
    cache.put("k", Report(reason="no"), str(tmp_path))
    assert node.shape_of(step(), lambda source: None).unknown
