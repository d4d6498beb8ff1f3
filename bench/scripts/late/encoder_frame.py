"""One-hot columns by an encoder, clusters, means by cluster."""

import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder

customers = pd.read_json("customers.json")
numeric = ["age", "income"]
customers[numeric] = customers[numeric].fillna(customers[numeric].mean())
encoder = OneHotEncoder(sparse_output=False)
encoded = pd.DataFrame(
    encoder.fit_transform(customers[["segment"]]), columns=encoder.get_feature_names_out(["segment"])
)
scaled = pd.DataFrame(MinMaxScaler().fit_transform(customers[numeric]), columns=numeric)
features = pd.concat([scaled, encoded], axis=1)
customers["cluster"] = KMeans(n_clusters=3, n_init=2, random_state=0).fit_predict(features)
customers[["customer_id", "cluster"]].to_csv("clusters.csv", index=False)
features.to_parquet("features.parquet", index=False)
profile = customers.groupby("cluster")[numeric].mean().round(1)
profile.to_csv("profile.csv")
