from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import Came
from driftline.capture.script.site import Site
from driftline.capture.script.values import Const, Items, Scope, Thing

READ = (Site("s.py", 1, 1),)
A, B = (Thing(frozenset({Came(READ, name)})) for name in "ab")


def test_what_is_tried_aside_is_taken_back_and_can_be_joined() -> None:
    memory, scope = Memory(), Scope("s.py")
    memory.put((scope, "x"), A)
    _, left = memory.aside(lambda: memory.put((scope, "x"), B))
    _, right = memory.aside(lambda: memory.put((scope, "y"), B))
    assert (memory.get((scope, "x")), memory.get((scope, "y"))) == (A, None)
    assert memory.join([left, right])
    assert memory.get((scope, "x")).cames == A.cames | B.cames
    assert memory.get((scope, "y")) == B
    assert not memory.join([{}, right])


def test_trials_inside_of_trials_are_taken_back_to_where_each_began() -> None:
    memory = Memory()
    place = memory.new(Items((Const(1),)))

    def outer() -> None:
        memory.put(place.place, Items((Const(2),)))
        memory.aside(lambda: memory.put(place.place, Items((Const(3),))))
        assert memory.see(place) == Items((Const(2),))

    memory.aside(outer)
    assert memory.see(place) == Items((Const(1),))


def test_what_was_written_in_a_round_is_older_in_the_next_one() -> None:
    memory, scope = Memory(), Scope("s.py")
    memory.put((scope, "before"), A)
    memory.watch()
    memory.put((scope, "inside"), A)
    memory.age({READ: None})
    memory.unwatch()
    assert [one.every for one in memory.get((scope, "inside")).cames] == [True]
    assert memory.get((scope, "before")) is A


def test_what_may_not_have_happened_is_begun_and_ended() -> None:
    memory = Memory()
    place = memory.new(Items((Const(1),)))
    memory.begin()
    memory.put(place.place, Items((Const(2),)))
    assert memory.end() == {place.place: Items((Const(2),))}
    assert memory.see(place) == Items((Const(1),))
    assert not memory.trying()


def test_lists_that_hold_the_same_elements_are_counted() -> None:
    memory = Memory()
    element = memory.new(Items((Const(1),)))
    here, called = Scope("script.py"), Scope("script.py")
    memory.put((here, "first"), memory.new(Items((), element)))
    assert memory.holders(element.place) == 1
    memory.put((called, "second"), memory.new(Items((), element, kind="tuple")))
    assert memory.holders(element.place) == 2
    memory.new(Items((), element))  # which nothing holds
    memory.put((here, "reader"), memory.new(Items((), element, kind="reader")))
    assert memory.holders(element.place) == 2
    memory.over(called)
    assert memory.holders(element.place) == 1
