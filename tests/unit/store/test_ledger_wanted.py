from driftline.event.answer import Answer, Source
from driftline.event.lineage import Dataset, Version
from driftline.store.ledger_wanted import Wanted

NODE = Version(Dataset("n", "t"), "1")


def test_standing_on_a_version_counts_while_it_was_there_by_what_is_meant() -> None:
    def answer(time_us: int) -> Answer:
        return Answer(id="1", time_us=time_us, endpoint="e", sources=(Source("data", NODE),))

    wanted = Wanted((NODE.node,), (), {NODE.node: ((10, 20),)})
    assert [wanted.hold(answer(moment)) for moment in (9, 10, 19, 20)] == [False, True, True, False]
    assert Wanted((NODE.node,), ()).hold(answer(9))
