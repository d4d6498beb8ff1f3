"""The statements of a text, each parsed by itself, so that one that cannot be parsed does not take the others along.

Enters: SQL of any dialect that sqlglot reads: scripts, with or without semicolons, procedures and anonymous blocks.
Leaves: pieces with a tree each, or with what hinders one. Blocks are not parsed as blocks: the statements inside
them are found by where their words stand, and tried, the longest first. Nothing is executed.
"""

import re
from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot import exp

from driftline.capture.sql import batches, bodies, calling, filling, marks, nodes, parsed, templates, triggers, words
from driftline.capture.sql.assigned import assigned, valued
from driftline.capture.sql.branches import Branches
from driftline.capture.sql.deciding import Decides, Deciding
from driftline.capture.sql.functions import Functions
from driftline.capture.sql.limit import UNLIMITED, Limit
from driftline.capture.sql.looping import Loops
from driftline.capture.sql.parsed import DATA
from driftline.capture.sql.piece import Piece
from driftline.capture.sql.rewrite import rewritten
from driftline.capture.sql.tokens import TokenType, between_semicolons, fixed
from driftline.capture.sql.translate import may_be, translated
from driftline.capture.sql.trees import Trees, quiet
from driftline.capture.sql.turns import Turns
from driftline.capture.sql.variables import Variables

_CONTROL = marks.CUTS | {
    "SET", "FOR", "OPEN", "FETCH", "CLOSE", "RAISE", "LEAVE", "ITERATE", "COMMIT", "ROLLBACK", "IMMEDIATE", "EXIT",
    "CONTINUE", "GET", "SIGNAL", "RESIGNAL", "ASSERT", "SAVEPOINT", "WAITFOR", "NULL", "UNTIL", "FUNCTION", "PROCEDURE",
}  # fmt: skip
_OPENED = _CONTROL | frozenset(
    ["UNLOAD", "DO", "REPLACE", "RENAME", "EXCHANGE", "EXPORT", "IMPORT", "APPLY", "PREPARE"]
)  # of these, too
_BLOCKS = nodes.classes("Block IfBlock WhileBlock LoopBlock RepeatBlock EndStatement")
_DATA_WORDS = marks.STARTS | {"COPY", "FROM", "LOAD", "UNLOAD"}
_CALLS_BY_NAME = frozenset(["tsql", "fabric"])  # a procedure is called by its name alone
_STATEMENT = re.compile(r"\b(?:select|insert|delete|update|merge)\b", re.IGNORECASE)
_NEW = re.compile(r"\bnew\s*\.|\breferencing\b", re.IGNORECASE)
_BODY = re.compile(rf"{_STATEMENT.pattern}|\b(?:call|exec|execute|perform)\b|\bnew\.", re.IGNORECASE)
_BLOCK = "cannot be parsed, in a block or after another statement"
_DEPTH = 3  # bodies within bodies


def pieces(text: str, dialect: str, limit: Limit = UNLIMITED, functions: Functions | None = None) -> Iterator[Piece]:
    """Yield the statements of ``text``.

    Args:
        text: one statement or a script.
        dialect: sqlglot's name of it, ``""`` for none in particular.
        limit: for each of them.
        functions: that are known, or will be once they are defined.
    """
    with quiet():
        yield from _Reader(text, dialect, limit, functions).read()


class _Reader:
    def __init__(
        self, text: str, dialect: str, limit: Limit, functions: Functions | None, depth: int = 0, line: int = 1
    ) -> None:
        self.text = batches.parted(text, dialect)
        self.name = dialect
        self.grammar = sqlglot.Dialect.get_or_raise(dialect or None)
        self.limit = limit
        self.depth = depth
        self.line = line  # of the whole text, that this one begins on
        self.variables: set[str] = set()
        self.trees = Trees(self.text, dialect, self.grammar, limit, self.variables, functions)
        self.branches = Branches(dialect)
        self.section = bodies.Section()
        self.blocks = bodies.Blocks(dialect, self.text)
        self.triggering = _NEW.search(self.text) is not None
        self.triggered: dict[str, list[Any]] = {}  # tables of the functions that triggers run
        self.conditions = triggers.Conditions([])
        self.around: tuple[Decides, ...] = ()  # conditions of the text that this one stands in
        self.loops = Loops()
        self.deciding = Deciding(self.trees, self.loops)
        self.values = Variables(self.loops)
        self.turns = Turns(self.deciding)

    def read(self) -> Iterator[Piece]:
        try:
            tokens = words.split(self.grammar, self.text, self.line, _OPENED)
            tokens = fixed(rewritten(templates.folded(tokens, self.text), self.name))
        except (sqlglot.errors.SqlglotError, ValueError) as error:
            yield Piece(None, [], f"cannot be split into words: {parsed.short(error)}")
            return
        self.triggered, self.conditions = triggers.of_functions(tokens), triggers.Conditions(tokens)
        self.trees.deep = parsed.is_too_deep(tokens)  # of all words once: of each statement anew it would take long
        for chunk in self._chunks(tokens):
            for piece in self._chunk(fixed(chunk)):
                self.turns.took(piece if piece.whole else self._placed(piece), self.branches, self.values)
            yield from self.turns.done(self.branches, self.values)
        yield from self.turns.left()

    def _placed(self, piece: Piece) -> Piece:
        """The piece with what is known where it stands."""
        placed = piece._replace(whole=self.text, rows=self.loops.known(), values=self.values.known())
        if piece.tree is not None:
            self.values.assigned(assigned(piece.tree, self.name, self.variables), self.text, piece.tokens)
        return placed

    def _made(self, tree: Any, tokens: list[Any], start: int = 0, end: int | None = None) -> Piece:
        """One statement among ``tokens``, with the conditions that it stands under."""
        self.branches.statement(start)
        conditions = (*self.around, *self.deciding.queries(self.branches.known()))
        self.deciding.ran(tree, tokens[start].start)
        own = tokens[start:end] if start or end is not None else tokens
        found = Piece(tree, own, "", frozenset(self.variables), conditions=conditions)
        return found._replace(loops=self.branches.loops())

    def _chunks(self, tokens: list[Any]) -> Iterator[list[Any]]:
        for statement in between_semicolons(tokens):
            for part in filling.parts(statement) if statement else ():
                yield from self._apart(part) if self.name in _CALLS_BY_NAME else [part]

    def _apart(self, tokens: list[Any]) -> Iterator[list[Any]]:
        """Statements of T-SQL, which need no semicolon: those by themselves that begin a part and have other names."""
        start, ends = 0, self._begin(tokens)
        while start < len(tokens):
            end = marks.following(ends, start + 1, len(tokens))
            end -= end < len(tokens) and tokens[end - 1].text.upper() == "BULK"
            if not self._others(tokens[start:end]):
                yield tokens[start:]
                return
            yield tokens[start:end]
            start = end

    def _begin(self, tokens: list[Any]) -> list[int]:
        """Where further statements of T-SQL begin, if the first one may have another name."""
        found = marks.marks(tokens) if self.name in _CALLS_BY_NAME and may_be(tokens) else None
        return sorted((*found.starts, *found.calls)) if found is not None else []

    def _others(self, tokens: list[Any]) -> list[Any]:
        """The trees of the statements that have the same meaning; none where these words stand for themselves."""
        trees = [self.trees.parse(other)[0] for other in translated(tokens) or ()]
        return trees if all(isinstance(tree, DATA) for tree in trees) else []

    def _chunk(self, tokens: list[Any]) -> Iterator[Piece]:
        before = frozenset(self.variables)
        yield from self._read(tokens)
        kept = self.blocks.left(tokens, before)
        if kept is not None:
            self.variables.intersection_update(kept)
            self.values.left(kept)
            self.branches = Branches(self.name) if self.branches.all_under else self.branches

    def _read(self, tokens: list[Any]) -> Iterator[Piece]:
        tokens = self.branches.opened(tokens)
        for part in triggers.apart(tokens) if self.triggering and tokens else [tokens]:
            filled = triggers.filled(part) if self.triggering else part
            if filled:
                yield from self._single(filled)

    def _single(self, tokens: list[Any]) -> Iterator[Piece]:
        if bodies.is_reset(tokens) or bodies.is_idle(tokens, self.name):
            yield Piece(
                exp.Command(this=tokens[0].text.upper(), expression=tokens[-1].text if tokens[1:] else ""), tokens
            )
            return
        variable = self.section.declares(tokens, self.name)
        if variable:
            self.variables.add(variable)
            if (value := filling.declared(tokens)) is not None:
                yield from self._given(value, tokens)
            return
        if self.loops.opened(tokens):
            return
        given = filling.assignment(tokens, self.variables)
        if given is not None:
            yield from self._given(given, tokens)
            return
        tokens, used = self.loops.unindexed(tokens)
        self.branches.begun(tokens)
        yield from self._part(tokens)
        self.branches.passed()
        self.loops.left(used)

    def _given(self, given: filling.Given, tokens: list[Any]) -> Iterator[Piece]:
        """The query of the value that a variable is given, where it asks for data."""
        if given.declares:
            self.variables.add(given.name)
        tree, problem = self.trees.parse(filling.query_of(given))
        if tree is None:
            yield Piece(None, tokens, problem)
            return
        value = tree.expressions[0] if isinstance(tree, exp.Select) and len(tree.expressions) == 1 else None
        query = value.unnest() if isinstance(value, exp.Subquery) else tree
        if query.find(exp.From) is not None:
            yield Piece(query, tokens, "", frozenset(self.variables))
        self.loops.named(given.name, query)
        query = filling.of_rows(query, self.loops.known())
        every = [one for name in (given.name, *given.also) for one in valued(name, query)]
        self.values.assigned(every, self.text, tokens)

    def _part(self, tokens: list[Any]) -> Iterator[Piece]:
        first = tokens[0].text.upper()
        body = first in ("CREATE", "ALTER") and bodies.is_body(tokens)
        if body:
            self.branches = Branches(self.name, self.conditions.of(tokens))
            self.branches.begun(tokens)
            changed = triggers.of_trigger(tokens) or self.triggered.get(triggers.function_name(tokens))
            self.loops.trigger(self.trees.by(self.grammar, changed)[0] if changed else None)
        if body or first in _CONTROL:
            self._declare(tokens, body=body)
        self.values.noted(tokens, body=body)
        trees = self._others(tokens) if not body and marks.following(self._begin(tokens), 1, 0) == 0 else []
        if trees:
            yield from (self._made(tree, tokens) for tree in trees)
            return
        written = filling.outfile(tokens)
        if first == "UNLOAD":
            yield from self._unload(tokens)
        elif written is not None and isinstance(query := self.trees.parse(written[0])[0], exp.Query):
            files = [exp.Literal.string(written[1])]
            yield Piece(exp.Copy(this=query.subquery(), kind=False, files=files), tokens)
        elif first in _CONTROL and first != "SET":
            if first == "DECLARE":
                yield from self._table_variable(tokens)
            yield from self._embedded(tokens)
        else:
            yield from self._whole(tokens, body=body)

    def _whole(self, tokens: list[Any], *, body: bool) -> Iterator[Piece]:
        """One statement; or, if it is a body or cannot be parsed as one, the statements in it."""
        tree, problem = self.trees.parse(tokens)
        if isinstance(tree, DATA) and not body:
            yield self._made(tree, tokens)
            return
        command = isinstance(tree, exp.Command)
        found = list(self._inside(bodies.texts(tokens, body=body))) if body or command else []
        if body and found:
            found += self._behind(tokens)
        late = problem == self.limit.said
        if not found and not late and (tree is None or body or command or isinstance(tree, _BLOCKS)):
            found = list(self._embedded(tokens, whole=tree is None))
        if body and isinstance(tree, exp.Create) and found and all(isinstance(one.tree, exp.Query) for one in found):
            found.insert(0, Piece(tree, tokens))  # a function that is followed where it is called
        if found and not (tree is None and not body and all(piece.problem == _BLOCK for piece in found)):
            yield from found
        elif command and not body and tokens[0].text.upper() in _DATA_WORDS:
            yield Piece(None, tokens, "not understood by the parser")
        elif tree is None and (not body or len(marks.marks(tokens).starts) > 1):
            yield Piece(None, tokens, problem)
        elif tree is not None and not isinstance(tree, _BLOCKS):
            yield Piece(tree, tokens, "", frozenset(self.variables))

    def _behind(self, tokens: list[Any]) -> list[Piece]:
        """The statements behind a body that is a text, from which no semicolon parts them."""
        last = max(place for place, token in enumerate(tokens) if token.token_type in calling.TEXTS)
        rest = tokens[last + 1 :]
        return list(self._embedded(rest)) if marks.marks(rest).starts else []

    def _table_variable(self, tokens: list[Any]) -> Iterator[Piece]:
        """T-SQL's ``DECLARE @v TABLE (…)``."""
        if any(token.text.upper() == "TABLE" for token in tokens[2:4]):
            end = next((place for place, token in enumerate(tokens) if token.text.upper() in marks.STARTS), len(tokens))
            tree, _ = self.trees.parse(tokens[:end])
            if isinstance(tree, exp.Declare):
                yield Piece(tree, tokens[:end])

    def _filled(self, tokens: list[Any]) -> Iterator[Piece]:
        """The queries of ``DECLARE n INT DEFAULT (SELECT …)``, whose values the variables have."""
        if TokenType.SELECT not in {token.token_type for token in tokens}:
            return
        tree, _ = self.trees.parse(tokens)
        for item in tree.expressions if isinstance(tree, exp.Declare) else ():
            if isinstance(query := item.args.get("default"), exp.Subquery) and isinstance(query.this, exp.Query):
                yield Piece(query.this, tokens, "", frozenset(self.variables))
        if isinstance(tree, exp.Declare):
            self.values.assigned(assigned(tree, self.name, self.variables), self.text, tokens)
        elif (value := filling.declared(tokens[1:])) is not None:
            yield from self._given(value, tokens)

    def _unload(self, tokens: list[Any]) -> Iterator[Piece]:
        """``UNLOAD ('SELECT …') TO 'files'``, in Athena without the quotes, is COPY by another name."""
        texts = [token.text for token in tokens if token.token_type == TokenType.STRING]
        to = next((place for place, token in enumerate(tokens) if token.text.upper() == "TO" and place > 3), 0)
        tree, _ = (
            self.trees.parse(tokens[2 : to - 1]) if to and tokens[2].token_type != TokenType.STRING else (None, "")
        )
        if isinstance(tree, exp.Query):
            yield Piece(
                exp.Copy(this=tree.subquery(), kind=False, files=[exp.Literal.string(tokens[to + 1].text)]), tokens
            )
            return
        for piece in (
            _Reader(texts[0], self.name, self.limit, self.trees.functions, self.depth + 1).read()
            if len(texts) > 1
            else ()
        ):
            if isinstance(piece.tree, exp.Query):
                files = [exp.Literal.string(texts[1])]
                yield Piece(exp.Copy(this=piece.tree.subquery(), kind=False, files=files), tokens)
                return
        yield Piece(None, tokens, "cannot be parsed")

    # --- blocks -----------------------------------------------------------------------------------------------

    def _declare(self, tokens: list[Any], *, body: bool) -> None:
        """Note the names of parameters and variables, and of rows."""
        self.loops.declared(tokens)
        self.variables |= bodies.declared(tokens, body=body)

    def _inside(self, tokens: list[Any], *, every: bool = False) -> Iterator[Piece]:
        """The statements in words that are texts, such as ``$$ … $$``; ``every`` one, or those that touch data."""
        if self.depth >= _DEPTH:
            return
        for token in tokens:
            looks = _STATEMENT if token.token_type == TokenType.STRING else _BODY
            if token.token_type in calling.TEXTS and (every or looks.search(token.text)):
                text = token.text[2:-2] if token.text.startswith("$$") and token.text.endswith("$$") else token.text
                inner = _Reader(text, self.name, self.limit, self.trees.functions, self.depth + 1, token.line)
                inner.variables |= self.variables
                inner.loops.within(self.loops)
                inner.around = (*self.around, *self.deciding.queries(self.branches.known()))
                for piece in inner.read():
                    if every or piece.problem or isinstance(piece.tree, DATA):
                        yield piece

    def _embedded(self, tokens: list[Any], *, whole: bool = False) -> Iterator[Piece]:
        """The statements among the words of a block, in their order.

        Args:
            tokens: of the block.
            whole: the block as a whole was tried already.
        """
        starts, cuts, calls = marks.marks(tokens)
        ends = [cut for cut, _ in cuts]
        unmerged = [cut for cut, word in cuts if word != "THEN"]  # which is part of a MERGE
        sets = (place for place, token in enumerate(tokens) if token.text.upper() == "SET")
        called = sorted({*starts, *ends, *sets}) if calls else []
        declares = {cut for cut, word in cuts if word == "DECLARE"}
        nearest = sorted((*starts, *ends)) if declares else []
        after = 0
        failed: int | None = None
        deadline = self.limit.deadline()
        for start in sorted((*starts, *calls, *declares)):
            if start in declares:
                yield from self._filled(tokens[start : marks.following(nearest, start, len(tokens))])
                continue
            if start in calls and start >= after:
                after = marks.following(called, start, len(tokens))
                if failed is not None and self.trees.awaits(tokens[failed:start]):
                    yield Piece(None, tokens[failed:after], calling.problem(tokens[start:after], self.text, self.name))
                else:
                    if failed is not None:
                        yield Piece(None, tokens[failed:start], _BLOCK)
                    self.branches.statement(start)
                    found = list(self._called(tokens[start:after]))
                    if found and isinstance(found[0].tree, exp.Query):  # FOR r IN EXECUTE '…' LOOP
                        self.loops.query(tokens, start, found[0].tree)
                    yield from found
                failed = None
                continue
            if start < after or (tokens[start].text.upper() == "CREATE" and bodies.is_body(tokens[start : start + 6])):
                continue
            merging = tokens[start].text.upper() == "MERGE"
            limit = marks.following(unmerged if merging else ends, start, len(tokens))
            tried = whole and start == 0 and limit == len(tokens)
            tree, end = self.trees.longest(tokens, start, limit, starts, deadline, tried=tried)
            if tree is None:
                failed = start if failed is None else failed
                continue
            own = tokens[start].text.upper() in ("SELECT", "WITH", "SEL")
            if failed is not None and own and marks.following(ends, failed, start) >= start:
                yield Piece(None, tokens[failed:end], _BLOCK)  # the query of a statement that is not understood
            else:
                if failed is not None:
                    yield Piece(None, tokens[failed:start], _BLOCK)
                self.loops.query(tokens, start, tree)
                yield self._made(tree, tokens, start, end)
            failed, after = None, end
        if failed is not None:
            yield Piece(None, tokens[failed : marks.following(ends, failed, len(tokens))], _BLOCK)

    def _called(self, tokens: list[Any]) -> Iterator[Piece]:
        """A call: the statements of a text that is run as it stands; else what is not known until it runs."""
        problem = calling.problem(tokens, self.text, self.name)
        constant = calling.constant(tokens)
        texts = [] if calling.runs_procedure(tokens, self.name) else calling.texts(tokens)
        inner = list(self._inside(texts, every=constant))
        if constant and inner:
            yield from inner
        elif inner:
            yield from (piece._replace(tree=None, problem=problem) for piece in inner)
        else:
            yield Piece(None, tokens, problem)
