import pandas as pd

from driftline.capture.probe import sample, tables


def test_small_tables_are_whole_and_copies() -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    taken = sample.of({"t": frame})["t"]
    frame.loc[0, "a"] = 9
    assert list(taken.a) == [1, 2]


def test_of_large_tables_only_some_rows_are_looked_at() -> None:
    frame = pd.DataFrame({"a": range(25_000)})
    taken = sample.of({"t": frame})["t"]
    assert len(taken) == sample.LOOKED
    assert taken.a.iloc[-1] >= 24_990, "from all over the table"


def test_rows_that_belong_together_are_taken_together() -> None:
    users = pd.DataFrame({"uid": range(0, 3_000, 100), "age": 1})  # one order in a hundred has a user
    orders = pd.DataFrame({"oid": range(3_000), "uid": range(3_000)})
    taken = sample.smaller({"orders": orders, "users": users}, 60)
    assert {name: tables.height(one) for name, one in taken.items()} == {"orders": 60, "users": 30}
    assert len(taken["orders"].merge(taken["users"], on="uid")) == 30
    assert list(taken["orders"].oid) == sorted(taken["orders"].oid)


def test_a_smaller_sample_numbers_its_rows_anew() -> None:
    taken = sample.smaller({"t": pd.DataFrame({"a": range(100)})}, 10)["t"]
    assert list(taken.index) == list(range(10))
