"""How long a file stays open; expected places were counted by hand in the texts below."""

import ast

import pytest

from driftline.capture.script.closing import HANDED, UNKNOWN, Open, open_until


def told(text: str) -> Open:
    """What is told of the call of ``open(w)`` in a text."""
    before = text[: text.index("open(w)") + len("open(w)")]
    line = before.count("\n") + 1
    return open_until(ast.parse(text), (line, len(before.rpartition("\n")[2].encode())))


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("with open(w) as g:\n    pass\nx = 1\n", (2, 8)),
        ("with open(r) as é, closing(open(w)) as g:\n    a()\n    b()\n", (3, 7)),
        ("for n in x:\n    g = open(w)\n    write(g)\n    g.close()\n", (4, 13)),
        ("f, g = open(r), open(w)\ng.close()\nf.close()\n", (2, 9)),
        ("g = open(w)\nwith g:\n    pass\n", (3, 8)),
        ("g = open(w)\ntry:\n    a()\nfinally:\n    g.close()\n", (5, 13)),
        ("json.dump(x, open(w))\n", (1, 21)),
    ],
)
def test_a_file_is_open_to_the_end_of_its_block_to_its_close_or_while_one_statement_writes(
    text: str, until: tuple[int, int]
) -> None:
    assert told(text) == Open(until)


@pytest.mark.parametrize(
    "text",
    [
        "g = open(w)\nwrite(g)\n",
        "for n in x:\n    g = open(w)\n    held.append(g)\nfor g in held:\n    g.close()\n",  # another one, each time
        "for n in x:\n    if g is None:\n        g = open(w)\n    if full:\n        g.close()\n",  # in a later turn
        "held.append(open(w))\n",
        "held[k] = open(w)\n",
        "make = lambda: open(w)\n",
        "def close(g):\n    g.close()\ng = open(w)\n",
    ],
)
def test_of_a_file_that_is_kept_or_that_nobody_closes_there_it_is_not_known(text: str) -> None:
    assert told(text) == UNKNOWN


@pytest.mark.parametrize(
    "text", ["def made():\n    return open(w)\n", "def made():\n    with open(w) as g:\n        yield g\n"]
)
def test_a_function_may_hand_an_open_file_to_its_caller(text: str) -> None:
    assert told(text) == HANDED


def test_what_opens_and_closes_at_once_is_closed_when_it_ends() -> None:
    text = "n = out.write_text(open(r).read())\n"
    assert open_until(ast.parse(text), (1, 34)) == Open((1, 34))


def test_a_place_where_nothing_is_called_tells_nothing() -> None:
    assert open_until(ast.parse("x = 1\n"), (9, 9)) == UNKNOWN
