"""A file of fixed width, written for a bank, read again, and reconciled with what it was made from."""

import sqlite3

import pandas as pd

with sqlite3.connect("bank.db") as con:
    rows = con.execute("SELECT tx_id, account_id, booked, amount, kind FROM transactions ORDER BY tx_id").fetchall()
    owners = dict(con.execute("SELECT account_id, owner FROM accounts"))
con.close()

with open("payments.txt", "w") as out:
    for tx_id, account, booked, amount, kind in rows:
        if amount is None or amount >= 0:
            continue
        out.write(f"{tx_id:>6}{account:>5}{str(booked)[:10]:<12}{-amount:>10.2f}{kind:<10}\n")

widths = [6, 5, 12, 10, 10]
names = ["tx", "account", "date", "amount", "kind"]
payments = pd.read_fwf("payments.txt", widths=widths, names=names, parse_dates=["date"])
payments["owner"] = payments["account"].map(owners)
payments["week"] = payments["date"].dt.isocalendar().week.astype(int)
weekly = payments.groupby(["week", "kind"], sort=True)["amount"].sum().unstack("kind", fill_value=0)
weekly["all"] = weekly.sum(axis=1)
weekly.reset_index().to_csv("weekly.csv", index=False)
payments["running"] = payments.groupby("account")["amount"].cumsum()
payments[payments["amount"] > 100].to_csv("large.tsv", sep="\t", index=False)
