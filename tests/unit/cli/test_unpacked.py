import gzip
import io

import pytest

from driftline.cli import unpacked

TEXT = "eins\nzwei ü\n"


@pytest.mark.parametrize(
    "content",
    [TEXT.encode(), TEXT.encode("utf-16"), gzip.compress(TEXT.encode()), gzip.compress(TEXT.encode("utf-16"))],
    ids=["plain", "utf-16", "gzip", "gzip of utf-16"],
)
def test_lines_are_the_same_utf_8_whatever_they_were_packed_in(content: bytes) -> None:
    with unpacked.opened(io.BytesIO(content)) as lines:
        assert list(lines) == [b"eins\n", "zwei ü\n".encode()]
    with unpacked.opened(io.BytesIO(content)) as lines:
        assert lines.read() == TEXT.encode()


def test_a_damaged_gzip_file_fails_where_it_is_damaged() -> None:
    content = gzip.compress(TEXT.encode() * 1_000)[:-9]
    with unpacked.opened(io.BytesIO(content)) as lines, pytest.raises(EOFError):
        lines.read()
