"""Monthly cohorts: first purchase, months since, customers alive, as shares of the first month."""

import pandas as pd


def get_month(x):
    return x.to_period("M").to_timestamp()


orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
orders = orders.loc[~orders["status"].isin(["cancelled"])]
orders["OrderMonth"] = orders["order_date"].apply(get_month)
grouping = orders.groupby("customer_id")["OrderMonth"]
orders["CohortMonth"] = grouping.transform("min")


def get_date_int(frame, column):
    return frame[column].dt.year, frame[column].dt.month


order_year, order_month = get_date_int(orders, "OrderMonth")
cohort_year, cohort_month = get_date_int(orders, "CohortMonth")
orders["CohortIndex"] = (order_year - cohort_year) * 12 + (order_month - cohort_month) + 1

cohort_data = orders.groupby(["CohortMonth", "CohortIndex"])["customer_id"].apply(pd.Series.nunique).reset_index()
counts = cohort_data.pivot(index="CohortMonth", columns="CohortIndex", values="customer_id")
sizes = counts.iloc[:, 0]
retention = counts.divide(sizes, axis=0).round(3) * 100
long = retention.stack().rename("retained_pct").reset_index()
long.to_csv("retention_long.csv", index=False)

orders["amount"] = orders.eval("quantity * unit_price * (1 - discount)")
average = orders.groupby(["CohortMonth", "CohortIndex"])["amount"].mean().reset_index()
average.to_csv("cohort_spend.csv", index=False)
