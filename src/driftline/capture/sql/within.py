"""Changes inside WITH: ``WITH moved AS (DELETE FROM a … RETURNING *) INSERT INTO b SELECT * FROM moved``.

Enters: the tree of a statement. Leaves: each change in its WITH as a statement of its own, in order, which sees what
stands before it there. What such a change gives out is for the query around (``sql/columns``).
"""

from typing import Any

from sqlglot import exp


def changes(tree: Any, *, merging: bool = True) -> list[Any]:
    """Return the changes in the WITH of ``tree``, and those whose OUTPUT it reads: ``FROM (MERGE … OUTPUT …)``.

    Args:
        tree: of a statement.
        merging: whether MERGE is among its words.
    """
    clause = tree.args.get("with_") or tree.args.get("with")
    listed = clause.expressions if isinstance(clause, exp.With) else []
    found: list[Any] = []
    for place, cte in enumerate(listed):
        if isinstance(cte.this, exp.DML):
            change = cte.this.copy()
            own = change.args.get("with_")
            parts = [one.copy() for one in (*listed[:place], *(own.expressions if own is not None else ()))]
            if parts:
                change.set("with_", exp.With(expressions=parts, recursive=clause.args.get("recursive")))
            found.append(change)
    inner = tree.find_all(exp.Subquery) if merging else ()
    found += [one.this.copy() for one in inner if isinstance(one.this, exp.Merge)]  # of T-SQL
    return found
