"""Cleaning of names and addresses, keys for a match, duplicates with the best record kept."""

import pandas as pd

raw = pd.read_csv("customers.csv", dtype={"customer_id": str})
contacts = raw.copy()
contacts[["first", "last"]] = contacts["name"].str.split(" ", n=1, expand=True)
parts = contacts["email"].str.extract(r"^(?P<local>[^@]+)@(?P<domain>[\w.]+)$")
contacts = contacts.join(parts)
contacts["local"] = contacts["local"].str.replace(r"\d+", "", regex=True)
contacts["city"] = contacts["city"].str.strip().str.upper().replace({"ROME": "ROMA", "VIENNA": "WIEN"})
contacts["match_key"] = contacts["last"].str[:3].str.cat(contacts["first"].str[0], sep="/").str.lower()
contacts["filled"] = contacts[["age", "income", "segment"]].notna().sum(axis=1)
contacts["older"] = contacts["age"].where(contacts["age"] > 40)
contacts["bucket"] = pd.cut(contacts["age"], bins=[0, 30, 50, 120], labels=["young", "middle", "senior"]).astype(str)
best = (
    contacts.sort_values(["match_key", "filled", "customer_id"], ascending=[True, False, True])
    .drop_duplicates(subset="match_key", keep="first")
    .loc[:, "customer_id":]
)
best[["customer_id", "match_key", "domain", "city", "bucket", "older"]].to_csv("golden.csv", index=False)
dupes = contacts[contacts.duplicated("match_key", keep=False)]
links = dupes.merge(dupes, on="match_key", suffixes=("_left", "_right"))
links = links[links["customer_id_left"] < links["customer_id_right"]]
links["same_city"] = links["city_left"].eq(links["city_right"]).astype(int)
links.filter(items=["customer_id_left", "customer_id_right", "same_city"]).to_csv("links.csv", index=False)
