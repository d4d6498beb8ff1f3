"""What a selector selects: datasets, and the part of the graph that lies among them.

Enters: a selector, what is excluded, a moment. Leaves: nodes, or a ``Subgraph`` of the datasets with the jobs between
them. Reads only.
"""

import difflib
from collections.abc import Collection

import msgspec

from driftline.engine import questions
from driftline.engine.ground import StoreGround
from driftline.engine.house import House
from driftline.event.lineage import Node, Subgraph
from driftline.event.report import Selected
from driftline.graph import drawn, select
from driftline.store.walks import NOW, Walk

KNOWN = 8  # kinds or namespaces that are told where none is spelt alike


def nodes(house: House, selector: str, exclude: str, as_of_us: int | None, limit: int) -> Selected:
    """Return the datasets that are selected, by name and at most ``limit`` of them, and how many there are.

    Raises:
        BadInput: the selector cannot be read.
    """
    found = select.choose(selector, exclude, StoreGround(house, as_of_us))
    rows = sorted(house.store.walks.nodes(found.datasets).values(), key=lambda row: (row[3], row[2]))
    shown = tuple(Node(id=row[4], type="DATASET", label=row[3], kind=row[5]) for row in rows[:limit])
    return Selected(nodes=shown, total=len(rows), unmatched=found.unmatched)


def near(house: House, text: str) -> str:
    """Return what a word of a selector that fits nothing may have meant, in words."""
    ((word,),) = select.parse(text)
    if word.method in ("kind", "namespace"):
        known = sorted(StoreGround(house).known(word.method))
        alike = difflib.get_close_matches(word.form.text, known, n=questions.NEAR)
        return _listed("near", alike) or _listed("known", known[:KNOWN]) or f"no {word.method} is known"
    if not word.form.plain or word.method == "tag":
        return ""
    return _listed("near", questions.near(house, word.form.text, ("JOB",) if word.method == "job" else ("DATASET",)))


def _listed(how: str, found: list[str]) -> str:
    return f"{how} are {', '.join(found)}" if found else ""


def graph(house: House, selector: str, exclude: str, as_of_us: int | None, limit: int) -> Subgraph:
    """Return the datasets that are selected and what leads from one of them to another.

    Raises:
        BadInput: the selector cannot be read.
    """
    chosen = select.choose(selector, exclude, StoreGround(house, as_of_us))
    found = sorted(chosen.datasets)
    drawn_ = among(house, found[:limit], as_of_us, truncated=len(found) > limit)
    return msgspec.structs.replace(drawn_, unmatched=chosen.unmatched)


def among(house: House, datasets: Collection[int], as_of_us: int | None, *, truncated: bool = False) -> Subgraph:
    """Return some datasets and the jobs between them."""
    moment = NOW if as_of_us is None else as_of_us
    held = set(datasets)
    lines = [line for line in house.store.walks.edges(held, "up", moment) if line.source in held]
    return drawn.flows(house.store, Walk(dict.fromkeys(datasets, 0), lines, truncated), "up", moment)
