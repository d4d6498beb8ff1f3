"""Writers of Arrow: tables are told where their file was opened; expected origins are read off the scripts."""

from collections.abc import Callable

import pytest
from tests.unit.capture.script.rules.test_files import columns

from driftline.capture.script.follow import Followed

Follows = Callable[..., Followed]


@pytest.mark.parametrize(
    "written",
    [
        'with pa.OSFile("o", "wb") as sink:\n    with pa.ipc.new_file(sink, out.schema) as writer:\n'
        "        writer.write_table(out)",
        'writer = pq.ParquetWriter("o", out.schema)\nfor batch in out.to_batches():\n    writer.write_batch(batch)',
        'with open("o", "wb") as sink, pa.ipc.new_stream(sink, out.schema) as writer:\n    writer.write(out)',
    ],
)
def test_what_a_writer_of_arrow_is_given_is_told_where_its_file_was_opened(follows: Follows, written: str) -> None:
    text = f"""\
import pyarrow as pa
import pyarrow.parquet as pq
out = pa.table({{"x": orders["a"], "y": orders["b"]}})
{written}
"""
    opening = min(n for n, line in enumerate((5 * "\n" + text).splitlines(), 1) if '"o"' in line)
    found = follows(text)
    tables = [found.given(one) for one in found.paths() if one[-1].line in (opening, opening + 1)]
    assert {"x": {"a"}, "y": {"b"}} in [columns(one) for one in tables if one is not None]
