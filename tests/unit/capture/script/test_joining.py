from collections.abc import Callable
from typing import Any

from driftline.capture.script.joining import chosen, doubted, joined, made_of
from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import Came, Table
from driftline.capture.script.site import Site
from driftline.capture.script.values import NONE, Const, Found, Frame, Items, Json, Pairs, Ref, Series, Thing

Wrote = Callable[..., dict[str, str]]
READ = (Site("s.py", 1, 1),)
CAMES = frozenset({Came(READ, "a")})
A = Thing(CAMES)


def test_nothing_gives_way_and_different_constants_are_not_known() -> None:
    memory = Memory()
    frame = memory.new(Frame(Table({"a": CAMES})))
    assert joined(memory, NONE, frame) == frame
    assert joined(memory, Const(1), Const(1)) == Const(1)
    assert joined(memory, Const(1), Const(2)) == Thing()
    decided = joined(memory, Const(1), Const(2), CAMES)
    assert {(one.type, one.subtype) for one in decided.cames} == {("INDIRECT", "CONDITIONAL")}


def test_lists_of_one_length_are_joined_by_place_and_others_lose_their_number() -> None:
    memory = Memory()
    assert joined(memory, Items((Const(1), A)), Items((Const(1), A))) == Items((Const(1), A))
    assert joined(memory, Items((Const(1),)), Items((Const(1), A))) == Items((Const(1),), A)


def test_dicts_have_the_keys_of_both() -> None:
    both = joined(Memory(), Pairs({"x": A}), Pairs({"y": Const(1)}))
    assert both.known == {"x": A, "y": Const(1)}


def test_a_container_is_made_of_all_that_is_in_it() -> None:
    memory = Memory()
    inner = memory.new(Items((Series(CAMES), Const(1))))
    assert made_of(memory, memory.new(Pairs({"x": inner}))) == CAMES


def test_things_that_hold_each_other_are_looked_into_once_and_none_is_too_deep() -> None:
    memory = Memory()
    value = memory.new(Items((A,)))
    for _ in range(5):  # six lists, each in the next one
        value = memory.new(Items((value,)))
    assert made_of(memory, value) == CAMES
    ring = [memory.new(Items()) for _ in range(40)]
    for one in ring:  # each of them holds all: 40 ** 6 ways lead through them
        memory.put(one.place, Items((*ring, A)))
    assert made_of(memory, ring[0]) == CAMES


def test_what_was_found_by_keys_is_decided_by_both() -> None:
    memory = Memory()
    place = memory.new(Pairs({"x": Const(1)})).place
    decides = frozenset({Came((), "k", "INDIRECT", "JOIN")})
    assert joined(memory, Found(place, decides), Ref(place)) == Found(place, decides)
    assert made_of(memory, Found(place, decides)) == decides


def test_texts_of_json_are_joined_by_what_they_hold_and_an_empty_one_holds_nothing() -> None:
    memory = Memory()
    a = Json(CAMES, table=memory.new(Frame(Table({"x": CAMES}, closed=True))))
    b = Json(table=memory.new(Frame(Table({"y": frozenset()}, closed=True))))
    both = joined(memory, a, b)
    assert memory.see(both.table).table.columns == {"x": CAMES, "y": frozenset()}
    for one in (joined(memory, a, Const(""), CAMES), joined(memory, Const(""), a, CAMES)):
        table = memory.see(one.table).table
        assert table.columns == {"x": CAMES}
        assert {(came.column, came.subtype) for came in table.rows} == {("a", "FILTER")}
    assert type(joined(memory, a, Const("x"))) is Thing
    assert joined(memory, Const("x"), Const("")) == Thing()


def test_texts_of_json_of_which_one_is_not_surely_meant_have_no_columns() -> None:
    memory = Memory()
    other = frozenset({Came(READ, "b")})
    a, b = (Json(one, table=memory.new(Frame(Table({"x": one}, closed=True)))) for one in (CAMES, other))
    out = doubted(memory, a, b)
    assert type(out) is Thing
    assert {(one.column, one.confidence) for one in out.cames} == {("a", 0.5), ("b", 0.5)}


def test_of_two_executions_of_one_read_a_branch_takes_one_and_nobody_knows_which() -> None:
    memory = Memory()
    older = frozenset({Came(READ, "a", every=True)})
    unsure = frozenset({Came(READ, "a", confidence=0.5), Came(READ, "a", confidence=0.5, every=True)})
    assert chosen(memory, A, Thing(older)).cames == unsure
    frames = [memory.new(Frame(Table({"a": cames, "k": CAMES}))) for cames in (CAMES, older)]
    assert memory.see(chosen(memory, *frames)).table.columns == {"a": unsure, "k": CAMES}
    assert chosen(memory, Thing(older), Thing(older | CAMES)).cames == older | CAMES  # a sum that goes on
    assert chosen(memory, Const(1), Const(2)) == Thing()


def test_state_that_is_begun_where_its_file_is_not_there_yet_is_the_record_of_that_file(wrote: Wrote) -> None:
    text = "import json\n{}\nstate['a'] += sum(orders['b'])\nstate['c'] = 1\npd.DataFrame([state]).to_csv('o')\n"
    told = {"a": "a transformation, b aggregation", "n": "", "c": ""}  # the file has a alone
    read = 'json.load(open("one"))'
    assert wrote(text.format(f"state = {read} if given() else {{'a': 0.0, 'n': 0}}")) == told
    assert wrote(text.format(f"state = {{'n': 0}}\nif given():\n    state = {read}")) == told
    del told["n"]
    assert wrote(text.format(f"state = {{}} if given() else {read}")) == told
    assert wrote(text.format(f"state = {read}")) == told


def test_what_lies_in_state_that_holds_more_than_plain_values_is_not_told_apart() -> None:
    memory = Memory()
    frame = memory.new(Frame(Table({}, spread=CAMES)))
    data, nested = Items((), frame, kind="json"), Pairs({"rows": memory.new(Items((A,)))})
    assert joined(memory, data, nested) == Thing(CAMES)
    assert joined(memory, data, Pairs({}, loose=A)) == Thing(CAMES)
    assert joined(memory, Items((), frame), Pairs({"x": A})) == Thing(CAMES)  # a list of such records


def test_a_record_or_none_is_this_one_because_of_what_has_decided(given: Callable[..., Any]) -> None:
    """By hand: with another ``a`` another record is the first, or none is."""
    table = given("""
        found = None
        for row in orders.to_dict("records"):
            if row["a"] > 1:
                found = row
                break
        pd.DataFrame([found])[["b"]].to_csv("o")
    """)
    assert {(one.column, one.type) for one in table.columns["b"]} == {("b", "DIRECT"), ("a", "INDIRECT")}
