from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


def test_the_greatest_of_plain_values_is_known(wrote: Wrote) -> None:
    text = """
        names = ["a", "b"]
        v, w, x = max(names), min(names, key=lambda one: -ord(one)), next(iter(names))
        pd.DataFrame({"v": df[v] * 2, "w": df[w], "x": df[x]}).to_csv("o")
    """
    assert wrote(text) == {"v": "b transformation", "w": "b", "x": "a"}  # "b" > "a", as Python says


MANY = """
import glob
frames = {n: pd.read_csv("users") for n in glob.glob("*")}
many = [pd.read_csv("users") for n in glob.glob("*")]
"""


@pytest.mark.parametrize(
    "text",
    [
        "max(frames.values(), key=len)",
        "min(many, key=lambda one: one.age.mean())",
        "sorted(many, key=len)[0]",
        "next(iter(frames.values()))",
    ],
)
def test_one_of_many_tables_is_a_hedge_whichever_way_it_is_picked(wrote: Wrote, text: str) -> None:
    assert wrote(f'{MANY}{text}[["age"]].to_csv("o")\n') == {"age": "age ? *"}


def test_what_several_names_take_of_many_tables_is_a_hedge_for_each(wrote: Wrote) -> None:
    assert wrote(MANY + 'one, other = many\nother[["age"]].to_csv("o")\n') == {"age": "age ? *"}


def test_the_key_decides_which_record_is_the_greatest(wrote: Callable[..., dict[str, str]]) -> None:
    text = """
        import csv
        best = max(csv.DictReader(open("orders")), key=lambda r: float(r["a"]))
        pd.DataFrame([{"s": best["s"]}]).to_csv("o")
    """
    assert wrote(text) == {"s": "a filter, s"}


def test_an_object_that_data_picks_keeps_each_of_its_fields_to_itself(wrote: Wrote) -> None:
    text = """
        class One:
            def __init__(self, row):
                self.k, self.a, self.b = row["k"], row["a"], row["b"]
        best = min([One(row) for row in orders.to_dict("records")], key=lambda one: one.a)
        pd.DataFrame([{"k": best.k, "b": best.b}]).to_csv("o")
    """
    assert wrote(text) == {"k": "a conditional, k", "b": "a conditional, b"}


@pytest.mark.parametrize("written", ["[asdict(best)]", "asdict(best)", "[{n: v for n, v in asdict(best).items()}]"])
def test_the_key_decides_about_all_of_a_record_that_it_picked(wrote: Wrote, written: str) -> None:
    text = f"""
        from dataclasses import asdict, dataclass
        @dataclass
        class One:
            k: str
            a: float
        best = max([One(row["k"], row["b"]) for row in orders.to_dict("records")], key=lambda one: one.a)
        pd.DataFrame({written}).to_csv("o")
    """
    assert wrote(text) == {"k": "b conditional, k", "a": "b, b conditional"}


def test_which_one_is_the_next_what_chose_the_elements_decides(wrote: Callable[..., dict[str, str]]) -> None:
    """By hand: with another ``a`` another record is the first; with none, it is what stands for none."""
    for default, expected in (("", "a filter, b"), (", None", "a filter, b"), (", {'b': 0}", "a filter, b")):
        text = f"""
            found = next((row for row in orders.to_dict("records") if row["a"] > 1){default})
            pd.DataFrame([{{"x": found["b"]}}]).to_csv("o")
        """
        assert wrote(text) == {"x": expected}
    text = """
        found = next((row["b"] for row in orders.to_dict("records") if row["a"] > 1), users["age"].sum())
        pd.DataFrame([{"x": found}]).to_csv("o")
    """
    assert wrote(text) == {"x": "a filter, age aggregation, b"}


TUPLES = 'rows = [(row["a"], row["k"], row["s"]) for row in orders.to_dict("records")]\n'


def test_the_greatest_tuple_is_decided_by_its_key_else_by_what_stands_first(wrote: Wrote) -> None:
    text = TUPLES + 'one = max(rows, key=lambda row: row[1])\npd.DataFrame([{"s": one[2]}]).to_csv("o")\n'
    assert wrote(text) == {"s": "k conditional, s"}
    text = TUPLES + 'a, k, s = min(rows)\npd.DataFrame([{"s": s}]).to_csv("o")\n'
    assert wrote(text) == {"s": "a conditional, k conditional ?, s, s conditional ?"}


def test_a_heap_gives_the_least_of_what_was_put_on_it(wrote: Wrote) -> None:
    text = """
        import heapq
        heap = []
        for row in orders.to_dict("records"):
            heapq.heappush(heap, (row["a"], row["k"]))
        a, k = heapq.heappop(heap)
        pd.DataFrame([{"k": k}]).to_csv("o")
    """
    assert wrote(text) == {"k": "a conditional, k, k conditional ?"}


def test_some_of_the_greatest_are_chosen_by_their_key(wrote: Wrote) -> None:
    text = """
        import heapq
        few = heapq.nlargest(3, orders.to_dict("records"), key=lambda row: row["a"])
        pd.DataFrame([{"k": row["k"]} for row in few]).to_csv("o")
    """
    found = wrote(text)
    assert found["k"] == "k"
    assert "a filter" in found["rows"]


def test_of_values_with_a_key_one_is_taken_as_it_is(wrote: Wrote) -> None:
    text = """
        total = {}
        for row in orders.to_dict("records"):
            total[row["k"]] = total.get(row["k"], 0) + row["a"]
        rows = users.to_dict("records")
        at = max(range(len(rows)), key=lambda n: rows[n]["age"])
        pd.DataFrame([{"most": max(total, key=total.get), "oldest": rows[at]["name"]}]).to_csv("o")
    """
    assert wrote(text) == {
        "most": "a conditional, k, k group_by, k join", "oldest": "age conditional, name",
    }  # fmt: skip


def test_the_better_of_two_records_is_decided_by_what_is_compared(wrote: Wrote) -> None:
    text = """
        import functools
        rows = orders.to_dict("records")
        best = functools.reduce(lambda x, y: x if x["b"] >= y["b"] else y, rows)
        pd.DataFrame([{"id": best["oid"]}]).to_csv("o")
    """
    assert wrote(text) == {"id": "b conditional, oid"}


def test_the_next_of_a_reader_of_records_is_one_and_no_other_is_changed_with_it(wrote: Wrote) -> None:
    """By hand: what is put into the first record is in that alone, as it has left the reader."""
    text = """
        import csv
        rows = csv.DictReader(open("users"))
        first = next(rows%s)
        first["name"] = first["k"]
        pd.DataFrame(%s).to_csv("o")
    """
    for default in ("", ", None", ", {}"):
        assert wrote(text % (default, '[{"n": first["name"], "a": first["age"]}]')) == {"n": "k", "a": "age"}
        assert wrote(text % (default, "list(rows)"))["name"] == "name"
        assert wrote(text % (default, "[first, *rows]"))["name"] == "k, name"


def test_the_next_piece_of_a_frame_is_a_frame(wrote: Wrote) -> None:
    text = """
        pieces = pd.read_csv("users", chunksize=2)
        next(pieces)[["age"]].to_csv("o")
    """
    assert wrote(text) == {"age": "age"}


DRAWN = """
    import csv, random
    rows = list(csv.DictReader(open("users")))
    %s
    pd.DataFrame(%s)[["name", "k"]].to_csv("o")
"""


@pytest.mark.parametrize(
    "drawn",
    [
        "[random.choice(rows)]",
        "random.sample(rows, 3)",
        "random.sample(population=rows, k=3)",
        "random.choices(rows, k=3)",
        "[random.choice([rows[0], rows[1]])]",
    ],
)
def test_what_chance_has_drawn_are_elements_as_they_are(drawn: str, wrote: Wrote) -> None:
    assert wrote(DRAWN % ("", drawn)) == {"name": "name", "k": "k"}


def test_how_many_are_drawn_and_how_likely_each_is_decides_them(wrote: Wrote) -> None:
    for drawn in ("random.sample(rows, m)", "random.choices(rows, k=m)", "random.choices(rows, [m, 1, 1], k=2)"):
        assert wrote(DRAWN % ("m = orders.a.max()", drawn)) == {"name": "name", "k": "k", "rows": "a filter"}


@pytest.mark.parametrize("drawn", ["rows", "[rows[0], rows[1]]", "rows[:2]"])
def test_one_that_chance_has_drawn_is_one_of_many(drawn: str, wrote: Wrote) -> None:
    found = wrote(DRAWN % (f'one = random.choice({drawn})\n    one["name"] = one["age"]', "rows"))
    assert found == {"name": "age transformation ?, name transformation ?", "k": "k"}


def test_a_value_that_chance_has_drawn_is_any_of_them(wrote: Wrote) -> None:
    text = """
        import random
        one, other = random.choice(orders["a"].tolist()), random.choice(("x", "y"))
        pd.DataFrame([{"one": one, "other": other}]).to_csv("o")
    """
    assert wrote(text) == {"one": "a", "other": ""}
