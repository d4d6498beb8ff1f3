"""Selectors: which datasets are meant, in the syntax that dbt uses to select nodes.

Enters: a selector such as ``+features tag:money,kind:table``, and a ground that knows names, tags and neighbours.
Leaves: the datasets that are selected. Words apart are a union, words joined by commas an intersection. Before a word,
``+`` adds everything upstream, ``2+`` two steps of it; after it, ``+`` and ``+3`` add what is downstream; ``@`` adds
everything downstream and whatever that is made from. Steps are from dataset to dataset: jobs do not count, as they do
not in dbt, where a model is both. Methods give sets of their own: ``tag:``, ``kind:``, ``namespace:``, ``job:``,
``path:``, ``source:``; a word without one is a name. ``*``, ``?`` and ``[abc]`` stand for signs. Pure: asks the ground
and nothing else. Source: https://docs.getdbt.com/reference/node-selection/syntax.
"""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from fnmatch import translate
from typing import NamedTuple, Protocol

from driftline.errors import BadInput

METHODS = {
    "name": "a name, whole or after a slash or a dot; or a node id",
    "path": "a name, and everything below it",
    "tag": "bears the tag, or is written by a job that bears it",
    "kind": "is of the kind: table, file, model …",
    "namespace": "is in the namespace",
    "job": "is written by the job",
    "source": "is named so and no job writes it",
}
ALL = -1  # steps without end
_SHAPE = re.compile(
    r"(?P<at>@)?(?:(?P<up>\d*)(?P<plus>\+))?(?:(?P<method>[A-Za-z_.]+):)?(?P<value>.*?)(?:(?P<more>\+)(?P<down>\d*))?",
    re.DOTALL,
)
_NODES = ("dataset", "job")  # words that begin a node id


class Ground(Protocol):
    """What a selector is asked of; datasets are numbers."""

    def fitting(self, method: str, form: "Form") -> AbstractSet[int]:
        """Return the datasets that ``form`` fits by one of ``METHODS``."""
        ...

    def parents(self, datasets: AbstractSet[int]) -> AbstractSet[int]:
        """Return what feeds some datasets, one step."""
        ...

    def children(self, datasets: AbstractSet[int]) -> AbstractSet[int]:
        """Return what some datasets feed, one step."""
        ...

    def tags(self, node: int) -> AbstractSet[str]:
        """Return the names of the tags of a dataset or a job."""
        ...


class Form(NamedTuple):
    """What a name is compared with."""

    text: str

    @property
    def plain(self) -> bool:
        """Whether it has no sign that stands for others."""
        return not set("*?[") & set(self.text)

    def test(self) -> Callable[[str], bool]:
        """Return a function that says whether a text is of this form; case counts."""
        found = re.compile(translate(self.text))
        return lambda text: found.match(text) is not None


class Word(NamedTuple):
    """One word of a selector."""

    method: str
    form: Form
    up: int = 0  # steps; ALL = without end
    down: int = 0
    at: bool = False
    text: str = ""  # as it was written


class Chosen(NamedTuple):
    """What a selector selects."""

    datasets: frozenset[int]
    unmatched: tuple[str, ...] = ()  # words, as they were written, that fit nothing


Selector = tuple[tuple[Word, ...], ...]  # a union of intersections


def parse(text: str) -> Selector:
    """Return what ``text`` says.

    Raises:
        BadInput: it says nothing, a method is unknown, or operators contradict each other; the message names the word.
    """
    parts = [tuple(_word(word) for word in part.split(",")) for part in text.split()]
    if not parts:
        raise BadInput("the selector is empty", hint="Write a name, such as features or +features+.")
    return tuple(parts)


def _word(text: str) -> Word:
    found = _SHAPE.fullmatch(text)
    assert found is not None  # every text has this shape
    method, value = found["method"] or "", found["value"]
    if method in _NODES and ":" in value:  # a node id
        method, value = "" if method == "dataset" else "job", f"{method}:{value}"
    if not value:
        raise BadInput(f"selector {text!r}: nothing is named", hint="Write a name, such as features or tag:money.")
    if method and method not in METHODS:
        known = ", ".join(f"{name}:" for name in METHODS)
        hint = f"Known are {known}; a node id begins with dataset: or job:"
        raise BadInput(f"selector {text!r}: there is no method {method}:", hint=hint)
    if found["at"] and (found["plus"] or found["more"]):
        hint = "@ already adds everything downstream and what that is made from."
        raise BadInput(f"selector {text!r}: @ and + do not go together", hint=hint)
    up = _steps(found["up"]) if found["plus"] else 0
    down = _steps(found["down"]) if found["more"] else 0
    return Word(method or "name", Form(value), up, down, bool(found["at"]), text)


def _steps(digits: str) -> int:
    return int(digits) if digits else ALL


def evaluate(selector: Selector, ground: Ground) -> Chosen:
    """Return the datasets that are selected; where an intersection is empty, its other words are not looked at."""
    found: set[int] = set()
    unmatched: dict[str, None] = {}
    for words in selector:
        held: AbstractSet[int] | None = None
        for word in words:
            own = frozenset(ground.fitting(word.method, word.form))
            if not own:
                unmatched[word.text] = None
            more = _with_steps(word, own, ground)
            held = more if held is None else held & more
            if not held:
                break
        found |= held or set()
    return Chosen(frozenset(found), tuple(unmatched))


def choose(select: str, exclude: str, ground: Ground) -> Chosen:
    """Return what ``select`` selects without what ``exclude`` (``""``: nothing) selects."""
    found = evaluate(parse(select), ground)
    if not exclude.strip() or not found.datasets:
        return found
    gone = evaluate(parse(exclude), ground)
    unmatched = dict.fromkeys((*found.unmatched, *gone.unmatched))
    return Chosen(found.datasets - gone.datasets, tuple(unmatched))


def _with_steps(word: Word, own: frozenset[int], ground: Ground) -> frozenset[int]:
    if word.at:
        below = _reached(own, ground.children, ALL)
        return _reached(below, ground.parents, ALL)
    return _reached(own, ground.parents, word.up) | _reached(own, ground.children, word.down)


def _reached(start: frozenset[int], step: Callable[[AbstractSet[int]], AbstractSet[int]], steps: int) -> frozenset[int]:
    """Return ``start`` and what lies within some steps of it; every dataset is asked about once."""
    reached, frontier = set(start), set(start)
    while frontier and steps:
        frontier = set(step(frontier)) - reached
        reached |= frontier
        steps -= 1
    return frozenset(reached)
