"""What changed between two runs of a job: what people did.

Enters: the last run that came to a good end, and this one, with how the SQL of the two differs. Leaves: one record per
change, with a sentence that carries the before and the after; the same change seen by several runs has one id. The next
partition of a table is no change, nor is a parameter that only names the run's own partition. Never measures data: that
is drift.
"""

from collections.abc import Iterable, Iterator

from driftline import later
from driftline.event import ids
from driftline.event.finding import Change, ChangeKind
from driftline.event.lineage import Dataset, Field, RunShape, Touched

_STANDS = frozenset({"model", "prompt", "index", "documents"})  # a new version of these is a deed
_DONE = "COMPLETE"
_LIBRARY = ("library.", "environment.")
_DATE = later.pattern(r"\d{4}-?\d{2}(-?\d{2})?([T ].*)?")
_SHOWN = 5  # columns named in a sentence


def between(previous: RunShape | None, current: RunShape, sql: str = "") -> list[Change]:
    """Return what changed from ``previous`` to ``current``; nothing where there is no previous run.

    ``sql``: how their SQL differs, in words.
    """
    if previous is None or previous.job != current.job or previous.run == current.run:
        return []
    found = [*_code(previous, current, sql), *_parameters(previous, current)]
    if current.state == _DONE:
        found += [*_sources(previous, current), *_states(previous, current)]
    return found


def _change(
    current: RunShape,
    kind: ChangeKind,
    node: str,
    before: str,
    after: str,
    sentence: str,
    version: str = "",
    subject: str = "",
) -> Change:
    return Change(
        id=ids.digest("change", kind, node, version or current.run, subject, before, after),
        kind=kind,
        node=node,
        run=current.run,
        version=version,
        before=before,
        after=after,
        time_us=current.time_us,
        sentence=sentence,
    )


def _code(previous: RunShape, current: RunShape, sql: str) -> Iterator[Change]:
    before, after = previous.code, current.code
    if before and after and before != after:
        text = f"{current.job.name} ran new code: {_short(before)} became {_short(after)}."
        text = f"{current.job.name} ran other SQL: {sql}." if sql else text
        yield _change(current, "code", current.job.node, before, after, text)


def _parameters(previous: RunShape, current: RunShape) -> Iterator[Change]:
    job = current.job
    for key in sorted(previous.parameters.keys() | current.parameters.keys()):
        before, after = previous.parameters.get(key), current.parameters.get(key)
        if before == after or (_slices(previous, before) and _slices(current, after)):
            continue
        thing = f"library {key.partition('.')[2]}" if key.startswith(_LIBRARY) else f"parameter {key}"
        if before is None:
            text = f"{job.name} now has {thing}, set to {_quoted(after)}."
        elif after is None:
            text = f"{job.name} no longer has {thing}; it was {_quoted(before)}."
        else:
            text = f"{thing.capitalize()} of {job.name} went from {_quoted(before)} to {_quoted(after)}."
        yield _change(current, "configuration", job.node, before or "", after or "", text, subject=key)


def _slices(run: RunShape, value: str | None) -> bool:
    """Whether a parameter says no more than which slice this run is about."""
    if value is None:
        return False
    if value and any(value == touched.partition for touched in (*run.inputs, *run.outputs)):
        return True
    return bool(_DATE.fullmatch(value))


def _sources(previous: RunShape, current: RunShape) -> Iterator[Change]:
    before = {touched.dataset: touched for touched in previous.inputs}
    after = {touched.dataset: touched for touched in current.inputs}
    new = sorted(after.keys() - before.keys())
    gone = sorted(before.keys() - after.keys())
    job = current.job.name
    for dataset in list(new):
        swapped = [old for old in gone if before[old].kind == after[dataset].kind]
        if len(swapped) == 1 and len(new) == 1:
            old = swapped[0]
            gone.remove(old)
            new.remove(dataset)
            text = f"{job} reads {dataset.name} instead of {old.name}{_counts(before[old], after[dataset])}."
            yield _change(current, "source", dataset.node, old.name, dataset.name, text, subject=job)
    for dataset in new:
        text = f"{job} now also reads {dataset.name}; it read {_many(len(before), 'dataset')} before."
        yield _change(current, "source", dataset.node, "", dataset.name, text, subject=job)
    for dataset in gone:
        text = f"{job} no longer reads {dataset.name}; it reads {_many(len(after), 'dataset')} now."
        yield _change(current, "source", dataset.node, dataset.name, "", text, subject=job)


def _states(previous: RunShape, current: RunShape) -> Iterator[Change]:
    """Schemas, and versions of what stands until somebody replaces it."""
    before, after = _by_dataset(previous), _by_dataset(current)
    for dataset in sorted(before.keys() & after.keys()):
        old, new = before[dataset], after[dataset]
        yield from _schema(current, old[-1], new[-1])
        kind = new[-1].kind
        if kind in _STANDS and {item.version for item in old} != {item.version for item in new}:
            yield from _version(current, kind, old, new)


def _by_dataset(run: RunShape) -> dict[Dataset, list[Touched]]:
    """Return the versions by dataset, the newest last; what was written counts before what was read."""
    written = {touched.dataset for touched in run.outputs}
    found: dict[Dataset, list[Touched]] = {}
    for touched in (*(item for item in run.inputs if item.dataset not in written), *run.outputs):
        found.setdefault(touched.dataset, []).append(touched)
    for items in found.values():
        items.sort(key=lambda item: (item.partition, item.version))
    return found


def _schema(current: RunShape, old: Touched, new: Touched) -> Iterator[Change]:
    if not old.fields or not new.fields or old.fields == new.fields:
        return
    before, after = _types(old.fields), _types(new.fields)
    parts = [
        _columns("gained", [name for name in after if name not in before]),
        _columns("lost", [name for name in before if name not in after]),
        *(
            f"turned {name} from {before[name]} to {after[name]}"
            for name in before
            if name in after and before[name] and after[name] and before[name] != after[name]
        ),
    ]
    said = [part for part in parts if part]
    if said:
        text = f"{new.dataset.name} {_joined(said)}: {_many(len(before), 'column')} became {len(after)}."
        spelt = (_spelt(before), _spelt(after))
        yield _change(current, "schema", new.dataset.node, *spelt, text, version=new.version)


def _version(current: RunShape, kind: str, old: list[Touched], new: list[Touched]) -> Iterator[Change]:
    before, after = _named(old), _named(new)
    name = new[-1].dataset.name
    facts = [
        f"{key} went from {_quoted(old[-1].attributes.get(key))} to {_quoted(new[-1].attributes.get(key))}"
        for key in sorted(old[-1].attributes.keys() | new[-1].attributes.keys())
        if old[-1].attributes.get(key) != new[-1].attributes.get(key)
    ]
    was, now = _rows(old), _rows(new)
    if was is not None and now is not None:
        facts.insert(0, f"rows went from {was:,} to {now:,}" if was != now else f"still {now:,} rows")
    text = f"{kind.capitalize()} {name} changed from {_short(before)} to {_short(after)}"
    text += f": {_joined(facts)}." if facts else "."
    yield _change(current, _KINDS[kind], new[-1].dataset.node, before, after, text, version=new[-1].version)


_KINDS: dict[str, ChangeKind] = {"model": "model", "prompt": "prompt", "index": "index", "documents": "documents"}


def _types(fields: Iterable[Field]) -> dict[str, str]:
    return {field.name: field.type for field in fields}


def _spelt(types: dict[str, str]) -> str:
    return ", ".join(f"{name} {type_}".strip() for name, type_ in types.items())


def _columns(verb: str, found: list[str]) -> str:
    if not found:
        return ""
    shown = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
    return f"{verb} {'column' if len(found) == 1 else 'columns'} {shown}"


def _named(items: list[Touched]) -> str:
    versions = sorted({item.version for item in items})
    return versions[0] if len(versions) == 1 else f"xxh3:{ids.digest(*versions)[:16]}"


def _rows(items: list[Touched]) -> int | None:
    counted = [item.rows for item in items if item.rows is not None]
    return sum(counted) if len(counted) == len(items) else None


def _counts(old: Touched, new: Touched) -> str:
    if old.rows is None or new.rows is None:
        return ""
    return f" ({old.rows:,} rows before, {new.rows:,} now)"


def _short(version: str) -> str:
    scheme, colon, rest = version.rpartition(":")
    return f"{scheme}{colon}{rest[:10]}"


def _quoted(value: str | None) -> str:
    return "nothing" if value is None else f"'{value}'"


def _many(amount: int, noun: str) -> str:
    return f"{amount:,} {noun}" + ("" if amount == 1 else "s")


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" and {parts[-1]}"
