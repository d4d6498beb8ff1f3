"""What answers must have stood on, as a condition of DuckDB and as one of Python.

Enters: node ids, documents, and when standing on a node counts. Leaves: the condition and its parameters. A version
that was there several times by the writing of several runs counts only for as long as it was there by those
that are meant.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from driftline.event.answer import Answer
from driftline.store import ledger_keys, ledger_rows

Spans = Mapping[str, Sequence[tuple[int, int]]]  # node ids to (from, before), microseconds of event time
NO_SPANS: Spans = {}

_ON_NODES = "list_has_any(nodes, $nodes)"
_ON_DOCUMENTS = """(list_has_any([one.content for one in documents], $documents)
  or list_has_any([one.document for one in documents], $documents)
  or list_has_any([regexp_replace(one.document, '#[^#]*$', '') for one in documents], $documents)
  or coalesce(list_has_any(['dataset:' || one.namespace || ':' || one.name for one in origins], $documents), false))"""
_SURE = _ON_DOCUMENTS.replace("in documents", "in documents[:len(documents) - coalesce(perhaps, 0)]").replace(
    "in origins", "in origins[:len(documents) - coalesce(perhaps, 0)]"
)
_EVERY = """(select * from {answers} union all by name select 0::bigint as perhaps,
  []::struct(namespace varchar, name varchar, version varchar)[] as origins where false)"""  # old segments have none
_IN_TIME = """list_has_any(nodes, $nodes) and (list_has_any(nodes, $always)
  or len([one for one in list_zip($spanned, $from_us, $before_us)
  if list_contains(nodes, one[1]) and time_us >= one[2] and time_us < one[3]]) > 0)"""


class Wanted(NamedTuple):
    """What answers must have stood on: any of some versions, and any of some documents; nothing = whatever."""

    nodes: tuple[str, ...]
    documents: tuple[str, ...]
    spans: Spans = NO_SPANS

    def __bool__(self) -> bool:
        return bool(self.nodes or self.documents)

    @property
    def values(self) -> dict[str, list[Any]]:
        """The parameters of the condition."""
        found: dict[str, list[Any]] = {"nodes": list(self.nodes), "documents": list(self.documents)}
        spanned = [(node, *span) for node in self.nodes for span in self.spans.get(node, ())]
        if spanned:
            found["always"] = [node for node in self.nodes if not self.spans.get(node)] or [""]
            found |= dict(zip(("spanned", "from_us", "before_us"), map(list, zip(*spanned, strict=True)), strict=True))
        return {name: values for name, values in found.items() if values}

    def among(self, statement: str, *more: str) -> str:
        """Return ``statement`` with the condition, after others that are quicker to judge."""
        parts = [*more]
        spanned = any(self.spans.get(node) for node in self.nodes)
        on_nodes = _IN_TIME if spanned else _ON_NODES
        parts += [text for text, on in ((on_nodes, self.nodes), (_ON_DOCUMENTS, self.documents)) if on]
        statement = statement.replace("{answers}", _EVERY) if self.documents else statement
        return statement.replace("{found}", " and ".join(parts) or "true")

    def apart(self, statement: str) -> str:
        """Return ``statement`` with what tells the answers that only perhaps retrieved a document from the others."""
        if not self.documents:
            return statement.replace("{perhaps}", "false")
        return statement.replace("{perhaps}", f"not {_SURE}")

    def hold(self, answer: Answer) -> bool:
        """Return whether ``answer`` stood on what is wanted, as the condition says it."""
        named = {
            name for one in answer.documents for name in (one.content, one.document, ledger_keys.whole(one.document))
        } | {one.source.dataset.node for one in answer.documents if one.source is not None}
        return (not self.nodes or any(self._counts(node, answer.time_us) for node in ledger_rows.nodes(answer))) and (
            not self.documents or not named.isdisjoint(self.documents)
        )

    def _counts(self, node: str, time_us: int) -> bool:
        if node not in self.nodes:
            return False
        spans = self.spans.get(node)
        return not spans or any(since <= time_us < until for since, until in spans)
