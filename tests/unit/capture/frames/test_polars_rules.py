"""Rules that need no polars; those that do are compared with SQL in ``hooks/test_polars_plan``."""

import pytest

from driftline.capture.frames import polars_rules as rules
from driftline.capture.frames.expression import Unclear
from driftline.capture.frames.polars_rules import Taken
from driftline.capture.frames.shape import Shape, of_source
from driftline.capture.sql.relation import Source

T = of_source(Source("table", ("n", "t")), ["a", "b", "k"])
OPEN = of_source(Source("table", ("n", "t")), None)


def told(shape: Shape) -> dict[str, set[str]]:
    found = {name: {f"{edge.column} {edge.kind[1]}" for edge in edges} for name, edges in shape.columns.items()}
    return found | ({"": {f"{edge.column} {edge.kind[1]}" for edge in shape.rows}} if shape.rows else {})


def apply(name: str, *args: object, frame: Shape = T, **kwargs: object) -> Shape:
    return rules.RULES[name](frame, [], Taken(args, kwargs))


def test_columns_are_chosen_renamed_and_dropped() -> None:
    assert told(apply("select", "a", ["k"], z="b")) == {"a": {"a IDENTITY"}, "k": {"k IDENTITY"}, "z": {"b IDENTITY"}}
    assert list(told(apply("rename", {"a": "z"}))) == ["z", "b", "k"]
    assert list(told(apply("drop", "a", ["b"]))) == ["k"]
    assert told(apply("with_columns", a="b"))["a"] == {"b IDENTITY"}


def test_columns_that_are_put_beside_are_those_of_the_other_frame_and_no_others() -> None:
    other = of_source(Source("table", ("n", "u")), ["w"])
    made = rules.RULES["hstack"](T, [other], Taken(("w",), {}))
    assert told(made) == {"a": {"a IDENTITY"}, "b": {"b IDENTITY"}, "k": {"k IDENTITY"}, "w": {"w IDENTITY"}}
    assert {edge.source.names for edge in made.columns["w"]} == {("n", "u")}
    alone = rules.RULES["hstack"](OPEN, [rules.NOTHING], Taken(("w",), {}))
    assert (alone.find("w"), alone.find("a"), alone.unknown) == (frozenset(), OPEN.find("a"), True)


def test_rows_are_shaped() -> None:
    assert told(apply("sort", "a", "b"))[""] == {"a SORT", "b SORT"}
    assert told(apply("unique"))[""] == {"a GROUP_BY", "b GROUP_BY", "k GROUP_BY"}
    assert told(apply("unique", "k"))[""] == {"k GROUP_BY"}
    assert told(apply("drop_nulls", subset=["b"]))[""] == {"b FILTER"}
    assert "" not in told(apply("head", 3))


def test_what_fills_all_columns_is_a_source_of_each_and_how_far_they_are_moved_decides() -> None:
    """By hand; the second is what polars gives, in which a column is filled by itself, too."""
    pl = pytest.importorskip("polars")
    moved = told(apply("shift", pl.col("k").max(), fill_value=pl.col("b").min()))
    assert moved["a"] == {"a TRANSFORMATION", "k CONDITIONAL", "b AGGREGATION"}
    assert told(apply("shift", "k"))["a"] == {"a TRANSFORMATION", "k CONDITIONAL"}
    assert told(apply("shift", 1))["a"] == {"a TRANSFORMATION"}
    assert told(apply("fill_null", pl.col("b")))["a"] == {"a TRANSFORMATION", "b TRANSFORMATION"}
    assert told(apply("fill_null", "b"))["a"] == {"a TRANSFORMATION"}


def test_of_a_source_with_unknown_columns_what_is_named_is_known() -> None:
    assert told(apply("select", "x", frame=OPEN)) == {"x": {"x IDENTITY"}}
    renamed = apply("rename", {"x": "z"}, frame=OPEN)
    assert (renamed.find("z"), renamed.find("x")) == (OPEN.find("x"), None)
    assert apply("unique", frame=OPEN).unknown


def test_what_cannot_be_told_is_unclear() -> None:
    with pytest.raises(Unclear):
        apply("rename", str.upper)
    with pytest.raises(Unclear):
        apply("select", "nowhere")
    assert rules.unknown(T, [], Taken((), {})).unknown


def test_values_are_changed_or_summed_up_column_by_column() -> None:
    assert told(apply("shift", 1))["a"] == {"a TRANSFORMATION"}
    assert told(apply("max"))["a"] == {"a AGGREGATION"}
    assert told(apply("cast", {"a": int})) == {"a": {"a TRANSFORMATION"}, "b": {"b IDENTITY"}, "k": {"k IDENTITY"}}


def test_groups_have_keys_and_values() -> None:
    keys = rules.keys_of(T, Taken(("k",), {}))
    assert told(rules.grouped(T, keys, Taken(("a",), {}), "agg")) == {
        "k": {"k IDENTITY"}, "a": {"a AGGREGATION"}, "": {"k GROUP_BY"},
    }  # fmt: skip
    assert told(rules.grouped(T, keys, Taken((), {}), "len")) == {"k": {"k IDENTITY"}, "len": set(), "": {"k GROUP_BY"}}
    with pytest.raises(Unclear):
        rules.grouped(OPEN, keys, Taken((), {}), "sum")
