from driftline.event.lineage import Dataset, Job
from driftline.store.connection import OPEN
from driftline.store.names import Counter, Names, Standing, standing
from driftline.store.sqlite import SqliteConnection

D, J = Dataset("n", "d"), Job("n", "d")
KEY = ("DATASET", "n", "d")


def row(connection: SqliteConnection, key: tuple[str, str, str] = KEY) -> tuple[str, int, int, bytes]:
    """Return kind, first and last moment and facets of a node."""
    found = connection.row("node_of", type=key[0], namespace=key[1], name=key[2])
    assert found is not None
    return found[1], found[2], found[3], found[4]


def test_datasets_and_jobs_have_ids_of_one_space_given_once() -> None:
    connection = SqliteConnection(None)
    names = Names(connection)
    ids = [names.dataset(D), names.job(J), names.hub(J, "x", 5), names.dataset(Dataset("n", "e"))]
    assert ids == [1, 2, 3, 4]
    assert (names.dataset(D), names.job(J), names.job(Job("", ""))) == (1, 2, 0)
    names.flush()
    again = Names(connection)
    assert [again.dataset(D), again.job(J), again.dataset(Dataset("n", "f"))] == [1, 2, 5]
    assert (again.known("JOB", "n", "d"), again.known("JOB", "n", "x")) == (2, None)
    connection.close()


def test_a_node_is_known_since_the_first_event_that_names_it_whenever_that_comes() -> None:
    connection = SqliteConnection(None)
    names = Names(connection)
    for moment in (20, 10, 30):
        names.dataset(D, moment)
    names.dataset(D)
    names.flush()
    assert row(connection)[1] == 10
    connection.close()


def test_of_several_kinds_the_first_in_the_alphabet_holds() -> None:
    connection = SqliteConnection(None)
    names = Names(connection)
    names.dataset(D, 1)
    for kind in ("table", "", "model", "view"):
        names.kind(D, kind)
    names.flush()
    assert row(connection)[0] == "model"
    connection.close()


def test_the_newest_facet_of_a_key_stands_whatever_the_order_and_a_deleted_one_is_remembered() -> None:
    events = [
        ((10, 1, b"a"), {"x": 1, "y": 2}),
        ((20, 1, b"b"), {"x": 0}),
        ((20, 1, b"c"), {"z": 3}),
        ((5, 1, b"d"), {"z": 4}),
    ]
    expected = {"x": Standing(20, 1, b"b", 0), "y": Standing(10, 1, b"a", 2), "z": Standing(20, 1, b"c", 3)}
    for order in (events, events[::-1], [events[2], events[0], events[3], events[1]]):
        connection = SqliteConnection(None)
        names = Names(connection)
        for moment, facets in order:
            said = {key: (moment, number) for key, number in facets.items()}
            names.describe(KEY, (moment[0], moment[0]), said)
            names.flush()
            names.forget()
        _, since, last, facets_ = row(connection)
        assert (standing(facets_), since, last) == (expected, 5, 20)
        connection.close()
    assert standing(b"") == {}


def test_columns_have_ids_and_the_moment_of_the_first_event_that_names_them() -> None:
    connection = SqliteConnection(None)
    names = Names(connection)
    assert names.field(7, "x", 20) == names.field(7, "x", 10) == names.field(7, "x") == 1
    assert (names.field(8, "x", 5), names.field(7, "")) == (2, -7)
    names.flush()
    assert connection.row("field_of", dataset=7, name="x") == (1, 10)
    names.forget()
    assert names.field(7, "x", 3) == 1
    names.field(7, "unborn")
    names.flush()
    assert connection.row("field_of", dataset=7, name="x") == (1, 3)
    assert connection.row("field_of", dataset=7, name="unborn") == (3, OPEN)
    connection.close()


def test_ids_go_on_after_those_in_the_table_and_are_asked_for_anew_when_work_is_undone() -> None:
    connection = SqliteConnection(None)
    counter = Counter(connection, "node")
    assert [counter.next(), counter.next()] == [1, 2]
    counter.forget()
    assert counter.next() == 1
    connection.close()
