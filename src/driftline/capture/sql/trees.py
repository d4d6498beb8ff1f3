"""The words of one statement as a tree of the parser, tried in all the ways that its dialect leaves.

Enters: words. Leaves: a tree, or why there is none. What the parser does not know, such as OUTPUT of T-SQL and INTO
that fills variables, is parsed by itself.
"""

import contextlib
import logging
import time
from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import Any

import sqlglot
from sqlglot import exp

from driftline.capture.sql import filling, given_out, lambdas, marks, outline, parsed, shadows, templates
from driftline.capture.sql.assigned import into_variables
from driftline.capture.sql.functions import Functions
from driftline.capture.sql.limit import Limit, TooLong
from driftline.capture.sql.rewrite import queried, rewritten

_CALLS_BY_NAME = frozenset(["tsql", "fabric"])  # a procedure is called by its name alone
_ELSEWHERE = {"athena": "hive"}  # what one grammar does not know, the other may
_BY_QUOTES = {"`": "bigquery", "[": "tsql"}  # whose quotes tell a dialect where none is given
_BY_TEXTS = "sqlite"  # which has texts as names of columns: SELECT a 'total'
_TRIES = 40  # ends that are tried for one beginning
_AHEAD = 16  # beginnings up to the end that is tried first: of a long script each would else be read to its end
_DEEP = "too deeply nested"


class _Quiet(logging.Filter):
    """Keeps the parser's remarks on unusual syntax from the user."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep back what ``sqlglot`` says."""
        return not record.name.startswith("sqlglot")


_quiet = _Quiet()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the parser's remarks from the user inside the block."""
    logger = logging.getLogger("sqlglot")
    logger.addFilter(_quiet)
    try:
        yield
    finally:
        logger.removeFilter(_quiet)


class Trees:
    """Parses statements of one text."""

    def __init__(
        self,
        text: str,
        name: str,
        grammar: Any,
        limit: Limit,
        variables: Collection[str],
        functions: Functions | None = None,
    ) -> None:
        self.text = text
        self.name = name
        self.grammar = grammar
        self.limit = limit
        self.variables = variables  # of the script, as far as it is read
        self.functions = functions if functions is not None else Functions()  # of the script likewise
        self.deep = True  # it may be that words of this text nest too much for a compiled parser
        self.stopped = 0  # the place among the words last tried where the parser did not go on

    def parse(self, tokens: list[Any]) -> tuple[Any, str]:
        """Return the tree of one statement; or none, and why."""
        given = tokens
        tokens, output = given_out.cut(tokens) if self.name in given_out.DIALECTS else (tokens, [])
        tree, problem = self.by(self.grammar, tokens)
        stopped = len(given) if output else self.stopped  # without OUTPUT the places are others
        if output and isinstance(tree, exp.DML):
            tree.set("output", self.by(self.grammar, output)[0])
        if tree is None and (filled := filling.filled(tokens)) is not None:
            asked, _ = self.by(self.grammar, filled.query)
            stopped = max(stopped, self.stopped + len(tokens) - len(filled.query))
            into = exp.Into(expressions=filled.into)
            if isinstance(asked, exp.Select) and into_variables(into, self.name, self.variables):
                asked.set("into", into)
                return asked, ""
        if tree is None and self.name == "bigquery" and len(asking := queried(tokens)) != len(tokens):
            tree, problem = self.by(self.grammar, asking)
            stopped = len(given)
        lost = tree is None or (isinstance(tree, exp.Command) and str(tree.this).upper() == "CREATE")
        if lost and self.name in ("", *_ELSEWHERE) and problem != _DEEP:
            text = self.text[tokens[0].start : tokens[-1].end + 1]
            other = _ELSEWHERE.get(self.name) or next((_BY_QUOTES[q] for q in _BY_QUOTES if q in text), "")
            other = other or (_BY_TEXTS if outline.names(outline.normalise(text)[0]) else "")
            if other and (self.name or '"' not in text):
                grammar = sqlglot.Dialect.get_or_raise(other)
                with contextlib.suppress(sqlglot.errors.SqlglotError):
                    words = rewritten(templates.folded(grammar.tokenize(text), text), other)
                    tree = self.by(grammar, words)[0] or tree
                stopped = len(given)
        self.stopped = stopped
        return tree, problem

    def by(self, grammar: Any, tokens: list[Any]) -> tuple[Any, str]:
        """Return the tree that one grammar makes of words; or none, and why."""
        if self.name == lambdas.DIALECT:
            tree, problem = self._tried(grammar, tokens)
            return lambdas.written_out(tree), problem
        if self.name != shadows.DIALECT:
            return self._tried(grammar, tokens)
        words = shadows.marked(tokens, self.functions)
        tree, problem = self._tried(grammar, words)
        if words is not tokens:
            tree, problem = self._tried(grammar, tokens) if tree is None else (shadows.unmarked(tree), problem)
        return shadows.noted(tree, self.text), problem

    def _tried(self, grammar: Any, tokens: list[Any]) -> tuple[Any, str]:
        if self.deep and parsed.is_too_deep(tokens):
            return None, _DEEP
        parser = self.limit.parser(grammar, error_level=sqlglot.ErrorLevel.IMMEDIATE)
        try:
            with self.limit.armed():
                trees = parser.parse(tokens, self.text)
        except TooLong as late:
            return None, str(late)
        except RecursionError:
            return None, _DEEP
        except Exception as error:  # the parser's own errors and its bugs: both mean that there is no tree
            return None, f"cannot be parsed: {parsed.short(error)}"
        finally:
            self.stopped = max(getattr(parser, "_index", 0), 0) or len(tokens)  # Athena's asks another one
        trees = [tree for tree in trees if tree is not None]
        refused = parsed.runs_on if self.name in _CALLS_BY_NAME else parsed.is_no_statement
        if len(trees) != 1 or refused(trees[0]):
            return None, "cannot be parsed"
        return trees[0], ""

    def longest(
        self, tokens: list[Any], start: int, limit: int, starts: list[int], deadline: float, *, tried: bool
    ) -> tuple[Any, int]:
        """The longest statement that begins at ``start`` and ends at ``limit`` or where another may begin.

        The parser stops where it does not understand: what is longer than up to there need not be tried.
        """
        ahead = bisect_left(starts, start) + _AHEAD
        end = min(starts[ahead], limit) if not tried and ahead < len(starts) else limit
        near = end < limit
        for attempt in range(_TRIES):
            if time.monotonic() > deadline:
                break
            tree, stopped = None, end
            if attempt or not tried:
                tree, _ = self.parse(tokens[start:end])
                if near and (tree is not None or start + self.stopped + 2 >= end):
                    near, end = False, limit  # it may go on
                    continue
                near = False
                if isinstance(tree, parsed.DATA) and not parsed.is_cut_off(tree):
                    return tree, end
                at = start + self.stopped
                cut = [one for one in (at, at - 1) if start < one < end and tokens[one].text.upper() in marks.CUTS]
                if tree is None and cut:  # such as IF (…) of T-SQL, which the parser may take for an alias
                    end = cut[0]
                    continue
                stopped = at + 2 if tree is None else end
            before = bisect_left(starts, min(end, stopped)) - 1
            if before < 0 or starts[before] <= start:
                break
            end = starts[before]
        return None, end

    def awaits(self, tokens: list[Any]) -> bool:
        """Whether these words are INSERT INTO t, whose rows a call gives."""
        tree, _ = self.parse(tokens)
        return tree is not None and parsed.is_cut_off(tree)
