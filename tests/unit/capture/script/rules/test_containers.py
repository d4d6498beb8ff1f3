from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_lists_and_dicts_are_filled_in_loops(wrote: Wrote) -> None:
    text = """
        data = {"x": [], "y": []}
        for row in orders.to_dict("records"):
            data["x"].append(row["a"])
            data["y"].extend([row.get("b", 0)])
        pd.DataFrame(data).to_csv("o")
    """
    assert wrote(text) == {"x": "a", "y": "b"}


def test_rows_are_grouped_by_hand(wrote: Wrote) -> None:
    text = """
        from collections import defaultdict, Counter

        groups, totals = defaultdict(list), {}
        for row in orders.to_dict("records"):
            groups[row["k"]].append(row["a"])
            totals[row["k"]] = totals.get(row["k"], 0) + row["b"]
        out = [{"k": key, "mean": sum(held) / len(held), "b": totals[key]} for key, held in groups.items()]
        pd.DataFrame(out).to_csv("o")
    """
    found = wrote(text)
    assert (found["k"], found["mean"], found["rows"]) == ("k", "a aggregation", "k group_by")
    assert found["b"] == "b transformation, k join"


def test_values_are_counted(wrote: Wrote) -> None:
    text = """
        from collections import Counter

        pd.DataFrame(Counter(orders["k"]).most_common(), columns=["k", "n"]).to_csv("o")
    """
    assert wrote(text) == {"k": "k", "n": "k aggregation", "rows": "k group_by"}


def test_a_value_is_looked_up_by_a_key_from_data(wrote: Wrote) -> None:
    text = """
        lookup = {}
        for row in users.to_dict("records"):
            lookup[row["k"]] = (row["name"], row["age"])
        out = []
        for row in orders.to_dict("records"):
            name, age = lookup[row["k"]]
            out.append({"name": name, "age": age + 1, "a": row["a"]})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text) == {"name": "k join, name", "age": "age transformation, k join", "a": "a"}


def test_texts_are_computed_when_they_are_plain(wrote: Wrote) -> None:
    assert wrote('df["a,b".split(",")[1].strip().upper()] = df["a"]\ndf.to_csv("o")\n')["B"] == "a"


def test_totals_under_a_condition_keep_it(wrote: Wrote) -> None:
    text = """
        totals = {}
        for k, total in orders[orders["b"] > 0].groupby("k")["a"].sum().items():
            totals[k] = total
        pd.Series(totals).to_csv("o")
    """
    assert wrote(text)["rows"] == "b filter, k group_by"


def test_a_key_that_was_taken_out_is_gone(wrote: Wrote) -> None:
    text = """
        conf, other, both = {"x": "a"}, {"x": "a"}, {"x": "a"} | {"x": "b"}
        conf.pop("x")
        other.clear()
        found = {"v": df[conf.get("x", "b")] * 2, "w": df[other.setdefault("x", "b")] * 2, "z": df[both["x"]] * 2}
        pd.DataFrame(found).to_csv("o")
    """
    assert wrote(text) == dict.fromkeys("vwz", "b transformation")


def test_a_dict_that_an_unknown_method_changed_is_a_hedge(wrote: Wrote) -> None:
    text = """
        conf = {"x": "a", "y": "b"}
        conf.popitem()
        pd.DataFrame({"v": df[conf.get("x", "b")] * 2}).to_csv("o")
    """
    assert wrote(text) == {"v": "a transformation ?, b transformation ?"}


def test_getters_are_functions_of_fields(wrote: Wrote) -> None:
    text = """
        from operator import attrgetter, itemgetter

        rows = sorted(orders.to_dict("records"), key=itemgetter("b"))
        first = sorted(orders.itertuples(), key=attrgetter("s"))
        pd.DataFrame({"x": [row["a"] for row in rows], "y": [one.k for one in first]}).to_csv("o")
    """
    assert wrote(text) == {"x": "a", "y": "k", "rows": "b sort, s sort"}


def test_a_counter_counts_what_it_is_given_later(wrote: Wrote) -> None:
    text = """
        from collections import Counter

        counts = Counter()
        for words in orders["s"]:
            counts.update(words.split())
        pd.DataFrame(counts.most_common(3), columns=["word", "n"]).to_csv("o")
    """
    assert wrote(text) == {"word": "s transformation", "n": "s aggregation", "rows": "s group_by"}


def test_a_namespace_has_fields(wrote: Wrote) -> None:
    text = 'from types import SimpleNamespace\njob = SimpleNamespace(name="a")\ndf[[job.name]].to_csv("o")\n'
    assert wrote(text) == {"a": "a"}


def test_an_object_is_copied_with_other_fields(wrote: Wrote) -> None:
    text = """
        from collections import namedtuple
        P = namedtuple("P", "x y")
        rows = [P(r.a, r.b)._replace(x=r.s) for r in orders.itertuples()]
        pd.DataFrame([{"x": p.x, "y": p.y} for p in rows]).to_csv("o")
    """
    assert wrote(text) == {"x": "s", "y": "b"}


def test_what_an_unknown_thing_makes_of_a_table_is_a_hedge(wrote: Wrote) -> None:
    text = """
        from sklearn.model_selection import GridSearchCV
        search = GridSearchCV(None, {}).fit(orders[["a"]], orders["b"])
        orders["z"] = search.best_estimator_[:-1].transform(orders[["a", "s"]])
        orders[["z"]].to_csv("o")
    """
    assert wrote(text) == {"z": "a transformation ?, b transformation ?, s transformation ?"}


def test_a_model_of_pydantic_takes_its_fields_out_of_a_record(wrote: Wrote) -> None:
    text = """
        from pydantic import BaseModel
        class Order(BaseModel):
            oid: int
            a: float
        good = [Order.model_validate(row) for row in orders.to_dict("records")]
        pd.DataFrame([one.model_dump() for one in good])[[*Order.model_fields]].to_csv("o")
    """
    assert wrote(text) == {"oid": "oid", "a": "a"}


def test_the_fields_of_a_dataclass_are_told_by_name(wrote: Wrote) -> None:
    text = """
        from dataclasses import dataclass, fields
        @dataclass
        class P:
            k: str
            a: float
        ones = [P(row["k"], row["a"]) for row in orders.to_dict("records")]
        pd.DataFrame([{field.name: getattr(one, field.name) for field in fields(P)} for one in ones]).to_csv("o")
    """
    assert wrote(text) == {"k": "k", "a": "a"}


def test_a_defaultdict_has_what_it_begins_with(wrote: Wrote) -> None:
    text = """
        from collections import defaultdict
        held = defaultdict(float, {"x": df["a"]}, y=df["b"])
        df["p"], df["q"] = held["x"], held["y"]
        df[["p", "q"]].to_csv("o")
    """
    assert wrote(text) == {"p": "a", "q": "b"}


def test_of_a_number_and_a_sum_under_a_key_each_has_its_own_origin(wrote: Wrote) -> None:
    text = """
        import csv
        held = {}
        for row in csv.DictReader(open("orders")):
            n, total = held.get(row["k"], (0, 0.0))
            held[row["k"]] = (n + 1, total + float(row["a"]))
        pd.DataFrame([{"n": n, "total": total} for n, total in held.values()]).to_csv("o")
    """
    found = wrote(text)
    assert found["n"] == "k join"
    assert found["total"] == "a transformation, k join"


def test_a_chain_of_dicts_has_of_each_key_what_the_first_one_has(wrote: Wrote) -> None:
    text = """
        import csv
        from collections import ChainMap
        rows = [ChainMap({"n": row["name"]}, {"n": row["k"], "age": "0"}) for row in csv.DictReader(open("users"))]
        pd.DataFrame([{"n": row["n"], "old": row["age"]} for row in rows]).to_csv("o")
    """
    assert wrote(text) == {"n": "name", "old": ""}
