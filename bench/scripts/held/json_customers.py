"""Nested records written from a flat list, and a frame of records."""

import json
from collections import Counter

import pandas as pd

with open("customers.json", encoding="utf-8") as f:
    customers = json.load(f)

rows = []
for c in customers:
    user, _, host = c["email"].partition("@")
    rows.append(
        {
            "id": c["customer_id"],
            "login": user,
            "host": host,
            "bracket": "unknown" if c["income"] is None else "high" if c["income"] > 60000 else "low",
            "since": int(c["signup_date"][:4]),
        }
    )
df = pd.DataFrame(rows)
df = df[df["since"] >= 2021].sort_values(by="login")
df.to_json("logins.json", orient="records")
hosts = Counter(row["host"] for row in rows)
pd.DataFrame(hosts.items(), columns=["host", "customers"]).to_csv("hosts.csv", index=False)
pd.json_normalize(customers)[["customer_id", "segment"]].to_csv("flat.csv", index=False)
