"""A slowly changing dimension: yesterday's table, today's, and the rows that were closed and opened."""

import pandas as pd

KEY = "customer_id"
TRACKED = ["city", "segment", "income"]
TODAY = "2024-02-01"

old = pd.read_json("customers.json")
new = pd.read_csv("customers.csv")
old["valid_from"], old["valid_to"] = old["signup_date"], pd.NA
both = old.merge(new, on=KEY, how="outer", suffixes=("_old", "_new"), indicator=True)
changed = pd.Series(False, index=both.index)
for column in TRACKED:
    changed |= both[f"{column}_old"].ne(both[f"{column}_new"]) & both[f"{column}_new"].notna()
keys = both.loc[changed & (both["_merge"] == "both"), KEY]

closed = old[old[KEY].isin(keys)].assign(valid_to=TODAY, current=False)
opened = new[new[KEY].isin(keys)].assign(valid_from=TODAY, current=True)
kept = old[~old[KEY].isin(keys)].assign(current=True)
history = pd.concat([kept, closed, opened], ignore_index=True, sort=False)
history["version"] = history.sort_values("valid_from").groupby(KEY).cumcount() + 1
history[[KEY, "name", *TRACKED, "valid_from", "valid_to", "current", "version"]].to_csv("history.csv", index=False)

filled = new.set_index(KEY)[["age", "income"]].combine_first(old.set_index(KEY)[["age", "income"]])
filled.reset_index().to_csv("filled.csv", index=False)
delta = new.set_index(KEY)[["income"]].sub(old.set_index(KEY)[["income"]]).rename(columns={"income": "change"})
delta[delta["change"].abs() > 1000].reset_index().to_csv("changes.csv", index=False)
