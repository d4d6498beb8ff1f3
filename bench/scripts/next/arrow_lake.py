"""Tabular datasets with pyarrow: a partitioned write, filters and projections, compute functions, group_by, joins."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

options = csv.ConvertOptions(
    include_columns=["carrier", "flight", "origin", "dest", "dep_delay", "arr_delay", "distance", "day"]
)
table = csv.read_csv("flights.csv", convert_options=options)
table = table.filter(pc.is_valid(table["arr_delay"]))
table = table.append_column("made_up", pc.subtract(table["dep_delay"], table["arr_delay"]))
ds.write_dataset(table, "lake", format="parquet", partitioning=["origin", "day"], partitioning_flavor="hive")

dataset = ds.dataset("lake", format="parquet", partitioning="hive")
early = dataset.to_table(
    columns=["carrier", "flight", "dest", "made_up", "distance", "origin"],
    filter=(pc.field("day") <= 3) & pc.field("origin").isin(["EWR", "JFK"]),
)
airlines = pq.ParquetFile  # the readers are many: this one is for footers
names = csv.read_csv("airlines.csv").rename_columns(["carrier", "airline"])

early = early.join(names, keys="carrier", join_type="left outer")
early = early.set_column(
    early.column_names.index("airline"),
    "airline",
    pc.utf8_upper(pc.replace_substring(early["airline"], pattern=" Inc.", replacement="")),
)
band = pc.case_when(
    pc.make_struct(pc.less(early["distance"], 500), pc.less(early["distance"], 1500)), "short", "middle", "long"
)
early = early.append_column("band", band).sort_by(
    [("carrier", "ascending"), ("flight", "ascending"), ("dest", "ascending")]
)
csv.write_csv(early.select(["airline", "flight", "band", "made_up"]), "early.csv")

by_band = early.group_by(["band", "origin"]).aggregate(
    [("made_up", "mean"), ("distance", "max"), ("carrier", "count_distinct"), ([], "count_all")]
)
by_band = by_band.sort_by([("band", "ascending"), ("origin", "ascending")])
pq.write_table(by_band, "by_band.parquet")

top = pc.select_k_unstable(early, k=10, sort_keys=[("made_up", "descending"), ("flight", "ascending")])
best = early.take(top)
share = pc.divide(best["made_up"].cast(pa.float64()), pc.sum(early["made_up"]).cast(pa.float64()))
pq.write_table(
    pa.table({"flight": best["flight"], "carrier": best["carrier"], "share": pc.round(share, 5)}), "best.parquet"
)

lengths = {}
for batch in dataset.to_batches(columns=["dest", "distance"], filter=ds.field("distance") > 900):
    for dest, distance in zip(batch.column("dest").to_pylist(), batch.column("distance").to_pylist()):
        lengths[dest] = max(distance, lengths.get(dest, 0))
csv.write_csv(pa.Table.from_pylist([{"dest": key, "miles": lengths[key]} for key in sorted(lengths)]), "far.csv")
