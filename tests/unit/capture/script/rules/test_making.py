from collections.abc import Callable

from driftline.capture.script.follow import Followed

Wrote = Callable[..., dict[str, str]]


def test_tables_are_made_of_dicts_lists_and_arrays(wrote: Wrote) -> None:
    assert wrote('pd.DataFrame({"x": df["a"], "y": df["b"] * 2, "z": 1}).to_csv("o")\n') == {
        "x": "a",
        "y": "b transformation",
        "z": "",
    }
    assert wrote('pd.DataFrame([[df.a.sum(), 1]], columns=["x", "y"]).to_csv("o")\n') == {"x": "a aggregation", "y": ""}
    assert wrote('pd.DataFrame(df.to_numpy(), columns=["x", "y"]).to_csv("o")\n') == {"x": "a", "y": "b"}
    assert wrote('pd.DataFrame(df, columns=["b"]).to_csv("o")\n') == {"b": "b"}


def test_rows_are_gone_through(wrote: Wrote) -> None:
    text = """
        out = []
        for index, row in df.iterrows():
            out.append((row["a"], row.b))
        for row in df.itertuples():
            out.append((row.a, row[2]))
        for a, b in df.values:
            out.append([a, b])
        pd.DataFrame(out, columns=["x", "y"]).to_csv("o")
    """
    assert wrote(text) == {"x": "a", "y": "b"}


def test_a_table_becomes_a_dict(wrote: Wrote) -> None:
    text = """
        ages = users.set_index("k")["age"].to_dict()
        orders["age"] = [ages[k] for k in orders["k"]]
        orders[["age"]].to_csv("o")
    """
    assert wrote(text) == {"age": "age, k join"}


def test_cells_are_set_one_by_one(wrote: Wrote) -> None:
    text = """
        for index, row in df.iterrows():
            df.at[index, "c"] = row["a"] + row["b"]
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "c": "a transformation, b transformation"}


def test_names_of_columns_are_sets(wrote: Wrote) -> None:
    assert wrote('df[df.columns.difference(["a"])].to_csv("o")\n') == {"b": "b"}
    assert wrote('df[df.columns.drop("b").tolist()].to_csv("o")\n') == {"a": "a"}


def test_names_of_columns_come_in_levels(wrote: Wrote) -> None:
    text = """
        made = pd.DataFrame(df.to_numpy(), columns=[["x", "x"], ["y", "z"]])
        made.to_csv("o")
        pd.Series([df["a"].sum(), 2], index=[["x", "x"], [1, 2]])
        pd.Series([1], index=[["x"], "y"])
    """
    assert wrote(text) == {"('x', 'y')": "a", "('x', 'z')": "b"}


def test_a_name_that_is_a_set_is_none_that_is_known(wrote: Wrote) -> None:
    text = 'one = pd.Series([1], name=frozenset(["x"]))\none.to_frame()\ndf["a"].rename(["y"])\ndf[["a"]].to_csv("o")\n'
    assert wrote(text) == {"a": "a"}


def test_a_column_of_a_dict_has_a_row_for_each_key(wrote: Wrote) -> None:
    text = """
        found = {}
        for key, part in orders[orders["b"] > 0].groupby("k"):
            found[key] = part["a"].mean()
        pd.Series(found, name="mean").rename_axis("k").reset_index().to_csv("o")
    """
    assert wrote(text) == {"k": "k", "mean": "a aggregation", "rows": "b filter, k group_by"}


def test_records_go_through_a_text_of_json(wrote: Wrote) -> None:
    text = """
        import json
        records = json.loads(orders.to_json(orient="records"))
        pd.DataFrame([{"x": r["a"]} for r in records]).to_csv("o")
    """
    assert wrote(text) == {"x": "a"}


def test_a_table_as_a_text_of_json_has_its_columns_where_it_is_written(follows: Callable[..., Followed]) -> None:
    text = 'open("o", "w").write(df.rename(columns={"a": "x"}).to_json(orient="records", lines=True))\n'
    found = follows(text)
    table = found.given(min(one for one in found.paths() if one[-1].line == 6))
    assert table is not None
    told = {(name, one.column, one.confidence) for name, cames in table.columns.items() for one in cames}
    assert told == {("x", "a", 0.9), ("b", "b", 0.9)}


def test_an_index_gives_no_values_to_columns_that_are_still_to_come(wrote: Wrote) -> None:
    assert wrote('pd.DataFrame(index=orders["k"].unique(), columns=["m"]).to_csv("o")\n') == {"m": "", "index.": "k"}


def test_rows_of_an_array_become_lists_and_keys_with_values(wrote: Wrote) -> None:
    text = 'pd.DataFrame([[r[0], r[2] * 2] for r in orders.values.tolist()], columns=["x", "y"]).to_csv("o")\n'
    assert wrote(text) == {"x": "oid", "y": "a transformation"}
    text = 'users["n"] = users["name"].map(dict(orders[["k", "a"]].values))\nusers[["n"]].to_csv("o")\n'
    assert wrote(text) == {"n": "a, k join, name join"}


def test_under_a_name_that_nobody_knows_lies_what_one_of_many_reads_gave(wrote: Wrote) -> None:
    text = """
        import glob
        many = {}
        for path in glob.glob("*"):
            many[path] = pd.read_csv("orders")["a"]
        t = pd.DataFrame(many)
    """
    assert wrote(text + '    t.to_csv("o")\n')["..."] == "a ? *"
    assert wrote(text + '    pd.concat(many).to_frame("v").to_csv("o")\n')["v"] == "a *"


def test_an_index_of_a_frame_or_a_column_is_that_of_what_is_made_with_it(wrote: Wrote) -> None:
    keyed = 'users = pd.read_csv("users", index_col=given)\n'
    made = 'pd.DataFrame({"x": 0}, index=users.index).to_csv("o")\n'
    assert wrote(keyed + made) == {"x": "", "index.k": "k", "index.name": "name"}
    made = 'pd.Series(np.zeros(3), index=users.index, name="x").reset_index().to_csv("o")\n'
    assert wrote(keyed + made) == {"k": "k", "name": "name", "x": ""}
    made = 'pd.DataFrame({"x": 0}, index=pd.read_csv("users")["age"]).to_csv("o")\n'
    assert wrote(made) == {"x": "", "index.age": "age"}


def test_the_index_that_a_table_is_made_with_keeps_its_name(wrote: Wrote) -> None:
    text = """
        table = pd.DataFrame({"x": df["a"]}, index=orders.set_index("oid").index)
        table.reset_index().to_csv("o")
    """
    assert wrote(text) == {"oid": "oid", "x": "a"}


def test_labels_of_a_column_may_be_an_array_of_names_from_data(wrote: Wrote) -> None:
    text = """
        codes = np.array(sorted(set(orders["s"])))
        weights = pd.Series(np.zeros(3) + orders["a"].mean(), index=codes, name="w")
        weights.rename_axis("code").reset_index().to_csv("o")
    """
    assert wrote(text) == {"code": "s", "w": "a aggregation"}
