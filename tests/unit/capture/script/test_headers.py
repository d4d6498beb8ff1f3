"""The header of a text table, however a script takes it from the rows; expected origins by hand.

``users`` has the columns ``k``, ``name``, ``age``: ``header.index("age")`` is 2, a cell there is of ``age``.
"""

from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
TAKEN = [
    "rows = list(csv.reader(f))\nheader = rows.pop(0)",
    "header, *rows = csv.reader(f)",
    "reader = csv.reader(f)\nheader = next(reader)\nrows = [row for row in reader]",
    "reader = csv.reader(f)\nheader, rows = next(reader, None), list(reader)",
    "rows = list(csv.reader(f))\nheader, rows = rows[0], rows[1:]",
    "rows = [row for row in csv.reader(f) if row]\nheader = rows[0]\ndel rows[0]",
    "rows = list(csv.reader(f))\nheader = rows[0]\nrows = list(itertools.islice(rows, 1, None))",
    "rows = collections.deque(csv.reader(f))\nheader = rows.popleft()",
    "rows = []\nfor i, row in enumerate(csv.reader(f)):\n    if i == 0:\n        header = row\n    else:\n"
    "        rows.append(row)",
    "header, rows = None, []\nfor row in csv.reader(f):\n    if header is None:\n        header = row\n"
    "        continue\n    rows.append(row)",
    "f.read(9)\nf.seek(0)\nreader = csv.reader(f)\nheader = next(reader)\nrows = list(reader)",
    'lines = f.read().splitlines()\nheader = lines[0].split(",")\nrows = [line.split(",") for line in lines[1:]]',
    'header = f.readline().strip().split(",")\nrows = [line.strip().split(",") for line in f]',
    'header = next(f).strip().split(",")\nrows = list(csv.reader(f))',
    'header, *rows = [line.rstrip().split(",") for line in f]',
    'lines = f.readlines()\nheader, rows = lines[0].strip().split(","), list(csv.reader(lines[1:]))',
]
CELLS = [
    '{"n": row[header.index("age")]}',
    '{"n": dict(zip(header, row))["age"]}',
    '{"n": row[{name: at for at, name in enumerate(header)}["age"]]}',
    '{"n": operator.itemgetter(header.index("age"))(row)}',
    '{"n": collections.namedtuple("Row", header)(*row).age}',
    '{"n": collections.namedtuple("Row", header)._make(row).age}',
    '{"n": row[[name.strip().upper() for name in header].index("AGE")]}',
]
HEAD = 'import collections, csv, itertools, operator\nf = open("users")\n'


def rows_of(taken: str, cell: str, rows: str = "rows") -> str:
    return f'{HEAD}{taken}\npd.DataFrame([{cell} for row in {rows}])[["n"]].to_csv("o")\n'


@pytest.mark.parametrize("taken", TAKEN)
def test_a_header_tells_which_column_stands_at_a_place(taken: str, wrote: Wrote) -> None:
    assert wrote(rows_of(taken, CELLS[0]))["n"] == wrote(rows_of(taken, CELLS[1]))["n"]
    assert wrote(rows_of(taken, CELLS[0]))["n"].split(" ")[0] == "age"
    assert "," not in wrote(rows_of(taken, CELLS[0]))["n"]


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_found_by_a_name_of_the_header_is_of_that_column(cell: str, wrote: Wrote) -> None:
    assert wrote(rows_of(TAKEN[0], cell)) == {"n": "age"}


@pytest.mark.parametrize("place", ["rows[1:]", "rows[1:9]", "rows[-3:]", "rows[7:]", "(rows[i] for i in range(1, 9))"])
def test_rows_behind_a_header_that_stays_where_it_is_are_rows(place: str, wrote: Wrote) -> None:
    taken = "rows = list(csv.reader(f))\nheader = rows[0]"
    assert wrote(rows_of(taken, CELLS[0], place)) == {"n": "age"}


@pytest.mark.parametrize(
    ("changed", "n"),
    [
        ("for row in rows[1:]:\n    row[2] = row[1]", "name"),
        ("for row in rows:\n    row[2] = row[1]", "name"),
        ("rows[0][2] = 'old'", "age"),
        ("rows[3][2] = rows[3][1]", "age transformation ?, name transformation ?"),
        ("rows[3].reverse()", "age transformation ?, k transformation ?"),
        ("for row in rows[1:]:\n    row.append(row[1])", "age"),
        ("rows.pop(0)\nfor row in rows:\n    row[2] = row[1]", "name"),
    ],
)
def test_what_is_put_into_rows_behind_a_header_is_put_into_these(changed: str, n: str, wrote: Wrote) -> None:
    """By hand; what is put into one of the rows is a hedge, and a header is none of them."""
    taken = f"rows = list(csv.reader(f))\nheader = rows[0]\n{changed}"
    assert wrote(rows_of(taken, '{"n": row[2]}', "rows[1:]")) == {"n": n}


def test_what_decides_by_the_place_of_a_row_leaves_the_header_alone(wrote: Wrote) -> None:
    text = """
        import csv
        found = []
        for i, row in enumerate(csv.reader(open("users"))):
            if i > 0:
                found.append({"n": row[2]})
        pd.DataFrame(found).to_csv("o")
    """
    assert wrote(text) == {"n": "age"}
    assert wrote(text.replace("i > 0", "i")) == {"n": "age"}
    assert wrote(text.replace("i > 0", "not i < 1")) == {"n": "age"}


def test_a_column_that_is_looked_for_in_the_header_is_found(wrote: Wrote) -> None:
    """By hand: ``index`` finds it, so that the handler never runs."""
    looked = "try:\n    at = header.index('age')\nexcept ValueError:\n    at = -1"
    assert wrote(rows_of(f"{TAKEN[0]}\n{looked}", '{"n": row[at]}')) == {"n": "age"}


def test_columns_of_turned_rows_have_their_names_first(wrote: Wrote) -> None:
    text = """
        import csv
        columns = {column[0]: column[1:] for column in zip(*csv.reader(open("users")))}
        pd.DataFrame([{"n": n} for n in columns["age"]]).to_csv("o")
    """
    assert wrote(text) == {"n": "age"}


@pytest.mark.parametrize("loop", ["for row in rows:\n    row", "for i in range(len(rows)):\n    rows[i]"])
def test_rows_that_grow_keep_their_columns(loop: str, wrote: Wrote) -> None:
    text = f"""
import csv
reader = csv.reader(open("users"))
header = next(reader)
rows = list(reader)
{loop}.append(rows[0][1])
with open("out", "w") as out:
    writer = csv.writer(out)
    writer.writerow([*header, "more"])
    writer.writerows(rows)
pd.DataFrame(rows).to_csv("o")
"""
    found = wrote(text)
    assert [found[name] for name in "012"] == ["k", "name", "age"]
    assert found.get("3", found.get("...")) == "name"


def test_a_table_without_a_header_begins_with_a_row(wrote: Wrote) -> None:
    """A name of one column may be a row: files of one column have no header that would tell anything."""
    text = 'import csv\nrows = list(csv.reader(open("one")))\npd.DataFrame([{"n": rows[0][0]}]).to_csv("o")\n'
    assert wrote(text) == {"n": "a"}


def test_rows_of_a_sheet_begin_with_its_header(wrote: Wrote) -> None:
    text = """
        import openpyxl
        rows = list(openpyxl.load_workbook("users").active.values)
        header = rows[0]
        pd.DataFrame([{"n": row[header.index("age")]} for row in rows[1:]]).to_csv("o")
    """
    assert wrote(text.replace("values)", "iter_rows(values_only=True))")) == wrote(text)
    assert wrote(text) == {"n": "age"}


@pytest.mark.parametrize(
    "read",
    [
        "reader = csv.reader(f)\nnext(f)\nrows = list(reader)",
        "reader = csv.reader(f)\nf.readline()\nrows = [row for row in reader]",
        "reader = csv.reader(f)\nfor row in reader:\n    break\nrows = []\nfor row in reader:\n    rows.append(row)",
        "f.readline()\nlines = [line for line in f]\nrows = list(csv.reader(lines))",
        "next(f)\nrows = list(csv.reader(line for line in f if line.strip()))",
    ],
)
def test_a_first_line_that_was_read_before_is_no_row_of_what_is_left(read: str, wrote: Wrote) -> None:
    """By hand: the first one of the rows that are left is one of the table, not its header."""
    text = f'{HEAD}{read}\npd.DataFrame([{{"n": rows[0][2]}}]).to_csv("o")\n'
    assert wrote(text) == {"n": "age"}


def test_a_written_list_in_place_of_a_row_is_another_list(wrote: Wrote) -> None:
    """By hand: of two lists one is changed; which one it is, ``k`` decides."""
    text = """
        import csv
        rows = list(csv.DictReader(open("users")))
        zero, pair = [0, 0], [rows[0]["age"], rows[0]["age"]]
        target = zero if rows[1]["k"] > 3 else pair
        target[0] = rows[2]["name"]
        pd.DataFrame([{"n": pair[0], "z": zero[0]}]).to_csv("o")
    """
    assert wrote(text)["n"] == "age"


def test_what_chooses_a_list_in_place_of_a_written_one_decides_its_values(wrote: Wrote) -> None:
    text = """
        import csv
        best = ["", 0]
        for i, row in enumerate(csv.reader(open("users"))):
            if i and int(row[2]) > best[1]:
                best = [row[1], int(row[2])]
        pd.DataFrame([{"n": best[0]}]).to_csv("o")
    """
    assert wrote(text)["n"] == "age conditional, name"
