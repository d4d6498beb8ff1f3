"""Balances of accounts from a database: an opening row, a running total, a month's end, a limit."""

import sqlite3
from contextlib import closing

import pandas as pd


class Ledger:
    def __init__(self, path):
        self.path = path
        self._accounts = None

    @property
    def accounts(self):
        if self._accounts is None:
            self._accounts = self.query("SELECT * FROM accounts").set_index("account_id")
        return self._accounts

    def query(self, sql, **options):
        with closing(sqlite3.connect(self.path)) as con:
            return pd.read_sql_query(sql, con, **options)

    def movements(self, kinds=("card", "transfer")):
        tx = self.query("SELECT account_id, booked, amount, kind FROM transactions", parse_dates=["booked"])
        return tx[tx["kind"].isin(kinds)].sort_values(["account_id", "booked", "amount"])

    def balances(self):
        tx = self.movements()
        tx["balance"] = tx.groupby("account_id")["amount"].cumsum()
        tx["limit"] = tx["account_id"].map(self.accounts["credit_limit"])
        tx["breach"] = tx["balance"] < -tx["limit"] / 10
        return tx


ledger = Ledger("bank.db")
balances = ledger.balances()
balances.to_csv("balances.csv", index=False)
ends = balances.set_index("booked").groupby("account_id")["balance"].resample("ME").last().groupby(level=0).ffill()
ends.reset_index().to_csv("month_ends.csv", index=False)
risky = balances.groupby("account_id").agg(breaches=("breach", "sum"), worst=("balance", "min")).query("breaches > 0")
risky = risky.join(ledger.accounts[["owner", "branch"]]).reset_index()
with closing(sqlite3.connect("risk.db")) as con:
    risky.to_sql("risky", con, index=False)
