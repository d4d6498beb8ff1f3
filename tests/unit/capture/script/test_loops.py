import textwrap
from collections.abc import Callable

import pytest

from driftline.capture.script.reading import Table
from driftline.capture.script.site import PREVIOUS, turn_of

Wrote = Callable[..., dict[str, str]]


def test_a_loop_over_names_is_unrolled(wrote: Wrote) -> None:
    text = """
        for name in ["a", "b"]:
            df[f"{name}_2"] = df[name] ** 2
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "a_2": "a transformation", "b_2": "b transformation"}


def test_a_read_in_a_loop_is_the_latest_one(wrote: Wrote) -> None:
    text = """
        for file in files:
            one = pd.read_csv("orders")[["a"]]
            one.to_csv("o")
    """
    assert wrote(text) == {"a": "a"}


def test_reads_of_a_loop_that_are_kept_come_from_every_execution(wrote: Wrote) -> None:
    text = """
        kept, total = [], None
        for file in files:
            one = pd.read_csv("orders")[["a"]]
            kept.append(one)
            total = one if total is None else pd.concat([total, one])
        {}.to_csv("o")
    """
    assert wrote(text.format("pd.concat(kept)")) == {"a": "a *"}
    assert wrote(text.format("total")) == {"a": "a *"}


def test_what_is_passed_over_with_continue_decides_which_rows_there_are(wrote: Wrote) -> None:
    text = """
        out = []
        for row in orders.to_dict("records"):
            if row["b"] < 0:
                continue
            out.append({"x": row["a"]})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text) == {"x": "a", "rows": "b filter"}


def test_a_while_loop_goes_around(wrote: Wrote) -> None:
    text = """
        n = 0
        while n < limit:
            df["a"] = df["a"] + df["b"]
            n += 1
        df.to_csv("o")
    """
    assert wrote(text)["a"] == "a transformation, b transformation"


def test_after_a_loop_a_name_holds_what_the_last_turn_gave_it(wrote: Wrote) -> None:
    text = 'for path in paths():\n    last = pd.read_csv("users")\nlast[["age"]].to_csv("o")\n'
    assert wrote(text) == {"age": "age"}
    collected = """
        held = []
        for path in paths():
            held.append(pd.read_csv("users"))
        pd.concat(held)[["age"]].to_csv("o")
    """
    assert wrote(collected) == {"age": "age *"}


def test_a_loop_that_may_not_turn_leaves_what_was_there(wrote: Wrote) -> None:
    text = 'd = df\nfor path in paths():\n    d = orders[["b", "s"]]\nd.to_csv("o")\n'
    assert {"a", "b", "s"} == {one for one in wrote(text) if one != "rows"}


def test_an_element_of_a_generator_is_from_the_latest_read_and_all_of_them_are_from_every(wrote: Wrote) -> None:
    text = """
        def frames():
            for path in paths():
                yield pd.read_csv("users")
    """
    assert wrote(text + '    for one in frames():\n            one[["age"]].to_csv("o")\n') == {"age": "age"}
    assert wrote(text + '    for n, one in enumerate(frames()):\n            one[["age"]].to_csv("o")\n') == {
        "age": "age"
    }
    assert wrote(text + '    pd.concat(frames())[["age"]].to_csv("o")\n') == {"age": "age *"}


def test_a_loop_ends_where_it_is_sure_to_break(wrote: Wrote) -> None:
    text = """
        for col in ["b", "a"]:
            if col in df.columns:
                break
        else:
            col = "k"
        pd.DataFrame({"v": df[col] * 2}).to_csv("o")
    """
    assert wrote(text) == {"v": "b transformation"}


def test_a_loop_that_data_may_end_leaves_either_and_is_not_sure(wrote: Wrote) -> None:
    text = """
        for col in ["b", "a"]:
            if df[col].mean() > 3:
                break
        pd.DataFrame({"v": df[col] * 2}).to_csv("o")
    """
    assert wrote(text) == {
        "v": "a transformation ?, b conditional, b transformation ?"
    }  # the last round is left anyway


def test_a_while_loop_over_numbers_is_unrolled_and_one_with_a_break_runs_once(wrote: Wrote) -> None:
    text = """
        at = 0
        while at < 2:
            one = df[["a", "b"][at]] * 2
            at += 1
        while True:
            other = df.a * 2
            break
        else:
            other = df.b
        pd.DataFrame({"one": one, "other": other}).to_csv("o")
    """
    assert wrote(text) == {"one": "b transformation", "other": "a transformation"}


def test_the_best_of_several_by_data_is_a_hedge(wrote: Wrote) -> None:
    text = """
        best = None
        for name in ["a", "b"]:
            if best is None or df[name].mean() > df[best].mean():
                best = name
        pd.DataFrame({"v": df[best] * 2}).to_csv("o")
    """
    told = set(wrote(text)["v"].split(", "))
    assert told == {"a transformation ?", "b transformation ?", "a conditional", "b conditional"}


def test_records_that_are_all_changed_keep_nothing_of_before(wrote: Wrote) -> None:
    text = """
        recs = orders.to_dict("records")
        for r in recs:
            r["b"] = r["a"] * 2
        pd.DataFrame(recs)[["b"]].to_csv("o")
    """
    assert wrote(text) == {"b": "a transformation"}
    some = text.replace("for r in recs:", "for r in recs[:5]:")
    assert wrote(some) == {"b": "a transformation, b"}


MANY = """
import glob
many = {n: pd.read_csv("users") for n in glob.glob("*")}
"""


def test_in_a_loop_over_many_tables_each_round_has_one_of_them(wrote: Wrote) -> None:
    assert wrote(MANY + 'for one in many.values():\n    one[["age"]].to_csv("o")\n') == {"age": "age ? *"}
    assert wrote(MANY + 'for n, one in many.items():\n    one[["age"]].to_csv("o")\n') == {"age": "age ? *"}
    assert wrote(MANY + '[one[["age"]].to_csv("o") for one in many.values()]\n') == {"age": "age ? *"}
    save = 'def save(one):\n    one["age"] += 1\n    one[["age"]].to_csv("o")\n'
    assert wrote(MANY + save + "for one in many.values():\n    save(one)\n") == {"age": "age transformation ? *"}


def test_what_such_a_loop_collects_or_adds_to_comes_from_all_of_them(wrote: Wrote) -> None:
    collected = 'out = []\nfor one in many.values():\n    out.append(one)\npd.concat(out)[["age"]].to_csv("o")\n'
    assert wrote(MANY + collected) == {"age": "age *"}
    assert wrote(MANY + 'for one in many.values():\n    one[["age"]].to_csv("o", mode="a")\n') == {"age": "age *"}
    rows = 'for one in many.values():\n    file.write_table(one[["age"]].to_csv(file))\n'
    assert wrote(MANY + 'file = open("o", "w")\n' + rows) == {"age": "age *"}
    grouped = 'for name, one in pd.concat(many).groupby("k"):\n    one[["age"]].to_csv("o")\n'
    assert wrote(MANY + grouped)["age"] == "age *"


GENERATOR = """
def frames():
    for path in paths():
        yield path, pd.read_csv("users")
"""


def test_a_generator_gives_a_new_table_each_time_whatever_a_round_does_to_the_one_before(wrote: Wrote) -> None:
    changed = 'for path, one in frames():\n    one["age"] = one["age"] * 2\n    one[["age"]].to_csv("o")\n'
    assert wrote(GENERATOR + changed) == {"age": "age transformation"}
    collected = 'out = []\nfor path, one in frames():\n    one["age"] += 1\n    out.append(one)\n'
    assert wrote(GENERATOR + collected + 'pd.concat(out)[["age"]].to_csv("o")\n') == {"age": "age transformation *"}


def test_what_is_kept_of_a_generator_is_from_the_read_before(given: Callable[..., Table]) -> None:
    text = """
        before = None
        for path, one in frames():
            if before is not None:
                pd.DataFrame({"d": before["age"]}).to_csv("o")
            before = one
    """
    (came,) = given(GENERATOR + textwrap.dedent(text)).columns["d"]
    assert (turn_of(came.read)[1], came.every, came.confidence) == (PREVIOUS, False, 0.9)
    leaves_out = GENERATOR.replace("        yield", "        if path:\n            yield")
    (came,) = given(leaves_out + textwrap.dedent(text)).columns["d"]
    assert (came.every, came.confidence) == (True, 0.5)


def test_what_was_kept_two_turns_ago_is_any_of_the_reads_before_and_not_sure(wrote: Wrote) -> None:
    text = """
        older = before = None
        for path in paths():
            one = pd.read_csv("users")
            if older is not None:
                pd.DataFrame({"d": one["age"] - older["age"]}).to_csv("o")
            older = before
            before = one
    """
    assert wrote(text) == {"d": "age transformation, age transformation ? *"}


def test_the_best_of_many_reads_is_one_of_them_and_what_adds_up_is_all(wrote: Wrote) -> None:
    text = """
        best, total = None, 0
        for path in paths():
            one = pd.read_csv("users")
            total = total + one["age"]
            if best is None or one["age"].mean() > best["age"].mean():
                best = one
    """
    assert wrote(text + '    best[["age"]].to_csv("o")\n') == {"age": "age ? *, age conditional *"}
    assert wrote(text + '    pd.DataFrame({"t": total}).to_csv("o")\n') == {"t": "age transformation *"}


def test_after_a_loop_over_many_tables_its_names_hold_one_of_them(wrote: Wrote) -> None:
    after = 'for one in many.values():\n    one = one[one["age"] > 1]\n    total = total + one["age"]\n'
    last = wrote(MANY + "total = 0\n" + after + 'one[["age"]].to_csv("o")\n')
    assert last == {"age": "age ? *", "rows": "age filter ? *"}
    assert wrote(MANY + "total = 0\n" + after + 'pd.DataFrame({"t": total}).to_csv("o")\n')["t"] == (
        "age transformation *"
    )
    best = "best = None\nfor one in many.values():\n    if best is None or len(one) > len(best):\n        best = one\n"
    assert "age ? *" in wrote(MANY + best + 'best[["age"]].to_csv("o")\n')["age"].split(", ")


# What decides, in loops by hand; ``b``, ``s`` and ``k`` are columns that no value is taken from.


def test_what_a_loop_passes_over_decides_what_it_keeps(wrote: Wrote) -> None:
    text = """
        best, top, last = None, 0.0, {}
        for row in orders.to_dict("records"):
            if row["s"] == "x":
                continue
            last["k"] = row["k"]
            if row["b"] <= top:
                continue
            best, top = row["oid"], row["b"]
        pd.DataFrame([{"best": best, "top": top, "last": last["k"]}]).to_csv("o")
    """
    assert wrote(text) == {
        "best": "b conditional, oid, s conditional", "top": "b, b conditional, s conditional",
        "last": "k, s conditional",
    }  # fmt: skip


def test_what_a_branch_inside_of_a_branch_passes_over_decides_what_comes_after_both(wrote: Wrote) -> None:
    text = """
        best, before = None, None
        for row in orders.to_dict("records"):
            before = row["a"]
            if row["s"] == "x":
                if row["b"] > 3:
                    continue
                before = 0
            best = row["oid"]
        pd.DataFrame([{"best": best, "before": before}]).to_csv("o")
    """
    assert wrote(text) == {"best": "b conditional, oid, s conditional", "before": "a, b conditional, s conditional"}


def test_what_a_record_that_cannot_be_read_passes_over_is_decided_by_it(wrote: Wrote) -> None:
    text = """
        last = None
        for row in orders.to_dict("records"):
            try:
                float(row["s"])
            except ValueError:
                continue
            last = row["oid"]
        pd.DataFrame([{"last": last}]).to_csv("o")
    """
    assert wrote(text) == {"last": "oid, s conditional"}


def test_what_ends_a_loop_decides_all_that_it_leaves_also_what_was_set_before(wrote: Wrote) -> None:
    text = """
        found, n = None, 0
        for row in orders.to_dict("records"):
            n += 1
            found = row["oid"]
            if row["b"] > 3:
                break
        kept = []
        for one in users.to_dict("records"):
            if one["age"] > 60:
                break
            kept.append(one["name"])
        pd.DataFrame([{"found": found, "n": n, "k": row["k"], "kept": ",".join(kept)}]).to_csv("o")
    """
    assert wrote(text) == {
        "found": "b conditional, oid", "n": "b conditional", "k": "b conditional, k",
        "kept": "age filter, name transformation",
    }  # fmt: skip


def test_what_a_while_goes_on_by_decides_what_it_leaves(wrote: Wrote) -> None:
    text = """
        rows = orders.to_dict("records")
        at, best = 0, None
        while rows[at]["b"] < 3:
            row = rows[at]
            at += 1
            if row["s"] == "x":
                continue
            best = row["oid"]
        pd.DataFrame([{"best": best}]).to_csv("o")
    """
    assert wrote(text) == {"best": "b conditional, oid, s conditional"}


def test_which_rows_a_loop_goes_over_decides_what_it_keeps_and_their_order_does_not(wrote: Wrote) -> None:
    text = """
        rows = sorted((row for row in orders.to_dict("records") if row["s"] == "x"), key=lambda row: row["b"])
        total = 0
        for row in rows:
            total += row["a"]
        pd.DataFrame([{"total": total}]).to_csv("o")
    """
    assert wrote(text) == {"total": "a transformation, s filter"}


def test_after_a_round_that_data_may_leave_either_is_kept(wrote: Wrote) -> None:
    text = """
        for col in ["a", "b"]:
            if df[col].mean() < 3:
                continue
            kept = col
        pd.DataFrame({"v": df[kept] * 2}).to_csv("o")
    """
    assert wrote(text) == {"v": "a transformation ?, b conditional, b transformation ?"}


LOADED = 'import csv\nrows = list(csv.DictReader(open("users")))\n'
OVERWRITTEN = 'row["name"], row["k"] = row["k"], row["name"]\n'


@pytest.mark.parametrize(
    "steps",
    [
        f"{LOADED}for row in rows:\n    {OVERWRITTEN}",
        f"{LOADED}for number, row in enumerate(rows):\n    {OVERWRITTEN}",
        f"{LOADED}rows = sorted(rows, key=len)\nfor row in rows:\n    {OVERWRITTEN}",
        f'{LOADED}for row in rows:\n    row["k"] = row.pop("name")\nfor row in rows:\n    row["name"] = row["k"]\n'
        f'    row["k"] = row["age"]\nfor row in rows:\n    row["k"], row["name"] = row["name"], "x"\n',
        f'import csv\nrows = []\nfor row in csv.DictReader(open("users")):\n    {OVERWRITTEN}    rows.append(row)\n',
        f'import csv\nrows = [row for row in csv.DictReader(open("users"))]\nfor row in rows:\n    {OVERWRITTEN}',
        "import csv\ndef some(rows):\n    return [row for row in rows]\n"
        f'rows = some(list(csv.DictReader(open("users"))))\nfor row in rows:\n    {OVERWRITTEN}',
    ],
)
def test_a_field_that_every_row_has_written_over_is_no_longer_what_it_was(wrote: Wrote, steps: str) -> None:
    """By hand: ``k`` has what was in ``name``, once, however often the loop is gone around here."""
    assert wrote(f'{steps}pd.DataFrame(rows).to_csv("o")\n')["k"] == "name"


def test_the_row_before_has_what_its_own_round_has_put_there(wrote: Wrote) -> None:
    """By hand: each row takes from the one before, and puts something into it."""
    text = """
        before = None
        for row in rows:
            row["last"] = before["new"] if before else ""
            row["new"] = row["name"]
            if before is not None:
                before["next"] = row["age"]
            before = row
        pd.DataFrame(rows).to_csv("o")
    """
    assert {("last", "name"), ("new", "name"), ("next", "age")} <= wrote(LOADED + textwrap.dedent(text)).items()


def test_rows_of_which_some_are_changed_may_be_as_they_were(wrote: Wrote) -> None:
    """By hand: ``some`` are changed, and all of them are written."""
    text = 'some = [row for row in rows if row["age"]]\nfor row in some:\n    row["name"] = row["k"]\n'
    found = wrote(f'{LOADED}{text}pd.DataFrame(rows).to_csv("o")\n')
    assert {"k", "name"} <= set(found["name"].split(", "))
