from collections.abc import Callable

import pytest

from driftline.capture.script.call import UNKNOWN, Call, entering, inner_rows, names, plain, rows_of, table_of
from driftline.capture.script.machine import Machine
from driftline.capture.script.reading import Came, Table
from driftline.capture.script.site import Site
from driftline.capture.script.values import Const, Items, Pairs, Series, Thing

Wrote = Callable[..., dict[str, str]]
READ = (Site("s.py", 1, 1),)
A = frozenset({Came(READ, "a")})
B = frozenset({Came(READ, "b", "INDIRECT", "FILTER")})


def machine() -> Machine:
    return Machine(lambda name: None, lambda path: None)


def test_values_that_the_text_spells_out_are_plain() -> None:
    one = machine()
    inner = one.memory.new(Items((Const("x"), Const(2)), kind="tuple"))
    assert plain(one, one.memory.new(Pairs({"k": inner}))) == {"k": ("x", 2)}
    assert plain(one, Thing()) is UNKNOWN
    assert plain(one, one.memory.new(Items((), Const(1)))) is UNKNOWN
    assert names(one, Const("x")) == ["x"]
    assert names(one, Const(None)) is None


def test_lists_of_lists_are_names_in_levels_and_lists_of_other_lists_none() -> None:
    one = machine()

    def listed(*lists: str) -> Items:
        return Items(tuple(one.memory.new(Items(tuple(map(Const, names)))) for names in lists))

    # By hand: a frame with columns=[["a", "b"], ["x", "y"]] has the columns ("a", "x") and ("b", "y").
    assert names(one, one.memory.new(listed("ab", "xy"))) == [("a", "x"), ("b", "y")]
    assert names(one, one.memory.new(listed("ab", "x"))) is None
    assert names(one, one.memory.new(Items((Const("a"), *listed("b").known)))) is None
    assert names(one, one.memory.new(Items(()))) == []


def test_arguments_are_found_by_place_and_name() -> None:
    call = Call(machine(), None, "f", [Const(1)], {"axis": Const("columns"), "deep": Const(True)}, READ)
    assert (call.plain(0, "x"), call.plain(1, "axis"), call.plain(2, "y", 7)) == (1, "columns", 7)
    assert call.flag("deep")
    assert not call.flag("axis")


def test_records_and_tuples_are_tables() -> None:
    one = machine()
    record = one.memory.new(Pairs({"x": Thing(A), "y": Const(1)}))
    table = table_of(one, one.memory.new(Items((), record, A)))
    assert table is not None
    assert (table.columns, table.closed, table.rows) == (
        {"x": A, "y": frozenset()},
        True,
        frozenset({Came(READ, "a", "INDIRECT", "FILTER")}),
    )
    pair = one.memory.new(Items((Thing(A), Const(1)), kind="tuple"))
    by_place = table_of(one, one.memory.new(Items((pair,))))
    assert by_place is not None
    assert by_place.columns == {0: A, 1: frozenset()}
    assert table_of(one, Const(1)) is None
    assert table_of(one, Series(A, name="x")) is not None


def test_rows_of_what_a_list_holds_are_among_its_inner_rows() -> None:
    one = machine()
    held = one.memory.new(Items((Thing(A, B),)))
    assert rows_of(one, held) == frozenset()
    assert inner_rows(one, held) == B


def test_what_is_put_into_a_table_brings_what_decided_its_own_rows_alone() -> None:
    one, own = machine(), frozenset({Came(READ, "b", "INDIRECT", "FILTER")})
    assert entering(one, Thing(A, own), Table({})) == A | own
    assert entering(one, Thing(A, own), Table({}, rows=own)) == A
    assert entering(one, Thing(A, frozenset({Came(READ, "b", "INDIRECT", "SORT")})), Table({})) == A


def test_rows_behind_numbers_in_a_list_shape_the_table(wrote: Callable[..., dict[str, str]]) -> None:
    found = wrote('pd.DataFrame({"n": [orders[orders["b"] > 1]["a"].sum()]}).to_csv("o")\n')
    assert found == {"n": "a aggregation", "rows": "b filter"}


def test_what_decides_one_value_of_a_record_decides_no_other(wrote: Callable[..., dict[str, str]]) -> None:
    text = """
        top = orders.sort_values("a").iloc[0]
        pd.DataFrame([{"key": top["k"], "sum": orders["b"].sum()}]).to_csv("o")
    """
    assert wrote(text) == {"key": "a filter, k", "sum": "b aggregation"}


def test_keys_of_a_dict_are_names_and_no_values(wrote: Callable[..., dict[str, str]]) -> None:
    text = """
        means = {key: {"mean": group["a"].mean()} for key, group in orders.groupby("k")}
        pd.DataFrame(means).T.reset_index().to_csv("o")
    """
    assert wrote(text) == {"index": "k group_by", "...": "a aggregation, k group_by"}


@pytest.mark.parametrize("put", ['found.append(some["a"].mean())', 'held[key] = some["a"].mean()'])
def test_a_column_of_any_number_of_values_has_the_rows_that_these_were_made_of(wrote: Wrote, put: str) -> None:
    text = f"""
        some = orders[orders["oid"] > 3]
        found, held = [], {{}}
        for key in users["k"].unique():
            {put}
        pd.DataFrame({{"x": found or list(held.values())}}).to_csv("o")
    """
    assert "oid filter" in wrote(text)["rows"]


@pytest.mark.parametrize(
    "document", ['[{"page": 1, "data": data}]', '{"page": [1], "data": [data]}', '[{"data": [data]}]']
)
def test_a_document_comes_from_what_chose_the_elements_of_lists_that_are_deep_in_it(
    wrote: Wrote, document: str
) -> None:
    text = f"""
        people, sold = users.to_dict("records"), orders.to_dict("records")
        data = [{{"id": u["k"], "sold": [o["a"] for o in sold if o["s"] == u["name"]]}} for u in people]
        pd.DataFrame({document}).to_csv("o")
    """
    assert wrote(text)["data"] == "a, k, name filter, s filter"
