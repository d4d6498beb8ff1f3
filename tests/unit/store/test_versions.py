from driftline.event.lineage import Dataset, Field, Job, RunShape, Touched, Version
from driftline.store import open_store
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN
from driftline.store.sqlite import SqliteConnection
from driftline.store.versions import READ, TOLD, WRITE, Schemas, condense, expand, moment, partition, rank

D = Dataset("n", "d")


def test_writes_rank_before_reads_and_then_time_decides_and_then_the_attempt() -> None:
    ranked = [
        rank(WRITE, 5, "b", 1), rank(WRITE, 5, "b", 2), rank(WRITE, 5, "b", 10), rank(WRITE, 20, "a", 1),
        rank(READ, 1, "a", 1), rank(READ, 1, "b", 1), rank(TOLD, 0, "a", 0),
    ]  # fmt: skip
    assert sorted(ranked) == ranked
    assert [moment(text) for text in ranked] == [5, 5, 5, 20, 1, 1, 0]


def test_what_was_condensed_comes_back() -> None:
    fields = (Field("x", "int"),)
    said = Touched(
        dataset=D, version="v", rows=0, kind="file", partition="day", attributes={"path": "p"}, fields=fields
    )
    assert expand(D, "v", condense(said), fields) == said
    assert expand(D, "v", b"", None) == Touched(dataset=D, version="v")
    assert (partition(condense(said)), partition(b"")) == ("day", "")


def test_schemas_are_kept_once_by_number() -> None:
    connection = SqliteConnection(None)
    schemas = Schemas(Blobs(connection))
    one, other = (Field("x", "int"), Field("y")), (Field("y"), Field("x", "int"))
    assert schemas.number(None) == 0
    assert schemas.number(one) == schemas.number(one) != schemas.number(other)
    assert (schemas.fields(schemas.number(one)), schemas.fields(0)) == (one, None)
    connection.close()


def shape(run: str, ended_us: int, *, reads: tuple[Touched, ...] = (), writes: tuple[Touched, ...] = ()) -> RunShape:
    return RunShape(run=run, job=Job("n", run), state="COMPLETE", ended_us=ended_us, inputs=reads, outputs=writes)


def test_gaps_are_filled_in_order_of_rank_and_what_is_there_stays() -> None:
    """Whatever the order: the first write says 0 rows and no path, the second a path, the read a kind."""
    told = [
        shape("a", 5, writes=(Touched(dataset=D, version="v", rows=0),)),
        shape("b", 6, writes=(Touched(dataset=D, version="v", rows=7, attributes={"path": "p"}),)),
        shape("c", 1, reads=(Touched(dataset=D, version="v", rows=9, kind="file", attributes={"path": "q"}),)),
    ]
    for order in (told, told[::-1], [told[1], told[2], told[0]]):
        store = open_store(":memory:")
        for one in order:
            store.lineage.put_shape(one)
        held = store.lineage.touched(Version(D, "v"))
        assert held == Touched(dataset=D, version="v", rows=0, kind="file", attributes={"path": "p"})
        summary = store.lineage.version(Version(D, "v"))
        assert summary is not None
        assert (summary.time_us, summary.run) == (5, "a")
        store.close()


def test_a_version_that_nobody_speaks_of_any_more_is_gone() -> None:
    store = open_store(":memory:")
    store.lineage.put_shape(shape("a", 5, writes=(Touched(dataset=D, version="v"),)))
    store.lineage.put_shape(shape("a", 5))
    assert store.lineage.version(Version(D, "v")) is None
    assert store.lineage.versions(D, before_us=OPEN) == []
    store.close()
