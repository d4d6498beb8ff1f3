"""What differs between two tables, by their fingerprints alone: which columns, in which rows, and how the rows fared.

Enters: two fingerprints of one form. Leaves: ``Comparison``. Columns and groups of rows are exact. Of the rows whatever
their order the digest is exact too; how many came and went is exact where the samples hold every row, else it is told
from the samples and says so. Never compares fingerprints of different forms. Rows are counted from 0.
"""

from typing import Literal

import msgspec

from driftline.profile.fingerprint import ARRAYS, WIDTH, Fingerprint
from driftline.profile.row_set import Kept

Verdict = Literal["same", "reordered", "appended", "added", "removed", "changed", "columns", "unknown"]


class Comparison(msgspec.Struct, frozen=True):
    """How one table differs from another."""

    verdict: Verdict
    columns: dict[str, tuple[tuple[int, int], ...]]  # changed column -> spans of rows, first and last one
    came: tuple[str, ...] = ()  # columns that only the second table has
    went: tuple[str, ...] = ()
    sure: bool = True  # False = the verdict rests on a sample of rows, or on complete groups only
    sentence: str = ""


def compare(before: Fingerprint, after: Fingerprint) -> Comparison | None:
    """Return what differs; None where the forms differ or one of the two has no groups."""
    if before.form != after.form:
        return None
    if before.value == after.value:
        return Comparison("same", {}, sentence="The same rows in the same order.")
    if not all(one.groups.keys() == one.columns.keys() for one in (before, after)):
        return None
    group = max(before.group, after.group)
    before, after = before.coarser(group), after.coarser(group)
    found = {
        name: spans
        for name, hashes in before.groups.items()
        if name in after.groups and (spans := _spans(hashes, after.groups[name], before, after))
    }
    came = tuple(name for name in after.columns if name not in before.columns)
    went = tuple(name for name in before.columns if name not in after.columns)
    if came or went or not found or before.form == ARRAYS:
        said = _columns(found, came, went) + _renamed(before, after, came, went)
        return Comparison("columns", found, came, went, sentence=said)
    verdict, sure, sentence = _rows(before, after, len(found))
    if verdict == "appended" and sure:  # every row before stands, so a group that both share differs by new rows only
        found = {name: tuple((max(at, before.rows), end) for at, end in spans) for name, spans in found.items()}
    return Comparison(verdict, found, sure=sure, sentence=sentence)


def _spans(one: bytes, two: bytes, before: Fingerprint, after: Fingerprint) -> tuple[tuple[int, int], ...]:
    """Return the rows of the groups that differ, neighbours as one."""
    group, last = before.group, max(before.rows, after.rows) - 1
    found: list[tuple[int, int]] = []
    for at in range(0, max(len(one), len(two)), WIDTH):
        if one[at : at + WIDTH] != two[at : at + WIDTH]:
            start = at // WIDTH * group
            first = found.pop()[0] if found and found[-1][1] == start - 1 else start
            found.append((first, min(start + group - 1, last)))
    return tuple(found)


def _rows(before: Fingerprint, after: Fingerprint, changed: int) -> tuple[Verdict, bool, str]:
    """Return how the rows fared between two tables of the same columns, whether that is sure, and a sentence.

    ``changed``: how many columns differ; rows in another order would move the others, too, but where those are equal.
    """
    more = after.rows - before.rows
    one, two = before.row_set, after.row_set
    stand = _complete(before, after)
    if one is None or two is None or one.total.partition(":")[0] != two.total.partition(":")[0]:
        if more > 0 and stand and stand * before.group + before.group > before.rows:
            return _appended(before, stand, more)
        if not more:
            part = changed < len(before.columns)
            what = f"Cells of {_count(changed, 'column')}" if part else "Cells or the order of rows"
            return "changed", True, f"{what} changed; {_count(before.rows, 'row')} as before."
        return "changed", True, f"{_count(abs(more), 'row')} {'more' if more > 0 else 'fewer'}."
    if one.total == two.total and not more:
        return "reordered", True, f"The same {_count(before.rows, 'row')} in another order."
    kept = one.against(two)
    if not kept.lost and more > 0:
        placed = not kept.moved and stand == before.rows // before.group
        where = "appended; those before them stand" if placed else "added; none went"
        return ("appended" if placed else "added"), kept.whole, f"{_count(more, 'row')} {where}{_proviso(kept)}."
    if not kept.came and more < 0:
        return "removed", kept.whole, f"{_count(-more, 'row')} removed; none came{_proviso(kept)}."
    if kept.whole:
        return "changed", True, f"{_count(kept.lost, 'row')} went and {_count(kept.came, 'row')} came."
    if not kept.lost:
        said = f"Rows changed, at most {kept.unseen:.1%} of them (by a sample of {kept.seen:,} rows)."
        return "changed", True, said
    return "changed", True, f"Rows changed: about {kept.lost / kept.seen:.1%} of those before are not there any more."


def _complete(before: Fingerprint, after: Fingerprint) -> int:
    """Return how many groups from the first one on are complete in the first table and as they were in the second."""
    for at in range(before.rows // before.group):
        place = slice(at * WIDTH, (at + 1) * WIDTH)
        if any(hashes[place] != after.groups[name][place] for name, hashes in before.groups.items()):
            return at
    return before.rows // before.group


def _appended(before: Fingerprint, stand: int, more: int) -> tuple[Verdict, bool, str]:
    sure = stand * before.group == before.rows
    told = "those before them stand" if sure else f"the first {stand * before.group:,} rows stand"
    return "appended", sure, f"{_count(more, 'row')} appended; {told}."


def _proviso(kept: Kept) -> str:
    if kept.whole:
        return ""
    return f" (by a sample of {kept.seen:,} rows; up to {kept.unseen:.1%} may have changed unseen)"


def _columns(found: dict[str, tuple[tuple[int, int], ...]], came: tuple[str, ...], went: tuple[str, ...]) -> str:
    said = [f"{_count(len(names), 'column')} {verb}: {', '.join(names)}"
            for names, verb in ((came, "came"), (went, "went"), (tuple(found), "changed")) if names]  # fmt: skip
    return ("; ".join(said) or "The same columns in another order") + "."


def _renamed(before: Fingerprint, after: Fingerprint, came: tuple[str, ...], went: tuple[str, ...]) -> str:
    """Say which columns that came have the values of which that went; of equal ones the first."""
    left = {before.columns[name]: name for name in reversed(went)}
    pairs = [(old, new) for new in came if (old := left.pop(after.columns[new], "")) != ""]
    return "".join(f" The values of {new} are those that {old} had." for old, new in pairs)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"
