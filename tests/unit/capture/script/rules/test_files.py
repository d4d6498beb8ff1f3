from collections.abc import Callable

import pytest

from driftline.capture.script.follow import Followed
from driftline.capture.script.reading import Table

Follows = Callable[..., Followed]


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
