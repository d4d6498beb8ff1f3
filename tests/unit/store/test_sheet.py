import pytest

from driftline.store.sheet import Sheet
from driftline.store.sqlite import SqliteConnection


def test_the_last_word_on_a_key_is_written() -> None:
    connection = SqliteConnection(None)
    sheet = Sheet(connection, "flow", ("target", "source", "from_us"))
    sheet.put((1, 2, 5), {"to_us": 9, "provenance": "explicit"})
    sheet.put((1, 2, 5), {"to_us": 7, "provenance": "explicit"})
    sheet.put((1, 2, 8), {"to_us": 9, "provenance": "explicit"})
    sheet.drop((1, 2, 8))
    assert connection.rows("flow_spans", target=1, source=2) == []
    sheet.flush()
    assert connection.rows("flow_spans", target=1, source=2) == [(5, 7, "explicit")]
    sheet.drop((1, 2, 5))
    sheet.put((1, 2, 6), {"to_us": 7, "provenance": "explicit"})
    sheet.flush()
    sheet.flush()
    assert connection.rows("flow_spans", target=1, source=2) == [(6, 7, "explicit")]
    connection.close()


def test_what_is_undone_is_not_written_later() -> None:
    connection = SqliteConnection(None)
    sheet = Sheet(connection, "flow", ("target", "source", "from_us"))

    def fail() -> None:
        with connection.transaction():
            sheet.put((1, 2, 5), {"to_us": 9, "provenance": "explicit"})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    sheet.flush()
    assert connection.rows("flow_spans", target=1, source=2) == []
    connection.close()
