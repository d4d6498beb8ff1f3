"""How text tables are written, as the arguments of their readers and writers say it."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import csv, dataset

from driftline.capture.tables import arguments
from driftline.capture.tables.form import BEYOND, EVERY, Form


# Expected: worked out by hand from the documentation of pandas.read_csv.
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Form()),
        ({"sep": ";"}, Form(";")),
        ({"delimiter": "|"}, Form("|")),
        ({"sep": ", "}, Form(",")),
        ({"sep": " "}, Form(" ")),
        ({"sep": None}, BEYOND),
        ({"sep": r"\s+"}, BEYOND),
        ({"header": None}, Form(bare="pandas")),
        ({"header": 2}, Form(skip=2)),
        ({"header": [0, 1]}, BEYOND),
        ({"names": ["a", 1]}, Form(names=("a", "1"))),
        ({"names": ["a"], "header": 0, "skiprows": 3}, Form(names=("a",), skip=4)),
        ({"skiprows": [1]}, Form(omitted=(1,))),
        ({"skiprows": lambda line: line == 1}, BEYOND),
        ({"comment": "#", "skiprows": 1, "header": 1}, Form(comment="#", inline=True, omitted=(0,), skip=1)),
        ({"skipfooter": 2}, Form(footer=2)),
        ({"encoding": "latin-1", "decimal": ","}, Form(encoding="latin-1", decimal=",")),
        ({"quoting": 3, "escapechar": "\\"}, Form(quote="", escape="\\")),
        ({"dialect": "excel"}, BEYOND),
        ({"compression": "tar"}, BEYOND),
        ({"compression": {"method": "tar", "mode": "w:gz"}}, BEYOND),
        ({"compression": "gzip"}, Form()),
        ({"thousands": "."}, Form(thousands=".")),
        ({"dtype": str}, Form(texts=(EVERY,))),
        ({"dtype": {"zip": "string", "n": "int64", "o": object, "s": pd.StringDtype()}}, Form(texts=("zip", "o", "s"))),
        ({"dtype": np.dtype("O")}, Form(texts=(EVERY,))),
        ({"dtype": float, "usecols": ["a"], "converters": {"a": int}, "parse_dates": ["a"]}, Form()),
        ({"na_filter": False}, Form(nulls=())),
        ({"na_values": "-", "keep_default_na": False}, Form(nulls=("-",))),
        ({"na_values": {"a": "-"}}, Form()),
    ],
)
def test_pandas_says_how_a_file_is_written(given: dict[str, Any], expected: Form) -> None:
    assert arguments.pandas_csv(given) == expected


def test_what_pandas_takes_for_missing_is_added_to_what_it_always_does() -> None:
    nulls = arguments.pandas_csv({"na_values": [-1, "?"]}).nulls
    assert nulls is not None
    assert nulls[-2:] == ("-1", "?")
    assert {"", "NA", "nan"} <= set(nulls)


def test_a_table_of_pandas_has_tabs() -> None:
    assert arguments.pandas_table({}) == Form("\t")


# Expected: worked out by hand from the documentation of polars.read_csv.
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Form()),
        ({"separator": ";", "decimal_comma": True}, Form(";", decimal=",")),
        ({"has_header": False}, Form(bare="polars")),
        ({"has_header": True, "new_columns": ["a"], "skip_rows": 2}, Form(names=("a",), skip=3)),
        ({"has_header": False, "schema": {"a": pl.Int64, "b": pl.String}}, Form(names=("a", "b"), texts=("b",))),
        ({"comment_prefix": "#"}, Form(comment="#")),
        ({"comment_prefix": "#", "skip_rows": 1}, BEYOND),
        ({"eol_char": ";"}, BEYOND),
        ({"skip_rows_after_header": 2}, Form(omitted=(1, 2))),
        ({"has_header": False, "skip_lines": 1, "skip_rows_after_header": 2}, Form(bare="polars", skip=3)),
        ({"quote_char": None, "encoding": "utf8-lossy"}, Form(quote="")),
        ({"schema_overrides": {"zip": pl.String, "n": pl.Int8}}, Form(texts=("zip",))),
        ({"infer_schema": False}, Form(texts=(EVERY,))),
        ({"infer_schema_length": 0}, Form(texts=(EVERY,))),
        ({"null_values": ["-", "?"]}, Form(nulls=("", "-", "?"))),
    ],
)
def test_polars_says_how_a_file_is_written(given: dict[str, Any], expected: Form) -> None:
    assert arguments.polars_csv(given) == expected


# Expected: worked out by hand from the documentation of pyarrow.csv.
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Form()),
        ({"read_options": csv.ReadOptions(column_names=["a"], skip_rows=1)}, Form(names=("a",), skip=1)),
        ({"read_options": csv.ReadOptions(autogenerate_column_names=True)}, Form(bare="arrow")),
        ({"read_options": csv.ReadOptions(skip_rows=1, skip_rows_after_names=1)}, Form(skip=1, omitted=(2,))),
        ({"parse_options": csv.ParseOptions(delimiter=";", quote_char=False)}, Form(";", quote="")),
        (
            {"convert_options": csv.ConvertOptions(column_types={"a": pa.string(), "n": pa.int8()}, decimal_point=",")},
            Form(texts=("a",), decimal=","),
        ),
        ({"convert_options": csv.ConvertOptions(column_types=pa.schema({"a": pa.large_string()}))}, Form(texts=("a",))),
        (
            {"convert_options": csv.ConvertOptions(null_values=["-"], strings_can_be_null=True)},
            Form(nulls=("-",)),
        ),
    ],
)
def test_arrow_says_how_a_file_is_written(given: dict[str, Any], expected: Form) -> None:
    assert arguments.arrow_csv(given) == expected


# Expected: worked out by hand from DuckDB's documentation of read_csv; what is not said is found out when it is read.
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"header": True}, Form(guess=True)),
        ({"HEADER": False, "delim": ";"}, Form(";", bare="duckdb")),
        ({"header": False, "names": ["a", "b"], "sep": ","}, Form(names=("a", "b"), bare="duckdb")),  # and further ones
        ({"header": 1, "columns": {"a": "INT", "b": "TEXT"}}, Form(names=("a", "b"), skip=1, guess=True, texts=("b",))),
        ({"all_varchar": True, "nullstr": "-", "skip": 2}, Form(skip=2, guess=True, texts=(EVERY,), nulls=("-",))),
        ({"quote": "", "escape": "", "delimiter": "|"}, Form("|", quote="")),
        ({"delim": "||"}, BEYOND),
    ],
)  # fmt: skip
def test_duckdb_says_how_a_file_is_written(given: dict[str, Any], expected: Form) -> None:
    assert arguments.duckdb_csv(given) == expected


def test_writers_say_it_too() -> None:
    assert arguments.pandas_written({"sep": ";", "index": False}) == Form(";")
    assert arguments.pandas_written({"header": False}) == Form(bare="pandas")
    assert arguments.pandas_written({"header": False, "mode": "a"}) == Form()
    assert arguments.pandas_written({"sep": ";", "header": ["x"]}) == Form(";")
    assert arguments.polars_written({"separator": "|"}) == Form("|")
    assert arguments.polars_written({"include_header": False}) == Form(bare="polars")
    assert arguments.polars_written({"quote_style": "never"}) == Form(quote="")
    assert arguments.arrow_written({"write_options": csv.WriteOptions(include_header=False, delimiter=";")}) == Form(
        ";", bare="arrow"
    )


# Expected: by hand, from the documentation of numpy.loadtxt, genfromtxt and savetxt.
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, BEYOND),
        ({"delimiter": ","}, Form(bare="pandas", quote="", comment="#", inline=True)),
        ({"delimiter": ",", "comments": None, "skiprows": 2}, Form(bare="pandas", quote="", skip=2)),
        ({"delimiter": ",", "comments": ["#", "%"]}, BEYOND),
        ({"delimiter": ";", "names": True, "skip_header": 1}, Form(";", skip=1)),
        ({"delimiter": ",", "names": "a, b", "comments": None}, Form(names=("a", "b"), bare="pandas", quote="")),
    ],
)
def test_numpy_says_how_a_text_of_numbers_is_read(given: dict[str, Any], expected: Form) -> None:
    assert arguments.numpy_text(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Form(" ", bare="pandas", quote="")),
        ({"delimiter": ",", "header": "a,b"}, Form(bare="pandas", quote="", skip=1)),
        ({"delimiter": ",", "header": "a,b", "comments": ""}, Form(quote="")),
        ({"delimiter": ",", "header": "x\na,b", "comments": "", "footer": "end"}, Form(quote="", skip=1, footer=1)),
        ({"fmt": "%d, %d"}, BEYOND),
        ({"fmt": "%.3f", "delimiter": ","}, Form(bare="pandas", quote="")),
        ({"newline": "\r\n"}, BEYOND),
    ],
)
def test_numpy_says_how_a_text_of_numbers_is_written(given: dict[str, Any], expected: Form) -> None:
    assert arguments.numpy_written(given) == expected


def test_a_dataset_of_arrow_says_by_its_format_how_its_files_are_written() -> None:
    read = csv.ReadOptions(autogenerate_column_names=True, skip_rows=1)
    made = dataset.CsvFileFormat(csv.ParseOptions(delimiter=";"), read_options=read)
    assert arguments.of_format(made) == Form(";", bare="arrow", skip=1)
    assert arguments.of_format("csv") is None
    assert arguments.of_format(dataset.ParquetFileFormat()) is None
