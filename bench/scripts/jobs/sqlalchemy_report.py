"""SQLAlchemy Core: tables by reflection, an insert from a select, an update, and rows written by csv."""

import csv

from sqlalchemy import (
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    case,
    create_engine,
    func,
    insert,
    select,
    update,
)

engine = create_engine("sqlite:///bank.db")
metadata = MetaData()
metadata.reflect(bind=engine, only=["accounts", "transactions"])
accounts, transactions = metadata.tables["accounts"], metadata.tables["transactions"]
report = Table(
    "monthly", metadata, Column("branch", String), Column("month", String), Column("turnover", Float),
    Column("bookings", Integer), Column("grade", String),
)  # fmt: skip
metadata.create_all(engine)

month = func.substr(transactions.c.booked, 1, 7)
monthly = (
    select(accounts.c.branch, month.label("month"), func.sum(transactions.c.amount), func.count())
    .join_from(transactions, accounts, transactions.c.account_id == accounts.c.account_id)
    .where(transactions.c.kind != "fee")
    .group_by(accounts.c.branch, month)
)
with engine.begin() as connection:
    connection.execute(insert(report).from_select(["branch", "month", "turnover", "bookings"], monthly))
    connection.execute(update(report).values(grade=case((report.c.turnover > 500, "A"), else_="B")))

with engine.connect() as connection, open("monthly.csv", "w", newline="") as target:
    result = connection.execute(select(report).order_by(report.c.branch, report.c.month))
    writer = csv.writer(target)
    writer.writerow(result.keys())
    writer.writerows(result)
    merchants = (
        connection.execute(
            select(transactions.c.merchant, func.max(transactions.c.amount).label("largest")).group_by(
                transactions.c.merchant
            )
        )
        .mappings()
        .all()
    )

with open("merchants.csv", "w", newline="") as target:
    writer = csv.DictWriter(target, ["merchant", "largest"])
    writer.writeheader()
    writer.writerows(sorted(merchants, key=lambda one: one["merchant"] or ""))
