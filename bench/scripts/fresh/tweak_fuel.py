"""One tweak function in the fluent manner, and chains that end in a table."""

import pandas as pd


def tweak_orders(df_):
    return (
        df_.rename(columns=lambda c: c.replace("_", " ").title().replace(" ", ""))
        .loc[:, ["OrderId", "CustomerId", "ProductId", "OrderDate", "Quantity", "UnitPrice", "Discount", "Status"]]
        .assign(
            OrderDate=lambda df: pd.to_datetime(df.OrderDate),
            Quantity=lambda df: df.Quantity.astype("int16"),
            Net=lambda df: df.UnitPrice.mul(df.Quantity).mul(1 - df.Discount).round(2),
            Weekday=lambda df: df.OrderDate.dt.day_name(),
            IsReturned=lambda df: df.Status.eq("returned"),
            **{f"Q{q}": (lambda df, q=q: df.OrderDate.dt.quarter.eq(q).astype(int)) for q in (1, 2, 3, 4)},
        )
        .query("Status != 'cancelled'")
        .drop(columns="Status")
    )


def size_band(df_, col, bands):
    labels = list(bands)
    return df_.assign(Band=pd.cut(df_[col], bins=[0, *bands.values()], labels=labels).astype(object))


orders = tweak_orders(pd.read_parquet("orders.parquet"))
(orders.pipe(size_band, "Net", {"small": 50, "middle": 200, "large": 1000}).to_parquet("tweaked.parquet", index=False))

(
    orders.groupby(["Weekday", "IsReturned"])
    .Net.agg(["mean", "count"])
    .unstack()
    .pipe(lambda d: d.set_axis([f"{a}_{b}" for a, b in d.columns], axis="columns"))
    .reset_index()
    .to_csv("weekdays.csv", index=False)
)

(
    orders.set_index("OrderDate")
    .sort_index()
    .Net.rolling("30D")
    .sum()
    .rename("Last30")
    .reset_index()
    .groupby("OrderDate")
    .last()
    .reset_index()
    .to_csv("rolling.csv", index=False)
)

(
    orders.nlargest(20, "Net")
    .loc[:, ["OrderId", "CustomerId", "Net"]]
    .sort_values(["Net", "OrderId"], ascending=[False, True])
    .assign(Rank=lambda d: range(1, len(d) + 1), Cum=lambda d: d.Net.cumsum() / d.Net.sum())
    .to_csv("top20.csv", index=False)
)
