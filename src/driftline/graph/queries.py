"""How the SQL of a job differs between two of its runs, in words.

Enters: the texts of the ``sql`` facet of two runs, statements apart by semicolons at ends of lines. Leaves: a clause
that names which statements came and which went, cut where they are long. Pure; understands no SQL.
"""

_APART = ";\n"
_NAMED = 2  # statements that are quoted of each side
_LONG = 120  # characters of one


def differing(before: str, after: str) -> str:
    """Return how one text differs from the other, such as ``'select a from t' became 'select * from t'``; else ""."""
    old, new = _statements(before), _statements(after)
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    if not old or not new or not (gone or come):
        return ""
    if gone and come:
        return f"{_quoted(gone)} became {_quoted(come)}"
    return f"{_quoted(come)} came" if come else f"{_quoted(gone)} went"


def _statements(text: str) -> list[str]:
    """Return the statements of a text, each in one line."""
    return [line for one in text.split(_APART) if (line := " ".join(one.split()))]


def _quoted(statements: list[str]) -> str:
    shown = [f"'{one[:_LONG]}…'" if len(one) > _LONG else f"'{one}'" for one in statements[:_NAMED]]
    more = len(statements) - len(shown)
    return " and ".join(shown) if not more else f"{', '.join(shown)} and {more:,} more"
