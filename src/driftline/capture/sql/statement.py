"""The statements of a text, each with what it reads, writes and which columns reach which.

Enters: SQL of one dialect, and what is known of its tables. Leaves: statements, in order. What cannot be parsed gives
the tables or files that it names and no columns, and says so. Nothing is executed and no file is opened here.
"""

import re
from collections.abc import Callable, Iterator

from driftline.capture.sql import plan, salvage, second
from driftline.capture.sql.change import Reading
from driftline.capture.sql.limit import Limit, TooLong
from driftline.capture.sql.parse import pieces
from driftline.capture.sql.piece import Piece
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import Statement
from driftline.capture.sql.tokens import held

Opinion = Callable[[str], plan.Columns | plan.Named | None]
_TOP = re.compile(r"\b(?:update|delete)\s+top\s*\(", re.IGNORECASE)
LIMIT = Limit(5.0)  # for one statement; then its tables without columns


def read(text: str, script: Script, limit: Limit = LIMIT, opinion: Opinion | None = None) -> Iterator[Statement]:
    """Yield all statements of ``text``, in order; of those that touch no data only that they are there.

    Args:
        text: one or more statements.
        script: what is known of their tables, and learns of those that they make.
        limit: for one statement; inside a user's program for all of them.
        opinion: what a database says of the columns behind the outputs of a statement; differences lower confidence.
    """
    limit = limit.begun()
    for piece in pieces(text, script.dialect.name, limit, script.functions):
        found = _statements(piece, script, limit)
        bound = opinion(piece.text) if opinion is not None and len(found) == 1 and found[0].lineage else None
        yield from found if bound is None else [second.weighed(found[0], bound)]


def _statements(piece: Piece, script: Script, limit: Limit) -> list[Statement]:
    if piece.tree is None:
        return [salvage.from_tokens(piece, script)]
    try:
        with limit.armed():
            found = _reading(piece, script, limit).statements(piece.tree, merging="MERGE" in held(piece.tokens))
    except TooLong:
        found = [salvage.from_tree(piece, script, limit.said)]
    except RecursionError:
        found = [salvage.from_tree(piece, script, "too deeply nested")]
    except Exception as error:  # a form of statement that nobody thought of: its tables without columns, and a gap
        found = [salvage.from_tree(piece, script, f"{type(error).__name__} while its columns were looked for")]
    if _TOP.search(piece.text) or piece.tree.args.get("limit") is not None:
        found = [one._replace(some=True, begins=False) for one in found]
    return [one._replace(line=piece.line) for one in found]


def _reading(piece: Piece, script: Script, limit: Limit) -> Reading:
    return Reading(script, piece.variables, limit.deadline(), piece.rows, piece.values, piece.conditions)
