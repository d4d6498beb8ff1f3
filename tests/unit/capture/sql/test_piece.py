"""The record of one statement. Expected texts by hand."""

from driftline.capture.sql.parse import pieces


def test_a_piece_knows_its_text_and_its_line() -> None:
    first, second = pieces("SELECT a\n  FROM t;\n\nSELECT b FROM u", "")
    assert (first.text, first.line) == ("SELECT a\n  FROM t", 1)
    assert (second.text, second.line) == ("SELECT b FROM u", 4)
