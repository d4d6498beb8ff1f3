"""Names of connections, of which the newest are known. Worked out by hand."""

import gc

import pytest

from driftline.capture.hooks import duckdb_names
from driftline.capture.hooks.duckdb_names import Names


class Connection:
    """Something that can be referred to weakly."""


def test_a_name_in_any_case_means_what_it_was_given_last_on_that_connection_alone() -> None:
    names: Names[int] = Names()
    one, other = Connection(), Connection()
    names.put(one, "Given", 1)
    names.put(one, "given", 2)
    assert dict(names.of(one)) == {"given": 2}
    assert dict(names.of(other)) == dict(names.of(None)) == {}


def test_the_oldest_names_are_forgotten_and_one_that_is_given_anew_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_names, "MOST", 3)
    names: Names[int] = Names()
    connection = Connection()
    for place, name in enumerate("abcad"):
        names.put(connection, name, place)
    assert dict(names.of(connection)) == {"c": 2, "a": 3, "d": 4}


def test_a_connection_that_is_gone_leaves_nothing_behind() -> None:
    names: Names[int] = Names()
    connection = Connection()
    names.put(connection, "a", 1)
    del connection
    gc.collect()
    assert not len(names._held)
