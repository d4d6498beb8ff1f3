"""Customers in clusters: gaps filled, scaled, k-means, two components to plot, profiles of the clusters."""

import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer
from sklearn.preprocessing import MinMaxScaler

customers = pd.read_pickle("customers.pkl")
orders = pd.read_csv("orders.csv")

spend = orders.assign(value=orders["quantity"] * orders["unit_price"]).pivot_table(
    index="customer_id", columns="channel", values="value", aggfunc="sum", fill_value=0
)
spend = spend.add_prefix("spend_")
base = customers.set_index("customer_id")[["age", "income"]].join(spend, how="left")
spend_columns = base.columns[base.columns.str.startswith("spend_")]
base[spend_columns] = base[spend_columns].fillna(0)

imputed = pd.DataFrame(KNNImputer(n_neighbors=3).fit_transform(base), index=base.index, columns=base.columns)
scaled = MinMaxScaler().fit_transform(imputed)
km = KMeans(n_clusters=3, n_init=3, random_state=42)
imputed["cluster"] = km.fit_predict(scaled)
xy = PCA(n_components=2, random_state=1).fit_transform(scaled)
imputed["x"], imputed["y"] = xy[:, 0], xy[:, 1]

result = customers[["customer_id", "name", "segment"]].merge(
    imputed.reset_index()[["customer_id", "cluster", "x", "y"]], on="customer_id"
)
result.to_csv("clustered.csv", index=False)

profile = imputed.groupby("cluster")[["age", "income"]].agg(["mean", "median"])
profile.columns = ["_".join(pair) for pair in profile.columns]
profile["size"] = imputed.groupby("cluster").size()
profile.reset_index().to_csv("profiles.csv", index=False)
pd.DataFrame(km.cluster_centers_, columns=base.columns).to_csv("centers.csv", index=False)
