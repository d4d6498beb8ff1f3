from collections.abc import Callable

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
