from driftline.capture.script.joining import joined, made_of
from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import Came, Table
from driftline.capture.script.site import Site
from driftline.capture.script.values import NONE, Const, Found, Frame, Items, Pairs, Ref, Series, Thing

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


def test_what_was_found_by_keys_is_decided_by_both() -> None:
    memory = Memory()
    place = memory.new(Pairs({"x": Const(1)})).place
    decides = frozenset({Came((), "k", "INDIRECT", "JOIN")})
    assert joined(memory, Found(place, decides), Ref(place)) == Found(place, decides)
    assert made_of(memory, Found(place, decides)) == decides
