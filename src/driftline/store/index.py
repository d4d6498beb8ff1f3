"""The index that searches read: kept as events are folded and as labels change.

Enters: word from ``Names`` of what was written, node ids whose labels changed. Leaves: entries and the places of their
words. What is indexed is known by a hash, so that an event that says nothing new writes nothing. Nodes that this code
never saw written are caught up with. All of it is worked out from the store and can be made anew.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from driftline.event import names as spelt
from driftline.event import said
from driftline.event.said import Facet, Said
from driftline.store import document, index_states
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN, Connection, Row
from driftline.store.document import Document, Meanings
from driftline.store.glossary import Glossary
from driftline.store.index_states import IndexStates, Lookup
from driftline.store.labels import Labels
from driftline.store.names import Key, Names, NodeRow, standing

DAY = 86_400_000_000
LATELY = 30 * DAY
DERIVED = 10  # readings that each thing which is made from it counts for
TOGETHER = 500  # nodes indexed at once
_THROUGH = "index"  # up to which node
_EXPIRED, _EXPIRES = "index expired", "index expires"  # up to when tags were looked at; when the next one expires
_REMEMBERED = 200_000
_NOBODY = 0  # owner of the entries of terms, runs and versions
_STATES = "index states"  # runs and versions are indexed


class Index:
    """What can be found, by word."""

    def __init__(
        self, connection: Connection, names: Names, blobs: Blobs, labels: Labels, glossary: Glossary, lookup: Lookup
    ) -> None:
        self._connection = connection
        self._states = IndexStates(connection, lookup)
        self._blobs = blobs
        self._labels = labels
        self._glossary = glossary
        self._seen: dict[int, tuple[object, int]] = {}  # node -> what was indexed of it, and as of when its use
        self._waiting: dict[int, None] = {}
        self._due: dict[int, tuple[str, int]] = {}  # nodes of which only the use is to be looked at: type, last event
        self._through = -1
        names.on_save(self._notice)
        connection.on_rollback(self.forget)

    def follow(self) -> int:
        """Index what was written since, and up to some hundred nodes that were not seen; return how many."""
        with self._connection.transaction():
            fresh = self._connection.rows("nodes_to_index", id=self._known_through(), limit=TOGETHER)
            for row in fresh:
                self._waiting.pop(row[0], None)
            done = self._build(fresh)
            if fresh:
                self._reach(fresh[-1][0])
            waiting = [node for node in self._waiting if node <= self._through]
            done += self._build_held(waiting)
            for node in waiting:
                del self._waiting[node]
            for node, (type_, last_us) in self._due.items():
                self._use(node, type_, last_us)
            self._due.clear()
        return done

    def behind(self) -> bool:
        """Say whether there are nodes that were not indexed."""
        self._through = -1  # another process may have gone on
        return bool(self._connection.rows("nodes_to_index", id=self._known_through(), limit=1))

    def catch_up(self) -> None:
        """Index every node that was not."""
        while self.behind():
            self.follow()
        if self._moment(_STATES) is None:  # what an older version did not index
            with self._connection.transaction():
                self._build_states(self._states.said_of())
                self._connection.execute("setting_put", name=_STATES, body=b"1")

    def refresh(self, nodes: Iterable[str]) -> None:
        """Index some nodes anew, because their labels changed."""
        wanted = list(dict.fromkeys(nodes))
        owners = {row[1] for node in wanted if (row := self._connection.row("entry_of", node=node)) and row[1]}
        with self._connection.transaction():
            self._build_held(sorted(owners))
            self._build_states([node for node in wanted if index_states.may_be(node)])

    def review(self) -> None:
        """Look again at runs and versions that can be found: they may be gone."""
        with self._connection.transaction():
            self._build_states(self._states.indexed())

    def refresh_term(self, name: str) -> None:
        """Index a glossary term anew, and the nodes that stand for it."""
        with self._connection.transaction():
            term = self._glossary.get(name)
            held = self._connection.row("entry_of", node=f"term:{name}")
            if term is not None:
                self._write([(document.of_term(term), held[0] if held else 0, held[3] if held else None, _NOBODY, 0)])
            elif held:
                self._drop([held[0]])
            self.refresh(self._labels.carrying("TERM", name))

    def expect(self, expires_us: int) -> None:
        """A tag expires at a moment (0: never): then what has it is to be indexed anew."""
        held = self._moment(_EXPIRES)
        if expires_us and (not held or expires_us < held):
            self._connection.execute("setting_put", name=_EXPIRES, body=str(expires_us).encode())

    def due(self, now_us: int) -> bool:
        """Say whether tags have expired since they were indexed."""
        held = self._moment(_EXPIRES)
        return held is None or 0 < held <= now_us

    def expire(self, now_us: int) -> None:
        """Index anew what has a tag that has expired."""
        with self._connection.transaction():
            expiring = [(tag.expires_us, node) for node, tag in self._labels.every_tag() if tag.expires_us]
            coming = min((moment for moment, _ in expiring if moment > now_us), default=0)
            for name, moment in ((_EXPIRED, now_us), (_EXPIRES, coming)):
                self._connection.execute("setting_put", name=name, body=str(moment).encode())
            self.refresh(node for moment, node in expiring if moment <= now_us)

    def known(self, node: str) -> bool:
        """Say whether a node can be found."""
        return self._connection.row("entry_of", node=node) is not None

    def told_tags(self) -> set[str]:
        """Return the names of the tags of everything that events tag."""
        marks = (line for (held,) in self._connection.rows("marks_told") for line in held.split("\n"))
        return {line.removeprefix("tag=") for line in marks if line.startswith("tag=")}

    def rebuild(self) -> int:
        """Make the whole index anew; return how many nodes it holds."""
        with self._connection.transaction():
            self._connection.execute("postings_clear")
            self._connection.execute("entries_clear")
            self._reach(0)
            self._seen.clear()
            for name in self._glossary.all():
                self.refresh_term(name)
            done = 0
            while found := self.follow():
                done += found
            self._build_states(self._states.said_of())
            return done

    def forget(self) -> None:
        """Let go of what is in memory."""
        self._seen.clear()
        self._waiting.clear()
        self._due.clear()
        self._through = -1

    def _notice(self, written: Sequence[tuple[Key, NodeRow]], grown: Sequence[int]) -> None:
        """Remember what is to be looked at: nodes whose facets changed, or whose use was not looked at for a day."""
        for key, row in written:
            signature, seen_us = self._seen.get(row.id, (None, 0))
            if key[0] == "HUB":
                continue
            if signature != _signature(row):
                self._waiting[row.id] = None
            elif row.last_us - seen_us >= DAY:
                self._due[row.id] = key[0], row.last_us
                self._seen[row.id] = signature, row.last_us
        self._waiting.update(dict.fromkeys(grown))

    def _moment(self, name: str) -> int | None:
        row = self._connection.row("setting_get", name=name)
        return int(row[0]) if row else None

    def _known_through(self) -> int:
        if self._through < 0:
            self._through = self._moment(_THROUGH) or 0
        return self._through

    def _reach(self, node: int) -> None:
        self._through = node
        self._connection.execute("setting_put", name=_THROUGH, body=str(node).encode())

    def _build_held(self, nodes: Sequence[int]) -> int:
        done = 0
        for at in range(0, len(nodes), TOGETHER):
            ids = json.dumps(nodes[at : at + TOGETHER])
            done += self._build(self._connection.rows("nodes_held", ids=ids))
        return done

    def _build(self, rows: Sequence[Row]) -> int:
        """Index nodes: id, type, namespace, name, kind, the last event, facets."""
        if not rows:
            return 0
        ids = json.dumps([row[0] for row in rows])
        columns: dict[int, list[str]] = defaultdict(list)
        for dataset, name in self._connection.rows("fields_named_of", ids=ids):
            columns[dataset].append(name)
        held: dict[int, dict[str, Row]] = defaultdict(dict)
        for row in self._connection.rows("entries_of", ids=ids):
            held[row[2]][row[1]] = row
        told = self._told(rows)
        labels = self._labelled(rows, told, columns)
        meanings = Meanings(self._labels.kinds(), self._glossary.all())
        work: list[tuple[Document, int, int | None, int, int]] = []
        gone: list[int] = []
        for id_, type_, namespace, name, kind, last_us, facets in rows:
            found = told[id_]
            documents = document.of_node((type_, namespace, name), kind, found, labels, columns[id_], meanings)
            tagged = int(bool(found.tags or found.column_tags))
            for one in documents:
                entry = held[id_].pop(one.node, None)
                work.append((one, entry[0] if entry else 0, entry[3] if entry else None, id_, tagged))
            gone += [entry[0] for entry in held[id_].values()]
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            self._seen[id_] = (_signature(NodeRow(id_, kind, facets=facets)), last_us)
        self._drop(gone)
        self._write(work)
        for row in rows:
            self._use(row[0], row[1], row[5])
        return len(rows)

    def _build_states(self, nodes: Sequence[str]) -> None:
        work: list[tuple[Document, int, int | None, int, int]] = []
        gone: list[int] = []
        labels = self._counting(nodes)
        meanings = Meanings(self._labels.kinds(), self._glossary.all()) if nodes else Meanings()
        for node, one in self._states.documents(nodes, labels, meanings):
            row = self._connection.row("entry_of", node=node)
            if one is not None:
                work.append((one, row[0] if row else 0, row[3] if row else None, _NOBODY, 0))
            elif row and row[2] in ("RUN", "VERSION"):
                gone.append(row[0])
        self._drop(gone)
        self._write(work)

    def _told(self, rows: Sequence[Row]) -> dict[int, Said]:
        stands = {row[0]: standing(row[6]) for row in rows}
        numbers = [facets[key].blob for facets in stands.values() for key in said.KEYS if key in facets]
        data = self._blobs.fetch([number for number in numbers if number])
        return {
            id_: said.read(
                {
                    key: Facet(data[facets[key].blob], facets[key].time_us)
                    for key in said.KEYS
                    if key in facets and facets[key].blob
                }
            )
            for id_, facets in stands.items()
        }

    def _labelled(
        self, rows: Sequence[Row], told: Mapping[int, Said], columns: Mapping[int, list[str]]
    ) -> dict[str, document.Labelled]:
        if not self._connection.rows("labels_any"):
            return {}
        nodes: list[str] = []
        for id_, type_, namespace, name, *_ in rows:
            nodes.append((spelt.dataset_id if type_ == "DATASET" else spelt.job_id)(namespace, name))
            found = dict.fromkeys((*told[id_].columns, *columns.get(id_, ())))
            nodes += [spelt.column_id(namespace, name, column) for column in found]
        return self._counting(nodes)

    def _counting(self, nodes: Iterable[str]) -> dict[str, document.Labelled]:
        """Return what people say of some nodes, without tags that were seen to have expired."""
        expired_us = self._moment(_EXPIRED) or 0
        return {
            node: held._replace(tags=tuple(tag for tag in held.tags if tag.holds(expired_us)))
            for node, held in self._labels.of(nodes).items()
        }

    def _write(self, work: Sequence[tuple[Document, int, int | None, int, int]]) -> None:
        """Write documents, each with its entry (0: new), the hash that is held, its owner, whether events tag it."""
        top = self._connection.row("entry_top")
        following = top[0] if top else 0
        entries: list[dict[str, Any]] = []
        postings: list[dict[str, Any]] = []
        changed: list[int] = []
        for one, entry, hash_, owner, told in work:
            hash_now = one.hash ^ told
            if hash_now == hash_:
                continue
            if entry:
                changed.append(entry)
            else:
                following += 1
            id_ = entry or following
            entries.append({"id": id_, "owner": owner, "told": told, "hash": hash_now, **_columns(one)})
            postings += [{"term": term, "rank": rank, "entry": id_} for term, rank in one.terms.items()]
        self._connection.many("postings_drop", [{"entry": id_} for id_ in changed])
        self._connection.many("entry_put", entries)
        self._connection.many("posting_put", postings)

    def _drop(self, entries: Sequence[int]) -> None:
        self._connection.many("postings_drop", [{"entry": id_} for id_ in entries])
        self._connection.many("entry_drop", [{"id": id_} for id_ in entries])

    def _use(self, node: int, type_: str, last_us: int) -> None:
        statement = "usage_dataset" if type_ == "DATASET" else "usage_job"
        row = self._connection.row(statement, id=node, since_us=last_us - LATELY, open=OPEN)
        used = row[0] + DERIVED * row[1] if row else 0
        self._connection.execute("entry_used", owner=node, used=used, used_us=last_us)


def _signature(row: NodeRow) -> object:
    """Return what of a node decides what is indexed of it."""
    facets = standing(row.facets)
    return row.kind, *(facets[key].blob if key in facets else 0 for key in said.KEYS)


def _columns(one: Document) -> dict[str, Any]:
    return {
        "node": one.node,
        "type": one.type,
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "marks": "\n".join(one.marks),
        "sensitive": int(one.sensitive),
        "used": 0,
        "used_us": 0,
    }
