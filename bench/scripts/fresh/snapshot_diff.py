"""Two snapshots compared by hashes of their rows: added, removed, changed, and which cells."""

import hashlib

import pandas as pd

KEY = ["store", "month", "product"]


def row_hash(row):
    return hashlib.sha1("|".join(str(v) for v in row.values).encode("utf-8")).hexdigest()


def load(path):
    df = pd.read_csv(path)
    df["pk"] = df[KEY].astype(str).agg("-".join, axis=1)
    df["hash"] = df[["units", "revenue"]].round(0).apply(row_hash, axis=1)
    return df.set_index("pk")


old = load("sales_2022.csv")
new = load("sales_2023.csv")
new = new[new["units"] > 20]

added = new.index.difference(old.index)
removed = old.index.difference(new.index)
common = new.index.intersection(old.index)
changed = [k for k in common if old.at[k, "hash"] != new.at[k, "hash"]]

log = []
for key in changed:
    for column in ("units", "revenue"):
        before, after = old.loc[key, column], new.loc[key, column]
        if abs(after - before) > 50:
            log.append({"pk": key, "column": column, "before": before, "after": after, "delta": after - before})
changes = pd.DataFrame(log, columns=["pk", "column", "before", "after", "delta"])
changes.sort_values(["pk", "column"]).to_csv("changes.csv", index=False)
old.loc[removed].reset_index()[["pk", *KEY]].to_csv("removed.csv", index=False)

diff = old.loc[common, ["units", "revenue"]].compare(new.loc[common, ["units", "revenue"]], keep_equal=True)
diff.columns = [f"{a}_{b}" for a, b in diff.columns]
diff.reset_index().to_csv("compare.csv", index=False)
pd.DataFrame({"kind": ["added", "removed", "changed"], "rows": [len(added), len(removed), len(changed)]}).to_json(
    "counts.json", orient="records"
)
