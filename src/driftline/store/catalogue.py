"""The catalogue: what there is, and what people mean when they type a name.

Enters: pieces of names and node ids. Leaves: lines of the catalogue and node ids. A node id is read against
the names that are known, because names may hold the signs that separate its parts. Never guesses between two
that fit equally.
"""

import itertools
import json
import re
from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from driftline import later
from driftline.event import names
from driftline.event.lineage import Dataset, Version
from driftline.event.report import DatasetSummary, VersionSummary
from driftline.store import versions
from driftline.store.connection import NOW, OPEN, Connection, Row
from driftline.store.names import Names

if TYPE_CHECKING:
    from driftline.store import states
else:
    states = later.module("driftline.store.states")  # a program that only records asks for none

SHORT = 8  # letters of a run or a version that are shown
_RUN = later.pattern(r"(?:run[: ])?([0-9a-f]{8}|[0-9a-f]{8}-[0-9a-f-]{0,27})((?:#\d+)?)", re.IGNORECASE)
_STEM = later.pattern(
    r"\.[A-Za-z0-9]{1,8}(?:\.[A-Za-z0-9]{1,8})?"
)  # what follows the name of a file that is not named whole
_SINCE = 6  # place of the first moment in a row of a node

NodeType = Literal["DATASET", "VERSION", "FIELD", "JOB", "RUN"]


class Found(NamedTuple):
    """What a node id stands for."""

    node: str
    type: NodeType
    label: str
    kind: str = ""
    dataset: Dataset | None = None  # of a dataset, a version or a column
    version: str = ""
    column: str = ""
    id: int = 0  # within the store: of a dataset, a job, a column or a version
    owner: int = 0  # the same of the dataset of a column or version
    since_us: int = 0  # the first event that names the dataset, the job or the column


def escape(text: str) -> str:
    """Return ``text`` in lower case for a LIKE that takes a backslash as its escape."""
    return text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def summary(row: Row) -> VersionSummary:
    """Return a version summary from a row of ``version_columns``."""
    _, namespace, name, version, time_us, body, run, job_namespace, job_name, *_ = row
    held = versions.expand(Dataset(namespace, name), version, body, None)
    return VersionSummary(
        node=names.dataset_id(namespace, name, version),
        version=version,
        partition=held.partition,
        rows=held.rows,
        bytes=held.bytes,
        fingerprint=held.fingerprint,
        time_us=time_us,
        run=run or "",
        job=names.job_id(job_namespace, job_name) if job_name else "",
    )


class Catalogue:
    """Datasets by page, and names by what people type."""

    def __init__(self, connection: Connection, names_: Names) -> None:
        self._connection = connection
        self._names = names_

    def datasets(self, limit: int, offset: int, query: str) -> tuple[list[DatasetSummary], int]:
        """Return one page of the catalogue and how many lines there are."""
        form = f"%{escape(query)}%"
        rows = self._connection.rows("datasets_page", form=form, limit=limit, offset=offset, unborn=OPEN)
        total = self._connection.row("datasets_total", form=form) if query else self._connection.row("datasets_count")
        return [self._line(row) for row in rows], total[0] if total else 0

    def with_facet(self, key: str, limit: int) -> list[Dataset]:
        """Return the datasets of which a facet stands, the one that was spoken of last first."""
        rows = self._connection.rows("datasets_with_facet", facet=key.encode(), limit=limit)
        return [Dataset(*row) for row in rows]

    def dataset(self, dataset: Dataset) -> DatasetSummary | None:
        """Return the catalogue's line on one dataset."""
        known = self._names.known("DATASET", dataset.namespace, dataset.name)
        row = known and self._connection.row("dataset_line", id=known, unborn=OPEN)
        return self._line(row) if row else None

    def lookup(self, node: str, as_of_us: int = NOW) -> Found | None:
        """Return what a node id stands for; of a version, at a moment."""
        if node.startswith("run:"):
            run, _, attempt = node.removeprefix("run:").partition("#")
            row = self._connection.row("run_of", run=run, attempt=int(attempt) if attempt.isdigit() else -1)
            return Found(node, "RUN", run, id=row[0]) if row else None
        if node.startswith("datasetField:"):
            return self._field(node)
        row = self._connection.row("node_by_text", node=node)
        if row:
            return _node(row)
        for at in _places(node, "#"):
            row = self._connection.row("node_by_text", node=node[:at])
            if row and row[1] == "DATASET":
                return self._version(row, node[at + 1 :], as_of_us)
        return None

    def find(self, text: str, limit: int, *, only: NodeType | None = None) -> list[str]:
        """Return the node ids that ``text`` names, from the first sense in which it names any.

        ``text`` is a node id, one without its type (``namespace:name``, a run's UUID), or a name, whole (as it is
        spelt, then whatever the case), or from a slash or a dot on. ``only`` passes over datasets, or over jobs.
        """
        text = text.strip()
        for prefix in ("", "dataset:", "job:", "run:") if text else ():
            exact = self.lookup(prefix + text)
            if exact and only in (None, exact.type):
                return [exact.node]
        if not text:
            return []
        text = text.replace(" @ ", "#")  # as a version is shown
        for rows in self._named(text, limit):
            fit = [row for row in rows if only in (None, row[1])]
            if fit:
                data = [row for row in fit if row[1] == "DATASET"]  # a job of the same name has its own id
                return [row[4] for row in data or fit]
        if only:
            return self._stems(text, limit) if only == "DATASET" else []
        return (
            self._runs_shown(text, limit)
            or self._columns_named(text, limit)
            or self._versions_named(text, limit)
            or self._stems(text, limit)
        )

    def also(self, text: str, node: str, limit: int) -> list[str]:
        """Return what else goes by the name ``text``, which was understood as ``node``; nothing for a node id."""
        text = text.strip()
        if node in (f"{prefix}{text}" for prefix in ("", "dataset:", "job:", "run:")):
            return []
        return list(dict.fromkeys(row[4] for rows in self._named(text, limit) for row in rows if row[4] != node))

    def search(self, text: str, limit: int) -> list[Found]:
        """Return what has ``text`` in its name."""
        rows = self._connection.rows("nodes_like", form=f"%{escape(text.strip())}%", limit=limit)
        found = [_node(row) for row in rows]
        if len(found) < limit and text.strip():
            columns = self._connection.rows("fields_named", name=text.strip(), limit=limit - len(found))
            found += [_column(Dataset(namespace, name), column) for column, namespace, name in columns]
        return found

    def _runs_shown(self, text: str, limit: int) -> list[str]:
        """Return the runs that are shown so, as ``run 1a2b3c4d``, which is their end; or that begin so."""
        found = _RUN.fullmatch(text)
        if found is None:
            return []
        part = found[1].lower()
        rows = self._connection.rows("runs_ending", tail=part, limit=limit) if len(part) == SHORT else []
        rows = rows or self._connection.rows("runs_beginning", low=part, high=f"{part}g", limit=limit)
        return [names.run_id(run) + found[2] for (run,) in rows]

    def _stems(self, text: str, limit: int) -> list[str]:
        return list(dict.fromkeys(row[4] for row in self._stem_rows(text, limit)))

    def _stem_rows(self, text: str, limit: int) -> list[Row]:
        """Return the files that are called so but for their suffix: ``features`` is ``features.parquet``."""
        forms = (f"{escape(text)}.%", f"%/{escape(text)}.%") if text else ()
        rows = [row for form in forms for row in self._connection.rows("nodes_like", form=form, limit=limit)]
        files = [row for row in rows if row[1] == "DATASET" and (row[2] == "file" or "://" in row[2])]
        return [row for row in files if _STEM.fullmatch(row[3][row[3].lower().rfind(text.lower()) + len(text) :])]

    def _columns_named(self, text: str, limit: int) -> list[str]:
        found: list[str] = []
        for at in _places(text, "."):
            for node in self._datasets_named(text[:at], limit):
                field = self._connection.row("field_of", dataset=node[0], name=text[at + 1 :])
                if field:
                    found.append(names.column_id(node[2], node[3], text[at + 1 :]))
            if found:
                return found
        rows = self._connection.rows("fields_named", name=text, limit=limit)
        return [names.column_id(namespace, name, column) for column, namespace, name in rows]

    def _versions_named(self, text: str, limit: int) -> list[str]:
        for at in _places(text, "#"):
            for node in self._datasets_named(text[:at], limit):
                slice_ = {"dataset": node[0], "unborn": OPEN}
                rows = self._connection.rows("version_in_slice", slice=text[at + 1 :], **slice_)
                rows = rows or self._connection.rows("version_of_slice", slice=text[at + 1 :].lower(), **slice_)
                if rows:
                    return [names.dataset_id(row[1], row[2], row[3]) for row in rows]
                asked = escape(text[at + 1 :])
                ends = (f"%{asked}",) if len(asked) >= SHORT else ()  # as it is shown
                for form in (f"{asked}%", f"%:{asked}%", *ends):  # also after run:, xxh3:
                    rows = self._connection.rows("versions_like", dataset=node[0], form=form, unborn=OPEN, limit=limit)
                    if rows:
                        return [names.dataset_id(row[1], row[2], row[3]) for row in rows]
        return []

    def _datasets_named(self, text: str, limit: int) -> list[Row]:
        ids = self._connection.rows("nodes_by_text", texts=json.dumps([text, f"dataset:{text}"]))
        found = itertools.chain([ids], self._named(text, limit))
        data = next((data for rows in found if (data := [row for row in rows if row[1] == "DATASET"])), [])
        return data or self._stem_rows(text, limit)

    def _named(self, text: str, limit: int) -> Iterator[list[Row]]:
        """Yield the datasets and jobs that go by a name in one sense after the other."""
        whole = self._connection.rows("nodes_named", name=text.lower(), limit=limit)
        yield [row for row in whole if row[3] == text]
        yield whole
        parts = [
            row
            for sign in "/."
            for row in self._connection.rows("nodes_like", form=f"%{sign}{escape(text)}", limit=limit)
        ]
        yield sorted(parts, key=itemgetter(1, 4))[:limit]

    def _field(self, node: str) -> Found | None:
        rest = node.removeprefix("datasetField:")
        for at in _places(rest, ":"):
            row = self._connection.row("node_by_text", node=f"dataset:{rest[:at]}")
            field = row and self._connection.row("field_of", dataset=row[0], name=rest[at + 1 :])
            if row and field:
                found = _column(Dataset(row[2], row[3]), rest[at + 1 :], row[5])
                return found._replace(id=field[0], owner=row[0], since_us=field[1])
        return None

    def _version(self, row: Row, version: str, as_of_us: int) -> Found | None:
        dataset = Dataset(row[2], row[3])
        held = self._connection.row("version_of", dataset=row[0], version=version)
        if held is None or not self._connection.row("version_known", version=held[0], as_of_us=as_of_us):
            return None
        label = label_version(row[3], version, held[3])
        node = Version(dataset, version).node
        return Found(node, "VERSION", label, row[5], dataset, version, "", held[0], row[0], _since(row))

    def _line(self, row: Row) -> DatasetSummary:
        id_, namespace, name, node, kind, amount, latest = row
        newest = latest and self._connection.row("version_by_id", id=latest)
        held = summary(newest) if newest else None
        whole = held is not None and not held.partition
        there = states.States(self._connection).last(id_, "", NOW) if whole else None
        if there is not None and latest in there.versions:
            there = None
        elif there is not None:  # it had been there before
            back = self._connection.row("version_by_id", id=max(there.versions))
            held = summary(back) if back else held
        return DatasetSummary(
            node=node,
            dataset=Dataset(namespace, name),
            kind=kind,
            versions=amount,
            latest=held.version if held else "",
            partition=held.partition if held else "",
            rows=held.rows if held else None,
            updated_us=there.time_us if there else held.time_us if held else 0,
        )


def label_version(name: str, version: str, partition: str) -> str:
    """Return how a version is written beside its node: by its partition, else by its short name."""
    return f"{name}#{partition or names.short(version)}"


def _places(text: str, sign: str) -> list[int]:
    return [at for at in range(len(text) - 1, 0, -1) if text[at] == sign]


def _node(row: Row) -> Found:
    id_, type_, namespace, name, node, kind, *_ = row
    dataset = Dataset(namespace, name) if type_ == "DATASET" else None
    return Found(node, type_, name, kind, dataset, "", "", id_, id_, _since(row))


def _since(row: Row) -> int:
    return row[6] if len(row) > _SINCE else 0


def _column(dataset: Dataset, column: str, kind: str = "") -> Found:
    node = names.column_id(dataset.namespace, dataset.name, column)
    return Found(node, "FIELD", f"{dataset.name}.{column}", kind, dataset, "", column)
