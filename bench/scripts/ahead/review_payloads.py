"""Flattens payloads as an API gives them: reviews nested below products, paged, with missing parts and lists inside."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pandas as pd

PAGE = 40


def fetch(path: str, page: int) -> dict[str, Any]:
    """Stands for the call of the API."""
    with open(path, encoding="utf-8") as handle:
        rows = json.load(handle)
    part = rows[page * PAGE : (page + 1) * PAGE]
    items = [
        {
            "id": row["review_id"],
            "attributes": {"stars": row["stars"], "body": {"text": row["text"], "lang": "en"}, "posted": row["posted"]},
            "relationships": {"product": {"data": {"id": row["product_id"]}}},
            "meta": {"votes": {"helpful": row["helpful"]}} if row["helpful"] else {},
        }
        for row in part
    ]
    return {"data": items, "links": {"next": page + 1 if (page + 1) * PAGE < len(rows) else None}}


def pages(path: str) -> Iterator[dict[str, Any]]:
    page: int | None = 0
    while page is not None:
        payload = fetch(path, page)
        yield from payload["data"]
        page = payload["links"]["next"]


def flatten(item: dict[str, Any]) -> dict[str, Any]:
    attributes = item["attributes"]
    words = attributes["body"]["text"].split()
    return {
        "review_id": item["id"],
        "product_id": item["relationships"]["product"]["data"]["id"],
        "stars": attributes["stars"],
        "helpful": item.get("meta", {}).get("votes", {}).get("helpful", 0),
        "words": len(words),
        "bad": sum(word in {"bad", "broken", "poor", "slow"} for word in words),
        "month": attributes["posted"][:7],
        "tags": words[:3],
    }


records = [flatten(item) for item in pages("reviews.json")]
frame = pd.DataFrame.from_records(records)
frame.drop(columns="tags").to_parquet("reviews_flat.parquet", index=False)

tags = frame[["review_id", "tags"]].explode("tags").rename(columns={"tags": "tag"})
tags.groupby("tag").size().sort_index().rename("count").reset_index().to_csv("tags.csv", index=False)

nested = pd.json_normalize(list(islice(pages("reviews.json"), 60)), sep="_")
nested = nested.rename(
    columns=lambda name: name.removeprefix("attributes_").replace("relationships_product_data_", "product_")
)
nested[["id", "stars", "body_text", "product_id", "meta_votes_helpful"]].to_csv("first_pages.csv", index=False)

summary = {
    str(product): {
        "average": round(float(group["stars"].mean()), 2),
        "helpful": int(group["helpful"].sum()),
        "last": group["month"].max(),
    }
    for product, group in frame.groupby("product_id")
}
with open("summary.json", "w", encoding="utf-8") as handle:
    json.dump([{"product": key, **value} for key, value in summary.items()], handle, indent=1)
