"""Accounts and transactions out of SQLite, balances with pandas, back into SQLite."""

import sqlite3

import pandas as pd

connection = sqlite3.connect("bank.db")
accounts = pd.read_sql("SELECT account_id, owner, branch, credit_limit FROM accounts", connection)
transactions = pd.read_sql_query(
    "SELECT account_id, booked, amount, kind FROM transactions WHERE kind <> 'cash'", connection
)

balance = transactions.groupby("account_id")["amount"].sum().reset_index(name="balance")
report = accounts.merge(balance, on="account_id", how="left").fillna({"balance": 0})
report["overdrawn"] = report["balance"] < -report["credit_limit"]
report["share"] = report["balance"] / report.groupby("branch")["balance"].transform("sum")
report.to_sql("report", connection, index=False, if_exists="replace")
transactions["month"] = transactions["booked"].str[:7]
transactions.pivot_table(
    index="month", columns="kind", values="amount", aggfunc="sum", fill_value=0
).reset_index().to_csv("kinds.csv", index=False)
connection.commit()
connection.close()
