"""Columns whose values were kept; which ones were is known from how the outputs were made from the inputs."""

from pathlib import Path

import numpy as np
import pandas as pd

from driftline.capture.program import sites
from driftline.capture.runs import kept
from driftline.capture.runs.around import process
from driftline.capture.runs.columns import KEPT, Reach
from driftline.capture.tables import contents
from driftline.capture.tables.contents import Contents
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

ROWS = 400


def table(seed: int = 1, rows: int = ROWS) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "key": rng.integers(0, 10**9, rows), "amount": rng.normal(size=rows), "plan": rng.choice(list("abc"), rows),
        "one": ["same"] * rows, "name": [f"{seed} {number}" for number in rng.integers(0, 10**9, rows)],
    })  # fmt: skip


def measured(frame: pd.DataFrame) -> Contents:
    found = contents.of_data(frame)
    assert found is not None
    return found


def edges(output: pd.DataFrame, **sources: pd.DataFrame) -> dict[str, list[tuple[str, float]]]:
    given = [kept.Source(Dataset("file", name), measured(frame)) for name, frame in sources.items()]
    fields, rows = kept.kept(measured(output), given, ())
    assert rows == []
    assert all(one.provenance == KEPT and one.field == name for name, found in fields.items() for one in found)
    return {name: [(one.name, one.confidence) for one in found] for name, found in fields.items()}


def test_chosen_and_sorted_rows_keep_their_values() -> None:
    source = table()
    chosen = source[source.amount > 0].sort_values("key").assign(double=source.amount * 2)
    assert edges(chosen, a=source) == {
        "key": [("a", 0.8)],
        "amount": [("a", 0.8)],
        "plan": [("a", 0.5)],
        "name": [("a", 0.8)],
    }  # fmt: skip - a column of one value tells nothing, and the new one is none of the source's


def test_a_changed_column_of_the_same_name_is_no_column_that_was_kept() -> None:
    source = table()
    scaled = source.head(200).assign(amount=source.amount * 100, name=source.name.str.replace("1 ", ""))
    assert set(edges(scaled, a=source)) == {"key", "plan"}


def test_tables_that_were_put_together_are_all_sources() -> None:
    parts = {name: table(seed) for seed, name in enumerate("abc", 1)}
    found = edges(pd.concat(parts.values()), **parts, other=table(9))
    assert found["key"] == found["name"] == [("a", 0.8), ("b", 0.8), ("c", 0.8)]


def test_of_parts_that_were_made_from_others_the_nearer_ones_were_put_together() -> None:
    raw = {name: table(seed) for seed, name in enumerate("ab", 1)}
    given = [kept.Source(Dataset("file", name), measured(frame)) for name, frame in raw.items()]
    for name, frame in raw.items():
        lineage = {"fields": {"key": {"inputFields": [{"namespace": "file", "name": name, "field": "key"}]}}}
        given.append(kept.Source(Dataset("file", f"clean {name}"), measured(frame.tail(300)), lineage))
    both = measured(pd.concat([frame.tail(300) for frame in raw.values()]))
    fields, _ = kept.kept(both, given, ("amount", "plan", "name"))
    assert [(one.name, one.confidence) for one in fields["key"]] == [("clean a", 0.8), ("clean b", 0.8)]


def test_two_sources_that_hold_it_share_the_confidence() -> None:
    source = table()
    assert edges(source.head(100), a=source, b=source.head(300))["key"] == [("a", 0.4), ("b", 0.4)]


def test_the_nearer_one_of_two_sources_counts_where_it_was_made_from_the_other() -> None:
    source, near = table(), table().head(300)
    lineage = {"fields": {"key": {"inputFields": [{"namespace": "file", "name": "a", "field": "key"}]}}}
    given = [
        kept.Source(Dataset("file", "a"), measured(source)),
        kept.Source(Dataset("file", "near"), measured(near), lineage),
    ]
    fields, _ = kept.kept(measured(near.head(100)), given, ("amount", "plan", "name"))
    assert fields == {"key": [Reach("file", "near", "key", "DIRECT", "IDENTITY", KEPT, 0.8)]}


def test_the_parts_of_a_folder_are_one_source_and_nearer_than_what_they_were_made_from() -> None:
    source = table()
    lineage = {"fields": {"key": {"inputFields": [{"namespace": "file", "name": "a", "field": "key"}]}}}
    parts = [measured(part) for _, part in source.groupby("plan")]
    given = [kept.Source(Dataset("file", "parts"), part, lineage) for part in parts]
    fields, _ = kept.kept(
        measured(source.sort_values("key").head(300)),
        [kept.Source(Dataset("file", "a"), measured(source)), *given],
        ("amount", "plan", "name"),
    )
    assert fields == {"key": [Reach("file", "parts", "key", "DIRECT", "IDENTITY", KEPT, 0.8)]}


def test_without_profiles_nothing_is_said() -> None:
    found = measured(table())
    bare = Contents(rows=found.rows, fields=found.fields, hashes=found.hashes)
    assert kept.kept(bare, [kept.Source(Dataset("file", "a"), found)], ()) == ({}, [])
    assert kept.kept(found, [kept.Source(Dataset("file", "a"), bare)], ()) == ({}, [])


def test_an_unchanged_script_has_column_edges_of_the_rows_that_it_chose(watched: MemorySink, tmp_path: Path) -> None:
    import driftline

    table().to_csv("a.csv", index=False)
    with driftline.run("job"):
        frame = pd.read_csv("a.csv")
        sites.use(wanted=False)  # the code would know more
        frame[frame.amount > 0].to_parquet("b.parquet")
    assert driftline.flush()
    output = watched.decoded()[-1].outputs[0]
    held = bytes(output.facets["columnLineage"]).decode()
    assert '"provenance":"kept values","confidence":0.8' in held
    assert '"one"' not in held


def test_the_nearer_source_counts_in_whatever_order_the_outputs_were_told(watched: MemorySink, tmp_path: Path) -> None:
    """Child processes tell at the end what they have written long before."""
    import driftline

    table().to_csv("a.csv", index=False)
    driftline.watch("job")
    pd.read_csv("a.csv").query("amount > 0").to_csv("near.csv", index=False)
    pd.read_csv("near.csv").query("amount > 0.5").to_csv("out.csv", index=False)
    assert process.run is not None
    process.run.trace.outputs.reverse()
    driftline.unwatch()
    assert driftline.flush()
    (output,) = [one for one in watched.decoded()[-1].outputs if one.name == "out.csv"]
    held = bytes(output.facets["columnLineage"])
    assert b'"name":"near.csv","field":"key"' in held
    assert b'"a.csv"' not in held


def test_values_that_any_column_of_the_kind_would_have_are_only_possible() -> None:
    """By hand: whole numbers below 150, codes and days of a year are all in the source, whatever was computed."""
    rng = np.random.default_rng(5)
    source = pd.DataFrame({
        "id": range(3_000), "qty": rng.integers(0, 150, 3_000), "code": [f"c{n}" for n in rng.integers(0, 120, 3_000)],
        "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 366, 3_000), "D"),
    })  # fmt: skip
    other = source.head(2_000).assign(qty=lambda x: (x.index * 31 + 5) % 150, code=source.code[::-1].values[:2_000])
    assert edges(other, a=source) == {name: [("a", 0.5)] for name in ("id", "qty", "code", "day")}
