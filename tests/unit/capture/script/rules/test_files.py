from collections.abc import Callable

import pytest

from driftline.capture.script.follow import Followed
from driftline.capture.script.reading import Table

Follows = Callable[..., Followed]
Wrote = Callable[..., dict[str, str]]


def written(found: Followed, line: int) -> Table:
    """What was written to the file that the call in a line opened."""
    path = min(one for one in found.paths() if one[-1].line == line)
    table = found.given(path)
    assert table is not None
    return table


def columns(table: Table) -> dict[str, set[str]]:
    return {name: {one.column for one in cames} for name, cames in table.columns.items()}


# five lines come before each of these
def test_rows_go_from_file_to_file(follows: Follows) -> None:
    text = """\
import csv
reader = csv.DictReader(open("users"))
out = open("o", "w")
writer = csv.DictWriter(out, fieldnames=["n", "old"])
writer.writeheader()
for row in reader:
    if row["k"] != "x":
        writer.writerow({"n": row["name"].upper(), "old": int(row["age"]) > 60})
"""
    table = written(follows(text), 8)
    assert columns(table) == {"n": {"name"}, "old": {"age"}}
    assert {(one.column, one.subtype) for one in table.rows} == {("k", "FILTER")}


def test_a_header_names_the_columns_that_follow(follows: Follows) -> None:
    text = """\
import csv
with open("users") as source, open("o", "w") as target:
    rows = csv.reader(source)
    header = next(rows)
    writer = csv.writer(target)
    writer.writerow(["who", "years"])
    for row in rows:
        writer.writerow([row[1], row[header.index("age")]])
"""
    found = follows(text)
    path = max(one for one in found.paths() if one[-1].line == 7)
    table = found.given(path)
    assert table is not None
    assert columns(table) == {"who": {"name"}, "years": {"age"}}


def test_records_of_json_are_followed(follows: Follows) -> None:
    text = """\
import json
data = json.load(open("users"))
json.dump([{"y": one["age"]} for one in data if one["name"]], open("o", "w"))
"""
    table = written(follows(text), 8)
    assert columns(table) == {"y": {"age"}}


def test_a_text_is_all_columns_and_not_sure(follows: Follows) -> None:
    table = written(follows('out = open("o", "w")\nfor line in open("users"):\n    out.write(line.upper())\n'), 6)
    assert {(one.column, one.confidence) for one in table.of("x")} == {("", 0.5)}


@pytest.mark.parametrize(
    "line",
    ['out.write(f"{row.k},{row.a:.2f}\\n")', 'out.write(f"{row.k:>9}{row.a:<9}\\n")', "print(row.k, row.a, file=out)"],
)
def test_cells_of_a_line_of_text_are_told_by_place(follows: Follows, line: str) -> None:
    table = written(follows(f'out = open("o", "w")\nfor row in orders.itertuples():\n    {line}\n'), 6)
    assert columns(table) == {"0": {"k"}, "1": {"a"}}


def test_a_first_line_of_text_names_the_columns(follows: Follows) -> None:
    loop = 'for r in orders.itertuples():\n    out.write(f"{r.a}{r.b};{r.s}\\n")\n'
    text = 'out = open("o", "w")\nout.write("x;y\\n")\n' + loop
    assert columns(written(follows(text), 6)) == {"x": {"a", "b"}, "y": {"s"}}


LINES = """\
with open("o", "w") as f:
    f.write("x,y\\n")
    for r in orders.itertuples():
        f.write({})
"""


@pytest.mark.parametrize(
    "line",
    [
        '"%s,%.2f\\n" % (r.a, r.b)',
        '"%(p)s,%(q)s\\n" % {"p": r.a, "q": r.b}',
        '"{},{:.2f}\\n".format(r.a, r.b)',
        'str(r.a) + "," + str(r.b) + "\\n"',
        '",".join([str(r.a), str(r.b)]) + "\\n"',
        '",".join(map(str, (r.a, r.b))) + "\\n"',
        'f"{r.a},{r.b}\\n"',
    ],
)
def test_cells_of_a_line_are_told_however_it_is_put_together(follows: Follows, line: str) -> None:
    assert columns(written(follows(LINES.replace("{}", line)), 6)) == {"x": {"a"}, "y": {"b"}}


def test_a_header_and_a_row_may_be_one_text(follows: Follows) -> None:
    text = """\
with open("o", "w") as f:
    f.write("x,y\\n%d,%d\\n" % (orders.a.sum(), orders.b.max()))
"""
    assert columns(written(follows(text), 6)) == {"x": {"a"}, "y": {"b"}}


def test_what_decided_the_rows_behind_a_number_decides_its_cell(follows: Follows) -> None:
    text = """\
import csv
f = open("o", "w")
w = csv.writer(f)
w.writerow(["x", "y"])
w.writerow([orders[orders["b"] > 3]["a"].sum(), sum(1 for s in orders["s"] if s > "m")])
"""
    table = written(follows(text), 7)
    assert columns(table) == {"x": {"a", "b"}, "y": {"s"}}
    assert not table.rows


RECORD = 'json.dumps({"n": r["name"], "old": int(r["age"]) > 60})'


@pytest.mark.parametrize(
    "line",
    [
        f'f.write({RECORD} + "\\n")',
        f"f.write(f'{{{RECORD}}}\\n')",
        f'f.write("%s\\n" % {RECORD})',
        f'f.write("{{}}\\n".format({RECORD}))',
        f'f.write({RECORD}.encode() + b"\\n")',
        f'f.write({RECORD}); f.write("\\n")',
        f'f.write(",\\n" + {RECORD})',
        f"print({RECORD}, file=f)",
        f'f.writelines([{RECORD}, "\\n"])',
    ],
)
def test_a_line_of_json_has_the_columns_of_what_was_put_into_it(follows: Follows, line: str) -> None:
    text = f'import csv, json\nf = open("o", "w")\nfor r in csv.DictReader(open("users")):\n    {line}\n'
    table = written(follows(text), 7)
    found = {(name, one.column, one.subtype, one.confidence) for name, of in table.columns.items() for one in of}
    assert found == {("n", "name", "IDENTITY", 0.9), ("old", "age", "TRANSFORMATION", 0.9)}
    assert not table.spread


@pytest.mark.parametrize(
    "write",
    [
        'f.write("\\n".join(json.dumps({"n": r["name"]}) for r in rows if r["k"]))',
        'f.write("\\n".join([json.dumps({"n": r["name"]}) for r in rows if r["k"]]) + "\\n")',
        'f.writelines(json.dumps({"n": r["name"]}) + "\\n" for r in rows if r["k"])',
        'f.write("[" + ",".join(json.dumps({"n": r["name"]}) for r in rows if r["k"]) + "]")',
    ],
)
def test_lines_of_json_written_at_once_have_the_columns_and_what_decided_the_lines(
    follows: Follows, write: str
) -> None:
    table = written(
        follows(f'import csv, json\nrows = csv.DictReader(open("users"))\nf = open("o", "w")\n{write}\n'), 8
    )
    assert {(name, one.column, one.confidence) for name, of in table.columns.items() for one in of} == {
        ("n", "name", 0.9)
    }
    assert {(one.column, one.subtype, one.confidence) for one in table.rows} == {("k", "FILTER", 0.9)}
    assert not table.spread


def test_a_text_of_json_that_grows_has_the_columns(follows: Follows) -> None:
    text = """\
import csv, json
text = ""
for r in csv.DictReader(open("users")):
    text += json.dumps({"n": r["name"]}) + "\\n"
open("o", "w").write(text)
"""
    table = written(follows(text), 10)
    assert columns(table) == {"n": {"name"}}
    assert not table.spread


def test_json_holds_what_was_put_in_before_and_not_what_came_later(follows: Follows) -> None:
    text = """\
import json
f = open("o", "w")
record = {"x": orders.a.sum()}
line = json.dumps(record)
record["y"] = orders.b.sum()
f.write(line)
"""
    assert columns(written(follows(text), 7)) == {"x": {"a"}}


def test_json_in_a_cell_beside_others_is_told_as_not_sure(follows: Follows) -> None:
    text = (
        'import json\nf = open("o", "w")\nfor r in orders.itertuples():\n    f.write(f"{r.a},{json.dumps([r.b])}\\n")\n'
    )
    table = written(follows(text), 7)
    assert {(one.column, one.confidence) for one in table.of("x")} == {("a", 0.5), ("b", 0.5)}


@pytest.mark.parametrize(
    "line",
    [
        'print(r.a, r.b, sep=",", file=f)',
        'print(*[r.a, r.b], sep=",", file=f)',
        'print(f"{r.a},{r.b}", file=f)',
        'print("%s,%s" % (r.a, r.b), file=f)',
    ],
)
def test_lines_that_are_printed_stand_under_a_header_that_is(follows: Follows, line: str) -> None:
    loop = f"for r in orders.itertuples():\n    {line}\n"
    table = written(follows(f'f = open("o", "w")\nprint("x,y", file=f)\n{loop}'), 6)
    assert columns(table) == {"x": {"a"}, "y": {"b"}}


def test_pieces_of_lines_that_are_printed_are_not_sure(follows: Follows) -> None:
    loop = 'for r in orders.itertuples():\n    print(r.a, end=",", file=f)\n    print(*r[2:], end="", file=f)\n'
    table = written(follows(f'f = open("o", "w")\nprint("x,y", file=f)\n{loop}'), 6)
    assert {one.confidence for cames in (*table.columns.values(), table.spread) for one in cames} == {0.5}
    assert not table.columns


def test_cells_that_are_not_as_many_as_the_header_says_may_be_any(follows: Follows) -> None:
    text = """\
import csv
w = csv.writer(open("o", "w"))
w.writerow(["x", "y"])
for r in orders.itertuples():
    w.writerow([r.a, r.b, r.s])
"""
    table = written(follows(text), 7)
    assert not table.columns
    assert {(one.column, one.confidence) for one in table.of("x")} == {("a", 0.5), ("b", 0.5), ("s", 0.5)}


@pytest.mark.parametrize("row", ['{"n": r["name"], "k": r["k"]}', "r", "dict(r, n=r['name'])"])
def test_a_writer_of_records_takes_the_fields_that_it_was_told(follows: Follows, row: str) -> None:
    fields = '["name"]' if row == "r" else '["n"]'
    text = f"""\
import csv
w = csv.DictWriter(open("o", "w"), fieldnames={fields}, extrasaction="ignore")
for r in csv.DictReader(open("users")):
    w.writerow({row})
"""
    assert list(columns(written(follows(text), 7)).values()) == [{"name"}]


def test_a_row_with_names_of_its_own_stands_under_the_header(follows: Follows) -> None:
    text = """\
import csv
w = csv.writer(open("o", "w"))
w.writerow(["who", "x"])
w.writerows(orders[["k", "b"]].itertuples(index=False))
"""
    assert columns(written(follows(text), 7)) == {"who": {"k"}, "x": {"b"}}


@pytest.mark.parametrize("header", ['"x","y"\\n', "x,y\\r\\n", "\\ufeffx,y\\n"])
def test_names_in_a_line_of_text_are_bare(follows: Follows, header: str) -> None:
    text = f"""\
f = open("o", "w")
f.write('{header}')
for r in orders.itertuples():
    f.write(f'"{{r.a}}",{{r.b}}\\r\\n')
"""
    assert columns(written(follows(text), 6)) == {"x": {"a"}, "y": {"b"}}


def test_cells_below_a_line_that_is_not_known_have_no_names(follows: Follows) -> None:
    text = """\
f = open("o", "w")
f.write(open("users").readline().upper())
for r in orders.itertuples():
    f.write(f"{r.a},{r.b}\\n")
"""
    table = written(follows(text), 6)
    assert not table.columns
    assert {(one.column, one.confidence) for one in table.of("x")} == {("", 0.5), ("a", 0.5), ("b", 0.5)}


def test_a_file_that_a_stack_closes_is_written_like_others(follows: Follows) -> None:
    text = """\
import contextlib, csv
with contextlib.ExitStack() as stack:
    source = stack.enter_context(open("users"))
    outs = {one: stack.enter_context(open(one, "w")) for one in ("a", "b")}
    for row in csv.DictReader(source):
        csv.writer(outs[row["k"]]).writerow([row["name"]])
"""
    table = written(follows(text), 9)
    assert "name" in set().union(*columns(table).values())


@pytest.mark.parametrize(
    "opened",
    [
        'Path("o").open("w", newline="")',
        '(Path("d") / "o").open(mode="a")',
        '(Path(__file__).parent / "o").with_suffix(".csv").open("w", encoding="utf-8")',
        'tempfile.NamedTemporaryFile("w", delete=False)',
        'os.fdopen(tempfile.mkstemp(dir=".")[0], "w")',
        'open(os.open("o", os.O_WRONLY), "w")',
    ],
)
def test_a_file_is_written_however_it_is_opened(follows: Follows, opened: str) -> None:
    text = f"""\
import csv, os, tempfile
from pathlib import Path
with {opened} as out:
    writer = csv.writer(out)
    writer.writerow(["n", "old"])
    for row in csv.DictReader(open("users")):
        writer.writerow([row["name"].upper(), row["age"]])
"""
    assert columns(written(follows(text), 8)) == {"n": {"name"}, "old": {"age"}}


def test_a_buffer_of_a_text_is_read_as_the_file_that_the_text_is_of(given: Callable[..., Table]) -> None:
    text = """
        import io
        with open("users") as file:
            text = file.read()
        pd.read_csv(io.StringIO(text))[["age"]].to_csv("o")
    """
    [age] = given(text).columns["age"]
    assert (age.read[-1].line, age.column, age.confidence) == (8, "age", 0.9)  # of the call that opened it


def test_a_buffer_of_a_text_without_header_is_not_taken_for_the_file(given: Callable[..., Table]) -> None:
    text = """
        import io
        with open("users") as file: text = file.read()
        pd.read_csv(io.StringIO(text), names=["age", "y"])[["age"]].to_csv("o")
    """
    assert {(one.column, one.confidence) for one in given(text).columns["age"]} == {("", 0.5)}  # of any column


def test_a_text_without_a_header_has_named_columns_that_may_come_from_any_of_it(
    wrote: Callable[..., dict[str, str]],
) -> None:
    text = """
        import io
        lines = "\\n".join(f"{row['a']},{row['b']}" for row in orders.to_dict("records"))
        t = pd.read_csv(io.StringIO(lines), header=None, names=["x", "y"])
        t.to_csv("o")
    """
    assert wrote(text) == {"x": "a transformation ?, b transformation ?", "y": "a transformation ?, b transformation ?"}


# ``not_there`` is a file that the run has not read


@pytest.mark.parametrize(
    "begun",
    [
        'state = pickle.load(open("not_there", "rb")) if os.path.exists(p) else {}',
        'state = {}\nif os.path.exists(p):\n    with open("not_there") as file:\n        state = json.load(file)',
        'try:\n    state = dict(joblib.load("not_there"))\nexcept FileNotFoundError:\n    state = {}',
        'state = {}\nif os.path.exists(p):\n    state.update(json.load(open("not_there")))',
        "def load():\n    if not os.path.exists(p):\n        return {}\n"
        '    return json.loads(Path("not_there").read_text())\nstate = load()',
    ],
)
def test_state_whose_file_is_not_there_yet_is_what_is_begun_in_its_place(wrote: Wrote, begun: str) -> None:
    text = f"""\
import json, os, pickle, joblib
from pathlib import Path
{begun}
state["total"] = 0
for row in orders.to_dict("records"):
    state["total"] += row["a"]
    state["last"] = row["k"]
pd.DataFrame([state]).to_csv("o")
"""
    assert wrote(text) == {"total": "a transformation", "last": "k"}


def test_state_that_was_read_is_either(wrote: Wrote) -> None:
    text = """
        import os, joblib
        state = joblib.load("state") if os.path.exists("state") else {"limit": 0}
        pd.DataFrame([{"limit": state["limit"]}]).to_csv("o")
    """
    assert wrote(text) == {"limit": "limit"}
