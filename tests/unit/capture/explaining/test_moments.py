"""What a file that a loop opens to write was made of; expected sources are read off the scripts, turn by turn."""

import pytest
from tests.told_by_code import Script, edges

BEGIN = """\
import driftline
driftline.watch("job")
import csv, glob, json, sqlite3
import pandas as pd
for n in "xy":
    pd.DataFrame({"a": [f"{n}{k}" for k in range(60)], "b": range(60)}).to_csv(f"{n}.csv", index=False)
def load(name):
    with open(name, newline="") as f:
        return list(csv.DictReader(f))
"""
ROWS = """\
con = sqlite3.connect("s.db")
for n, k in (("x", 3), ("y", 5)):
    con.execute(f"create table {n} (a text, b integer)")
    con.executemany(f"insert into {n} values (?, ?)", [(f"{n}{i}", k * i) for i in range(60)])
con.commit()
"""
WRITE = 'w = csv.writer(g); w.writerow(["k"])\n'


def sources(events: list[dict[str, object]], name: str) -> dict[str, float]:
    """The sources of column ``k`` of an output, with their confidence."""
    return {source: sure for source, _, _, sure in edges(events, name)["k"]}


FORMS = {
    "both in one with": (
        'for n in ["x", "y"]:\n'
        '    with open(n + ".csv", newline="") as f, open(f"out_{n}.csv", "w", newline="") as g:\n'
        "        " + WRITE + '        for r in csv.DictReader(f): w.writerow([r["a"]])\n'
    ),
    "files of a glob": (
        'for p in sorted(glob.glob("[xy].csv")):\n'
        '    with open(p, newline="") as f, open("out_" + p, "w", newline="") as g:\n'
        "        " + WRITE + '        for r in csv.DictReader(f): w.writerow([r["a"]])\n'
    ),
    "a function": (
        "def conv(src, dst):\n"
        "    rows = load(src)\n"
        '    with open(dst, "w", newline="") as g:\n'
        "        " + WRITE + '        for r in rows: w.writerow([r["a"]])\n'
        'for n in ["x", "y"]: conv(n + ".csv", f"out_{n}.csv")\n'
    ),
    "a function that saves": (
        "def save(dst, rows):\n"
        '    with open(dst, "w", newline="") as g:\n'
        "        " + WRITE + '        for r in rows: w.writerow([r["a"]])\n'
        'for p in sorted(glob.glob("[xy].csv")): save("out_" + p, load(p))\n'
    ),
    "open and close": (
        'for n in ["x", "y"]:\n'
        '    f = open(n + ".csv", newline=""); g = open(f"out_{n}.csv", "w", newline="")\n'
        "    " + WRITE + '    for r in csv.DictReader(f): w.writerow([r["a"]])\n'
        "    f.close(); g.close()\n"
    ),
    "a frame, row by row": (
        'for n in ["x", "y"]:\n'
        '    df = pd.read_csv(n + ".csv")\n'
        '    with open(f"out_{n}.csv", "w", newline="") as g:\n'
        "        " + WRITE + "        for r in df.itertuples(): w.writerow([r.a])\n"
    ),
    "rows by name": (
        'for n in ["x", "y"]:\n'
        '    with open(n + ".csv", newline="") as f, open(f"out_{n}.csv", "w", newline="") as g:\n'
        '        w = csv.DictWriter(g, ["k"]); w.writeheader()\n'
        '        w.writerows([{"k": r["a"]} for r in csv.DictReader(f)])\n'
    ),
    "the output is opened first": (
        'for p in sorted(glob.glob("[xy].csv")):\n'
        '    with open("out_" + p, "w", newline="") as g:\n'
        "        " + WRITE + '        for r in load(p): w.writerow([r["a"]])\n'
    ),
    "a file that a function hands on": (
        'def opened(p): return open(p, "w", newline="")\n'
        'for p in sorted(glob.glob("[xy].csv")):\n'
        "    rows = load(p)\n"
        '    with opened("out_" + p) as g:\n'
        "        " + WRITE + '        for r in rows: w.writerow([r["a"]])\n'
    ),
    "a context of the user's": (
        "import contextlib\n"
        "@contextlib.contextmanager\n"
        "def out(p):\n"
        '    with open(p, "w", newline="") as g: yield g\n'
        'for p in sorted(glob.glob("[xy].csv")):\n'
        "    rows = load(p)\n"
        '    with out("out_" + p) as g:\n'
        "        " + WRITE + '        for r in rows: w.writerow([r["a"]])\n'
    ),
    "threads that open their outputs first": (
        "import threading\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "both = threading.Barrier(2)\n"
        "def conv(n):\n"
        '    with open(f"out_{n}.csv", "w", newline="") as g:\n'
        "        both.wait(20)\n"
        '        rows = load(n + ".csv")\n'
        "        both.wait(20)\n"
        "        " + WRITE + '        for r in rows: w.writerow([r["a"]])\n'
        'with ThreadPoolExecutor(2) as pool: list(pool.map(conv, "xy"))\n'
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_file_that_a_loop_writes_piece_by_piece_has_the_source_of_its_turn(script: Script, form: str) -> None:
    events = script(BEGIN + FORMS[form])
    for n in "xy":
        assert sources(events, f"out_{n}.csv") == {f"{n}.csv": 0.9}


@pytest.mark.parametrize(
    ("fetch", "rows"),
    [
        ('cur = con.execute(f"select a as k from {n}")', "cur"),
        ('cur = con.cursor(); cur.execute(f"select a as k from {n}")', "cur.fetchall()"),
        ('rows = con.execute(f"select a as k from {n}").fetchall()', "rows"),
        ('rows = con2.execute(text(f"select a as k from {n}")).fetchall()', "rows"),
    ],
)
def test_each_file_of_fetched_rows_has_the_table_of_its_turn(script: Script, fetch: str, rows: str) -> None:
    events = script(BEGIN + ROWS + (
        "from sqlalchemy import create_engine, text\n"
        'con2 = create_engine("sqlite:///s.db").connect()\n'
        'for n in ["x", "y"]:\n'
        f"    {fetch}\n"
        '    with open(f"out_{n}.csv", "w", newline="") as g:\n'
        "        " + WRITE + f"        w.writerows({rows})\n"
    ))  # fmt: skip
    for n in "xy":
        assert sources(events, f"out_{n}.csv") == {n: 0.9}


def test_each_file_of_rows_of_duckdb_has_the_table_of_its_turn(script: Script) -> None:
    events = script(BEGIN + (
        "import duckdb\n"
        'con = duckdb.connect("d.duckdb")\n'
        'for n, k in (("x", 3), ("y", 5)): con.execute(f"create table {n} as select range * {k} a from range(60)")\n'
        'for n in ["x", "y"]:\n'
        '    rows = con.execute(f"select a + 1 as k from {n}").fetchall()\n'
        '    with open(f"out_{n}.csv", "w", newline="") as g:\n'
        "        " + WRITE + "        w.writerows(rows)\n"
    ))  # fmt: skip
    for n in "xy":
        assert sources(events, f"out_{n}.csv") == {n: 0.9}


@pytest.mark.parametrize("write", ["with open(f'out_{n}.json', 'w') as g: json.dump({}, g)",
                                   "json.dump({}, open(f'out_{n}.json', 'w'))"])  # fmt: skip
def test_each_object_that_is_dumped_into_an_open_file_has_the_table_of_its_turn(script: Script, write: str) -> None:
    events = script(BEGIN + ROWS + (
        'for n in ["x", "y"]:\n'
        '    rows = con.execute(f"select a, b from {n}").fetchall()\n'
        "    " + write.replace("{}", '[{"k": r[0]} for r in rows]') + "\n"
    ))  # fmt: skip
    for n in "xy":
        assert sources(events, f"out_{n}.json") == {n: 0.9}


def test_what_was_collected_until_then_comes_from_all_turns_so_far(script: Script) -> None:
    events = script(BEGIN + (
        "rows = []\n"
        'for n in ["x", "y"]:\n'
        '    with open(n + ".csv") as f: rows.extend(csv.DictReader(f))\n'
        '    with open(f"out_{n}.csv", "w", newline="") as g:\n'
        "        " + WRITE + '        w.writerows([r["a"]] for r in rows)\n'
    ))  # fmt: skip
    assert sources(events, "out_x.csv") == {"x.csv": 0.9}
    assert sources(events, "out_y.csv") == {"x.csv": 0.9, "y.csv": 0.9}


def test_one_file_that_is_open_for_all_turns_comes_from_all(script: Script) -> None:
    events = script(BEGIN + (
        'g = open("out.csv", "w", newline="")\n' + WRITE +
        'for p in sorted(glob.glob("[xy].csv")):\n'
        '    for r in load(p): w.writerow([r["a"]])\n'
        "g.close()\n"
    ))  # fmt: skip
    assert sources(events, "out.csv") == {"x.csv": 0.9, "y.csv": 0.9}


def test_files_that_stay_open_over_the_turns_may_come_from_each_and_none_is_sure(script: Script) -> None:
    """By hand: rows go to the file of their ``b % 2``, both hold rows of x and y."""
    events = script(BEGIN + (
        "outs, held = {}, []\n"
        'for n in ["x", "y"]:\n'
        '    for r in load(n + ".csv"):\n'
        '        k = int(r["b"]) % 2\n'
        "        if k not in outs:\n"
        '            g = open(f"out_{k}.csv", "w", newline="")\n'
        "            held.append(g)\n"
        '            outs[k] = csv.writer(g); outs[k].writerow(["k"])\n'
        '        outs[k].writerow([r["a"]])\n'
        "for g in held: g.close()\n"
    ))  # fmt: skip
    for k in (0, 1):
        assert sources(events, f"out_{k}.csv") == {"x.csv": 0.5, "y.csv": 0.5}


def test_where_the_same_was_read_each_time_it_does_not_matter_which(script: Script) -> None:
    events = script(BEGIN + (
        "outs = []\n"
        "for turn in range(2):\n"
        '    rows = load("x.csv")\n'
        '    g = open(f"out_{turn}.csv", "w", newline=""); outs.append(g)\n'
        "    " + WRITE + '    for r in rows: w.writerow([r["a"]])\n'
        "for g in outs: g.close()\n"
    ))  # fmt: skip
    assert sources(events, "out_0.csv") == sources(events, "out_1.csv") == {"x.csv": 0.9}


def test_a_file_that_several_openings_wrote_comes_from_what_each_of_them_wrote(script: Script) -> None:
    events = script(BEGIN + (
        'for n in ["x", "y"]:\n'
        '    rows = load(n + ".csv")\n'
        '    with open("out.csv", "a", newline="") as g:\n'
        '        w = csv.DictWriter(g, ["k"])\n'
        '        if n == "x": w.writeheader()\n'
        '        for r in rows: w.writerow({"k": r["a"]})\n'
    ))  # fmt: skip
    assert sources(events, "out.csv") == {"x.csv": 0.9, "y.csv": 0.9}


SELECTS = """\
import driftline
driftline.watch("job")
import csv, sqlite3
import pandas as pd
con = sqlite3.connect("s.db")
con.execute("create table t (k text, v integer, day text)")
con.executemany("insert into t values (?, ?, ?)", [(f"k{i % 7}", i, f"d{i % 5}") for i in range(60)])
con.commit()
"""
SUMS = """\
total = {{}}
for k, v in con.execute("select k, v from t order by day{}"):
    total[k] = total.get(k, 0) + v
with open("out.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["k", "total"])
    w.writerows(sorted(total.items()))
"""
GROUPS = """\
df = pd.read_sql("select k, v from t order by day{}", con)
df.groupby("k").v.sum().reset_index().to_csv("out.csv", index=False)
"""
FIRST = 'pd.read_sql("select k, v from t order by day{}", con).head(3).to_csv("out.csv", index=False)\n'


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        (SUMS, "", {("SORT", 0.5)}),
        (SUMS, " limit 20", {("SORT", 1.0)}),
        (GROUPS, "", set()),
        (GROUPS, " limit 20", {("SORT", 1.0)}),
        (FIRST, "", {("SORT", 0.9), ("FILTER", 0.9)}),
    ],
)
def test_what_sorts_all_rows_of_a_select_tells_no_sum(
    script: Script, text: str, more: str, told: set[tuple[str, float]]
) -> None:
    found = edges(script(SELECTS + text.format(more)), "out.csv")
    assert {one[2:] for one in found.get("", set()) if one[1] == "day"} == told


def test_a_filter_looks_at_columns_that_are_not_read(script: Script) -> None:
    events = script(
        'import driftline\ndriftline.watch("job")\nimport pandas as pd, pyarrow.parquet as pq\n'
        'pd.DataFrame({"a": range(60), "b": [i % 7 for i in range(60)]}).to_parquet("in.parquet")\n'
        't = pq.read_table("in.parquet", columns=["a"], filters=[("b", "=", 3)])\n'
        'pd.DataFrame({"c": t.to_pandas()["a"] * 2}).to_parquet("out.parquet")\n'
    )
    assert edges(events, "out.parquet")[""] == {("in.parquet", "b", "FILTER", 0.9)}
