"""SQLAlchemy Core in the manner of its tutorial: metadata, bulk inserts, subqueries, CTEs, windows, update from select."""

import csv

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    case,
    create_engine,
    func,
    insert,
    select,
    text,
    update,
)

engine = create_engine("sqlite+pysqlite:///shop_core.db")
metadata = MetaData()
customer = Table(
    "customer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fullname", String(60)),
    Column("city", String(30)),
    Column("segment", String(20)),
    Column("spent", Float, default=0.0),
)
purchase = Table(
    "purchase",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.id")),
    Column("placed", String(10)),
    Column("amount", Float),
    Column("status", String(10)),
)
metadata.create_all(engine)


def load(path):
    with open(path, newline="") as handle:
        yield from csv.DictReader(handle)


with engine.begin() as conn:
    conn.execute(
        insert(customer),
        [
            {
                "id": int(row["customer_id"]),
                "fullname": row["name"].upper(),
                "city": row["city"],
                "segment": row["segment"],
            }
            for row in load("customers.csv")
        ],
    )
    conn.execute(
        insert(purchase),
        [
            {
                "id": int(row["order_id"]),
                "customer_id": int(row["customer_id"]),
                "placed": row["order_date"],
                "amount": float(row["unit_price"]) * int(row["quantity"]),
                "status": row["status"],
            }
            for row in load("orders.csv")
        ],
    )
    totals = (
        select(purchase.c.customer_id, func.sum(purchase.c.amount).label("total"))
        .where(purchase.c.status.in_(["paid", "shipped"]))
        .group_by(purchase.c.customer_id)
        .subquery()
    )
    conn.execute(
        update(customer).values(
            spent=select(func.coalesce(func.max(totals.c.total), 0))
            .where(totals.c.customer_id == customer.c.id)
            .scalar_subquery()
        )
    )

ranked = select(
    customer.c.id,
    customer.c.fullname,
    customer.c.city,
    customer.c.spent,
    func.row_number()
    .over(partition_by=customer.c.city, order_by=(customer.c.spent.desc(), customer.c.id))
    .label("place"),
).cte("ranked")
best = select(ranked).where(ranked.c.place <= 2).order_by(ranked.c.city, ranked.c.place)

size = case((purchase.c.amount > 300, "large"), (purchase.c.amount > 100, "medium"), else_="small").label("size")
sizes = (
    select(customer.c.segment, size, func.count().label("orders"), func.avg(purchase.c.amount).label("mean"))
    .join_from(purchase, customer)
    .group_by(customer.c.segment, text("size"))
    .having(func.count() > 2)
    .order_by(customer.c.segment, text("size"))
)
with engine.connect() as conn, open("best.csv", "w", newline="") as out:
    writer = csv.writer(out)
    result = conn.execute(best)
    writer.writerow(result.keys())
    writer.writerows(result)
    with open("sizes.csv", "w", newline="") as other:
        sheet = csv.DictWriter(other, ["segment", "size", "orders", "mean"])
        sheet.writeheader()
        for row in conn.execute(sizes).mappings():
            sheet.writerow({**row, "mean": round(row["mean"], 2)})
