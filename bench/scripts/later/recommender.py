"""Bought together: a matrix of baskets, its product with itself, the nearest by cosine, recommendations."""

import pandas as pd
from sklearn.metrics.pairwise import cosine_similarity

orders = pd.read_csv("orders.csv", usecols=["customer_id", "product_id", "quantity", "status"])
products = pd.read_csv("products.csv").set_index("product_id")
orders = orders[orders.status != "returned"]
basket = orders.pivot_table(index="customer_id", columns="product_id", values="quantity", aggfunc="sum", fill_value=0)
seen = basket.gt(0).astype(int)
together = seen.T.dot(seen)
pairs = together.rename_axis(index="a", columns="b").stack().rename("n").reset_index()
pairs = pairs[(pairs.a < pairs.b) & (pairs.n >= 2)]
pairs["title_a"] = pairs["a"].map(products["title"])
pairs.sort_values(["n", "a", "b"], ascending=[False, True, True]).to_csv("pairs.csv", index=False)

similar = pd.DataFrame(cosine_similarity(basket.T), index=basket.columns, columns=basket.columns)
recommended = []
for customer, row in basket.iterrows():
    bought = row[row > 0].index
    scores = similar[bought].sum(axis=1).drop(bought).nlargest(2)
    for product, score in scores.items():
        recommended.append((customer, product, products.at[product, "category"], round(score, 4)))
frame = pd.DataFrame(recommended, columns=["customer_id", "product_id", "category", "score"])
frame.to_csv("recommended.csv", index=False)
