import time
from collections.abc import Callable
from typing import Any

import pytest

Wrote = Callable[..., dict[str, str]]
HEAD = """
        from concurrent.futures import ThreadPoolExecutor, as_completed
        def load(name):
            found = {"sum": orders["a"].sum() if name == "x" else users["age"].sum()}
            return name, found
        pool = ThreadPoolExecutor()
"""


@pytest.mark.parametrize(
    "text",
    [
        "done = dict(one.result() for one in as_completed([pool.submit(load, n) for n in 'xy']))\none = done['x']",
        "name, one = {load('x'), load('y')}.pop()",
    ],
)
def test_what_lies_in_one_of_several_things_is_a_hedge(wrote: Wrote, text: str) -> None:
    lines = [*text.splitlines(), 'pd.DataFrame([{"s": one["sum"]}]).to_csv("o")']
    told = wrote(HEAD + "".join(f"        {line}\n" for line in lines))
    assert told["s"] == "a aggregation ?, age aggregation ?"


def test_things_that_are_the_same_are_sure(wrote: Wrote) -> None:
    text = """
        import random
        ones = [orders["a"].sum(), orders["a"].sum()]
        random.shuffle(ones)
        pd.DataFrame([{"s": ones[0]}]).to_csv("o")
    """
    assert wrote(text)["s"] == "a aggregation"


def test_a_list_that_holds_itself_many_times_takes_no_time_that_grows_with_their_power(
    follows: Callable[..., Any],
) -> None:
    """0.05 s; with each way through it taken, four steps deep, 14 of them took 3 s, and 20 of them minutes."""
    begins = time.process_time()
    follows("a = []\n" + "a.append(a)\n" * 20 + "b = max(a, key=lambda one: one)\n")
    assert time.process_time() - begins < 3


ROWS = """
    import csv
    with open("orders") as file:
        rows = list(csv.DictReader(file))
"""


@pytest.mark.parametrize(
    ("made", "filled", "asked", "expected"),
    [
        ('{"x": 0.0, "y": 0.0}', 't[row["s"]] += float(row["a"])', 't["x"]', "a transformation ?, s join ?"),
        ('dict.fromkeys("xy", 0.0)', 't[row["s"]] += float(row["a"])', 't["x"]', "a transformation ?, s join ?"),
        ('{"x": [], "y": []}', 't[row["s"]].append(row["a"])', 'len(t["x"])', "s join ?"),
        ('{"x": {"n": 0}, "y": {"n": 0}}', 't[row["s"]]["n"] += 1', 't["y"]["n"]', "s join ?"),
        ('{"n_x": 0, "other": 5}', "t[f\"n_{row['s']}\"] += 1", 't["n_x"]', "s join ?"),
        ('{"n_x": 0, "other": 5}', "t[f\"n_{row['s']}\"] += 1", 't["other"]', ""),
        ("defaultdict(float)", 't[row["s"]] += float(row["a"])', 't["x"]', "a transformation, s join"),
    ],
)
def test_what_comes_to_one_of_the_keys_that_stand_in_the_text_is_a_hedge_of_each(
    wrote: Wrote, made: str, filled: str, asked: str, expected: str
) -> None:
    text = f"from collections import defaultdict{ROWS}    t = {made}\n    for row in rows:\n        {filled}\n"
    found = wrote(f'{text}    pd.DataFrame([{{"v": {asked}}}]).to_csv("o")\n'.replace("\n    ", "\n"))
    assert found.get("v", "") == expected


def test_what_a_method_changes_in_an_object_found_by_data_comes_from_the_key_too(wrote: Wrote) -> None:
    text = """
        import csv
        class Account:
            def __init__(self, name):
                self.name = name
                self.sum = 0.0
            def book(self, amount):
                self.sum += amount
        accounts = {one["k"]: Account(one["name"]) for one in users.to_dict("records")}
        with open("orders") as file:
            for row in csv.DictReader(file):
                accounts[row["oid"]].book(float(row["a"]))
        pd.DataFrame([{"n": one.name, "v": one.sum} for one in accounts.values()]).to_csv("o")
    """
    assert wrote(text) == {"n": "name", "v": "a transformation, k join, oid join", "rows": "k group_by"}
