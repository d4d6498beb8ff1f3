"""Cut footers against pyarrow, which reads the same row groups by the whole footer."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from driftline.store import ledger_footers

ROWS = 3_000


def table() -> pa.Table:
    numbers = list(range(ROWS))
    columns: dict[str, Any] = {f"c{place}": [n * place for n in numbers] for place in range(12)}
    columns |= {
        "text": [f"row {n}" * (n % 40) for n in numbers],
        "few": [f"kind {n % 3}" for n in numbers],
        "yes": [n % 2 == 0 for n in numbers],
        "score": [n / 7 if n % 5 else None for n in numbers],
        "list": [[{"a": str(n), "b": [n] * (n % 4)}] * (n % 3) for n in numbers],
        "pairs": pa.array([[(str(n), n)] for n in numbers], pa.map_(pa.string(), pa.int64())),
    }
    return pa.table(columns)


@pytest.mark.parametrize(
    "size", [3_000, 400, 200, 20]
)  # 1, 8, 15 and 150 row groups: their number is spelt in three ways
@pytest.mark.parametrize(
    "options",
    [{}, {"use_dictionary": False}, {"write_statistics": False}, {"write_page_index": True}, {"version": "1.0"}],
)
def test_row_groups_are_the_same_by_a_footer_of_their_own(tmp_path: Path, size: int, options: dict[str, Any]) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(table(), path, row_group_size=size, **options)
    whole = pq.ParquetFile(path)
    cuts = ledger_footers.cut(path)
    many = whole.metadata.num_row_groups
    assert len(cuts.ends) == many + 1
    for chosen in ([0], [many - 1], list(range(0, many, 2)), list(range(many))):
        found = ledger_footers.read(path, cuts, chosen)
        expected = whole.read_row_groups(chosen, use_threads=False)
        assert found.schema.equals(expected.schema)
        assert found.equals(expected)
        some = ledger_footers.read(path, cuts, chosen, ["list", "c3"])
        assert some.equals(whole.read_row_groups(chosen, ["list", "c3"]).select(some.column_names))
    whole.close()


@pytest.mark.parametrize("damage", ["other", "short", "cut", "empty"])
def test_what_is_no_whole_file_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(table(), path, row_group_size=200)
    held = path.read_bytes()
    length = int.from_bytes(held[-8:-4], "little")
    less = length // 2  # half a footer
    path.write_bytes(
        {
            "other": b"something else, and rather long",
            "short": b"PAR1",
            "cut": held[: -8 - length + less] + less.to_bytes(4, "little") + b"PAR1",
            "empty": b"",
        }[damage]
    )
    with pytest.raises(ValueError, match=r"x\.parquet"):
        ledger_footers.cut(path)


def test_numbers_are_those_of_the_column_without_loading_pandas(tmp_path: Path) -> None:
    column = pa.chunked_array([pa.array([1, 2, 3]), pa.array([4, 5, 6]).slice(1, 1)])
    assert ledger_footers.numbers(column, np.int64).tolist() == [1, 2, 3, 5]
    assert ledger_footers.numbers(pa.chunked_array([], pa.int64()), np.int64).tolist() == []
    pq.write_table(table(), tmp_path / "x.parquet", row_group_size=100)
    done = subprocess.run(
        [sys.executable, "-c", LOADING, str(tmp_path / "x.parquet")], check=False, capture_output=True
    )
    assert (done.returncode, done.stdout.decode().strip()) == (0, "[1000, 2001] False"), done.stderr


LOADING = """
import sys
from pathlib import Path
import numpy as np
from driftline.store import ledger_footers as footers
path = Path(sys.argv[1])
found = footers.numbers(footers.read(path, footers.cut(path), [10, 20], ["c1"]).column("c1"), np.int64)
print([int(found[0]), int(found[101])], "pandas" in sys.modules)
"""
