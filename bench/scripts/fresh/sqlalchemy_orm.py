"""Declared models, a session, rows of CSV files as objects, and a query into a report."""

import csv
from datetime import date

from sqlalchemy import Float, ForeignKey, Integer, String, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    orders: Mapped[list["Order"]] = relationship(back_populates="customer")


class Order(Base):
    __tablename__ = "purchase"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    month: Mapped[str] = mapped_column(String(7))
    amount: Mapped[float] = mapped_column(Float)
    customer: Mapped[Customer] = relationship(back_populates="orders")


engine = create_engine("sqlite:///crm.db")
Base.metadata.create_all(engine)

with Session(engine) as session:
    with open("customers.csv", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            session.add(Customer(id=int(row["customer_id"]), name=row["name"].strip(), country=row["country"]))
    with open("orders.csv", encoding="utf-8") as f:
        session.add_all(
            Order(
                id=int(row["order_id"]),
                customer_id=int(row["customer_id"]),
                month=date.fromisoformat(row["order_date"]).strftime("%Y-%m"),
                amount=int(row["quantity"]) * float(row["unit_price"]),
            )
            for row in csv.DictReader(f)
            if row["status"] != "cancelled"
        )
    session.commit()

    statement = (
        select(Customer.country, Order.month, func.sum(Order.amount).label("revenue"), func.count().label("orders"))
        .join(Customer.orders)
        .group_by(Customer.country, Order.month)
        .order_by(Customer.country, Order.month)
    )
    with open("by_country.csv", "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(["country", "month", "revenue", "orders"])
        for country, month, revenue, orders in session.execute(statement):
            out.writerow([country, month, round(revenue, 2), orders])
engine.dispose()
