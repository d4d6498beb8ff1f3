"""Statements that are others by another name.

Enters: the words of one statement. Leaves: the words of those that it comes to: a stream is the view that it is to
those who read it, a pipe its COPY, rows that change the table are INSERTed, tables that change names are renamed or
change places. None where a statement stands for itself.
"""

import contextlib
from collections.abc import Callable
from typing import Any

from driftline.capture.sql.looping import ROW
from driftline.capture.sql.tokens import Token, TokenType, dotted, said, spelled

_Said = list[list[Any]] | None
_PARTITIONS = frozenset(  # functions of Vertica
    ["SWAP_PARTITIONS_BETWEEN_TABLES", "MOVE_PARTITIONS_TO_TABLE", "COPY_PARTITIONS_TO_TABLE"]
)
_FROM_STAGE = frozenset(["REPLACE", "ATTACH", "APPEND"])  # rows of another table become rows of this one


def may_be(tokens: list[Any]) -> bool:
    """Whether a statement may be another one, by its first word."""
    word = tokens[0].text.upper()
    return word in _BY_WORD or (word == "SELECT" and len(tokens) > 1 and tokens[1].text.upper() in _PARTITIONS)


def translated(tokens: list[Any]) -> _Said:
    """Return the words of the statements that mean the same as ``tokens``; None where they stand for themselves."""
    if may_be(tokens):
        begins = _BY_WORD.get(tokens[0].text.upper(), _partitions)
        with contextlib.suppress(IndexError):  # a statement that is cut off
            return begins(tokens, said(tokens))
    return None


def _create(tokens: list[Any], words: list[str]) -> _Said:
    if "STREAM" in words[1:4] and "ON" in words:
        return _stream(tokens, words)
    if "PIPE" in words[1:4] and "COPY" in words:
        return [tokens[words.index("COPY") :]]
    if "SYNONYM" in words[1:5] and "FOR" in words:
        name = dotted(tokens[words.index("SYNONYM") + 1 :])
        query = [*spelled(tokens[0], "AS", "SELECT", "*", "FROM"), *dotted(tokens[words.index("FOR") + 1 :])]
        return [[tokens[0], *spelled(tokens[0], "VIEW"), *name, *query]]
    if words[1:2] == ["TABLE"] and words[-4:-1] == ["AS", "CLONE", "OF"]:  # Fabric, of a name without a schema
        return [[*tokens[:-4], *spelled(tokens[0], "CLONE"), tokens[-1]]]
    if "FLOW" in words[1:3] and "INTO" in words:
        return _changes(tokens, words)
    return _from(tokens, words)


def _copy(tokens: list[Any], words: list[str]) -> _Said:
    if words[1:2] != ["INTO"] or words.count("FILE_FORMAT") != 1:
        return None
    place = words.index("FILE_FORMAT")
    name = dotted(tokens[place + 2 :]) if words[place + 1 : place + 2] == ["="] else []
    return [[*tokens[:place], *tokens[place + 2 + len(name) :]]] if len(name) > 1 else None  # of a schema


def _load(tokens: list[Any], words: list[str]) -> _Said:
    if words[1:2] != ["DATA"] or "INFILE" not in words[2:5] or "TABLE" not in words:
        return None
    file, table = tokens[words.index("INFILE") + 1], words.index("TABLE")
    into = [*spelled(tokens[0], "INTO", "TABLE"), *dotted(tokens[table + 1 :])]
    return [[*tokens[:2], *spelled(tokens[0], "INPATH"), file, *into]]  # MySQL's columns have no names in the file


def _stream(tokens: list[Any], words: list[str]) -> _Said:
    """``CREATE STREAM s ON TABLE t``: whoever reads s reads columns of t."""
    on = words.index("ON")
    name = tokens[words.index("STREAM") + 1 : on]
    if [token.text.upper() for token in name[:3]] == ["IF", "NOT", "EXISTS"]:
        name = name[3:]
    source = next(
        (place for place in range(on + 1, min(on + 4, len(words))) if words[place] in ("TABLE", "VIEW")), None
    )
    if source is None or not name:
        return None
    view = [tokens[0], *spelled(tokens[0], "VIEW"), *dotted(name)]
    return [[*view, *spelled(tokens[0], "AS", "SELECT", "*", "FROM"), *dotted(tokens[source + 1 :])]]


def _changes(tokens: list[Any], words: list[str]) -> _Said:
    """``APPLY CHANGES INTO t FROM s …`` and ``CREATE FLOW f AS AUTO CDC INTO t FROM s …`` of Databricks."""
    if "FROM" not in words or "KEYS" not in words or "INTO" not in words[: words.index("FROM")]:
        return None
    near, start, end = tokens[0], words.index("FROM"), words.index("KEYS")
    chosen = spelled(near, "*")
    if "COLUMNS" in words[end:]:
        place = words.index("COLUMNS", end) + 1
        behind = next((one for one in range(place, len(words)) if words[one] in ("STORED", "TRACK")), len(words))
        chosen = [token for token in tokens[place:behind] if "EXCEPT" in words[place:behind] or token.text not in "()"]
    into = [*spelled(near, "INSERT", "INTO"), *dotted(tokens[words.index("INTO") + 1 :])]
    return [[*into, *spelled(near, "SELECT"), *chosen, *tokens[start:end]]]


# --- tables that change their names, or whose rows another table gets ---------------------------------------------


def _alter(tokens: list[Any], words: list[str]) -> _Said:
    if words[1:2] == ["SCHEMA"] and "TRANSFER" in words[2:8]:  # T-SQL
        start = words.index("TRANSFER") + 1
        start += 2 * (words[start + 1 : start + 2] == ["::"])
        old = dotted(tokens[start:])
        return [_renamed(old, [*dotted(tokens[2:]), *spelled(tokens[0], "."), old[-1]])]
    if words[1:2] in (["TABLE"], ["VIEW"]) and words[-3:-1] == ["SET", "SCHEMA"]:
        return [[*tokens[:-3], *spelled(tokens[0], "RENAME", "TO"), tokens[-1], *spelled(tokens[0], "."), tokens[-4]]]
    if words[1:2] != ["TABLE"] or len(words) < 5:
        return None
    first = 2 + 2 * (words[2:4] == ["IF", "EXISTS"])
    name = dotted(tokens[first:])
    place = first + len(name)
    if words[place : place + 2] == ["ON", "CLUSTER"]:
        place += 3
    return _action(tokens, words, name, place)


def _action(tokens: list[Any], words: list[str], name: list[Any], place: int) -> _Said:
    """What ``ALTER TABLE name`` does, from ``place`` on."""
    rest, action = words[place:], words[place]
    if "EXCHANGE" in rest[:6] and rest[-1:] != ["TABLE"] and "WITH" in rest:
        other = dotted(tokens, place + rest.index("WITH") + 2)
        both = "(" not in rest[: rest.index("WITH")]  # Hive, which names a partition by its values, empties the other
        return [_moved(other, name), *([_moved(name, other)] if both else [])]
    if action == "," and rest.count("RENAME") == 1 and rest[rest.index("RENAME") + 1] == "TO":  # Vertica
        to = place + rest.index("RENAME")
        olds, news = _listed([*name, *tokens[place:to]]), _listed(tokens[to + 2 :])
        return [_renamed(old, new) for old, new in zip(olds, news, strict=False)]
    if rest[:2] == ["ATTACH", "PARTITION"] and (rest[-1:] == ["DEFAULT"] or "FOR" in rest):  # PostgreSQL
        return [_moved(dotted(tokens[place + 2 :]), name)]
    if action in _FROM_STAGE and "FROM" in rest:
        return [_moved(dotted(tokens[place + rest.index("FROM") + 1 :]), name)]
    if action == "SWITCH" and "TO" in rest:  # T-SQL
        return [_moved(name, dotted(tokens[place + rest.index("TO") + 1 :]))]
    if action == "MOVE" and "TABLE" in rest:
        return [_moved(name, dotted(tokens[place + rest.index("TABLE") + 1 :]))]
    if action in ("RENAME", "CHANGE"):
        return _columns(name, _outer(tokens[place:]))
    near = tokens[0]
    if action == "UPDATE" and "WHERE" in rest:  # ClickHouse
        where = place + rest.index("WHERE")
        within = (one for one in range(place, where) if words[one : one + 2] == ["IN", "PARTITION"])
        end = next(within, where)
        return [[*spelled(near, "UPDATE"), *name, *spelled(near, "SET"), *tokens[place + 1 : end], *tokens[where:]]]
    if action == "DELETE" and "WHERE" in rest:
        return [[*spelled(near, "DELETE", "FROM"), *name, *tokens[place + rest.index("WHERE") :]]]
    return None


def _columns(name: list[Any], actions: list[list[Any]]) -> _Said:
    """``RENAME COLUMN a TO b, …`` of BigQuery and ClickHouse, ``CHANGE a b int …`` of Hive and MySQL, one by one.

    Columns that take each other's names do so at once, as MySQL's parser has it.
    """
    found: list[list[Any]] = []
    pairs: list[tuple[str, str]] = []
    for action in actions:
        words = [token.text.upper() for token in action]
        start = 1 + (words[1:2] == ["COLUMN"])
        start += 2 * (words[start : start + 2] == ["IF", "EXISTS"])
        if words[0] == "CHANGE":
            place = start + 1
        elif words[:2] == ["RENAME", "COLUMN"] and words[start + 1 : start + 2] == ["TO"]:
            place = start + 2
        else:
            return None
        found.append(_called(name, [action[start]], [action[place]]))
        pairs.append((words[start], words[place]))
    ordered: list[list[Any]] = []
    while pairs:  # one gives its name up before another takes it
        olds = {old for old, _ in pairs}
        free = next((place for place, (old, new) in enumerate(pairs) if old == new or new not in olds), None)
        if free is None:
            return None
        ordered.append(found.pop(free))
        del pairs[free]
    return ordered


def _rename(tokens: list[Any], words: list[str]) -> _Said:
    """``RENAME TABLE a TO b, c TO d``, and Oracle's ``RENAME a TO b``."""
    start = 1 + (words[1:2] in (["TABLE"], ["TABLES"]))
    found: list[list[Any]] = []
    for pair in _parts(tokens[start:]):
        old = dotted(pair)
        if [token.text.upper() for token in pair[len(old) : len(old) + 1]] not in (["TO"], ["AS"]):
            return None
        found.append(_renamed(old, dotted(pair[len(old) + 1 :])))
    return found


def _bulk(tokens: list[Any], words: list[str]) -> _Said:
    """``BULK INSERT t FROM 'file' [WITH (…)]`` of T-SQL."""
    name = dotted(tokens[2:])
    place = 2 + len(name)
    if words[1:2] != ["INSERT"] or words[place : place + 1] != ["FROM"] or place + 1 >= len(tokens):
        return None
    return [[*tokens[1 : place + 2]]]


def _exchange(tokens: list[Any], words: list[str]) -> _Said:
    """``EXCHANGE TABLES a AND b`` of ClickHouse."""
    if words[1:2] != ["TABLES"] or "AND" not in words:
        return None
    one, other = dotted(tokens[2:]), dotted(tokens[words.index("AND") + 1 :])
    return [[*spelled(tokens[0], "ALTER", "TABLE"), *one, *spelled(tokens[0], "SWAP", "WITH"), *other]]


def _procedure(tokens: list[Any], words: list[str]) -> _Said:
    """``EXEC sp_rename 'a.t', 'u'`` and ``EXEC sp_rename 't.a', 'b', 'COLUMN'`` of T-SQL."""
    texts = [token for token in tokens[2:] if token.token_type == TokenType.STRING]
    if words[1:2] != ["SP_RENAME"] or len(texts) not in (2, 3):
        return None
    *schema, old = (part.strip("[]") for part in texts[0].text.split("."))
    near = texts[0]
    before = [one for part in schema for one in spelled(near, part, ".")]
    if len(texts) == 3 and texts[2].text.upper() == "COLUMN" and before:
        return [_called(before[:-1], spelled(near, old), spelled(near, texts[1].text))]
    if texts[2:] and texts[2].text.upper() != "OBJECT":
        return None
    return [_renamed([*before, *spelled(near, old)], [*before, *spelled(near, texts[1].text)])]


def _partitions(tokens: list[Any], words: list[str]) -> _Said:
    """``SELECT SWAP_PARTITIONS_BETWEEN_TABLES('s', 1, 2, 't')`` of Vertica and its kin."""
    given = [part[0] for part in _parts(tokens[3:-1])][:4:3]
    if (
        words[2:3] != ["("]
        or len(given) < 2
        or not all(one.token_type == TokenType.STRING and one.text for one in given)
    ):
        return None
    source, target = ([one for part in name.text.split(".") for one in spelled(name, ".", part)][1:] for name in given)
    both = words[1].startswith("SWAP")
    return [_moved(source, target), *([_moved(target, source)] if both else [])]


def _renamed(old: list[Any], new: list[Any]) -> list[Any]:
    return [*spelled(old[0], "ALTER", "TABLE"), *old, *spelled(old[0], "RENAME", "TO"), *new]


def _called(table: list[Any], old: list[Any], new: list[Any]) -> list[Any]:
    near = table[0]
    return [*spelled(near, "ALTER", "TABLE"), *table, *spelled(near, "RENAME", "COLUMN"), *old, *spelled(near, "TO"),
            *new]  # fmt: skip


def _moved(source: list[Any], target: list[Any]) -> list[Any]:
    """Rows of one table that become rows of another."""
    near = target[0]
    return [*spelled(near, "INSERT", "INTO"), *target, *spelled(near, "SELECT", "*", "FROM"), *dotted(source)]


def _parts(tokens: list[Any]) -> list[list[Any]]:
    """Words between commas."""
    found: list[list[Any]] = [[]]
    for token in tokens:
        if token.token_type == TokenType.COMMA:
            found.append([])
        else:
            found[-1].append(token)
    return [part for part in found if part]


def _listed(tokens: list[Any]) -> list[list[Any]]:
    return [dotted(part) for part in _parts(tokens)]


# --- words of one dialect -----------------------------------------------------------------------------------------


def _update(tokens: list[Any], words: list[str]) -> _Said:
    """Teradata's ``UPD t FROM s SET …`` as ``UPDATE t FROM s AS s SET …``: SET is no alias."""
    start = 1 + len(dotted(tokens[1:]))
    if words[start : start + 1] != ["FROM"] or "SET" not in words[start:]:
        return None
    change = words.index("SET", start)
    bare = words[change - 2] in ("FROM", ".", ",")
    alias = [*spelled(tokens[0], "AS"), tokens[change - 1]] if bare else []
    return [[*spelled(tokens[0], "UPDATE"), *tokens[1:change], *alias, *tokens[change:]]]


def _set(tokens: list[Any], words: list[str]) -> _Said:
    """``SET NEW.a = b, …`` of a trigger as an UPDATE of a row: to the parser of MySQL, NEW.b is b."""
    if words[1:3] != ["NEW", "."] and words[1:4] != ["(", "NEW", "."]:
        return None
    near = tokens[0]
    row = Token(TokenType.IDENTIFIER, ROW, near.line, near.col, near.start, near.end)
    return [[*spelled(near, "UPDATE"), row, *spelled(near, "SET"), *tokens[1:]]]


def _insert(tokens: list[Any], words: list[str]) -> _Said:
    """``INSERT INTO t (…) TABLE s`` as ``INSERT INTO t (…) SELECT * FROM s``."""
    if "|>" in words:
        return _from(tokens, words)
    found = [place for place in range(3, len(words) - 1) if words[place] == "TABLE"]
    if len(found) != 1 or "SELECT" in words:
        return None
    return [[*tokens[: found[0]], *spelled(tokens[0], "SELECT", "*", "FROM"), *tokens[found[0] + 1 :]]]


def _merge(tokens: list[Any], words: list[str]) -> _Said:
    """Redshift's ``MERGE … REMOVE DUPLICATES``: rows of the source take the place of those that match."""
    if words[-2:] != ["REMOVE", "DUPLICATES"]:
        return None
    return [[*tokens[:-2], *spelled(tokens[0], "WHEN", "NOT", "MATCHED", "THEN", "INSERT", "*")]]


def _export(tokens: list[Any], words: list[str]) -> _Said:
    """Hive's ``EXPORT TABLE t TO 'path'``."""
    if words[1:2] != ["TABLE"] or "TO" not in words:
        return None
    near, to = tokens[0], words.index("TO")
    into = [*spelled(near, "INSERT", "OVERWRITE", "DIRECTORY"), tokens[to + 1]]
    return [[*into, *spelled(near, "SELECT", "*", "FROM"), *dotted(tokens[2:])]]


def _import(tokens: list[Any], words: list[str]) -> _Said:
    """Hive's ``IMPORT TABLE t FROM 'path'``."""
    if "TABLE" not in words[1:3] or "FROM" not in words:
        return None
    near, start = tokens[0], words.index("FROM")
    name = dotted(tokens[words.index("TABLE") + 1 :])
    return [[*spelled(near, "LOAD", "DATA", "INPATH"), tokens[start + 1], *spelled(near, "INTO", "TABLE"), *name]]


def _from(tokens: list[Any], words: list[str]) -> _Said:
    """BigQuery's ``|> SET``, ``|> DROP`` and ``|> RENAME`` as ``|> SELECT *`` with what they change."""
    near = tokens[0]
    steps = [place for place in range(len(words) - 1) if words[place] == "|>"]
    if not {words[place + 1] for place in steps} & {"SET", "DROP", "RENAME"}:
        return None
    found = tokens
    for place, end in reversed([*zip(steps, [*steps[1:], len(words)], strict=True)]):
        word, given = words[place + 1], tokens[place + 2 : end]
        if word == "DROP":
            listed = [*spelled(near, "EXCEPT", "("), *given]
        elif word == "SET":
            pairs = [[*part[2:], *spelled(near, "AS"), part[0]] for part in _outer(given)]
            listed = [*spelled(near, "REPLACE", "("), *_joined(pairs, given)]
        elif word == "RENAME":
            listed = [*spelled(near, "RENAME", "("), *given]
        else:
            continue
        found = [*found[: place + 1], *spelled(near, "SELECT", "*"), *listed, *spelled(near, ")"), *found[end:]]
    return [found]


def _outer(tokens: list[Any]) -> list[list[Any]]:
    """Words between commas that stand in no parentheses."""
    found: list[list[Any]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if token.token_type == TokenType.COMMA and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return [part for part in found if part]


def _joined(parts: list[list[Any]], given: list[Any]) -> list[Any]:
    comma = next((token for token in given if token.token_type == TokenType.COMMA), None)
    return [one for place, part in enumerate(parts) for one in ([comma, *part] if place else part)]


_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE)
_BY_WORD: dict[str, Callable[[list[Any], list[str]], _Said]] = {
    "CREATE": _create,
    "APPLY": _changes,
    "COPY": _copy,
    "LOAD": _load,
    "ALTER": _alter,
    "RENAME": _rename,
    "EXCHANGE": _exchange,
    "BULK": _bulk,
    "EXEC": _procedure,
    "EXECUTE": _procedure,
    "UPD": _update,
    "UPDATE": _update,
    "SET": _set,
    "INSERT": _insert,
    "MERGE": _merge,
    "EXPORT": _export,
    "IMPORT": _import,
    "FROM": _from,
}
