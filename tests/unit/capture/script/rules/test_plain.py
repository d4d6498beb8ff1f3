from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


def test_elements_are_zipped_numbered_and_mapped(wrote: Wrote) -> None:
    text = """
        out = []
        for number, (a, b) in enumerate(zip(df["a"], df["b"])):
            out.append({"n": number, "x": float(a), "y": max(a, b)})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text) == {"n": "", "x": "a transformation", "y": "a transformation, b transformation"}
    assert wrote('pd.concat(map(lambda n: df[[n]], ["a", "b"])).to_csv("o")\n') == {"a": "a", "b": "b"}


def test_tuples_are_turned_into_columns(wrote: Wrote) -> None:
    text = 'df["x"], df["y"] = zip(*orders["s"].map(lambda s: (s.lower(), len(s))))\ndf.to_csv("o")\n'
    assert (wrote(text)["x"], wrote(text)["y"]) == ("s transformation", "s transformation")


def test_tables_are_reduced_to_one(wrote: Wrote) -> None:
    text = """
        from functools import reduce, partial

        def put(table, name, factor):
            table[name + "2"] = table[name] * factor
            return table

        reduce(partial(put, factor=2), ["a", "b"], df).to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "a2": "a transformation", "b2": "b transformation"}


def test_numbers_of_rows_come_from_no_column(wrote: Wrote) -> None:
    assert wrote('df["n"] = len(df)\ndf.to_csv("o")\n')["n"] == ""


def test_decorators_that_wrap_leave_a_function_what_it_is(wrote: Wrote) -> None:
    text = """
        from functools import lru_cache, wraps

        def named(name):
            def decorate(function):
                @wraps(function)
                def wrapped(*args, **kwargs):
                    return function(*args, **kwargs).rename(name)
                return wrapped
            return decorate

        @named("x")
        @lru_cache(maxsize=8)
        def ratio(table):
            return table["a"] / table["b"]

        ratio(df).to_frame().to_csv("o")
    """
    assert wrote(text) == {"x": "a transformation, b transformation"}


def test_a_column_as_a_dict_has_its_index_as_keys(wrote: Wrote) -> None:
    text = 'pd.DataFrame(dict(orders.groupby("k")["a"].sum()).items(), columns=["k", "x"]).to_csv("o")\n'
    assert wrote(text) == {"k": "k", "x": "a aggregation", "rows": "k group_by"}


def test_what_a_map_over_unknown_names_reads_may_be_any_of_it(wrote: Wrote) -> None:
    text = (
        'def load(name):\n    return pd.read_csv("users")\n\npd.concat(list(map(load, names)))[["age"]].to_csv("o")\n'
    )
    assert wrote(text) == {"age": "age *"}


def test_what_decides_which_elements_there_are_decides_their_sum(wrote: Wrote) -> None:
    text = """
        total = sum(1 for s in orders["s"] if s > "m")
        pd.DataFrame([{"n": total, "m": max(r.a for r in orders.itertuples() if r.b > 1)}]).to_csv("o")
    """
    assert wrote(text) == {"n": "s filter", "m": "a aggregation, b filter"}


@pytest.mark.parametrize(
    ("begin", "own"),
    [
        ("from multiprocessing import Pool\npool = Pool(2)\nout = pool.map(work, [df])", True),
        ("import multiprocessing as m\nout = m.get_context('fork').Pool().starmap(work, [(df,)])", True),
        ("import concurrent.futures as c\nout = list(c.ProcessPoolExecutor().map(work, [df]))", True),
        ("from joblib import Parallel, delayed\nout = Parallel(2)(delayed(work)(one) for one in [df])", True),
        ("import concurrent.futures as c\nout = list(c.ThreadPoolExecutor().map(work, [df]))", False),
        ("from multiprocessing.pool import ThreadPool\nout = ThreadPool(2).map(work, [df])", False),
    ],
)
def test_what_another_process_changes_in_place_is_a_copy_and_what_a_thread_does_is_not(
    wrote: Wrote, begin: str, own: bool
) -> None:
    text = f'def work(part):\n    part["b"] = part.a * 2\n    return part\n{begin}\n'
    assert wrote(f'{text}out[0].to_csv("o")\n') == {"a": "a", "b": "a transformation"}
    assert wrote(f'{text}df.to_csv("o")\n') == {"a": "a", "b": "b" if own else "a transformation"}


def test_elements_are_numbered_from_where_the_script_says(wrote: Wrote) -> None:
    loop = 'out = {}\nfor n, name in enumerate(["a", "b"], %s):\n    out[f"c{n}"] = orders[name]\n'
    text = loop + 'pd.DataFrame(out).to_csv("o")\n'
    assert wrote(text % "1") == wrote(text % "start=1") == {"c1": "a", "c2": "b"}
    assert wrote(text % "start=int(input())") == {"...": "a, b"}


@pytest.mark.parametrize("asked", ["input()", 'input() == "b"', "hasattr(df, name)", "id(df)"])
def test_what_somebody_is_asked_may_be_answered_either_way(wrote: Wrote, asked: str) -> None:
    text = f'name = "b"\nout = orders["b"] if {asked} else orders["a"]\npd.DataFrame({{"x": out}}).to_csv("o")\n'
    assert wrote(text)["x"] == "a, b"


def test_a_dict_of_pairs_keeps_what_decided_which_there_are(wrote: Wrote) -> None:
    text = """
        few = orders[orders["a"] > 0].sort_values("s")
        users["x"] = users["k"].map(dict(zip(few["k"], few["b"])))
        users[["x"]].to_csv("o")
    """
    assert wrote(text)["x"] == "a filter, b, k join, s sort ?"  # of a key that comes twice the last one counts


def test_a_function_that_forgets_reads_again(wrote: Wrote) -> None:
    text = """
        import functools
        name = ["a"]
        @functools.lru_cache
        def column():
            return orders[name[0]]
        first = column()
        name[0] = "b"
        same = column()
        column.cache_clear()
        pd.DataFrame({"same": same, "new": column()}).to_csv("o")
    """
    assert wrote(text) == {"same": "a", "new": "b"}


def test_how_many_names_data_has_chosen_is_decided_by_it(wrote: Wrote) -> None:
    text = 'n = len([c for c in ("a", "b") if df[c].sum() > 0])\npd.DataFrame([{"n": n}]).to_csv("o")\n'
    assert wrote(text)["n"] == "a filter, b filter"


@pytest.mark.parametrize(
    "rows",
    [
        'con.execute("users").fetchall()',
        'csv.reader(open("users"))',
        '[tuple(one) for one in con.execute("users").fetchall()]',
        '[User(*one) for one in con.execute("users").fetchall()]',
        '[("k", "name", 1), *con.execute("users").fetchall()]',
    ],
)
def test_rows_are_turned_into_columns_by_their_place(wrote: Wrote, rows: str) -> None:
    """``users`` has the columns k, name and age, in this order."""
    head = f"""
import csv, sqlite3
from collections import namedtuple
User = namedtuple("User", "k name age")
con = sqlite3.connect("x")
cols = list(zip(*{rows}))
"""
    assert wrote(head + 'pd.DataFrame({"n": cols[1], "y": cols[2]}).to_csv("o")\n') == {"n": "name", "y": "age"}
    text = head + 'k, names, _ = cols\npd.DataFrame([{"n": n, "k": k} for n, k in zip(names, k)]).to_csv("o")\n'
    assert wrote(text) == {"n": "name", "k": "k"}
    assert wrote(head + 'pd.DataFrame([{"top": max(cols[2]), "k": cols[0][1]}]).to_csv("o")\n') == {
        "top": "age aggregation",
        "k": "k",
    }
    added = 'rows = con.execute("users").fetchall()\nrows.append(("k", "name", 1))\ncols = list(zip(*rows))\n'
    assert wrote(added + 'pd.DataFrame([{"n": one} for one in cols[1]]).to_csv("o")\n') == {"n": "name"}


def test_columns_of_rows_of_which_nobody_knows_how_many_values_they_have_are_a_hedge(wrote: Wrote) -> None:
    text = """
        cols = list(zip(*unknown(con.execute("users").fetchall())))
        pd.DataFrame([{"n": one} for one in cols[1]]).to_csv("o")
    """
    assert wrote(text)["n"] == "age transformation ?, k transformation ?, name transformation ?"


def test_how_far_a_loop_over_numbers_goes_decides_how_many_rows_there_are(wrote: Wrote) -> None:
    text = """
        found = []
        for words in users["name"].str.split():
            for start in range(0, max(len(words) - 4, 1), 10):
                found.append({"start": start})
        pd.DataFrame(found).to_csv("o")
    """
    assert wrote(text) == {"start": "", "rows": "name filter"}
    text = """
        rows = [one for one in orders.to_dict("records") if one["b"] > 2]
        found = [{"d": rows[n]["a"] - rows[n - 1]["a"]} for n in range(1, len(rows))]
        pd.DataFrame(found).to_csv("o")
    """
    assert wrote(text) == {"d": "a transformation", "rows": "b filter"}
