"""What is left of the documents that were retrieved, after what LlamaIndex calls postprocessors of nodes.

Enters: the span of a postprocessor under OpenInference, which has no fields for documents, but nodes as JSON, each with
its id and score. Leaves: which nodes went in, and those that came out, in order; and of documents those that are left.
What came out and was not retrieved, such as the page around a passage, is known by its id alone. That the text of a
node was replaced is not seen.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from driftline.event.answer import Retrieved

_NAME = re.compile(r"\._?a?postprocess_nodes$")
_NODE = re.compile(r"\bid_='?([^',)\s]+)'?.*?\)(?:, score=([-+.\deE]+|nan|None))?\)>?$", re.DOTALL)
_MARK = "postprocess_nodes"


class Sifted(NamedTuple):
    """The nodes of one call of a postprocessor, by their ids."""

    given: tuple[str, ...]
    left: tuple[tuple[str, float | None], ...]  # with their scores


def of(name: str, attributes: Mapping[str, Any]) -> Sifted | None:
    """Return what a span says of nodes; None where it is not one of a postprocessor, or does not say it."""
    if _MARK not in name or _NAME.search(name) is None:
        return None
    said, found = _json(attributes.get("input.value")), _json(attributes.get("output.value"))
    given = said.get("nodes") if isinstance(said, Mapping) else said
    if not isinstance(given, list) or not isinstance(found, list):
        return None
    before, after = [_node(one) for one in given], [_node(one) for one in found]
    if not all(before) or not all(after):
        return None
    return Sifted(tuple(one[0] for one in before if one), tuple(one for one in after if one))


def left(held: Sequence[Retrieved], known: Mapping[str, Retrieved], sifted: Sifted) -> list[Retrieved]:
    """Return the documents that are left of ``held``; ``known`` are all that were retrieved, by their ids."""
    found = []
    for name, score in sifted.left:
        one = known.get(name) or Retrieved("", name)
        found.append(one if score is None else msgspec.structs.replace(one, score=score))
    gone = {*sifted.given, *(name for name, _ in sifted.left)}
    return [*(one for one in held if one.document not in gone), *found]


def _node(said: Any) -> tuple[str, float | None] | None:
    """Return the id and the score of a node; None where it names none."""
    hit = _NODE.search(said) if isinstance(said, str) else None
    if hit is None:
        return None
    score = hit[2] if hit[2] not in (None, "None", "nan") else None
    return hit[1], None if score is None else float(score)


def _json(said: Any) -> Any:
    try:
        return msgspec.json.decode(said) if isinstance(said, str) else None
    except msgspec.MsgspecError:
        return None
