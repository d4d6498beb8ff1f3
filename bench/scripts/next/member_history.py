"""A slowly changing dimension of type two: Monday's members, then Tuesday's, with valid_from, valid_to and a hash."""

import hashlib

import pandas as pd

TRACKED = ["town", "tier"]
FOREVER = "9999-12-31"


def row_hash(row):
    return hashlib.md5("|".join(str(row[name]) for name in TRACKED).encode()).hexdigest()[:8]


def initial(snapshot, day):
    dim = snapshot.copy()
    dim["hash"] = dim.apply(row_hash, axis=1)
    dim["valid_from"] = day
    dim["valid_to"] = FOREVER
    dim["current"] = True
    return dim


def merge(dim, snapshot, day):
    snapshot = snapshot.assign(hash=snapshot.apply(row_hash, axis=1))
    current = dim[dim["current"]]
    both = snapshot.merge(current, on="member_id", how="outer", suffixes=("", "_old"), indicator=True)

    changed = both[(both["_merge"] == "both") & (both["hash"] != both["hash_old"])]["member_id"]
    gone = both.loc[both["_merge"] == "right_only", "member_id"]
    new = both.loc[both["_merge"] == "left_only", "member_id"]

    closing = dim["current"] & dim["member_id"].isin([*changed, *gone])
    dim.loc[closing, ["valid_to", "current"]] = [day, False]
    opened = snapshot[snapshot["member_id"].isin([*changed, *new])].assign(
        valid_from=day, valid_to=FOREVER, current=True
    )

    overwritten = snapshot.set_index("member_id")["mail"]
    result = pd.concat([dim, opened], ignore_index=True)
    live = result["current"]
    result.loc[live, "mail"] = result.loc[live, "member_id"].map(overwritten)
    log = pd.DataFrame({"action": ["changed", "gone", "new"], "members": [len(changed), len(gone), len(new)]})
    return result, log


dim = initial(pd.read_csv("profiles_monday.csv"), "2024-03-04")
dim.to_parquet("dim_member_v1.parquet", index=False)
dim, log = merge(pd.read_parquet("dim_member_v1.parquet"), pd.read_csv("profiles_tuesday.csv"), "2024-03-05")
dim = dim.sort_values(["member_id", "valid_from"]).reset_index(drop=True)
dim["version"] = dim.groupby("member_id").cumcount() + 1
dim.to_parquet("dim_member.parquet", index=False)
log.to_csv("changes.csv", index=False)

asof = dim[(dim["valid_from"] <= "2024-03-04") & (dim["valid_to"] > "2024-03-04")]
asof.groupby(["town", "tier"])["points"].agg(["count", "sum"]).reset_index().to_csv("monday_tiers.csv", index=False)
