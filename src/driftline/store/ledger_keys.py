"""Which answers stood on something: an index beside the ledger, by document and by version.

Enters: the rows of a segment when it is recorded, and what is looked for. Leaves: the segments that hold such answers,
and of documents the moments of the answers. Rows are (key, segment, value) sorted by key, a hash. The key of a
document's content has one row per answer, with its time, as has that of a dataset that it was taken from; that of a
version one per segment; that of a document's id leads to the keys of the contents that went by it. One file per segment
at first; eight of a level are merged into one of the next, so that a question opens few files, and reads one row group
of each. A segment that no file covers is looked through: the index may be lost, late or stale, and is then only slow.
"""

import contextlib
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import xxhash

from driftline.event import ids, names
from driftline.store import ledger_index_file as files
from driftline.store.ledger_index_file import IndexFile, Rows, Span

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "keys"
FANOUT = 8  # files of one level that are merged
DEEPEST = 1  # level up to which files are merged while answers come in
_PARTS = 16  # of the keys, that are merged one after the other
_READ = ("time_us", "nodes", "documents", "origins")  # of a segment; those of earlier versions lack the last
_NODE, _CONTENT, _DOCUMENT = "n:", "d:", "i:"


def whole(document: str) -> str:
    """Return the document that a chunk is part of: ``refunds.md`` of ``refunds.md#3``."""
    return document.rpartition("#")[0] or document


class Keys:
    """The index of one ledger's folder."""

    def __init__(self, folder: Path) -> None:
        self._ledger = folder
        self._folder = folder / FOLDER
        self._lock = threading.Lock()
        self._files: dict[str, IndexFile] = {}

    def cover(self, live: Collection[str], *, most: int = 4, deepest: int = DEEPEST) -> None:
        """Index up to ``most`` of the segments that no file covers yet; one that cannot be is left as it is."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        covered = {name for file in self._known() for name in file.segments}
        with contextlib.suppress(OSError, pa.ArrowException):
            for name in sorted(set(live) - covered)[:most]:
                there = pq.read_schema(self._ledger / name).names
                read = [column for column in _READ if column in there]
                self.add(name, pq.read_table(self._ledger / name, columns=read))
            self.merge(live, deepest)

    def uncovered(self, live: Collection[str]) -> int:
        """Return how many segments no file covers."""
        return len(set(live) - {name for file in self._known() for name in file.segments})

    def add(self, segment: str, table: "pa.Table") -> None:
        """Index a segment by its rows: their times, nodes, documents and what these were taken from."""
        keys, values = _rows(table)
        order = np.lexsort((values, keys))
        self._write(0, (segment,), [(keys[order], np.zeros(len(keys), np.int32), values[order])])

    def merge(self, live: Collection[str], deepest: int = DEEPEST) -> None:
        """Merge files while a level has enough of them, and remove those that cover no segment of ``live``.

        Levels beyond ``deepest`` are not made: the work grows with the level, and those who record answers wait.
        """
        kept = set(live)
        for file in self._known():
            if not kept.intersection(file.segments):
                file.remove()
        for level in range(deepest):
            mine = [file for file in self._known() if file.level == level]
            if len(mine) >= FANOUT:
                segments = tuple(sorted({name for file in mine for name in file.segments} & kept))
                self._write(level + 1, segments, _merged(mine, segments))
                for file in mine:
                    file.remove()

    def of_nodes(self, nodes: Iterable[str], segments: Collection[str]) -> set[str]:
        """Return those of ``segments`` that may hold answers that stood on any of some nodes."""
        return self._holding(_hashed(_NODE + node for node in dict.fromkeys(nodes)), segments)

    def of_documents(self, documents: Iterable[str], segments: Collection[str]) -> set[str]:
        """Return those of ``segments`` that may hold answers that retrieved any of some documents.

        A document is named by its content hash, by its id, or by the id of what chunks are part of.
        """
        return self._holding(self._contents(documents, segments), segments)

    def newest(
        self, documents: Iterable[str], segments: Mapping[str, int], since: int, until: int, most: int
    ) -> tuple[list[tuple[str, int]], set[str]]:
        """Return (segment, moment) of the newest answers that retrieved any of some documents, and what is not covered.

        Args:
            documents: named as for ``of_documents``.
            segments: name -> the latest moment in it.
            since: moment from which on.
            until: moment before which.
            most: so many, if there are, and those that share the moment of the last one.
        """
        span = Span(self._contents(documents, segments), since, until, most)
        left = dict(segments)
        found: list[tuple[str, int]] = []

        def newest(file: IndexFile) -> int:
            return max((segments[name] for name in file.segments if name in segments), default=-1)

        for file in sorted(self._known(), key=newest, reverse=True):
            places = [place for place, name in enumerate(file.segments) if name in left]
            over = len(found) >= most and found[most - 1][1] > newest(file)  # all the others are older
            rows = file.last(span, places) if places and not over else None
            if over or rows is not None:
                for place in places:
                    del left[file.segments[place]]
            if rows is not None:
                moments = np.unique(rows[2])[-most:]
                near = rows[2] >= moments.min(initial=until)
                pairs = zip(rows[1][near].tolist(), rows[2][near].tolist(), strict=True)
                found = _first({*found, *((file.segments[place], at) for place, at in pairs)}, most)
        return found, set(left)

    def _holding(self, keys: Any, segments: Collection[str]) -> set[str]:
        left, found = set(segments), set()
        for file in self._known():
            mine = left.intersection(file.segments)
            rows = file.look(keys) if mine else None
            if rows is not None:
                left -= mine
                found |= mine.intersection(file.segments[place] for place in np.unique(rows[1]).tolist())
        return found | left

    def _contents(self, documents: Iterable[str], segments: Collection[str]) -> Any:
        """Return the keys of some documents, and of the contents that went by those ids."""
        said = list(dict.fromkeys(documents))
        keys = [_hashed(_CONTENT + document for document in said)]
        leading = _hashed(_DOCUMENT + document for document in said)
        left = set(segments)
        for file in self._known():
            mine = left.intersection(file.segments)
            rows = file.look(leading) if mine else None
            if rows is not None:
                left -= mine
                keys.append(rows[2].view(np.uint64))
        return np.unique(np.concatenate(keys))

    def _known(self) -> list[IndexFile]:
        """Return the files there are, those of the highest level first."""
        with self._lock:
            names = {path.name for path in self._folder.glob("*.parquet")} if self._folder.is_dir() else set()
            for gone in set(self._files) - names:
                del self._files[gone]
            for name in names - set(self._files):
                opened = files.open_file(self._folder / name)
                if opened is not None:
                    self._files[name] = opened
            return sorted(self._files.values(), key=lambda file: (-file.level, file.path.name))

    def _write(self, level: int, segments: tuple[str, ...], parts: Iterable[Rows]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        named = msgspec.json.encode(segments)
        path = self._folder / f"{level}-{ids.digest(named)[:24]}.parquet"
        files.write(path, named, parts)


def _first(posted: Iterable[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """Return the newest ``most``, the newest first, with those that share the moment of the last one."""
    ordered = sorted(posted, key=lambda one: one[1], reverse=True)
    end = most
    while 0 < end < len(ordered) and ordered[end][1] == ordered[most - 1][1]:
        end += 1
    return ordered[:end]


def _merged(mine: Sequence[IndexFile], segments: Sequence[str]) -> Iterator[Rows]:
    """Yield the rows of several files, sorted, a part of the keys at a time, so that few are in memory."""
    for part in range(_PARTS):
        low, high = part * 2**64 // _PARTS, (part + 1) * 2**64 // _PARTS - 1
        read = [file.between(low, high, segments) for file in mine]
        keys, places, values = (np.concatenate(columns) for columns in zip(*read, strict=True))
        order = np.lexsort((values, keys))
        yield keys[order], places[order], values[order]


def _hashed(texts: Iterable[str]) -> Any:
    return np.array([xxhash.xxh3_64_intdigest(text.encode()) for text in texts], np.uint64)


def _rows(table: "pa.Table") -> tuple[Any, Any]:
    """Return the keys and values of a segment's rows, each pair once."""
    import pyarrow.compute as pc

    times = table.column("time_us").to_numpy()
    nodes, documents = table.column("nodes"), table.column("documents")
    flat = pc.list_flatten(documents)
    at = pc.list_parent_indices(documents).to_numpy()
    contents = _encoded(pc.struct_field(flat, "content"))
    names = _encoded(pc.struct_field(flat, "document"))
    # What has no content hash is found by its id, as if that were one.
    keyed = _hashed(_CONTENT + text for text in (*contents[1], *names[1]))
    bare = np.array([not text for text in contents[1]] or [True])
    code = np.where(bare[contents[0]], names[0] + len(contents[1]), contents[0]) if len(at) else contents[0]
    pairs = np.unique(np.stack([code, at]), axis=1) if len(at) else np.zeros((2, 0), np.int64)
    posted = (keyed[pairs[0]], times[pairs[1]])
    led = _led(names, code, keyed)
    stood = _hashed(_NODE + node for node in _encoded(pc.list_flatten(nodes))[1])
    newest = np.full(len(stood), times.max(initial=0))
    taken = _taken(table, times)
    keys, values = (posted[0], led[0], stood, taken[0]), (posted[1], led[1], newest, taken[1])
    return np.concatenate(keys), np.concatenate(values).astype(np.int64)


def _taken(table: "pa.Table", times: Any) -> tuple[Any, Any]:
    """Return the key of each dataset that documents were taken from, as if it were a content, with those moments."""
    import pyarrow.compute as pc

    said = table.column("origins") if "origins" in table.schema.names else None
    rows = said.to_pylist() if said is not None and len(pc.list_flatten(said)) else []
    found = {
        (_key(_CONTENT, names.dataset_id(one["namespace"], one["name"])), int(times[place]))
        for place, row in enumerate(rows)
        for one in row or ()
        if one["name"]
    }
    return np.array([key for key, _ in found], np.uint64), np.array([at for _, at in found], np.int64)


def _led(names: tuple[Any, list[str]], code: Any, keyed: Any) -> tuple[Any, Any]:
    """Return the rows that lead from the id of a document, and of its whole, to the keys of its contents."""
    width = len(keyed) + 1
    rows: set[tuple[int, int]] = set()
    for pair in np.unique(names[0] * width + code).tolist():
        name = names[1][pair // width]
        if name:
            key = int(keyed[pair % width])
            rows |= {(_key(_DOCUMENT, name), key), (_key(_DOCUMENT, whole(name)), key)}
    found = np.array(sorted(rows), np.uint64).reshape(-1, 2)
    return found[:, 0], found[:, 1].copy().view(np.int64)


def _encoded(texts: Any) -> tuple[Any, list[str]]:
    encoded = texts.combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


def _key(sort: str, text: str) -> int:
    return xxhash.xxh3_64_intdigest((sort + text).encode())
