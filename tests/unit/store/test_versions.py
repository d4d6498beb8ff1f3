from driftline.event.lineage import Dataset, Touched
from driftline.store.versions import READ, WRITE, fill, moment, rank

D = Dataset("n", "d")


def test_writes_rank_before_reads_and_then_time_decides() -> None:
    ranked = [rank(WRITE, 5, "b"), rank(WRITE, 20, "a"), rank(READ, 1, "a"), rank(READ, 1, "b")]
    assert sorted(ranked) == ranked
    assert [moment(text) for text in ranked] == [5, 20, 1, 1]


def test_gaps_are_filled_and_what_is_there_stays() -> None:
    held = Touched(dataset=D, version="v", rows=0, kind="file")
    said = Touched(dataset=D, version="v", rows=7, kind="file", attributes={"path": "p"})
    filled, filling, conflict = fill(held, said)
    assert (filled.rows, filled.attributes, filling, conflict) == (0, {"path": "p"}, True, True)
    assert fill(filled, Touched(dataset=D, version="v", kind="file")) == (filled, False, False)
