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


@pytest.mark.parametrize("opened", ['path.open("users")', 'open("users")'])
def test_lines_of_json_are_records_however_their_file_was_opened(wrote: Wrote, opened: str) -> None:
    """Here a file has known columns, as one of JSON lines has, whether a function or a path opens it."""
    text = f"""
        import json
        from pathlib import Path
        path = Path("folder")
        with {opened} as lines:
            kept = [json.loads(line) for line in lines]
        pd.DataFrame([dict(n=one["name"]) for one in kept]).to_csv("o")
    """
    assert wrote(text) == {"n": "name"}


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


@pytest.mark.parametrize(
    "source",
    [
        'io.TextIOWrapper(zipfile.ZipFile("users").open("a.csv"), newline="")',
        'io.TextIOWrapper(tarfile.open("users").extractfile("a.csv"))',
        'io.TextIOWrapper(gzip.open("users"))',
        'gzip.GzipFile(fileobj=open("users"))',
        'gzip.open("users").read().decode().splitlines()',
        'io.StringIO(Path("users").read_text())',
    ],
)
def test_rows_are_read_through_whatever_stands_in_between(wrote: Wrote, source: str) -> None:
    """By hand: all of them are rows of ``users``."""
    text = f"""
        import csv, gzip, io, tarfile, zipfile
        from pathlib import Path
        rows = csv.DictReader({source})
        pd.DataFrame([{{"who": row["name"], "old": int(row["age"]) > 60}} for row in rows]).to_csv("o")
    """
    text = text.replace('Path("users").read_text()', 'open("users").read()')
    assert wrote(text) == {"who": "name", "old": "age transformation"}


BUFFER = """
    import csv, io, zipfile
    buffer = io.StringIO()
    out = csv.DictWriter(buffer, ["who", "old"])
    out.writeheader()
    for row in csv.DictReader(open("users")):
        if row["k"]:
            out.writerow({"who": row["name"], "old": int(row["age"]) > 60})
"""


@pytest.mark.parametrize(
    "steps",
    [
        'pd.read_csv(io.StringIO(buffer.getvalue())).to_csv("o")',
        'buffer.seek(0)\n    pd.read_csv(buffer).to_csv("o")',
        'pd.DataFrame(csv.DictReader(io.BytesIO(buffer.getvalue().encode()))).to_csv("o")',
        'again = io.StringIO()\n    pd.read_csv(buffer).to_csv(again, index=False)\n    pd.read_csv(again).to_csv("o")',
        'text = pd.read_csv(buffer).to_csv(index=False)\n    pd.read_csv(io.StringIO(text)).to_csv("o")',
    ],
)
def test_what_is_written_to_a_buffer_is_read_from_it(wrote: Wrote, steps: str) -> None:
    """By hand: two columns under new names, and a field that decides which rows there are."""
    assert wrote(f"{BUFFER}    {steps}\n") == {"who": "name", "old": "age transformation", "rows": "k filter"}


@pytest.mark.parametrize(
    "steps",
    [
        'open("o", "w").write(buffer.getvalue())',
        'zipfile.ZipFile("o", "w").writestr("a.csv", buffer.getvalue())',
        'io.TextIOWrapper(zipfile.ZipFile("o", "w").open("a.csv", "w")).write(buffer.getvalue())',
    ],
)
def test_all_that_a_buffer_holds_is_written_to_a_file(follows: Follows, steps: str) -> None:
    found = follows(f"{BUFFER}    {steps}\n")
    assert columns(written(found, 14)) == {"who": {"name"}, "old": {"age"}}


def test_what_is_copied_from_file_to_file_has_the_columns_of_what_was_copied(follows: Follows) -> None:
    text = """\
import gzip, shutil
with open("users", "rb") as source, gzip.open("o", "wb") as target:
    shutil.copyfileobj(source, target)
"""
    found = follows(text)
    table = found.given(max(one for one in found.paths() if one[-1].line == 7))
    assert table is not None
    assert {name: {(one.column, one.subtype) for one in cames} for name, cames in table.columns.items()} == {
        name: {(name, "IDENTITY")} for name in ("k", "name", "age")
    }


def test_a_row_whose_cells_data_put_in_order_stands_under_no_name(follows: Follows) -> None:
    text = """
        import csv
        with open("orders") as file, open("o", "w") as out:
            writer = csv.writer(out)
            writer.writerow(["A", "B", "C", "D", "E"])
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                row.sort()
                writer.writerow(row)
    """
    table = written(follows(text), 8)
    assert not table.columns
    assert {one.column for one in table.spread} == {"oid", "k", "a", "b", "s"}
    assert all(one.confidence < 0.9 for one in table.spread)
