from driftline.capture.script.cames import SOME, aged
from driftline.capture.script.changing import copied, each
from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import Came, Table
from driftline.capture.script.site import Site
from driftline.capture.script.values import Frame, Items, Pairs, Thing

READ = (Site("s.py", 1, 1),)
CAMES = frozenset({Came(READ, "a")})
A = Thing(CAMES)


def test_a_copy_leaves_what_was_there_before_a_place_as_it_is() -> None:
    memory = Memory()
    old = memory.new(Frame(Table({"a": CAMES})))
    new = memory.new(Frame(Table({"b": CAMES})))
    pair = memory.see(copied(memory, memory.new(Items((old, new))), since=old.place))
    assert pair.known[0] == old
    assert pair.known[1] != new
    assert memory.see(pair.known[1]) == memory.see(new)


def test_what_a_list_or_a_dict_has_collected_is_of_all_rounds() -> None:
    reads = {READ: SOME}
    every = frozenset({Came(READ, "a", every=True)})

    def older(held: object) -> object:
        return each(held, lambda cames: aged(cames, reads), reads)

    assert older(Pairs({}, A, CAMES, CAMES)) == Pairs({}, Thing(every), every, every)
    assert older(Items((A,), A)) == Items(
        (Thing(frozenset({Came(READ, "a", confidence=0.5, every=True)})),), Thing(every)
    )
