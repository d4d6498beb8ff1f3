"""Principal components and clusters."""

import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("iris.csv")
numeric = df.select_dtypes("number")
scaled = StandardScaler().fit_transform(numeric)
pca = PCA(n_components=2)
components = pca.fit_transform(scaled)
out = pd.DataFrame(components, columns=["pc1", "pc2"], index=df.index)
out["cluster"] = KMeans(n_clusters=3, n_init=2, random_state=3).fit_predict(scaled)
out["species"] = df["species"]
out.to_csv("components.csv", index=False)
df.assign(cluster=out["cluster"]).groupby("cluster").mean(numeric_only=True).reset_index().to_csv(
    "centers.csv", index=False
)
df.describe().T.reset_index().to_csv("described.csv", index=False)
