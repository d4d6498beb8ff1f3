"""The outline of a statement: what is left of its text once the texts in it, and the numbers, are taken out.

Enters: SQL in which texts stand in single quotes, doubled to escape, and names in double quotes. Leaves: its outline,
in which numbered marks stand for the texts, and the texts themselves; the names of fields, ``{'a': …}`` and ``s['a']``,
stay. Numbers go where they are compared with, or stand in rows of VALUES; others may count columns, and operands may
name one that is made. Statements that differ in a date or a path have one outline. A statement that is another one but
for its texts is not looked through again: it is cut at its quotes.
"""

import functools
import re
from collections import OrderedDict

from driftline import later

FORMS = 1_000  # outlines that are remembered
LENGTH = 100_000  # characters of a text that is remembered
MARK = re.compile("\u00a7(\\d+)\u00a7")

_TOKEN = re.compile(
    r"""(?P<bytes>\b[xb]'[^']*')
      | (?P<field>'(?:[^']|'')*'(?=\s*:(?!:)) | (?<=[\w)\]}"]\[)(?<!\barray\[)'(?:[^']|'')*'(?=\s*\]))
      | (?P<text>'(?:[^']|'')*')
      | (?P<skip>"(?:[^"]|"")*" | --[^\n]* | /\*.*?(?:\*/|\Z)
        | (?<![\w$])\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$)
      | (?P<lead>[=<>*/%+]\s*-?|\b(?:LIMIT|BETWEEN|AND)\s+-?)(?P<number>\d+(?:\.\d+)?)\b
      | (?<![\w.$\#@:?])(?P<constant>\d+(?:\.\d+)?)(?=\s+AS\b)
      | (?P<many>\bIN\s*+\(\s*+-?\d++(?:\.\d++)?+(?:\s*+,\s*+-?\d++(?:\.\d++)?+)*+\s*+\))""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ROW = r"\((?:[^A-Za-z_\"(){}\[\]]|NULL\b|TRUE\b|FALSE\b|DEFAULT\b|(?<=\d)e|[xb](?='))*+\)"
_ROWS = later.pattern(rf'"(?:[^"]|"")*"|(?P<rows>\bVALUES\s*+{_ROW}(?:\s*+,\s*+{_ROW})*+)', re.IGNORECASE)
_IN_ROW = later.pattern("(?P<other>[?$:]\\d+|'00'|\u00a7\\d+\u00a7)|\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?")
_HANDED = later.pattern(r"[?$:@%]")
_LIST = later.pattern("'\u00a7\\d+\u00a7'(?:\\s*,\\s*'\u00a7\\d+\u00a7')*")
_PLAIN = later.pattern(r"\s*+(?:insert|replace|update|delete|select|with)\b[^;]*+;?\s*+\Z", re.IGNORECASE)
_FOREIGN = later.pattern(r"[\[`\\#]|//|'{3}|\"{3}|'\$|->|\bb'", re.IGNORECASE)
_MINUS = later.pattern(r"--(?!\s)")
_NAMING = later.pattern(r"\b(?:from|into|join|update|table|as|outfile)\s*+'|\.\s*+'|'\s*+[.(]", re.IGNORECASE)
_UNNAMED = later.pattern(r"\bunnamed_relation_[0-9a-f]+")
_ESCAPED = later.pattern(r"\b(?:e|n?q)'", re.IGNORECASE)
_SELECTS = later.pattern(
    r"\bcolumns\s*\(|/\*(?:(?!\*/).)*/\*", re.IGNORECASE | re.DOTALL
)  # by a text; or comments nest
_NAMES = later.pattern(r"\b(?:create|copy|pivot)\b", re.IGNORECASE)  # columns by how they are spelled
_BESIDE = later.pattern(
    r"""(?:\)|\b(?!(?:all|and|between|by|case|date|datetime|distinct|div|else|escape|glob|having|ilike|in|interval|is|like
      |match|mod|n|not|on|or|r|regexp|returning|rlike|select|separator|set|then|time|timestamp|to|when|where|xor|zone)\b)
      [a-z_]\w*+)\s*+'\u00a7\d""",
    re.VERBOSE | re.IGNORECASE,
)
_ALIAS = later.pattern("\\bas\\s*+'\u00a7(\\d+)\u00a7'", re.IGNORECASE)
_SUBTRACTS = frozenset(("mysql", "singlestore", "doris", "starrocks"))  # what is less a number below zero: ``5--3``
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
    if _ESCAPED.search(sql) or "\u00a7" in sql or _SELECTS.search(sql):
        return sql, ()
    literals: list[str] = []
    named = _NAMES.search(sql) is not None

    def take(found: re.Match[str]) -> str:
        if found.group("text") is not None:
            literals.append(found.group("text")[1:-1].replace("''", "'"))
            return f"'\u00a7{len(literals) - 1}\u00a7'"
        if found.group("field") is not None:
            return found.group()
        if found.group("number") is not None and not (named and found.group()[0] in "*/%+"):
            return f"{found.group('lead')}7"
        if named and found.group("bytes") is None:
            return found.group()
        if found.group("constant") is not None:
            return "7"
        if found.group("bytes") is not None:
            return f"{found.group()[0]}'00'"
        return found.group() if found.group("many") is None else "IN (7)"

    taken = _TOKEN.sub(take, _UNNAMED.sub("unnamed_relation", sql))
    return _ROWS.sub(_rows, taken), tuple(literals)


def _rows(found: re.Match[str]) -> str:
    if found.group("rows") is None:
        return found.group()
    rows = _IN_ROW.sub(_alike, found.group())
    return rows if _HANDED.search(rows) else rows[: rows.index(")") + 1]  # of as many constants as may be, one row


def _alike(found: re.Match[str]) -> str:
    return found.group() if found.group("other") else "7"


def reads(sql: str, dialect: str = "") -> bool:
    """Whether a text may be read so in a dialect with further ways to quote: it uses none, and names nothing so."""
    if not _PLAIN.match(sql) or _FOREIGN.search(sql) or _NAMING.search(sql):
        return False
    return dialect not in _SUBTRACTS or not _MINUS.search(sql)


def names(outline: str) -> bool:
    """Whether a text stands where it may be the name of a column, as some dialects have it: behind what it is."""
    return len(outline) <= LENGTH and _names(outline)


@functools.lru_cache(FORMS)
def _names(outline: str) -> bool:
    return _BESIDE.search(outline) is not None


def called(outline: str, texts: tuple[str, ...]) -> bool:
    """Whether a text is the name that ``AS 'name'`` gives to a column, and the statement may have it elsewhere."""
    found = _aliases(outline) if len(outline) <= LENGTH else ()
    return any(texts[place].lower() in outline.lower() for place in found)


@functools.lru_cache(FORMS)
def _aliases(outline: str) -> tuple[int, ...]:
    return tuple(int(found[1]) for found in _ALIAS.finditer(outline))


@functools.lru_cache(FORMS)
def code(outline: str) -> str:
    """Return an outline as code: a list of texts counts as one, however long it is today."""
    return _LIST.sub("'\u00a7'", outline)


def _harmless(texts: tuple[str, ...]) -> bool:
    """Whether nothing in the texts can change how the rest of a statement is read."""
    every = "'".join(("", *texts, ""))
    return not any(sign in every for sign in _SIGNS) and _ESCAPED.search(every) is None
