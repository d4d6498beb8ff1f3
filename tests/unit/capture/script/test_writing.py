from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


def test_cells_are_set_by_a_mask(wrote: Wrote) -> None:
    text = 'df.loc[df["a"] > 3, "b"] = 0\ndf.loc[df["b"] > 3, "c"] = df["a"]\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "a conditional, b", "c": "a, a conditional, b conditional"}


def test_several_columns_are_set_at_once(wrote: Wrote) -> None:
    assert wrote('df[["x", "y"]] = df[["b", "a"]]\ndf.to_csv("o")\n') == {"a": "a", "b": "b", "x": "b", "y": "a"}


def test_a_column_under_an_unknown_name_may_be_any_further_one(wrote: Wrote) -> None:
    assert wrote('df[name] = df["a"] * 2\ndf.to_csv("o")\n') == {"a": "a", "b": "b", "...": "a transformation"}


def test_another_name_for_a_table_is_the_same_table(wrote: Wrote) -> None:
    text = 'other = df\nother["c"] = other.a\nfor table in [df, users]:\n    table["d"] = 1\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "b", "c": "a", "d": ""}
    assert wrote('other = df.copy()\nother["c"] = 1\ndf.to_csv("o")\n') == {"a": "a", "b": "b"}


def test_all_names_are_given_anew(wrote: Wrote) -> None:
    assert wrote('df.columns = ["x", "y"]\ndf.to_csv("o")\n') == {"x": "a", "y": "b"}


def test_parts_of_arrays_are_set_by_place(wrote: Wrote) -> None:
    text = """
        X = df.to_numpy()
        X[:, 0] = X[:, 1] * 2
        X[3, 1] = 5
        pd.DataFrame(X, columns=["x", "y"]).to_csv("o")
    """
    assert wrote(text) == {"x": "b transformation", "y": "b"}


def test_all_names_are_given_anew_in_levels(wrote: Wrote) -> None:
    assert wrote('df.columns = [["x", "x"], ["y", "z"]]\ndf.to_csv("o")\n') == {"('x', 'y')": "a", "('x', 'z')": "b"}


def test_a_number_of_other_rows_brings_what_decided_them(wrote: Wrote) -> None:
    text = 'df["x"] = df["b"] / orders[orders["s"] == "y"]["a"].mean()\ndf.to_csv("o")\n'
    assert wrote(text)["x"] == "a aggregation, b transformation, s filter"


def test_what_is_put_in_under_a_condition_keeps_it(wrote: Wrote) -> None:
    text = """
        for row in df.index:
            if df.loc[row, "a"] > 3:
                df.loc[row, "b"] = 0
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "a conditional, b"}


def test_a_row_that_is_put_in_is_told_by_place(wrote: Wrote) -> None:
    text = 'df.loc["all"] = [df["a"].sum(), 0]\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a transformation", "b": "b"}


def test_the_first_column_of_an_empty_table_brings_its_index(wrote: Wrote) -> None:
    text = """
        out = pd.DataFrame()
        for c in ["a", "b"]:
            out[c] = orders.groupby("k")[c].mean()
        out.reset_index().to_csv("o")
    """
    assert wrote(text) == {"k": "k", "a": "a aggregation", "b": "b aggregation", "rows": "k group_by"}


def test_what_decides_that_something_is_put_under_a_key_decides_what_is_found_there(wrote: Wrote) -> None:
    text = """
        best = {r.k: r.a for r in orders.itertuples() if r.b > 1}
        users["best"] = users["k"].map(best)
        users["again"] = [best.get(k, 0) for k in users["k"]]
        users[["best", "again"]].to_csv("o")
    """
    assert wrote(text) == {"best": "a, b filter, k join", "again": "a, b filter, k join"}


def test_a_column_that_is_put_in_meets_the_table_by_its_index(wrote: Wrote) -> None:
    text = """
        table = orders[["oid", "a"]].set_index("oid")
        table["age"] = users.set_index("k")["age"]
        table["b"] = orders.set_index("oid")["b"]
        table.to_csv("o")
    """
    told = wrote(text)
    assert (told["age"], told["b"]) == ("age, k join, oid join", "b")  # of one origin the index is the same


def test_a_row_that_is_put_in_is_told_by_name(wrote: Wrote) -> None:
    text = """
        table = orders.groupby("k")[["a", "b"]].max()
        table.loc["all"] = df[["b", "a"]].mean()
        table.to_csv("o")
    """
    told = wrote(text)
    assert (told["a"], told["b"]) == ("a aggregation", "b aggregation")


def test_a_cell_of_a_row_of_cells_is_written_by_its_place(wrote: Wrote) -> None:
    """By hand: ``users`` has k, name and age, in this order; the second cell changes, the others change places."""
    text = """
        import csv
        with open("users") as source:
            out = []
            for row in csv.reader(source):
                row[1] = row[1].upper()
                row[0], row[-1] = row[-1], row[0]
                row.append(row[1] + "!")
                out.append(row)
        pd.DataFrame(out, columns=["a", "b", "c", "d"]).to_csv("o")
    """
    assert wrote(text) == {"a": "age", "b": "name transformation", "c": "k", "d": "name transformation"}


def test_what_stands_behind_a_cell_that_is_deleted_moves_up(wrote: Wrote) -> None:
    text = """
        import csv
        out = []
        for row in csv.reader(open("users")):
            del row[0]
            out.append(row)
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text) == {"0": "name", "1": "age"}


@pytest.mark.parametrize("line", ['{**r, **m[r["k"]]}', '{**r, **m.get(r["k"], {})}', '{"oid": r["oid"], **m[r["k"]]}'])
def test_of_a_record_that_is_found_by_a_key_all_that_goes_into_another_is_decided_by_it(
    wrote: Wrote, line: str
) -> None:
    text = """
        import csv
        m = {{r["k"]: r for r in csv.DictReader(open("users"))}}
        made = []
        for r in csv.DictReader(open("orders")):
            made.append({})
        pd.DataFrame(made)[["oid", "name"]].to_csv("o")
    """
    assert wrote(text.format(line)) == {"oid": "oid", "name": "k join, name"}


def test_a_record_is_updated_with_one_that_is_found_or_with_nothing(wrote: Wrote) -> None:
    text = """
        import csv
        m = {r["k"]: r for r in csv.DictReader(open("users"))}
        made = []
        for r in csv.DictReader(open("orders")):
            r.update(m.get(r["k"], {}))
            made.append(r)
        pd.DataFrame(made)[["oid", "name"]].to_csv("o")
    """
    assert wrote(text) == {"oid": "oid", "name": "k join, name"}
