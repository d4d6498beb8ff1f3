from collections.abc import Mapping

import msgspec

from driftline.capture.runs import columns
from driftline.capture.runs.columns import Bound, Reach, When
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.edges import SqlEdges
from driftline.capture.sql.relation import NONE, NOTHING, Output
from driftline.capture.tables.contents import Contents
from driftline.event.lineage import Dataset, Field

T, U = Dataset("file", "t"), Dataset("file", "u")


def reach(field: str, subtype: str = "IDENTITY", provenance: str = "", confidence: float = 1.0) -> Reach:
    type_ = "DIRECT" if subtype in ("IDENTITY", "TRANSFORMATION", "AGGREGATION") else "INDIRECT"
    return Reach("file", "t", field, type_, subtype, provenance, confidence)


def test_two_ways_of_knowing_make_an_edge_surer() -> None:
    declared: Bound = ({"x": [reach("a", confidence=0.8)]}, [])
    observed: Bound = ({"x": [reach("a", provenance="probed", confidence=0.9)]}, [])
    for found in ([declared, observed], [observed, declared]):
        assert columns.together(found) == ({"x": [reach("a", confidence=0.98)]}, [])  # 1 - 0.2 * 0.1
    assert columns.together([observed, observed]) == observed


def test_what_one_side_only_knows_stays_its_word() -> None:
    found = columns.together(
        [({"x": [reach("a")]}, []), ({"x": [reach("b", provenance="probed", confidence=0.9)]}, [])]
    )
    assert found == ({"x": [reach("a"), reach("b", provenance="probed", confidence=0.9)]}, [])


def differing(declared: Bound, observed: Bound) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    found = columns.differences("dataset:file:out", [declared, observed])
    return [(one.column, one.field, one.observed, one.declared) for one in found]


def seen(field: str, subtype: str = "IDENTITY") -> Reach:
    return reach(field, subtype, "probed", 0.9)


def test_differences_are_what_only_one_side_has() -> None:
    assert differing(({"x": [reach("a")]}, []), ({"x": [seen("a"), seen("b", "CONDITIONAL")]}, [])) == [
        ("x", "b", ("INDIRECT:CONDITIONAL",), ())
    ]
    assert differing(({"x": [reach("a"), reach("b")]}, []), ({"x": [seen("a")]}, [])) == [
        ("x", "b", (), ("DIRECT:IDENTITY",))
    ]
    assert differing(({"x": [reach("a")]}, []), ({"x": [seen("a", "CONDITIONAL")]}, [])) == [
        ("x", "a", ("INDIRECT:CONDITIONAL",), ("DIRECT:IDENTITY",))
    ]


def test_what_shapes_the_rows_is_no_difference_in_a_column_of_them() -> None:
    rows: Bound = ({"x": [reach("a")]}, [reach("k", "FILTER")])
    assert differing(rows, ({"x": [seen("a"), seen("k", "CONDITIONAL")]}, [])) == []
    assert differing(rows, ({"x": [seen("a")]}, [seen("k", "JOIN")])) == []
    assert differing(rows, ({}, [])) == [], "nothing was observed at all"


def contents(hashes: Mapping[str, str], telling: str = "", regular: str = "", varied: str = "abcdefgh") -> Contents:
    fields = tuple(Field(name) for name in hashes)
    return Contents(
        rows=100, fields=fields, hashes=dict(hashes), telling=frozenset(telling), regular=frozenset(regular),
        varied=frozenset(varied),
    )  # fmt: skip


def identical(output: Contents, *sources: tuple[Dataset, Contents]) -> dict[str, list[tuple[str, str, float]]]:
    fields, rows = columns.identical(
        output, lambda hashed: (one for one in reversed(sources) if hashed in one[1].hashes.values())
    )
    assert rows == []
    assert {one.provenance for found in fields.values() for one in found} <= {columns.IDENTICAL}
    return {name: [(one.name, one.field, one.confidence) for one in found] for name, found in fields.items()}


def test_equal_content_of_many_values_is_the_same_column_whatever_its_name() -> None:
    assert identical(contents({"b": "1"}, telling="b"), (T, contents({"a": "1"}, telling="a"))) == {
        "b": [("t", "a", 1.0)]
    }


def test_equal_content_by_accident_proves_little_or_nothing() -> None:
    few = contents({"a": "1"})
    assert identical(contents({"b": "1"}), (T, few)) == {}, "few values, other name"
    assert identical(contents({"a": "1"}), (T, few)) == {"a": [("t", "a", 0.9)]}, "few values, same name"
    numbers = contents({"a": "1"}, regular="a")
    assert identical(contents({"a": "1"}, regular="a"), (T, numbers)) == {"a": [("t", "a", 0.5)]}, "row numbers"
    short = msgspec.structs.replace(few, rows=50)
    assert identical(short, (T, short)) == {"a": [("t", "a", 0.5)]}, "two lists of the same names"
    constant = contents({"a": "1"}, varied="")
    assert identical(constant, (T, constant)) == {}, "one value, or none"


def test_several_sources_of_the_same_content_share_the_confidence() -> None:
    both = contents({"a": "1"}, telling="a")
    assert identical(both, (T, both), (U, both)) == {"a": [("t", "a", 0.5), ("u", "a", 0.5)]}
    other = contents({"z": "1"}, telling="z")
    assert identical(both, (T, both), (U, other)) == {"a": [("t", "a", 1.0)]}, "the same name is the likelier source"
    assert identical(contents({"b": "1"}, telling="b"), (T, both), (U, other)) == {}, "nobody can tell"


def test_the_facet_says_how_an_edge_is_known_only_where_it_was_not_declared() -> None:
    body = columns.facet(({"x": [reach("a"), reach("a", "CONDITIONAL", "probed", 0.9)], "y": []}, [reach("k", "JOIN")]))
    source = {"namespace": "file", "name": "t"}
    ways = [
        {"type": "DIRECT", "subtype": "IDENTITY"},
        {"type": "INDIRECT", "subtype": "CONDITIONAL", "provenance": "probed", "confidence": 0.9},
    ]
    assert body == {
        "fields": {"x": {"inputFields": [{**source, "field": "a", "transformations": ways}]}},
        "dataset": [{**source, "field": "k", "transformations": [{"type": "INDIRECT", "subtype": "JOIN"}]}],
    }
    assert columns.facet(({"x": []}, [])) is None


def test_of_many_columns_that_hold_the_same_those_that_were_read_last_count() -> None:
    """By hand: twenty files share a time axis; the last eight have an eighth of 1 each."""
    axis = contents({"a": "1"}, telling="a")
    found = identical(axis, *((Dataset("n", f"f{number:02}"), axis) for number in range(20)))
    assert found == {"a": [(f"f{number}", "a", 0.125) for number in range(12, 20)]}


def code(field: str, confidence: float = 0.9, subtype: str = "TRANSFORMATION") -> Reach:
    return reach(field, subtype, columns.CODE, confidence)


def same(field: str, confidence: float = 1.0) -> Reach:
    return reach(field, "IDENTITY", columns.IDENTICAL, confidence)


def test_what_code_and_content_both_name_is_surer_and_known_by_the_code() -> None:
    found = columns.reconciled(({"x": [code("a")]}, []), ({"x": [same("a", 0.5), same("b", 0.5)]}, []))
    assert found[0] == {"x": [code("a", 0.95)]}  # 1 - 0.1 * 0.5; b holds the same by chance


def test_a_source_that_code_does_not_name_counts_half() -> None:
    found = columns.reconciled(({"x": [code("a")]}, []), ({"x": [same("b")], "y": [same("c")]}, []))
    assert found[0] == {"x": [code("a"), same("b", 0.5)], "y": [same("c")]}


def test_a_hedge_of_the_code_does_not_give_way_to_another_hedge() -> None:
    kept = reach("label", "IDENTITY", columns.KEPT, 0.5)  # two values, as any prediction of a label has
    found = columns.reconciled(({"label": [code("a", 0.3), code("label", 0.3)]}, []), ({"label": [kept]}, []))
    assert found[0] == {"label": [code("a", 0.3), code("label", 0.65)]}  # 1 - 0.7 * 0.5


def test_content_that_is_surer_than_a_hedge_counts_alone() -> None:
    rows = reach("k", "FILTER", columns.CODE, 0.5)
    hedge: Bound = ({"x": [code("a", 0.5), code("b", 0.5), rows]}, [rows])
    found = columns.reconciled(hedge, ({"x": [same("b", 0.8)]}, []))
    assert found == ({"x": [rows, same("b", 0.9)]}, [rows])  # 1 - 0.2 * 0.5
    assert columns.reconciled(hedge, ({"x": [same("b", 0.4)]}, []))[0]["x"] == [code("a", 0.5), code("b", 0.7), rows]


def test_columns_are_called_as_they_were_when_a_statement_ran() -> None:
    first, renaming, later = When(), When(), When()
    first.first, renaming.first, later.first = 1, 2, 3
    edges = SqlEdges(Lineage((), frozenset()), {}, str, None, renaming, renamed=(("a", "b"),))
    before, after = edges._replace(when=first, renamed=()), edges._replace(when=later, renamed=())
    every = [before, edges, after]
    assert columns.called_then(("k", "b"), before, every) == ("k", "a")
    assert columns.called_then(("k", "b"), edges, every) == ("k", "b")
    assert columns.called_then(("k", "b"), after, every) == ("k", "b")
    assert columns.called_at(("k", "b"), 2, every) == ("k", "a")
    assert columns.called_at(None, 2, every) is None


def test_of_the_datasets_of_a_plan_the_code_adds_nothing() -> None:
    """By hand: of orders the plan itself tells; of users nothing but the code does."""
    stated = ({"x": [Reach("file", "orders", "a", "DIRECT", "IDENTITY")]}, [])
    known = Reach("file", "orders", "b", "INDIRECT", "FILTER", columns.CODE, 0.9)
    guess, other = known._replace(confidence=0.5), known._replace(name="users", confidence=0.5)
    same = known._replace(field="a")
    assert columns.beyond(({"x": [same, guess, other]}, [known]), [stated]) == ({"x": [other]}, [])


def test_constants_of_a_statement_are_made_of_nothing_and_literals_of_a_plan_are_what_the_code_says() -> None:
    sql = SqlEdges(Lineage((Output("n", NONE, "n", made=NOTHING),), frozenset()), {}, str)

    class Plan:
        def rootless(self, columns: tuple[str, ...] | None) -> frozenset[str]:
            return frozenset(("one", "number"))

        def literals(self, columns: tuple[str, ...]) -> frozenset[str]:
            return frozenset(("one",)).intersection(columns)

    for sure in (True, False):
        assert columns.rootless([sql, Plan()], ("a", "n", "one", "number"), sure=sure) == {"n", "number"}
