"""Feature selection: the best columns by a test, components beside them, a ridge, coefficients by name."""

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

frame = pd.read_csv("diabetes.csv")
features = [c for c in frame.columns if c != "progression"]
X, y = frame[features], frame["progression"]

selector = SelectKBest(score_func=f_regression, k=4).fit(X, y)
ranking = pd.DataFrame({"feature": X.columns, "score": selector.scores_, "p": selector.pvalues_})
ranking["kept"] = selector.get_support()
ranking = ranking.nlargest(10, "score")
ranking.to_csv("ranking.csv", index=False)

best = X.columns[selector.get_support()]
X[best].assign(progression=y).to_csv("best_columns.csv", index=False)

union = FeatureUnion([("best", SelectKBest(f_regression, k=3)), ("pca", PCA(n_components=2, random_state=0))])
model = make_pipeline(StandardScaler(), union, Ridge(alpha=2.0))
model.fit(X, y)
fitted = frame.assign(fitted=model.predict(X))
fitted["residual"] = fitted["progression"] - fitted["fitted"]
fitted["outlier"] = np.abs(fitted["residual"]) > 2 * fitted["residual"].std()
fitted[["progression", "fitted", "residual", "outlier"]].to_csv("fitted.csv", index=False)

components = PCA(n_components=2).fit(StandardScaler().fit_transform(X))
loadings = pd.DataFrame(components.components_.T, index=X.columns, columns=["PC1", "PC2"])
loadings.abs().rename_axis("feature").reset_index().to_csv("loadings.csv", index=False)
