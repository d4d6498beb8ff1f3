"""A small package: extract, transform, load. Run with: --min-stars 3."""

import argparse

from extract import Source
from load import sink
from transform import clean, enrich, summarise


def run(min_stars):
    products = Source("products.csv").by("product_id")
    reviews = clean(Source("reviews.csv"), min_stars=min_stars)
    enriched = list(enrich(reviews, products))
    with sink("reviews_clean.csv", ["review_id", "title", "words", "stars"]) as write:
        for one in enriched:
            write(one)
    with sink("by_category.csv", ["category", "mean_stars", "helpful"]) as write:
        for one in summarise(enriched):
            write(one)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--min-stars", type=int, default=1)
    run(parser.parse_args().min_stars)
