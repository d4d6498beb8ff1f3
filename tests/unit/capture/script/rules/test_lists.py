from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]

# What Python gives for the first element, worked out by hand.
CHANGES = [
    ('l = ["b", "a"]; l.sort()', "a"),
    ('l = ["a", "b"]; l.sort(reverse=True)', "b"),
    ('l = ["ab", "b"]; l.sort(key=len); l.pop()', "b"),
    ('l = ["a", "b"]; l.reverse()', "b"),
    ('l = ["a", "b"]; del l[0]', "b"),
    ('l = ["a", "b"]; del l[0:1]', "b"),
    ('l = ["a", "b"]; l.insert(0, l.pop(1))', "b"),
    ('l = ["a", "b"]; l.insert(-1, "s"); l.remove("a")', "s"),
    ('l = ["b"]; l.clear(); l.append("a"); l.extend(["b"])', "a"),
    ('l = ["a", "b"]; l[-2] = "s"', "s"),
    ('l = ["a", "b"]; l[0:1] = ["b", "a"]', "b"),
    ('l = list(reversed(["a", "b"]))', "b"),
    ('l = sorted(["ab", "b"], key=len)', "b"),
    ('l = [max(["a", "b"], key=lambda one: {"a": 2, "b": 1}[one])]', "a"),
    ('from collections import deque; l = deque(["a"]); l.appendleft("s")', "s"),
    ('from collections import deque; l = deque(["a"]); l.extendleft(["s", "b"])', "b"),
]


@pytest.mark.parametrize(("text", "first"), CHANGES)
def test_a_list_of_names_changes_as_python_changes_it(wrote: Wrote, text: str, first: str) -> None:
    found = wrote(f'{text}\npd.DataFrame({{"v": orders[l[0]] * 2}}).to_csv("o")\n')
    assert found == {"v": f"{first} transformation"}


@pytest.mark.parametrize(
    "text",
    [
        "import random; random.shuffle(l)",
        "import random; random.Random(1).shuffle(l)",
        "l.any_method_that_nobody_knows()",
        "l.sort(key=lambda one: df[one].mean())",
        "l.pop(number())",
        "del l[number()]",
        "l[number()] = 'a'",
        "l = list(set(l))",
    ],
)
def test_a_list_whose_order_is_not_known_is_a_hedge(wrote: Wrote, text: str) -> None:
    found = wrote(f'l = ["b", "a"]\n{text}\npd.DataFrame({{"v": df[l[0]] * 2}}).to_csv("o")\n')
    told = found["v"].split(", ")
    assert {"a transformation ?", "b transformation ?"} <= set(told)
    assert not {"a transformation", "b transformation"} & set(told)


def test_columns_that_data_sorts_may_each_be_the_first(wrote: Wrote) -> None:
    text = """
        l = [df.a, df.b]
        l.sort(key=lambda one: one.mean())
        pd.DataFrame({"v": l[0] * 2, "w": max([df.a, df.b], key=lambda one: one.sum()) * 2}).to_csv("o")
    """
    found = wrote(text)
    assert found["v"] == "a transformation ?, b transformation ?"
    assert {"a transformation ?", "b transformation ?"} <= set(found["w"].split(", "))


def test_columns_in_a_list_are_turned_and_put_in(wrote: Wrote) -> None:
    text = """
        l = [df.a]
        l.insert(0, df.b)
        turned = list(reversed(l))
        pd.DataFrame({"first": l[0] * 2, "turned": turned[0] * 2}).to_csv("o")
    """
    assert wrote(text) == {"first": "b transformation", "turned": "a transformation"}


def test_columns_by_a_changed_list_keep_their_places(wrote: Wrote) -> None:
    text = """
        cols = list(orders.columns)
        cols.insert(0, cols.pop(cols.index("b")))
        out = orders[cols]
        out.columns = ["money", "id", "key", "amount", "text"]
        out.to_csv("o")
    """
    assert wrote(text) == {"money": "b", "id": "oid", "key": "k", "amount": "a", "text": "s"}


def test_sets_of_names_are_computed(wrote: Wrote) -> None:
    text = """
        cols = sorted(set(orders.columns) - {"k", "s"})
        more = ({one for one in orders.columns if one != "k"} & {"a", "k", "s"}) | {"b"}
        more.discard("s")
        (orders[cols] * 2).join(orders[[f"{one}" for one in more]].add_prefix("x_")).to_csv("o")
    """
    found = wrote(text)
    assert found == {
        "a": "a transformation",
        "b": "b transformation",
        "oid": "oid transformation",
        "x_a": "a",
        "x_b": "b",
    }


def test_columns_of_a_set_have_names_and_no_places(wrote: Wrote) -> None:
    text = """
        some = list({"a", "b"})
        out = orders[some]
        out["by_name"] = out["a"]
        out.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "by_name": "a"}
    moved = wrote('out = orders[list({"a", "b"})]\nout.columns = ["p", "q"]\nout.to_csv("o")\n')
    assert moved == dict.fromkeys("pq", "a transformation ?, b transformation ?")


def test_a_set_is_unpacked_in_no_known_order(wrote: Wrote) -> None:
    found = wrote('x, y = {"a", "b"}\npd.DataFrame({"v": df[x] * 2}).to_csv("o")\n')
    assert found == {"v": "a transformation ?, b transformation ?"}


def test_what_is_sorted_again_was_perhaps_in_another_order_before(wrote: Wrote) -> None:
    text = """
        total = {}
        for row in sorted(orders.to_dict("records"), key=lambda row: row["b"]):
            total[row["k"]] = total.get(row["k"], 0) + row["a"]
        pd.DataFrame([{"k": k, "t": total[k]} for k in sorted(total)]).to_csv("o")
    """
    found = wrote(text)
    assert found["rows"] == "b sort ?, k group_by, k sort"
    assert "b sort ?" in found["t"]


def test_an_element_at_the_place_of_another_is_decided_by_where_that_is(wrote: Wrote) -> None:
    text = """
        rows = orders.to_dict("records")
        found = [row["b"] for row in rows]
        pd.DataFrame([{"id": rows[found.index(max(found))]["oid"]}]).to_csv("o")
    """
    assert wrote(text) == {"id": "b conditional, oid"}


CELLS = """
        import csv, random
        with open("orders") as file:
            rows = list(csv.reader(file))
        for row in rows:
            %s
        pd.DataFrame(rows, columns=["A", "B", "C", "D", "E"]).to_csv("o")
"""
ANY = ", ".join(f"{name} transformation ?" for name in ("a", "b", "k", "oid", "s"))


@pytest.mark.parametrize("made", ["row.sort()", "random.shuffle(row)", "row[:] = sorted(row)"])
def test_cells_that_data_put_in_order_are_columns_no_more(wrote: Wrote, made: str) -> None:
    found = wrote(CELLS % made)
    assert {name: cames for name, cames in found.items() if name != "rows"} == dict.fromkeys("ABCDE", ANY)


@pytest.mark.parametrize("each", ["row.reverse()", "row[:] = row[::-1]"])
def test_cells_that_are_turned_are_the_columns_from_the_last_one_on(wrote: Wrote, each: str) -> None:
    assert wrote(CELLS % each) == {"A": "s", "B": "b", "C": "a", "D": "k", "E": "oid"}
