from collections.abc import Callable

import pytest

from driftline.capture.script.follow import Followed
from driftline.capture.script.reading import Table

Follows = Callable[..., Followed]
Wrote = Callable[..., dict[str, str]]
LINES = """\
with open("o", "w") as f:
    f.write("x,y\\n")
    for r in orders.itertuples():
        f.write({})
"""
RECORD = 'json.dumps({"n": r["name"], "old": int(r["age"]) > 60})'


def written(found: Followed, line: int) -> Table:
    """What was written to the file that the call in a line opened."""
    path = min(one for one in found.paths() if one[-1].line == line)
    table = found.given(path)
    assert table is not None
    return table


def columns(table: Table) -> dict[str, set[str]]:
    return {name: {one.column for one in cames} for name, cames in table.columns.items()}


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


@pytest.mark.parametrize("packed", ["gzip", "bz2", "lzma", "zlib"])
def test_lines_of_json_that_are_packed_whole_have_the_columns(follows: Follows, packed: str) -> None:
    found = follows(
        f"import json, {packed}\n"
        'lines = [json.dumps({"n": r.a, "m": r.b}) for r in orders.itertuples()]\n'
        f'with open("o", "wb") as f:\n    f.write({packed}.compress("\\n".join(lines).encode()))\n'
    )
    assert columns(written(found, 8)) == {"n": {"a"}, "m": {"b"}}


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


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ('{r["name"]}', "IDENTITY"),
        ('\\"{r["name"]}\\"', "IDENTITY"),
        (' {r["name"]}', "IDENTITY"),
        ('{r["name"]}-x', "TRANSFORMATION"),
        ('EUR {r["name"]}', "TRANSFORMATION"),
        ('<{r["name"]}>', "TRANSFORMATION"),
    ],
)
def test_a_value_with_further_text_in_its_cell_is_another(follows: Follows, cell: str, kind: str) -> None:
    """By hand: space and quotes around a value are no part of it, a unit or an ending is."""
    text = f"""\
import csv
out = open("o", "w")
out.write("who,k\\n")
for r in csv.DictReader(open("users")):
    out.write(f'{cell},{{r["k"]}}\\n')
"""
    table = written(follows(text), 7)
    assert {name: {(one.column, one.subtype) for one in cames} for name, cames in table.columns.items()} == {
        "who": {("name", kind)},
        "k": {("k", "IDENTITY")},
    }


@pytest.mark.parametrize(
    "loop",
    [
        'for line in open("users"):\n    who, name, age = line.rstrip("\\n").split(",")\n',
        'for line in open("users").read().splitlines():\n    cells = line.split(",")\n'
        "    name, age = cells[1], cells[-1]\n",
        'for line in open("users").readlines()[1:]:\n    who, name, age = line.strip().split(",")\n',
        'for line in open("users").read().strip().split("\\n"):\n    who, name, age = line.split(",")\n',
    ],
)
def test_a_line_that_is_split_is_a_row_of_cells(follows: Follows, loop: str) -> None:
    """By hand: ``users`` has k, name and age, in this order."""
    text = f'out = open("o", "w")\nout.write("n,years\\n")\n{loop}    out.write(f"{{name}},{{int(age) + 1}}\\n")\n'
    table = written(follows(text), 6)
    found = {name: {one[1:2] + one[3:5] for one in cames} for name, cames in table.columns.items()}
    assert found == {"n": {("name", "IDENTITY", 0.9)}, "years": {("age", "TRANSFORMATION", 0.9)}}


@pytest.mark.parametrize("mark", ["", "'-'", "';;'"])
def test_a_line_that_is_split_at_anything_else_is_a_text(follows: Follows, mark: str) -> None:
    text = f'out = open("o", "w")\nfor line in open("users"):\n    out.write(f"{{line.split({mark})[1]}},x\\n")\n'
    table = written(follows(text), 6)
    assert {(one.column, one.confidence) for one in table.all()} == {("", 0.5)}


@pytest.mark.parametrize(
    "cells",
    [
        'line.split(",", 1)',
        'line.split(",", maxsplit=1)',
        'line[3:].split(",")',
        '("x," + line).split(",")',
        '(line + line).split(",")',
        'line.upper().replace("A,", "").split(",")',
        'open("users").read().split(",")',
    ],
)
def test_a_text_that_is_not_just_a_line_or_not_parted_everywhere_has_no_cells(follows: Follows, cells: str) -> None:
    """By hand: the second piece is a rest of several columns, of another one, or of another line."""
    text = (
        f'out = open("o", "w")\nfor line in open("users"):\n    cells = {cells}\n    out.write(f"{{cells[1]}},x\\n")\n'
    )
    assert {(one.column, one.confidence) for one in written(follows(text), 6).all()} == {("", 0.5)}


@pytest.mark.parametrize(("mark", "sure"), [(";", True), (",", False), ("|", False)])
def test_a_line_that_is_split_at_what_its_file_does_not_have_is_no_row(wrote: Wrote, mark: str, sure: bool) -> None:
    text = f"""
        rows = []
        for line in open("semicolons"):
            cells = line.split("{mark}")
            rows.append({{"x": cells[0]}})
        pd.DataFrame(rows).to_csv("o")
    """
    assert wrote(text)["x"] == ("a" if sure else " transformation ?")  # of the file
