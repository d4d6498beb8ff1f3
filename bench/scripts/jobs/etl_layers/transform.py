from collections import defaultdict
from functools import wraps


def counted(function):
    @wraps(function)
    def inner(*args, **kwargs):
        for number, item in enumerate(function(*args, **kwargs)):
            yield item
        inner.calls = number + 1

    return inner


@counted
def clean(rows, min_stars):
    for row in rows:
        if int(row["stars"]) >= min_stars:
            yield {
                "review_id": row["review_id"],
                "product": row["product_id"],
                "stars": int(row["stars"]),
                "words": len(row["text"].split()),
                "helpful": int(row["helpful"]),
            }


@counted
def enrich(reviews, products):
    for review in reviews:
        product = products.get(review["product"])
        if product:
            yield review | {"title": product["title"], "category": product["category"]}


def summarise(reviews):
    groups = defaultdict(list)
    for review in reviews:
        groups[review["category"]].append(review)
    for category in sorted(groups):
        held = groups[category]
        yield {
            "category": category,
            "mean_stars": sum(one["stars"] for one in held) / len(held),
            "helpful": max(one["helpful"] for one in held),
        }
