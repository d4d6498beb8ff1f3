"""Bank statements: SQL into frames, running balances, months by a grouper, flags, back into a database."""

import sqlite3

import numpy as np
import pandas as pd

with sqlite3.connect("bank.db") as con:
    tx = pd.read_sql("SELECT * FROM transactions", con, parse_dates=["booked"])
    accounts = pd.read_sql_query("SELECT account_id, branch, credit_limit FROM accounts WHERE branch != 'C'", con)

tx = tx.sort_values(["account_id", "booked", "tx_id"]).reset_index(drop=True)
tx["balance"] = tx.groupby("account_id").amount.cumsum()
tx["merchant"] = tx["merchant"].replace("", np.nan).fillna("unknown")
tx["direction"] = np.where(tx["amount"].lt(0), "out", "in")
tx["flag"] = "none"
tx.loc[tx["amount"].abs().between(450, 10_000), "flag"] = "large"
tx.loc[tx["kind"].isin({"cash"}) & (tx["flag"] == "large"), "flag"] = "large cash"

monthly = (
    tx.groupby(["account_id", pd.Grouper(key="booked", freq="MS"), "direction"])["amount"]
    .sum()
    .abs()
    .unstack("direction", fill_value=0.0)
    .reset_index()
)
monthly["net"] = monthly["in"] - monthly["out"]
monthly["month"] = monthly.pop("booked").dt.strftime("%Y-%m")

risk = accounts.merge(tx.groupby("account_id")["balance"].min().reset_index(name="lowest"), on="account_id")
risk["headroom"] = risk["credit_limit"] + risk["lowest"]
risk["status"] = risk["headroom"].apply(lambda x: "breach" if x < 0 else "ok")

out = sqlite3.connect("statements.db")
monthly.to_sql("monthly", out, index=False, if_exists="replace")
risk.to_sql("risk", out, index=False, if_exists="replace")
tx[["tx_id", "balance", "merchant", "flag"]].to_sql("flags", out, index=False)
out.commit()
out.close()

branch = risk.groupby("branch").apply(lambda g: pd.Series({"n": len(g), "worst": g["headroom"].min()}))
branch.reset_index().to_csv("branches.csv", index=False)
