"""Rows by cursor, a running balance, SQL aggregates."""

import sqlite3

import pandas as pd

with sqlite3.connect("bank.db") as db:
    frame = pd.read_sql_query(
        """SELECT t.tx_id, t.booked, t.amount, t.merchant, a.owner, a.branch
           FROM transactions t JOIN accounts a ON a.account_id = t.account_id""",
        db,
        parse_dates=["booked"],
    )
    limits = {}
    for owner, limit in db.execute("SELECT owner, credit_limit FROM accounts"):
        limits[owner] = max(limit, limits.get(owner, 0))

frame = frame.sort_values(["owner", "booked", "tx_id"])
frame["running"] = frame.groupby("owner")["amount"].cumsum()
frame["limit"] = frame["owner"].map(limits)
frame["breach"] = frame["running"] < -frame["limit"]
frame[["tx_id", "owner", "running", "breach"]].to_csv("running.csv", index=False)
spend = frame[(frame.amount < 0) & (frame.merchant != "")]
spend = spend.groupby(["branch", "merchant"], as_index=False).agg(spent=("amount", lambda s: -s.sum()))
spend.to_excel("spend.xlsx", index=False)
