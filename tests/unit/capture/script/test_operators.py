from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("df['a'] + 1", "a transformation"),
        ("1 - df['a'] / df['b']", "a transformation, b transformation"),
        ("(df['a'] > 1) & ~(df['b'] < 2)", "a transformation, b transformation"),
        ("-df['a']", "a transformation"),
        ("'x' in ['x']", ""),
        ("10 ** 100000", ""),
    ],
)
def test_an_operator_computes_from_both_sides(wrote: Wrote, expression: str, expected: str) -> None:
    assert wrote(f'df["x"] = {expression}\ndf.to_csv("o")\n')["x"] == expected


def test_tables_are_computed_column_by_column(wrote: Wrote) -> None:
    assert wrote('(df * 2 + df["a"].mean()).to_csv("o")\n')["b"] == "a aggregation, b transformation"
    text = '(df - users.rename(columns={"age": "a"})[["a"]]).to_csv("o")\n'
    assert wrote(text) == {"a": "a transformation, age transformation", "b": "b transformation"}


def test_lists_are_added(wrote: Wrote) -> None:
    assert wrote('names = ["a"]\nnames += ["b"]\ndf[names + []].to_csv("o")\n') == {"a": "a", "b": "b"}


def test_rows_that_meet_by_different_indexes_are_joined(wrote: Wrote) -> None:
    text = '(orders.set_index("oid")["a"] - users.set_index("k")["age"]).to_frame("x").to_csv("o")\n'
    assert wrote(text)["x"] == "a transformation, age transformation, k join, oid join"
    text = 'g = orders.groupby("k")\n(g["a"].sum() / g["b"].sum()).to_frame("x").to_csv("o")\n'
    assert wrote(text)["x"] == "a aggregation, b aggregation"


def test_dicts_are_put_together(wrote: Wrote) -> None:
    text = 'one = {"x": df["a"]} | {"y": df["b"]}\npd.DataFrame(one).to_csv("o")\n'
    assert wrote(text) == {"x": "a", "y": "b"}


def test_whether_a_key_is_in_a_dict_is_decided_by_its_keys_alone(wrote: Wrote) -> None:
    text = """
        ages = {u.k: u.age for u in users.itertuples()}
        pd.DataFrame([{"a": o.a} for o in orders.itertuples() if o.s in ages]).to_csv("o")
    """
    assert wrote(text) == {"a": "a", "rows": "k filter, s filter"}


def test_columns_that_are_named_after_values_meet_those_of_another_table(wrote: Wrote) -> None:
    text = """
        price = orders.pivot(index="oid", columns="k", values="a")
        amount = orders.pivot(index="oid", columns="k", values="b")
        (price * amount).to_csv("o")
    """
    assert wrote(text)["..."] == "a transformation, b transformation, k group_by"


def test_whether_a_list_is_empty_does_not_depend_on_what_it_holds(wrote: Wrote) -> None:
    collected = """
        by = {}
        for row in orders.to_dict("records"):
            by.setdefault(row["k"], []).append(row["a"])
        out = []
        for person in users.to_dict("records"):
            lines = by.get(person["k"], [])
            TEST
            out.append({"name": person["name"]})
        pd.DataFrame(out).to_csv("o")
    """
    expected = {"name": "name", "rows": "k join"}  # only whether there is something under the key
    assert wrote(collected.replace("TEST", "if not lines: continue")) == expected
    assert (
        wrote(collected.replace("TEST", "if lines:\n            ").replace("            out", "                out"))
        == expected
    )


def test_whether_a_record_is_there_is_decided_by_what_it_was_found_by(wrote: Wrote) -> None:
    text = """
        known = {row["k"]: row for row in users.to_dict("records")}
        out = []
        for row in orders.to_dict("records"):
            found = known.get(row["k"])
            if found:
                out.append({"a": row["a"]})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text) == {"a": "a", "rows": "k join"}  # of both; not the name and age of who was found


def test_an_object_of_a_plain_class_is_true_whatever_it_holds(wrote: Wrote) -> None:
    text = """
        class One:
            def __init__(self, a):
                self.a = a
        class Sized(One):
            def __len__(self):
                return int(self.a)
        plain, sized = One(orders["a"].max()), Sized(orders["b"].max())
        out = df.copy()
        if plain:
            out["a"] = 1
        if sized:
            out["b"] = 1
        out.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b, b conditional"}


def test_a_list_of_what_was_chosen_decides_by_what_chose_it(wrote: Wrote) -> None:
    text = """
        out, others = [], []
        for row in orders.to_dict("records"):
            wrong = [word for word in ("a", "b") if row[word] < 0]
            (others if wrong else out).append({"k": row["k"]})
            if wrong:
                others.append({"k": row["k"]})
            else:
                out.append({"k": row["k"]})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text)["rows"] == "a filter, b filter"


def test_cells_are_put_behind_those_of_a_row(wrote: Wrote) -> None:
    """By hand: ``users`` has k, name and age, in this order; two rows of cells are one after the other."""
    text = """
        import csv
        out = []
        for row in csv.reader(open("users")):
            out.append(["x"] + row + [row[0] + "!"] + row[:1])
        pd.DataFrame(out, columns=["n", "a", "b", "c", "d", "e"]).to_csv("o")
    """
    assert wrote(text) == {"n": "", "a": "k", "b": "name", "c": "age", "d": "k transformation", "e": "k"}


def test_a_text_with_named_places_takes_these_from_a_record(wrote: Wrote) -> None:
    text = """
        import csv
        pd.DataFrame([{"n": "%(name)s" % row} for row in csv.DictReader(open("users"))]).to_csv("o")
    """
    assert wrote(text)["n"].split(" ")[0] == "name"
    assert "," not in wrote(text)["n"]


def test_a_limit_that_is_a_mean_of_chosen_rows_decides_by_what_chose_them(wrote: Wrote) -> None:
    text = """
        limit = orders[orders["oid"] > 3]["a"].mean()
        late = []
        for one in users.itertuples():
            if one.age > limit:
                late.append(one.name)
        pd.DataFrame({"late": late}).to_csv("o")
    """
    assert wrote(text) == {"late": "name", "rows": "a filter, age filter, oid filter"}
