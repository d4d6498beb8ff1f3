"""The formats of files by their names; expected values are those of the formats' own documentation."""

import pytest

from driftline.capture.tables import endings


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("a/x.parquet", "parquet"), ("X.PQ", "parquet"), ("part-0.snappy.parquet", "parquet"), ("x.csv", "csv"),
        ("x.tsv.gz", "csv"), ("x.csv.zst", "csv"), ("x.ndjson", "lines"), ("x.arrow", "feather"), ("x.orc", "orc"),
        ("x.npz", "npz"), ("x.json", "json"), ("x.xlsx", "sheet"), ("x.txt", ""), ("x.pkl", ""), ("csv", ""),
    ],
)  # fmt: skip
def test_a_name_says_the_format(path: str, form: str) -> None:
    assert endings.form(path) == form
