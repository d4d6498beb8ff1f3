"""The outline of a statement: what is left of its text once the texts and compared numbers in it are taken out.

Enters: SQL in which texts stand in single quotes, doubled to escape, and names in double quotes. Leaves: its outline,
in which numbered marks stand for the texts, and the texts themselves. Statements that differ in a date or a path have
one outline. A statement that is another one but for its texts is not looked through again: it is cut at its quotes.
"""

import functools
import re
from collections import OrderedDict

from driftline import later

FORMS = 1_000  # outlines that are remembered
LENGTH = 100_000  # characters of a text that is remembered
MARK = re.compile("\u00a7(\\d+)\u00a7")

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*') | (?P<skip>"(?:[^"]|"")*" | --[^\n]* | /\*.*?(?:\*/|\Z) | \$\$.*?\$\$)
      | (?P<lead>[=<>]\s*|\b(?:LIMIT|BETWEEN|AND)\s+)(?P<number>\d+(?:\.\d+)?)\b""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_VALUE = r"(?>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?!\w)|'\u00a7\d+\u00a7'|null\b|true\b|false\b|\?)"
_ROWS = later.pattern(  # that a statement spells out, of nothing but texts and numbers
    rf"\bVALUES\s*+(?>\(\s*+{_VALUE}(?>\s*+,\s*+{_VALUE})*+\s*+\)\s*+,?\s*+)+", re.IGNORECASE
)
_NUMBER = later.pattern(r"('\u00a7\d+\u00a7')|[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_LIST = later.pattern("'\u00a7\\d+\u00a7'(?:\\s*,\\s*'\u00a7\\d+\u00a7')*")
_UNNAMED = later.pattern(r"\bunnamed_relation_[0-9a-f]+")
_ESCAPED = later.pattern(r"\b[eE]'")
_SIGNS = ("\u00a7", '"', "*/", "$$", "unnamed_relation_")  # in a text: what may end what began before it, or is changed

Outline = tuple[str, tuple[str, ...]]
_whole: OrderedDict[str, Outline] = OrderedDict()  # of texts, as they came
_latest: tuple[str, Outline] = ("", ("", ()))  # asked for several times while one statement is looked at
_between: OrderedDict[tuple[str, ...], str] = OrderedDict()  # what stands between the texts -> outline


def of(sql: str) -> Outline:
    """Return the outline of a statement, and the texts that were taken out of it."""
    global _latest  # one pair, put in place at once
    latest = _latest
    if latest[0] is not sql:
        _latest = latest = sql, _of(sql)
    return latest[1]


def _of(sql: str) -> Outline:
    if len(sql) > LENGTH:
        return normalise(sql)
    known = _whole.get(sql)
    if known is not None:
        return known
    parts = sql.split("'")
    pieces, texts = tuple(parts[::2]), tuple(parts[1::2])
    cut = len(pieces) > len(texts) and _harmless(texts)  # an odd quote stands in a comment, or ends nothing
    outline = _between.get(pieces) if cut else None
    if outline is not None:
        return outline, texts
    found = _whole[sql] = normalise(sql)
    if cut and found[1] == texts:  # each quote begins or ends a text, and does so whatever stands in the texts
        _between[pieces] = found[0]
    for held in (_whole, _between):
        while len(held) > FORMS:
            held.popitem(last=False)
    return found


def normalise(sql: str) -> Outline:
    """Return the same, whatever came before."""
    if _ESCAPED.search(sql) or "\u00a7" in sql:
        return sql, ()
    literals: list[str] = []

    def take(found: re.Match[str]) -> str:
        if found.group("text") is not None:
            literals.append(found.group("text")[1:-1].replace("''", "'"))
            return f"'\u00a7{len(literals) - 1}\u00a7'"
        if found.group("number") is not None:
            return f"{found.group('lead')}7"
        return found.group()

    found = _TOKEN.sub(take, _UNNAMED.sub("unnamed_relation", sql))
    return _ROWS.sub(_unnumbered, found), tuple(literals)


def _unnumbered(rows: re.Match[str]) -> str:
    return _NUMBER.sub(lambda found: found[1] or "7", rows[0])


@functools.lru_cache(FORMS)
def code(outline: str) -> str:
    """Return an outline as code: a list of texts counts as one, however long it is today."""
    return _LIST.sub("'\u00a7'", outline)


def _harmless(texts: tuple[str, ...]) -> bool:
    """Whether nothing in the texts can change how the rest of a statement is read."""
    every = "'".join(("", *texts, ""))
    return not any(sign in every for sign in _SIGNS) and _ESCAPED.search(every) is None
