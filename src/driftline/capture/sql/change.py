"""What one statement does: where it reads, what it writes, and which columns reach which.

Enters: the tree of a statement and what its script knows. Leaves: statements (a multi-table INSERT is several).
Outputs of an INSERT go to the columns of the target by their place; those of UPDATE and MERGE by the names that
are set. What WHERE, ON and WHEN look at shapes the rows.
"""

import copy
from typing import Any

from sqlglot import exp

from driftline.capture.sql import (
    altering,
    assign,
    assigned,
    clauses,
    functions,
    given_out,
    meeting,
    multitable,
    naming,
    nodes,
    tables,
    transfer,
    variables,
    within,
)
from driftline.capture.sql import relation as rel
from driftline.capture.sql.bound import Lineage, bind
from driftline.capture.sql.columns import Walker
from driftline.capture.sql.deciding import Decides
from driftline.capture.sql.looping import ROW, Rows, named_in
from driftline.capture.sql.relation import CONDITIONAL, FILTER, Edges, Output, Relation, Source, Star
from driftline.capture.sql.scope import Scope
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import How, Statement
from driftline.capture.sql.variables import Values

_BY_NAME = frozenset(
    ["oracle", "mysql", "doris", "starrocks", "singlestore"]
)  # whose partitions have names of their own
_MADE = frozenset(["TABLE", "VIEW", "MODEL"])  # a model has columns, too: its features


class Reading:
    """Understands statements of one script."""

    def __init__(
        self,
        script: Script,
        parameters: frozenset[str],
        deadline: float | None,
        rows: Rows = (),
        values: Values = (),
        conditions: tuple[Decides, ...] = (),
    ) -> None:
        self.script = script
        self.variables = parameters
        self.rows = rows  # that the block around goes through one by one
        self.values = values  # that variables may have
        self.conditions = conditions  # under which the block around runs it
        self.tree: Any = exp.Expression()
        self.around: Edges = rel.NONE  # what shapes those that the statement names
        self.walker = Walker(script.dialect, script.relation, deadline)
        self.walker.functions = script.functions

    def statements(self, tree: Any, *, merging: bool = True) -> list[Statement]:
        """Return what ``tree`` does; ``merging``: whether MERGE is among its words."""
        if self.rows:
            asked = (tree, *(one.query for one in self.conditions))
            self.rows = tuple(dict(one for part in asked for one in named_in(self.rows, part)).items())
        self.tree = tree
        if isinstance(tree, exp.MultitableInserts):
            return multitable.several(self.fresh, tree)
        before = [one for change in within.changes(tree, merging=merging) for one in self.fresh().own(change)]
        return [*before, *self.own(tree)]

    def own(self, tree: Any) -> list[Statement]:
        """Return what ``tree`` does, without the changes in its WITH."""
        for kind, read in _READ:
            if isinstance(tree, kind):
                found: list[Statement] = read(self, tree)
                output = tree.args.get("output")
                return [*found, *self._given_out(tree, output, found[0])] if isinstance(output, exp.Insert) else found
        return [Statement((), how="none", kind=clauses.kind_of(tree))]

    def fresh(self) -> "Reading":
        """Return one that reads another part of the same statement."""
        deadline = self.walker.deadline
        return Reading(self.script, self.variables, deadline, self.rows, self.values, self.conditions)

    def root(self) -> Scope:
        """Return the outermost scope: variables are no columns."""
        scope = self.walker.scope(None)
        scope.bound = {self.script.dialect.column(exp.to_identifier(name, quoted=False)) for name in self.variables}
        for name, query in self.rows:
            offered = self.walker.query(query, scope)
            key = self.script.dialect.table(exp.to_identifier(name))
            scope.rows[key] = offered
            if name.lower() in given_out.ROWS:  # a table, in triggers of T-SQL
                scope.ctes[key] = offered
            self.around |= offered.rows
        self.around |= variables.fill(self.walker, scope, self.values, self.tree)
        for query, each, values in self.conditions:
            if query is self.tree:
                continue
            where = scope
            if values is not None:
                where = copy.copy(scope)
                where.values = {}
            self.around |= variables.fill(self.walker, where, self.values if values is None else values, query)
            decides = self.walker.query(query, where)
            self.around |= decides.rows if each else rel.through(rel.all_of(decides.items) | decides.rows, CONDITIONAL)
        return scope

    def done(
        self, tree: Any, target: Source | None, how: How, offered: Relation, into: tuple[str, ...] | None = None
    ) -> Statement:
        """Return the statement, now that its edges are known."""
        doubts = tuple(self.walker.doubts.values())
        loose = [item for item in offered.items if not isinstance(item, Output)]
        lost = target is not None and (len(loose) > 1 or any(not isinstance(item, Star) for item in loose))
        gaps = (("sql columns",) if doubts or lost else ()) + (
            ("sql files without a name",) if self.walker.nameless else ()
        )
        reads = tuple(self.walker.reads)
        ordered = target is None and clauses.orders_alone(tree)
        lineage = Lineage(offered.items, offered.rows | self.around, into, ordered)
        return Statement(reads, target, lineage, how, gaps, clauses.kind_of(tree), doubts)

    # --- queries, and what is made of them --------------------------------------------------------------------

    def _query(self, tree: Any) -> list[Statement]:
        name = self.script.dialect.name
        if assigned.assignments(tree, name):
            offered = self.walker.query(assigned.values_of(tree, name), self.root())
            if tree.find(exp.From) is None:
                return [Statement((), how="none", kind="SET")]
            return [self.done(tree, None, "query", Relation((), offered.rows))]
        offered = self.walker.query(tree, self.root())
        into = clauses.into_of(tree)
        if into is None:
            return [self.done(tree, None, "query", offered)]
        if assigned.into_variables(into, name, self.variables):
            return [self.done(tree, None, "query", offered)]
        temporary = bool(into.args.get("temporary"))
        target = self.script.source(into.this, temporary=temporary)
        made = self.done(tree, target, "create", offered)
        if target is not None:
            temporary = temporary or target.names[0].startswith("#")
            self.script.make(target, offered, self.walker.reads, temporary=temporary)
        return [made._replace(kind="SELECT INTO")]

    def _create(self, tree: Any) -> list[Statement]:
        functions.define(self.script.functions, tree, self.script.dialect)
        inside = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        target = self.script.source(inside, temporary=clauses.temporary(tree))
        kind = clauses.kind_of(tree)
        if tree.kind not in _MADE or target is None or (tree.kind == "MODEL" and tree.expression is None):
            return [Statement((), how="none", kind=kind)]
        listed = clauses.listed(tree.this)
        query, like = tree.expression, clauses.like(tree) or (None if listed else clauses.path(tree))
        for prop in tree.find_all(exp.ToTableProperty):
            target = self.script.source(prop.this) or target
        temporary = clauses.temporary(tree) or target.names[0].startswith("#")
        if query is None and like is None:
            self.script.keys[target] = meeting.keys(tree.this)
            if listed or temporary:  # else nobody knows the columns
                self.script.declare(target, listed, temporary=temporary, computed=clauses.computed(tree.this))
            made = self._computed(tree.this, target, listed)
            perhaps = bool(tree.args.get("exists"))
            made_of = Lineage(made, rel.NONE)
            return [Statement((), target, made_of, "none", kind=kind, begins=not perhaps, perhaps=perhaps)]
        return [self._made(tree, target, query if query is not None else like, listed, temporary=temporary)]

    def _computed(self, node: Any, target: Source, listed: tuple[str, ...]) -> tuple[Output, ...]:
        """The columns of a new table; those that are computed from others come from these."""
        given = clauses.computations(node)
        if not given:
            return tuple(Output(name, rel.NONE, name) for name in listed)
        scope, written = self.walker.scope(None), self.script.dialect.written
        own = (Output(name, frozenset((rel.Edge(target, name, rel.IDENTITY),)), written(name)) for name in listed)
        scope.add("", Relation(own, rel.NONE, target))
        return tuple(
            Output(name, self.walker.walk(given[name], scope, rel.IDENTITY) if name in given else rel.NONE, name)
            for name in listed
        )

    def _made(self, tree: Any, target: Source, query: Any, listed: tuple[str, ...], *, temporary: bool) -> Statement:
        """What is made of a query, its columns called as they are listed."""
        scope = self.root()
        self.walker.with_ctes(tree, scope)
        offered = self.walker.query(query, scope)
        if listed:
            fold = self.script.dialect.written
            offered = offered.renamed((name, fold(name)) for name in listed)
        made = self.done(tree, target, "create", offered)
        self.script.make(target, offered, self.walker.reads, temporary=temporary)
        return made._replace(begins=not tree.args.get("exists"))

    def _cache(self, tree: Any) -> list[Statement]:
        target = self.script.source(tree.this)
        if tree.expression is None or target is None:
            return [Statement((), how="none", kind="CACHE TABLE")]
        offered = self.walker.query(tree.expression, self.root())
        made = self.done(tree, target, "create", offered)
        self.script.make(target, offered, self.walker.reads, temporary=True)
        return [made]

    # --- INSERT and COPY --------------------------------------------------------------------------------------

    def _insert(self, tree: Any, scope: Scope | None = None) -> list[Statement]:
        scope = scope if scope is not None else self.root()
        self.walker.with_ctes(tree, scope)
        inside = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if tree.args.get("is_function"):  # of ClickHouse
            inside = exp.Table(this=inside)
        if isinstance(inside, exp.Directory):
            target: Source | None = Source("file", (inside.this.name,))
        else:
            target = self.script.source(inside)
        if target is None:
            self.walker.note(inside.sql(), "a target whose name is put together when it runs", rel.NONE)
        query = tree.expression
        if isinstance(query, exp.Table):
            self.walker.table(query)
        offered = self.walker.query(query, scope) if isinstance(query, exp.Expression) else Relation(())
        into = self.into(tree, inside, target)
        if tree.args.get("by_name"):
            into = self._called(target, offered)
        unique = self.script.keys.get(target, ()) if target is not None else ()
        offered = meeting.met(self.walker, tree, offered, into, unique)
        offered, into = assign.on_conflict(self.walker, tree, offered, into, inside)
        made = self.done(tree, target, "append", offered, into)
        if target is not None and self.script.is_temporary(target):
            fields, rows = bind(Lineage(offered.items, offered.rows, into or None), None)
            self.script.add(target, fields, rows, self.walker.reads)
        return [made]

    def into(self, tree: Any, inside: Any, target: Source | None) -> tuple[str, ...] | None:
        """The columns of the target that outputs go to by their place; None where they keep their names."""
        listed = clauses.listed(tree.this)
        partition = inside.args.get("partition") if isinstance(inside, exp.Table) else None
        partition = partition or tree.args.get("partition") or None
        by_column = self.script.dialect.name not in _BY_NAME
        fixed, moving = clauses.partition(partition) if by_column else ([], [])
        if listed:
            return (*listed, *(name for name in moving if name not in listed))
        if tree.args.get("by_name") or target is None or target.kind == "file":
            return None
        columns = self.script.filled(target)
        if columns is None:
            return ()
        taken = {name.lower() for name in (*fixed, *moving)}
        return (*(name for name in columns if name.lower() not in taken), *moving)

    def _called(self, target: Source | None, offered: Relation) -> tuple[str, ...] | None:
        """The columns of the target that outputs go to by their names; None where these are not all known."""
        spelled = {name.lower(): name for name in (self.script.columns(target) if target is not None else None) or ()}
        names = tuple(item.name for item in offered.items if isinstance(item, Output) and item.name)
        whole = bool(names) and len(names) == len(offered.items)
        return tuple(spelled.get(name.lower(), name) for name in names) if whole else None

    def _copy(self, tree: Any) -> list[Statement]:
        return [self.done(tree, *transfer.copy(self.walker, self.script, tree, self.root()))]

    def _load(self, tree: Any) -> list[Statement]:
        moved = transfer.load(self.walker, self.script, tree)
        if moved is None:
            return [Statement((), how="none", kind="LOAD DATA")]
        return [self.done(tree, *moved)._replace(kind="LOAD DATA")]

    def _export(self, tree: Any) -> list[Statement]:
        return [self.done(tree, *transfer.export(self.walker, tree, self.root()))._replace(kind="EXPORT DATA")]

    def _given_out(self, tree: Any, output: Any, made: Statement) -> list[Statement]:
        """OUTPUT … INTO t of T-SQL: an INSERT of what the change says of its rows."""
        reading = self.fresh()
        scope = reading.root()
        rows: Edges = rel.NONE
        if not isinstance(tree, exp.Insert):
            reading.walker.with_ctes(tree, scope)
            origin = tree.args.get("using") or (tree.args.get("from_") or exp.From()).this
            if origin is None and isinstance(tree, exp.Delete) and tree.args.get("tables"):
                origin = tree.this
            if isinstance(origin, exp.Expression):
                tables.enter(reading.walker, origin, scope)
            rows = made.lineage.rows if made.lineage is not None else rows
        if made.writes is not None:
            offered, read = self.script.offered(made.writes)
            reading.walker.reads.update(dict.fromkeys(read))
            for name in given_out.ROWS:
                scope.add(self.script.dialect.table(exp.to_identifier(name)), offered)
        (done,) = reading._insert(output, scope)
        if done.writes is not None:
            self.script.add(done.writes, {}, rows, ())
        lineage = done.lineage
        return [done._replace(lineage=lineage._replace(rows=lineage.rows | rows) if lineage is not None else None)]

    # --- changes ----------------------------------------------------------------------------------------------

    def _update(self, tree: Any) -> list[Statement]:
        if tree.this.name == ROW:
            target, offered = assign.of_row(self.walker, self.script, tree, self.rows, self.root)
            return [assign.NO_ROW if target is None else self.done(tree, target, "change", offered)]
        found = assign.update(self.walker, self.script, tree, self.root())
        made = [self._changed(self.done(tree, target, "change", offered)) for target, offered in found]
        for place in range(1, len(made)):  # each reads what the others change
            reads = dict.fromkeys((*made[0].reads, found[0][0]))
            made[place] = made[place]._replace(reads=tuple(one for one in reads if one not in (None, found[place][0])))
        return made

    def _merge(self, tree: Any) -> list[Statement]:
        target, offered = assign.merge(self.walker, self.script, tree, self.root())
        return [self._changed(self.done(tree, target, "change", offered))]

    def _changed(self, made: Statement) -> Statement:
        if made.writes is not None and made.lineage is not None and self.script.is_temporary(made.writes):
            fields, rows = bind(made.lineage, None)
            self.script.add(made.writes, fields, rows, self.walker.reads)
        return made

    def _delete(self, tree: Any) -> list[Statement]:
        scope = self.root()
        self.walker.with_ctes(tree, scope)
        named = tree.this if isinstance(tree.this, exp.Expression) else next(iter(tree.args.get("tables") or ()), None)
        rows = set(tables.enter(self.walker, named, scope)) if named is not None else set()
        target = self.script.source(assign.deleted(self.walker, tree))
        if target is not None:
            self.walker.reads.pop(target, None)
        using = tree.args.get("using") or []
        for other in using if isinstance(using, list) else [using]:
            rows |= tables.enter(self.walker, other, scope)
        where = tree.args.get("where")
        if where is not None:
            rows |= self.walker.walk(where.this, scope, FILTER)
        others = [self.script.source(one) for one in assign.also_deleted(self.walker, tree)]
        for other_target in others:  # DELETE a, b FROM … of MySQL
            if other_target is not None:
                self.walker.reads.pop(other_target, None)
        offered = Relation((), frozenset(rows))
        begins = where is None and not rows and not others
        return [self.done(tree, one, "change", offered)._replace(begins=begins) for one in (target, *others)]

    # --- names that change ------------------------------------------------------------------------------------

    def _alter(self, tree: Any) -> list[Statement]:
        this = self.script.source(tree.this.this if isinstance(tree.this, exp.Schema) else tree.this)
        if this is None:
            return [Statement((), how="none", kind="ALTER")]
        for action in tree.args.get("actions") or ():
            if isinstance(action, exp.Query):  # ALTER VIEW v AS SELECT …
                return [self._made(tree, this, action, clauses.listed(tree.this), temporary=False)]
        offered = altering.columns(self.walker, self.script, tree, this)
        found = altering.tables(self.script, tree, this)
        if offered is not None:
            into = tuple(item.name for item in offered.items if isinstance(item, Output))
            made = self.done(tree, this, "change", offered, into)
            found.insert(0, made._replace(kind=altering.KIND, renamed=altering.renamed(self.script.dialect, tree)))
        gone, come = altering.dropped(tree), altering.added(tree)
        if (gone or come) and found:
            found[-1] = found[-1]._replace(dropped=gone, added=come)
        target = this if gone or come else None
        return found or [Statement((), target, how="none", kind="ALTER", dropped=gone, added=come)]


_EXPORT = nodes.classes("Export")
_READ: tuple[tuple[Any, Any], ...] = (
    (exp.Create, Reading._create),
    (exp.Insert, Reading._insert),
    (exp.Update, Reading._update),
    (exp.Merge, Reading._merge),
    (exp.Delete, Reading._delete),
    (exp.Copy, Reading._copy),
    (exp.LoadData, Reading._load),
    (_EXPORT, Reading._export),
    (exp.Cache, Reading._cache),
    (exp.Alter, Reading._alter),
    (exp.TruncateTable, lambda reading, tree: naming.truncate(reading.script, tree)),
    (exp.Drop, lambda reading, tree: naming.drop(reading.script, tree)),
    (exp.Declare, lambda reading, tree: naming.declare(reading.script, tree)),
    (exp.Use, lambda reading, tree: naming.use(reading.script, tree)),
    ((exp.Set, exp.Command), lambda reading, tree: naming.settings(reading.script, tree, reading.fresh().own)),
    ((exp.Query, exp.Values, exp.Pivot), Reading._query),
)
