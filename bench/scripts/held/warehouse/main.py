"""A small warehouse: dimension, fact, mart, with helpers in another module."""

import pandas as pd
import transforms as t

PLAN = {
    "dim_customer": ("customers.csv", t.dim_customer),
    "fact_orders": ("orders.csv", t.fact_orders),
}


def main():
    tables = {}
    for name, (path, transform) in PLAN.items():
        tables[name] = transform(pd.read_csv(path))
        tables[name].to_parquet(f"{name}.parquet", index=False)
    mart = t.mart(**tables)
    mart.to_csv("mart.csv", index=False)


if __name__ == "__main__":
    main()
