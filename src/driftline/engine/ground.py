"""What selectors are asked of: names, tags and neighbours as the store knows them at a moment.

Enters: forms of names, ids of datasets. Leaves: ids of datasets. A plain name is looked up, a form with wildcards is
compared with the names of the store, page by page. Tags are those that stand at a dataset or a job itself, in its
``tags`` facet or because people put them there. A dataset that was not heard of before the moment is not there.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

import msgspec

from driftline.engine.house import House
from driftline.graph.inherit import Moment
from driftline.graph.select import Form
from driftline.store import names
from driftline.store.catalogue import Found
from driftline.store.connection import Row
from driftline.store.walks import NOW

_PAGE = 2_000
_NAMESPACE, _NAME, _KIND = 2, 3, 5  # places in a row of a node


class _Tag(msgspec.Struct, frozen=True):
    key: str
    value: str = ""
    field: str | None = None  # the column that bears it; None = the dataset or the job


class _Tags(msgspec.Struct, frozen=True):
    """The ``tags`` facet."""

    tags: tuple[_Tag, ...] = ()


_decode = msgspec.json.Decoder(_Tags).decode


def tag_names(facet: bytes) -> frozenset[str]:
    """Return the names of the tags in a facet, each as ``key`` and as ``key=value``; none where it cannot be read."""
    try:
        found = _decode(facet).tags if facet else ()
    except msgspec.MsgspecError:
        return frozenset()
    own = [tag for tag in found if not tag.field]
    return frozenset(spelt for tag in own for spelt in _spelt(tag.key, tag.value))


def _spelt(name: str, value: str) -> tuple[str, ...]:
    return (name, f"{name}={value}") if value else (name,)


class StoreGround:
    """The ground of a store."""

    def __init__(self, house: House, as_of_us: int | None = None) -> None:
        self._store = house.store
        self._as_of_us = NOW if as_of_us is None else as_of_us
        self._moment = Moment(house.now(), as_of_us)

    def fitting(self, method: str, form: Form) -> AbstractSet[int]:
        """Return the datasets that ``form`` fits by one of the methods of selectors."""
        found: dict[str, Callable[[Form], AbstractSet[int]]] = {
            "name": self._named,
            "path": self._below,
            "tag": self._tagged,
            "kind": lambda form: self._datasets(form.test(), _KIND),
            "namespace": lambda form: self._datasets(form.test(), _NAMESPACE),
            "job": lambda form: self._written(self._jobs(form)),
            "source": self._sources,
        }
        return found[method](form)

    def parents(self, datasets: AbstractSet[int]) -> AbstractSet[int]:
        """Return what feeds some datasets, through a job or directly."""
        return self._beside(datasets, up=True)

    def children(self, datasets: AbstractSet[int]) -> AbstractSet[int]:
        """Return what some datasets feed, through a job or directly."""
        return self._beside(datasets, up=False)

    def tags(self, node: int) -> AbstractSet[str]:
        """Return the names of the tags of a dataset or a job, as ``key`` and as ``key=value``."""
        row = self._store.walks.nodes([node]).get(node)
        facets = self._store.lineage.facets(row[1], row[2], row[3]) if row else {}
        return tag_names(facets.get("tags", b""))

    def known(self, method: str) -> set[str]:
        """Return the kinds (``kind``) or the namespaces of the datasets that are known."""
        place = _KIND if method == "kind" else _NAMESPACE
        return {row[place] for row in self._rows("DATASET") if row[place]}

    def _named(self, form: Form) -> AbstractSet[int]:
        if form.plain:
            return {found.id for found in self._known(form.text)}
        return self._datasets(_either(form.text, f"*[/.]{form.text}"), _NAME)

    def _below(self, form: Form) -> AbstractSet[int]:
        text = form.text.rstrip("/")
        return self._datasets(_either(text, f"{text}/*"), _NAME)

    def _sources(self, form: Form) -> AbstractSet[int]:
        found = self._named(form)
        written = {target for _, target in self._store.walks.jobs_at(found, "up", self._as_of_us)}
        return found - written

    def _tagged(self, form: Form) -> AbstractSet[int]:
        test = form.test()
        datasets, jobs = self._labelled(test)
        return self._bearing("DATASET", test) | datasets | self._written(self._bearing("JOB", test) | jobs)

    def _labelled(self, test: Callable[[str], bool]) -> tuple[set[int], set[int]]:
        """Return the datasets and the jobs that people gave a tag that passes a test."""
        tags = self._store.labels.every_tag(self._moment.stands_us)
        holding = ((node, tag) for node, tag in tags if tag.holds(self._moment.counts_us))
        nodes = {node for node, tag in holding if any(map(test, _spelt(tag.name, tag.value)))}
        rows = [row for row in self._store.views.named(nodes) if row[1] in ("DATASET", "JOB")] if nodes else []
        return {row[0] for row in rows if row[1] == "DATASET"}, {row[0] for row in rows if row[1] == "JOB"}

    def _bearing(self, type_: str, test: Callable[[str], bool]) -> set[int]:
        """Return the datasets or jobs with a tag that passes a test."""
        numbers = {
            row[0]: held["tags"].blob
            for row in self._rows(type_)
            if row[7] and (held := names.standing(row[7])).get("tags") is not None and held["tags"].blob
        }
        facets = self._store.blobs.fetch(sorted(set(numbers.values()))) if numbers else {}
        fit = {number for number, facet in facets.items() if any(test(tag) for tag in tag_names(facet))}
        return {node for node, number in numbers.items() if number in fit}

    def _jobs(self, form: Form) -> set[int]:
        if form.plain:
            known = self._store.lineage.lookup(form.text)
            if known is not None and known.type == "JOB":
                return {known.id}
        fits = _either(form.text, f"*[/.]{form.text}")
        return {row[0] for row in self._rows("JOB") if fits(row[_NAME])}

    def _known(self, text: str) -> Iterable[Found]:
        for node in self._store.lineage.find(text, _PAGE, only="DATASET"):
            found = self._store.lineage.lookup(node)
            if found is not None and found.since_us <= self._as_of_us:
                yield found

    def _written(self, jobs: Iterable[int]) -> AbstractSet[int]:
        return {target for _, target in self._store.walks.jobs_at(jobs, "down", self._as_of_us)}

    def _datasets(self, fits: Callable[[str], bool], place: int) -> AbstractSet[int]:
        return {row[0] for row in self._rows("DATASET") if fits(row[place])}

    def _rows(self, type_: str) -> Iterable[Row]:
        after = 0
        while page := self._store.views.nodes_after(type_, after, _PAGE):
            yield from (row for row in page if row[6] <= self._as_of_us)
            after = page[-1][0]

    def _beside(self, datasets: AbstractSet[int], *, up: bool) -> AbstractSet[int]:
        """Return the neighbours of datasets; another name of one, a hub and jobs between are no steps."""
        seen, asked = set(datasets), set(datasets)
        found: set[int] = set()
        steps = self._store.walks.steps("up" if up else "down", self._as_of_us)
        while asked:
            lines = steps(sorted(asked))
            ends = [(line.source if up else line.target, line) for line in lines]
            rows = self._store.walks.nodes(end for end, _ in ends)
            asked = set()
            for end, line in ends:
                if end in seen:
                    continue
                passing = not line.hops or rows[end][1] != "DATASET"
                if passing:
                    seen.add(end)
                    asked.add(end)
                if rows[end][1] == "DATASET":
                    found.add(end)
        same = self._store.walks.direct(sorted(found), "up", self._as_of_us) if found else ()
        return (found | {line.source for line in same if not line.hops}) - set(datasets)


def _either(*texts: str) -> Callable[[str], bool]:
    tests = [Form(text).test() for text in texts]
    return lambda name: any(test(name) for test in tests)
