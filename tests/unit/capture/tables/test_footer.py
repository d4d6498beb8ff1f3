"""Columns of Parquet files without a library, against what pyarrow says of the same files, and by hand."""

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from driftline.capture.tables import footer

LIST = pa.list_(pa.struct([("x", pa.int8()), ("y", pa.list_(pa.string()))]))
TYPES = [
    pa.int64(), pa.float32(), pa.string(), pa.bool_(), pa.timestamp("us", tz="UTC"), pa.date32(), pa.decimal128(20, 3),
    pa.binary(7), LIST, pa.map_(pa.string(), LIST), pa.struct([("a", pa.int8()), ("b", LIST)]), pa.float16(),
    pa.time64("ns"), pa.dictionary(pa.int32(), pa.string()), pa.uint8(), pa.null(),
]  # fmt: skip


def write(path: Path, fields: list[tuple[str, Any]], **options: Any) -> str:
    parquet.write_table(pa.schema(fields).empty_table(), path, **options)
    return str(path)


@pytest.mark.parametrize("seed", range(40))
def test_the_names_are_those_that_pyarrow_reads(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    fields = [(f"c{place} ü" * chance.randint(1, 3), chance.choice(TYPES)) for place in range(chance.randint(0, 60))]
    path = write(tmp_path / "x.parquet", fields, version=chance.choice(["1.0", "2.4", "2.6"]))
    assert footer.columns(path) == tuple(parquet.read_schema(path).names) == tuple(name for name, _ in fields)


def test_a_footer_that_is_longer_than_what_is_read_at_once_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "wide.parquet", [(f"column {place}", pa.int64()) for place in range(3_000)])
    assert Path(path).stat().st_size > 2 * footer._AT_ONCE
    assert footer.columns(path) == tuple(f"column {place}" for place in range(3_000))


def test_what_other_writers_write_is_read(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    duckdb.sql(f"copy (select 1 as a, [{{'x': 1}}] as b, 'c' as c) to '{tmp_path / 'd.parquet'}'")
    polars.DataFrame({"a": [1], "b": [{"x": [1]}], "c": ["c"]}).write_parquet(tmp_path / "p.parquet")
    assert footer.columns(str(tmp_path / "d.parquet")) == footer.columns(str(tmp_path / "p.parquet")) == ("a", "b", "c")


def test_of_what_is_no_parquet_nothing_is_said(tmp_path: Path) -> None:
    whole = Path(write(tmp_path / "x.parquet", [("a", pa.int64()), ("b", LIST)])).read_bytes()
    other = tmp_path / "other.parquet"
    for body in (b"", b"PAR1", b"a,b\n1,2\n", b"PAR1\xff\xff\xff\x7fPAR1", whole[:-4] + b"PARE", b"\0" * 40 + b"PAR1"):
        other.write_bytes(body)
        assert footer.columns(str(other)) is None


def test_a_list_that_claims_to_be_endless_ends_with_the_footer(tmp_path: Path) -> None:
    claim = b"\x19\xf1" + b"\xff" * 8 + b"\x01"  # field 1, a list of 2**57 booleans
    other = tmp_path / "other.parquet"
    other.write_bytes(b"PAR1" + claim + len(claim).to_bytes(4, "little") + b"PAR1")
    assert footer.columns(str(other)) is None


def test_a_footer_that_is_damaged_is_never_read_for_long_and_never_raises(tmp_path: Path) -> None:
    whole = Path(write(tmp_path / "x.parquet", [("a", pa.int64()), ("b", LIST)])).read_bytes()
    length = int.from_bytes(whole[-8:-4], "little")
    chance, other = random.Random(1), tmp_path / "other.parquet"
    for _ in range(2_000):
        body = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            body[-8 - chance.randint(1, length)] = chance.randrange(256)
        other.write_bytes(body)
        found = footer.columns(str(other))
        assert found is None or all(isinstance(name, str) for name in found)


def test_a_schema_that_begins_as_one_before_it_did_is_read_as_its_own(tmp_path: Path) -> None:
    """By hand: of two schemas the one goes on where the other ends, and only the number of columns says so."""
    short = [("a", pa.int64()), ("b", pa.string())]
    files = {name: write(tmp_path / name, fields) for name, fields in (("1", short), ("2", [*short, ("c", LIST)]))}
    parquet.write_table(pa.table({"a": [1, 2], "b": ["x", "y"]}), tmp_path / "3")
    for _ in range(2):
        assert footer.columns(files["1"]) == footer.columns(str(tmp_path / "3")) == ("a", "b")
        assert footer.columns(files["2"]) == ("a", "b", "c")


def test_schemas_that_were_read_before_are_known_again_and_only_a_few_are_kept(tmp_path: Path) -> None:
    footer._recent.clear()
    for place in range(footer._RECENT + 1):
        path = write(tmp_path / f"{place}.parquet", [(f"c{place}", pa.int64())])
        assert footer.columns(path) == footer.columns(path) == (f"c{place}",)
    assert len(footer._recent) == 1
