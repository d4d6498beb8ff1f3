"""Text tables: their columns as the program finds them, and a fingerprint of every cell as it is written."""

import bz2
import gzip
import lzma
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import csv

from driftline import profile
from driftline.capture.tables import arguments, text
from driftline.capture.tables.contents import Contents
from driftline.capture.tables.form import EVERY, Form

LARGE = 0  # bytes from which on a file is read a block at a time, in these tests
WHOLE = 1 << 29
BODY = 'zip,price,name\n01234,1.0,x\n02345,2.5,"q,r"\n'


def contents(folder: Path, body: str, said: Form = Form(), limit: int = WHOLE) -> Contents:  # noqa: B008 - it is frozen
    file = folder / "x.csv"
    file.write_text(body, encoding=said.encoding, newline="")
    return text.of_text(str(file), file.stat().st_size, said, limit)


def changed(one: Contents, two: Contents) -> list[str]:
    assert one.prints is not None
    assert two.prints is not None
    return [name for name, hashed in one.prints.columns.items() if two.prints.columns[name] != hashed]


# Expected: by hand, the column in which the cell stands. None of these changes the value that pandas makes of it, or
# only one of them does.
@pytest.mark.parametrize("limit", [WHOLE, LARGE])
@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        ("01234", "1234", "zip"),
        ("1.0", "1.00", "price"),
        ("1.0", "1", "price"),
        ("1.0", "+1.0", "price"),
        ("1.0", " 1.0", "price"),
        ("2.5", "", "price"),
        ("x", "x ", "name"),
        ("x", '"x"', "name"),
        ('"q,r"', '"q,r "', "name"),
        ("x", "X", "name"),
        ("x", "NA", "name"),
        ("x", "", "name"),
        ("x", '""', "name"),
    ],
)
def test_a_cell_that_is_written_otherwise_is_seen_in_its_column(
    tmp_path: Path, before: str, after: str, column: str, limit: int
) -> None:
    one = contents(tmp_path, BODY, limit=limit)
    two = contents(tmp_path, BODY.replace(before, after, 1), limit=limit)
    assert changed(one, two) == [column]
    assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize("limit", [WHOLE, LARGE])
def test_missing_and_empty_and_said_to_be_missing_are_three(tmp_path: Path, limit: int) -> None:
    found = [contents(tmp_path, f"n,s\n{cell},y\n2,z\n", limit=limit).fingerprint for cell in ("", "NA", '""', "NaN")]
    assert len(set(found)) == 4


def test_what_separates_lines_and_cells_makes_no_difference(tmp_path: Path) -> None:
    plain = contents(tmp_path, BODY)
    assert contents(tmp_path, BODY.replace("\n", "\r\n")).fingerprint == plain.fingerprint
    assert contents(tmp_path, BODY.replace(",", ";").replace("q;r", "q,r"), Form(";")).fingerprint == plain.fingerprint


@pytest.mark.parametrize("limit", [WHOLE, LARGE])
def test_large_and_small_files_have_one_fingerprint_by_groups_of_rows(tmp_path: Path, limit: int) -> None:
    """By hand: row 70,000 lies in the second group of 65,536 rows."""
    rows = [f"{row},{row}.50" for row in range(140_000)]
    one = contents(tmp_path, "\n".join(["n,p", *rows]), limit=limit)
    rows[70_000] = "70000,70000.5"
    two = contents(tmp_path, "\n".join(["n,p", *rows]), limit=limit)
    assert one.prints is not None
    assert two.prints is not None
    assert (
        one.fingerprint
        == contents(tmp_path, "\n".join(["n,p", *(f"{row},{row}.50" for row in range(140_000))])).fingerprint
    )
    where = [
        at for at in range(6) if one.prints.groups[at * 16 : at * 16 + 16] != two.prints.groups[at * 16 : at * 16 + 16]
    ]
    assert where == [4]  # of column p, the second of three groups
    assert [(field.name, field.type) for field in one.fields] == [("n", "int64"), ("p", "double")]


def test_a_column_that_is_read_as_text_is_profiled_as_text(tmp_path: Path) -> None:
    for said in (Form(texts=("zip",)), Form(texts=(EVERY,)), Form(names=("zip", "b", "c"), skip=1, texts=("zip",))):
        found = contents(tmp_path, BODY, said)
        assert found.fields[0].type == "string"
        assert profile.decode(found.profile).columns["zip"].type == "text"


def test_missing_values_are_those_of_the_program(tmp_path: Path) -> None:
    said = arguments.pandas_csv({"na_values": ["x"]})
    assert profile.decode(contents(tmp_path, BODY, said).profile).columns["name"].nulls == 1
    said = arguments.pandas_csv({"na_values": ["x"], "keep_default_na": False})
    found = contents(tmp_path, BODY.replace("q,r", "NA"), said)
    assert profile.decode(found.profile).columns["name"].nulls == 1


def test_thousands_are_taken_out_of_numbers(tmp_path: Path) -> None:
    found = contents(tmp_path, 'n,s\n"1,234",a\n"5,000",b\n', Form(thousands=","))
    column = profile.decode(found.profile).columns["n"]
    assert (column.minimum, column.maximum) == (1234, 5000)


# Expected: the rows and columns that pandas itself makes of the same text.
@pytest.mark.parametrize(
    "given",
    [
        {"comment": "#"},
        {"comment": "#", "skiprows": 1},
        {"comment": "#", "skiprows": [0, 3]},
        {"comment": "#", "skipfooter": 1, "engine": "python"},
    ],
)
def test_lines_that_are_left_out_are_no_rows(tmp_path: Path, given: dict[str, object]) -> None:
    body = "# made by hand\n# twice\na,b\n1,x # or so\n2,y\n3,z\n"
    found = contents(tmp_path, body, arguments.pandas_csv(given))
    frame = pd.read_csv(tmp_path / "x.csv", **given)
    assert [field.name for field in found.fields] == list(frame.columns)
    assert found.rows == len(frame)


def test_packed_files_are_known_by_their_first_bytes(tmp_path: Path) -> None:
    plain = contents(tmp_path, BODY)
    data = BODY.encode()
    (tmp_path / "a").write_bytes(gzip.compress(data))
    (tmp_path / "b").write_bytes(bz2.compress(data))
    (tmp_path / "c").write_bytes(lzma.compress(data))
    with zipfile.ZipFile(tmp_path / "d", "w") as archive:
        archive.writestr("x.csv", data)
    for name in "abcd":
        assert text.of_text(str(tmp_path / name), 1, Form(), WHOLE).fingerprint == plain.fingerprint
        assert text.columns(str(tmp_path / name), Form(guess=True)) == ("zip", "price", "name")
    with zipfile.ZipFile(tmp_path / "d", "a") as archive:
        archive.writestr("y.csv", data)
    with pytest.raises(ValueError, match="holds 2 files"):
        text.of_text(str(tmp_path / "d"), 1, Form(), WHOLE)


def test_a_line_break_in_a_value_may_stand_where_a_block_ends(tmp_path: Path) -> None:
    """By hand: Arrow reads blocks of 1 MiB, and each of these values has 65 lines."""
    value = '"' + "\n".join(["a line of a letter"] * 65) + '"'
    found = contents(tmp_path, "n,s\n" + "".join(f"{row},{value}\n" for row in range(3_000)))
    assert found.rows == 3_000


def test_a_large_file_is_cut_where_rows_end_and_not_where_a_value_has_a_line_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: 3,000 rows of two lines each; pieces of 1,000 bytes hold some twenty rows, and end within others."""
    monkeypatch.setattr(text, "_BLOCK", 1_000)
    body = "n,s\n" + "".join(f'{row},"a ""line""\nof {row}"\n' for row in range(3_000))
    whole = contents(tmp_path, body)
    found = contents(tmp_path, body.rstrip(), limit=LARGE)
    assert (found.rows, whole.rows) == (3_000, 3_000)
    assert found.fingerprint == whole.fingerprint


@pytest.mark.parametrize("limit", [WHOLE, LARGE])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-16"])
def test_a_text_of_any_encoding_has_the_fingerprint_of_what_it_says(
    tmp_path: Path, limit: int, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_BLOCK", 17)  # signs of two bytes are cut in the middle
    body = 'n,name\n1,"Zoë"\n2,Jürgen\n'
    (tmp_path / "plain.csv").write_bytes(body.encode())
    (tmp_path / "coded.csv").write_bytes(body.encode(encoding))
    plain = text.of_text(str(tmp_path / "plain.csv"), 30, Form(), WHOLE)
    coded = text.of_text(str(tmp_path / "coded.csv"), 30, Form(encoding=encoding), limit)
    assert (coded.rows, coded.fingerprint) == (2, plain.fingerprint)


def test_arrow_is_never_given_a_file_of_pythons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its threads would wait for an interpreter that has ended, and the process with them."""
    monkeypatch.delattr(pa, "PythonFile")
    for encoding in ("utf8", "latin-1"):
        assert contents(tmp_path, BODY, Form(encoding=encoding)).rows == 2


def test_a_text_of_an_encoding_in_which_quotes_have_two_bytes_is_read(tmp_path: Path) -> None:
    found = contents(tmp_path, BODY, Form(encoding="utf-16"))
    assert [field.name for field in found.fields] == ["zip", "price", "name"]
    assert found.rows == 2


def test_a_file_without_a_header_has_names_that_are_made_up(tmp_path: Path) -> None:
    for limit in (WHOLE, LARGE):
        found = contents(tmp_path, "1;01\n2;02\n", Form(";", bare="duckdb", texts=("column1",)), limit)
        assert [(field.name, field.type) for field in found.fields] == [("column0", "int64"), ("column1", "string")]
        assert found.rows == 2
    assert text.columns(str(tmp_path / "x.csv"), Form(bare="arrow", guess=True)) == ("f0", "f1")


def test_the_first_line_says_what_separates_the_fields(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("made\na;b\n")
    assert text.first(str(file), Form(skip=1, guess=True)) == (["a", "b"], ";")
    assert text.first(str(file), Form(skip=7, guess=True)) == ([""], ",")
    assert text.guessed(str(file)) == Form()


def test_columns_behind_the_names_that_were_given_are_called_as_the_library_does(tmp_path: Path) -> None:
    """By hand: three columns of which two have names; DuckDB counts the third from 0."""
    path = tmp_path / "bare.csv"
    path.write_text("1,x,2.5\n2,y,3.5\n")
    some = Form(names=("a", "b"), bare="duckdb")
    assert text.settled(str(path), some) == Form(names=("a", "b", "column2"))
    assert text.columns(str(path), some) == ("a", "b", "column2")
    assert text.settled(str(path), Form(names=("a",) * 3, bare="duckdb")).names == ("a",) * 3


WHAT = {
    "whole numbers with gaps": ("id,n\n" + "".join(f"{row},{row % 7 or 'NA'}\n" for row in range(400)), Form()),
    "numbers of any width": ("a,b,c\n1,40000,3000000000\n-1,,7\n2,-5,9007199254740993\n" * 9, Form()),
    "decimals and no numbers": ("x,y\n1.5,nan\n2,inf\n-0.0,NaN\nnull,1e3\n" * 9, Form()),
    "beyond 63 bits": ("id\n1\n17446744073709551615\n" * 1, Form()),
    "times": ("t,z,d,c\n2013-01-01 10:00:00,2013-01-01T10:00:00Z,2013-01-01,10:00:00\n" * 9, Form()),
    "fractions of seconds": ("t,u\n2013-01-01 10:00:00.5,2013-01-01 10:00\n2013-01-01 10:00:00,NA\n" * 9, Form()),
    "true and false": ("b,c\ntrue,1\nfalse,0\n,\n" * 9, Form()),
    "blanks around numbers": ("a,b\n 1,x \n2 , y\n" * 9, Form()),
    "leading zeros and signs": ("a,b\n007,+1\n08,-1\n0x1f,2\n" * 9, Form()),
    "quotes around some": ('a,b,c\n1,"x,y",2\n2,z,"3"\n3,"a ""b""",4\n' * 9, Form()),
    "no quotes at all": ('a,b\n1,"x\n2,y"\n' * 9, Form(quote="")),
    "a quote that ends nothing": ('a,b\n1,5" pipe\n2,x\n' * 9, Form()),
    "a line break in a value": ('a,b\n1,"x\ny"\n2,z\n' * 9, Form()),
    "escaped": ('a,b\n1,x\\,y\n2,"z\\"w"\n' * 9, Form(escape="\\")),
    "one name twice": ("a,a,b\n1,2,x\n3,4,y\n" * 9, Form()),
    "a comma in decimals": ("a;b\n1,5;x\n2,25;y\n" * 9, Form(delimiter=";", decimal=",")),
    "thousands": ('a,b\n"1,234",x\n"2,000,000",y\n' * 9, Form(thousands=",")),
    "comments": ("a,b\n# no\n1,x\n2,y # z\n" * 9, Form(comment="#", inline=True)),
    "blank lines": ("a,b\n\n1,x\n\n\n2,y\n" * 9, Form()),
    "missing, as it was said": ("a,b\n-999,x\n2,-\n-,NA\n" * 9, Form(nulls=("", "-", "-999"))),
    "missing, nothing is": ("a,b\n1,x\nNA,\n" * 9, Form(nulls=())),
    "texts, as it was said": ("a,b,c\n01,02,03\n1,2,3\n" * 9, Form(texts=("a", "c"))),
    "all of them texts": ("a,b\n01,2\n1,NA\n" * 9, Form(texts=(EVERY,), nulls=("", "NA"))),
    "no header": ("1,x\n2,y\n" * 9, Form(bare="arrow")),
    "names that were given": ("1,x\n2,y\n" * 9, Form(names=("a", "b"))),
    "a first line that is skipped": ("made today\na,b\n" + "1,x\n2,y\n" * 9, Form(skip=1)),
    "another encoding": ("a,b\n1,é\n2,ß\n" * 9, Form(encoding="latin-1")),
    "another encoding of two bytes": ("a,b\n1,é\n2,ß\n" * 9, Form(encoding="utf-16")),
    "letters beyond ASCII": ("a,b\n1,é\n2,日本\n" * 9, Form()),
    "no end of the last line": ("a,b\n" + "1,x\n" * 9 + "2,y", Form()),
    "nothing but a header": ("a,b\n", Form()),
    "nothing in a column": ("a,b\n1,\n2,\n" * 9, Form()),
}


# Expected: what Arrow's own parser makes of the whole text at once, down to the profile.
@pytest.mark.parametrize("piece", [16, 40, 1 << 10])
@pytest.mark.parametrize("what", WHAT)
def test_a_text_in_pieces_is_what_it_is_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, piece: int
) -> None:
    body, said = WHAT[what]
    at_once = contents(tmp_path, body, said)
    monkeypatch.setattr(text, "_SHORT", -1)
    monkeypatch.setattr(text, "_PIECE", piece)
    assert contents(tmp_path, body, said) == at_once


# Expected: by hand. Arrow reads the first megabyte as whole numbers, and all of it as what its end says.
@pytest.mark.parametrize(
    ("end", "kind"), [("1.5", "double"), ("x", "string"), ("NA", "int64"), ("3000000000", "int64")]
)
def test_a_type_that_only_the_end_of_a_text_tells_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, kind: str
) -> None:
    body = "id,n\n" + "".join(f"{row},{row % 100}\n" for row in range(150_000)) + f"1,{end}\n"
    monkeypatch.setattr(text, "_SHORT", 1 << 22)
    at_once = contents(tmp_path, body)
    monkeypatch.setattr(text, "_SHORT", 1 << 20)
    found = contents(tmp_path, body)
    assert found == at_once
    assert [field.type for field in found.fields] == ["int64", kind]


def test_all_but_short_texts_are_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []
    read = csv.read_csv

    def told(file: Any, *rest: Any) -> pa.Table:
        parsed.append(file.size())
        return read(file, *rest)

    monkeypatch.setattr(csv, "read_csv", told)
    body = "id,n\n" + "".join(f"{row},{row % 100}\n" for row in range(50_000))
    found = contents(tmp_path, body)
    assert sum(parsed) == len(body)
    assert [field.type for field in found.fields] == ["int64", "int64"]


def test_a_short_text_has_a_row_set_and_a_long_one_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_SHORT", -1)
    for rows, short in ((65_536, True), (65_537, False)):  # two columns: 131,072 cells and two more
        prints = contents(tmp_path, "a,b\n" + "1,x\n" * rows).prints
        assert prints is not None
        assert (prints.row_set is not None) is short


@pytest.mark.parametrize("nulls", [("NA",), None])
@pytest.mark.parametrize("short", [-1, 1 << 22])
def test_no_pandas_is_loaded_to_measure_a_text(tmp_path: Path, short: int, nulls: tuple[str, ...] | None) -> None:
    """A program that uses Polars alone would wait for it."""
    file = tmp_path / "x.csv"
    file.write_text("a,b,c\n" + "1,x,0.5\n2,NA,\n,,NA\n" * 9)
    code = (
        "import sys\nfrom driftline.capture.tables import text\nfrom driftline.capture.tables.form import Form\n"
        f"text._SHORT = {short}\nfound = text.of_text({str(file)!r}, 1, Form(nulls={nulls!r}), 1 << 29)\n"
        "assert 'pandas' not in sys.modules and found.profile"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("rows", [2_000, 600_000])  # parsed twice, and once
def test_empty_cells_of_texts_are_missing_in_the_profile_as_they_are_in_pandas(tmp_path: Path, rows: int) -> None:
    file = tmp_path / "x.csv"
    file.write_text(
        "id,name,city\n" + "".join(f"{n},{'' if n else 'x'},{'Ulm' if n % 3 else ''}\n" for n in range(rows))
    )
    found = text.of_text(str(file), file.stat().st_size, Form(), 1 << 30)
    columns = profile.decode(found.profile).columns
    missing = pd.read_csv(file, low_memory=False).isna().sum().to_dict()
    assert {name: one.nulls for name, one in columns.items()} == missing
    assert missing["name"] == rows - 1
    kept = text.of_text(str(file), file.stat().st_size, Form(nulls=()), 1 << 30)  # ``keep_default_na=False``
    assert profile.decode(kept.profile).columns["name"].nulls == 0
    assert (kept.fingerprint, kept.hashes["name"]) == (found.fingerprint, found.hashes["name"])
