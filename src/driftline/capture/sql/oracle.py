"""Words of Oracle that the parser does not know: functions within WITH, DELETE within MERGE, MODEL, PIVOT XML.

Enters: the words of a script or a statement. Leaves: functions within WITH as statements in front of the one that they
belong to; DELETE within MERGE as a clause of its own; MODEL as a query of its measures, each from what it was and, if
a rule sets it, from all that its rules name; columns of XMLTABLE with a type.
"""

import itertools
from typing import Any

from driftline.capture.sql.tokens import Edit, Token, TokenType, Words, edited, named, said, spelled

_ROUTINES = frozenset(["FUNCTION", "PROCEDURE"])
_ENDED = frozenset(["IF", "LOOP"])  # what END names, besides a block and CASE
_LISTS = ("PARTITION", "DIMENSION", "MEASURES")
_CLAUSES = frozenset([*_LISTS, "RULES"])
_FAR = 10_000  # words of a query between its FROM and MODEL
_UNTYPED = frozenset([",", ")", "DEFAULT", "PATH"])  # what stands behind a column that has no type
_NAMES = frozenset([TokenType.VAR, TokenType.IDENTIFIER])


def apart(tokens: list[Any]) -> list[Any]:
    """``WITH FUNCTION f … END; SELECT …`` as ``CREATE FUNCTION f … END; SELECT …``."""
    words = said(tokens)
    edits: list[Edit] = []
    end = 0
    for place in range(len(words) - 1):
        if place < end or words[place] != "WITH" or words[place + 1] not in _ROUTINES:
            continue
        start = next((one + 1 for one in range(place, 0, -1) if words[one] == ";"), 0)
        end = place + 1
        made: list[Any] = []
        while words[end : end + 1] and words[end] in _ROUTINES:
            ends = _end(words, end)
            made += [*spelled(tokens[place], "CREATE"), *tokens[end:ends]]
            end = ends
        again = spelled(tokens[place], "WITH") if words[end : end + 1] not in (["SELECT"], ["WITH"]) else []
        edits.append((start, end, [*made, *tokens[start:place], *again]))
    return edited(tokens, edits)


def _end(words: Words, start: int) -> int:
    """Where the function that begins at ``start`` ends, with its semicolon."""
    depth = 0
    for place in range(start, len(words)):
        word, after = words[place], words[place + 1] if place + 1 < len(words) else ""
        if word in ("BEGIN", "CASE"):
            depth += words[place - 1] != "END"
        elif word == "END" and after not in _ENDED:
            depth -= 1
            if depth <= 0:
                return (words.after(place, ";") or len(words) - 1) + 1
    return len(words)


def bound(tokens: list[Any]) -> list[Any]:
    """Return ``:1`` as ``:name``: to the parser, what is bound has a name."""
    for place, (token, after) in enumerate(itertools.pairwise(tokens)):
        if (
            token.token_type == TokenType.COLON
            and after.token_type == TokenType.NUMBER
            and after.start == token.end + 1
        ):
            tokens[place + 1] = named(after)
    return tokens


def called_view(tokens: list[Any]) -> list[Any]:
    """Return ``UPDATE (SELECT …) SET`` as ``UPDATE (SELECT …) changed SET``: SET is no alias."""
    words = said(tokens)
    opened = (place for place in range(1, len(words)) if words[place - 1] == "UPDATE" and words[place] == "(")
    ends = [words.closing(place) + 1 for place in opened]
    return edited(
        tokens, [(end, end, spelled(tokens[end], "CHANGED")) for end in ends if words[end : end + 1] == ["SET"]]
    )


def deleted_within_merge(tokens: list[Any]) -> list[Any]:
    """Return ``UPDATE SET … DELETE WHERE c`` inside MERGE as a clause: ``WHEN MATCHED AND (c) THEN DELETE``."""
    words = said(tokens)
    edits: list[Edit] = []
    merge, end = words.after(0, "MERGE"), len(words)
    for place in range(len(words) - 1, merge if merge is not None else len(words), -1):
        if words[place] == "WHEN":
            end = place
        elif words[place - 1 : place + 1] == ["DELETE", "WHERE"]:
            near = tokens[place]
            edits.append((end, end, spelled(near, ")", "THEN", "DELETE")))
            edits.append((place - 1, place + 1, spelled(near, "WHEN", "MATCHED", "AND", "(")))
            end = place - 1
    return edited(tokens, edits)


def modelled(tokens: list[Any]) -> list[Any]:
    """``FROM t MODEL … DIMENSION BY (…) MEASURES (…) (…)`` as ``FROM (SELECT … FROM t)``; PIVOT XML as PIVOT."""
    words = said(tokens)
    edits: list[Edit] = [
        (place, place + 1, []) for place in range(1, len(words)) if words[place - 1 : place + 1] == ["PIVOT", "XML"]
    ]
    for place in [place for place, word in enumerate(words) if word == "MODEL"]:
        start = _from(words, place)
        if start:
            edits += _query(tokens, words, start, place)
    return edited(tokens, edits)


def typed(tokens: list[Any]) -> list[Any]:
    """Return ``XMLTABLE(… COLUMNS x PATH 'x')`` with the type that is meant: to the parser, a column has one."""
    words = said(tokens)
    edits: list[Edit] = []
    for place in range(len(words) - 1):
        if words[place : place + 2] != ["XMLTABLE", "("]:
            continue
        end, name = words.closing(place + 1), (words.after(place, "COLUMNS") or len(words)) + 1
        while name < end:
            if words[name + 1] in _UNTYPED:
                edits.append((name + 1, name + 1, spelled(tokens[name], "XMLTYPE")))
            while name < end and words[name] != ",":
                name = words.closing(name) + 1
            name += 1
    return edited(tokens, edits)


def _from(words: Words, place: int) -> int:
    """Where the FROM stands that MODEL at ``place`` is about; 0 where it is no clause."""
    measures, depth = words.after(place, "MEASURES") or 0, 0
    if (words.after(place, "DIMENSION") or measures) >= measures:
        return 0
    for one in range(place - 1, max(place - _FAR, 0), -1):
        depth += (words[one] == ")") - (words[one] == "(")
        if depth < 0:
            return 0
        if depth == 0 and words[one] == "FROM":
            return one
    return 0


def _query(tokens: list[Any], words: Words, start: int, place: int) -> list[Edit]:
    """What takes the place of MODEL and its clauses."""
    lists: dict[str, list[list[Any]]] = {}
    end = place + 1
    while end < len(words):
        if words[end] == "(":
            before = (word.partition(" ")[0] for word in reversed(words[place:end]))  # PARTITION BY is one word
            clause = next((word for word in before if word in _CLAUSES), "")
            closing = words.closing(end)
            clause = clause if clause in _LISTS and clause not in lists else "RULES"
            lists[clause] = _listed(tokens[end + 1 : closing])
            end = closing + 1
            if "RULES" in lists:
                break
        elif words[end] == "REFERENCE" or (
            "MEASURES" in lists and "RULES" not in words[place:end] and words[end] in ("ORDER", ")", ";", "UNION")
        ):
            break
        else:
            end += 1
    if "REFERENCE" in words[place:end] or not {"DIMENSION", "MEASURES"} <= lists.keys():
        return []
    near = tokens[place]
    items = {_alias(part): part for name in _LISTS for part in lists.get(name, [])}
    selected: list[Any] = []
    for name, part in items.items():
        rules = [rule for rule in lists.get("RULES", []) if name in _words(rule)[:3]]
        named = sorted({one for rule in rules for one in _words(rule) if one in items and one != name})
        value = _value(part)
        if rules:
            value = [*spelled(near, "MODEL", "("), *value]
            for other in named:
                value += [_comma(near), *_value(items[other])]
            value += spelled(near, ")")
        selected += [_comma(near), *value, *spelled(near, "AS"), part[-1]]
    query = [*spelled(near, "FROM", "(", "SELECT"), *selected[1:]]
    return [(start, start, query), (place, end, spelled(near, ")"))]


def _listed(tokens: list[Any]) -> list[list[Any]]:
    """The parts of a list that stand between its commas."""
    parts: list[list[Any]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _words(tokens: list[Any]) -> list[str]:
    return [token.text.upper() for token in tokens if token.token_type != TokenType.STRING]


def _alias(part: list[Any]) -> str:
    return str(part[-1].text.upper())


def _value(part: list[Any]) -> list[Any]:
    """An entry of a list, ``amt s``, without its alias."""
    if len(part) > 2 and part[-2].text.upper() == "AS":
        return part[:-2]
    bare = len(part) > 1 and part[-1].token_type in _NAMES and part[-2].token_type != TokenType.DOT
    return part[:-1] if bare else part


def _comma(near: Any) -> Any:
    return Token(TokenType.COMMA, ",", near.line, near.col, near.start, near.end)
