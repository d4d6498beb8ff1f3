"""A little feature store: functions registered by a decorator, each with its entity, brought together by reduce."""

from functools import reduce, wraps

import pandas as pd

REGISTRY = {}


def feature(name, entity="customer_id"):
    def decorate(function):
        @wraps(function)
        def wrapped(*args, **kwargs):
            series = function(*args, **kwargs)
            return series.rename(name)

        REGISTRY[name] = (entity, wrapped)
        return wrapped

    return decorate


@feature("order_count")
def order_count(orders):
    return orders.groupby("customer_id").size()


@feature("mean_basket")
def mean_basket(orders):
    value = orders["quantity"] * orders["unit_price"]
    return value.groupby(orders["customer_id"]).mean()


@feature("last_channel")
def last_channel(orders):
    return orders.sort_values("order_date").groupby("customer_id")["channel"].last()


@feature("return_rate")
def return_rate(orders):
    return orders["status"].eq("returned").groupby(orders["customer_id"]).mean()


@feature("product_revenue", entity="product_id")
def product_revenue(orders):
    return orders.groupby("product_id").apply(lambda part: (part["quantity"] * part["unit_price"]).sum())


def build(entity, orders):
    columns = [build_one(orders).to_frame() for kind, build_one in REGISTRY.values() if kind == entity]
    return reduce(lambda left, right: left.join(right, how="outer"), columns)


orders = pd.read_parquet("orders.parquet")
for entity in ("customer_id", "product_id"):
    table = build(entity, orders)
    table.index.name = entity
    table.reset_index().to_parquet(f"{entity}_features.parquet", index=False)
