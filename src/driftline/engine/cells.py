"""Which columns and rows differ between two versions of a dataset.

Enters: two versions. Leaves: a ``DataChange`` from the fingerprints that came with the versions; no data is read. Where
a fingerprint is missing, or the forms differ, it says that nothing is known.
"""

from collections.abc import Iterator

from driftline import profile
from driftline.capture.tables import measure
from driftline.engine import named, queries, questions
from driftline.engine.house import House
from driftline.errors import BadInput, NotFound
from driftline.event import facets, names
from driftline.event.lineage import Dataset, Touched, Version
from driftline.event.report import CodeChange, ColumnCells, DataChange, Difference
from driftline.graph import difference
from driftline.profile import Comparison, Fingerprint
from driftline.profile import facet as printed

NEWEST = 5  # versions that a hint names
_KINDS = (profile.FORM, profile.WRITTEN)
_INSTEAD = "--rows compares the files themselves, where both can still be read."


def between(house: House, before: str, after: str) -> Difference:
    """Return how the content and the schema of two versions of one dataset differ, whatever lay between them.

    Raises:
        BadInput: one of them is no version, or they are versions of two datasets.
        NotFound, Ambiguous: one of them is not known, or means several.
    """
    one, two = _touched(house, before), _touched(house, after)
    if one.dataset != two.dataset:
        hint = "Name two versions of one dataset, such as features@previous features@latest."
        raise BadInput(f"{before} and {after} are versions of two datasets", hint=hint)
    node = one.dataset.node
    change = compared(house, node, one, two)
    moments = [_time(house, each) for each in (one, two)]
    sides = [{node: each.fields} if each.fields is not None else {} for each in (one, two)]
    code = _code(house, one, two)
    return Difference(
        node=node,
        since_us=moments[0],
        until_us=moments[1],
        fields=difference.fields(*sides),
        code=code,
        data=(change,),
        sentence=" ".join((change.sentence, *(difference.ran(each) for each in code))),
    )


def _touched(house: House, text: str) -> Touched:
    known = house.store.lineage.lookup(questions.resolve(house, text))
    if known is None or known.type != "VERSION" or known.dataset is None:
        of = known.dataset if known is not None else None
        newest = named.newest(house, of, NEWEST) if of else []
        told = ", ".join(names.dataset_id(of.namespace, of.name, one.version) for one in newest if of)
        hint = "A version is written as features@latest, features@previous or features#v3" + (
            f"; the newest are {told}." if told else "."
        )
        raise BadInput(f"{text} is no version", hint=hint)
    found = house.store.lineage.touched(Version(known.dataset, known.version))
    if found is None:
        raise NotFound(text)
    return found


def _code(house: House, one: Touched, two: Touched) -> tuple[CodeChange, ...]:
    """Return whether the job that wrote both versions ran other code for the second."""
    lineage = house.store.lineage
    wrote = [lineage.writers(Version(each.dataset, each.version), 1) for each in (one, two)]
    before, after = (lineage.run(runs[0]) if runs else None for runs in wrote)
    if before is None or after is None or before.job != after.job:
        return ()
    sql = {after.job.node: queries.differing(house, before, after)}
    return difference.code({before.job.node: before.code}, {after.job.node: after.code}, sql)


def _time(house: House, touched: Touched) -> int:
    found = house.store.lineage.version(Version(touched.dataset, touched.version))
    return found.time_us if found else 0


def touched_by_id(house: House, version: int) -> Touched:
    """Return what is held of a version by its id in the store."""
    row = house.store.walks.version_rows([version])[version]
    about = Version(Dataset(row[1], row[2]), row[3])
    return house.store.lineage.touched(about) or Touched(dataset=about.dataset, version=about.version)


def compared(house: House, node: str, one: Touched, two: Touched, slice_: str = "") -> DataChange:
    """Return how one version differs from another; ``slice_``: as that slice of their dataset."""
    first, second = _print(house, one), _print(house, two)
    found = profile.compare(first, second) if first is not None and second is not None else None
    if found is None:
        found = _by_value(one.fingerprint, two.fingerprint)
    return DataChange(
        node=node,
        before=one.version,
        after=two.version,
        partition=slice_ or two.partition,
        verdict=found.verdict,
        columns=tuple(_columns(found)),
        sure=found.sure,
        sentence=found.sentence,
    )


def _columns(found: Comparison) -> Iterator[ColumnCells]:
    for name, spans in found.columns.items():
        yield ColumnCells(name=name, change="changed", rows=spans)
    for name in found.came:
        yield ColumnCells(name=name, change="came")
    for name in found.went:
        yield ColumnCells(name=name, change="went")


def _print(house: House, touched: Touched) -> Fingerprint | None:
    raw = house.store.profiles.get(touched.hashes) if touched.hashes else None
    try:
        return printed.read(facets.read(raw, facets.FingerprintFacet)) if raw else None
    except facets.UNREADABLE:
        return None


def _by_value(before: str, after: str) -> Comparison:
    """Return what the values of two fingerprints say without their parts."""
    forms = [value.rpartition(":")[0] for value in (before, after)]
    if not before or not after:
        return Comparison("unknown", {}, sure=False, sentence="Another version; its content was not fingerprinted.")
    if forms[0] != forms[1]:
        said = f"The content differs; in which cells is not known: {_apart(*forms)}."
        return Comparison("unknown", {}, sure=False, sentence=f"{said} {_INSTEAD}")
    if before == after:
        return Comparison("same", {}, sentence="Another version with the same content.")
    return Comparison("changed", {}, sentence="The content differs; where is not known.")


def _apart(before: str, after: str) -> str:
    """Say why fingerprints of two forms cannot be compared."""
    whole = measure.BYTES.rstrip(":")
    if whole in (before, after):
        which = "first" if before == whole else "second"
        return f"of the {which} version only the bytes were hashed, not its table (the gaps of its runs say why)"
    if {before.partition("-")[0], after.partition("-")[0]} == {form.partition("-")[0] for form in _KINDS}:
        return "one version was measured as text, cell by cell as it is written, the other by its values"
    return "the versions were measured by two releases of Driftline that do so in different ways"
