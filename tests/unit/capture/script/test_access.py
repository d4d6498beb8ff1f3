from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_names_of_pandas_itself_are_not_columns(wrote: Wrote) -> None:
    text = 'df["size"] = df["a"]\ndf["x"] = df.size\ndf["y"] = df.a\ndf.to_csv("o")\n'
    found = wrote(text)
    assert (found["x"], found["y"]) == ("", "a")


def test_elements_of_lists_and_dicts_are_taken(wrote: Wrote) -> None:
    text = """
        held = {"first": [df["a"], df["b"]], "n": 1}
        df["x"] = held["first"][-1]
        df["y"] = held["first"][some]
        df.to_csv("o")
    """
    found = wrote(text)
    assert (found["x"], found["y"]) == ("b", "a, b")


def test_a_member_of_an_enumeration_is_its_value(wrote: Wrote) -> None:
    text = """
        from enum import Enum

        class Name(Enum):
            PRICE = "a"

        df[[Name.PRICE.value]].to_csv("o")
    """
    assert wrote(text) == {"a": "a"}


def test_the_index_is_a_value(wrote: Wrote) -> None:
    text = 'out = orders.set_index("s")[["a"]]\nout["month"] = out.index.month\nout.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "month": "s transformation", "index.s": "s"}


def test_of_one_of_many_frames_no_read_is_sure(wrote: Wrote) -> None:
    text = 'many = [pd.read_csv("users") for path in paths()]\n{}[["age"]].to_csv("o")\n'
    assert wrote(text.format("many[0]")) == {"age": "age ? *"}
    assert wrote(text.format("pd.concat(many)")) == {"age": "age *"}
    keyed = 'many = {path: pd.read_csv("users") for path in paths()}\nmany["x"][["age"]].to_csv("o")\n'
    assert wrote(keyed) == {"age": "age ? *"}


def test_what_is_put_into_one_of_many_frames_is_there(wrote: Wrote) -> None:
    text = """
        many = {path: pd.read_csv("users") for path in paths()}
        for path in paths():
            many[path]["x"] = df["a"]
        pd.concat(many.values())[["x"]].to_csv("o")
    """
    assert "a" in wrote(text)["x"]


def test_what_is_found_by_a_key_from_data_is_decided_by_it(wrote: Wrote) -> None:
    text = """
        people = {row["k"]: row for row in users.to_dict("records")}
        out = []
        for order in orders.to_dict("records"):
            person = people.get(order["k"])
            if person is None:
                continue
            out.append({"name": person["name"]})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text) == {"name": "k join, name", "rows": "k join"}


def test_a_plain_text_by_a_place_from_data_is_decided_by_it(wrote: Wrote) -> None:
    assert wrote('df["group"] = ["xy"[n % 2] for n in df["a"]]\ndf.to_csv("o")\n')["group"] == "a conditional"


def test_functions_have_their_names(wrote: Wrote) -> None:
    text = """
        known = []

        def feature(f):
            known.append(f)
            return f

        @feature
        def one(x):
            return x["a"] * 2

        @feature
        def two(x):
            return x["b"] * 2

        pd.DataFrame({f.__name__: f(df) for f in known}).to_csv("o")
    """
    assert wrote(text) == {"one": "a transformation", "two": "b transformation"}


def test_functions_are_found_by_their_names(wrote: Wrote) -> None:
    text = """
        def first(table):
            return table[["a"]]

        steps = {step.__name__: step for step in (first,)}
        steps["first"](df).to_csv("o")
    """
    assert wrote(text) == {"a": "a"}


def test_what_is_unpacked_from_rows_has_what_decided_them(wrote: Wrote) -> None:
    text = """
        (x, _), (y, _) = orders[orders["b"] > 0][["a", "s"]].itertuples(index=False)
        pd.DataFrame([{"ratio": x / y}]).to_csv("o")
    """
    assert wrote(text) == {"ratio": "a transformation, b filter"}


def test_values_that_the_text_spells_out_are_picked_by_flags_places_and_data(wrote: Wrote) -> None:
    assert wrote('orders[orders.columns[orders.columns.str.startswith("o")]].to_csv("o")\n') == {"oid": "oid"}
    assert wrote('orders[orders.columns[[1, 2]]].to_csv("o")\n') == {"k": "k", "a": "a"}
    text = 'orders["v"] = np.array([1, 2, 3])[orders["a"].astype(int)]\norders[["v"]].to_csv("o")\n'
    assert wrote(text) == {"v": "a conditional"}


def test_the_description_of_anything_else_is_data(wrote: Wrote) -> None:
    text = """
        import shop
        things = [shop.Thing(r.s) for r in orders.itertuples()]
        pd.DataFrame([{"d": one.description} for one in things]).to_csv("o")
    """
    assert wrote(text) == {"d": "s transformation ?"}


def test_an_array_with_named_columns_tells_their_names(wrote: Wrote) -> None:
    text = """
        d = np.genfromtxt("orders", delimiter=",", names=True)
        names = d.dtype.names
        rows = d[d[names[-1]] == "x"]
        pd.DataFrame({"v": rows[names[2]] * 2}).to_csv("o")
    """
    assert wrote(text) == {"v": "a transformation", "rows": "s filter"}


def test_what_an_unknown_function_gave_may_be_a_column_with_the_methods_of_one(wrote: Wrote) -> None:
    text = """
        found = elsewhere(pd.read_csv("users")[["age"]])
        found.rename("x").to_frame().to_csv("o")
    """
    assert wrote(text) == {"...": "age transformation ?"}


def test_the_number_of_a_line_comes_from_no_column(wrote: Callable[..., dict[str, str]]) -> None:
    text = """
        import csv
        reader = csv.DictReader(open("users"))
        pd.DataFrame([{"line": reader.line_num, "k": row["k"]} for row in reader]).to_csv("o")
    """
    assert wrote(text) == {"line": "", "k": "k"}


def test_data_decides_which_word_of_a_list_is_meant(wrote: Wrote) -> None:
    text = """
        counts = {"low": 0, "high": 0}
        for row in orders.to_dict("records"):
            counts[["low", "high"][int(row["a"] > 3)]] += 1
        pd.DataFrame([counts]).to_csv("o")
    """
    found = wrote(text)
    assert all("a conditional" in found[name] for name in ("low", "high"))
