from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_each_place_of_a_tuple_has_any_of_the_elements(wrote: Wrote) -> None:
    text = """
        from itertools import combinations, permutations, product, pairwise
        out = [{"x": a["s"], "y": b["k"]} for (_, a), (_, b) in %s]
        pd.DataFrame(out).to_csv("o")
    """
    for made in (
        "combinations(orders.iterrows(), 2)",
        "permutations(orders.iterrows(), r=2)",
        "product(orders.iterrows(), repeat=2)",
        "pairwise(orders.iterrows())",
    ):
        assert wrote(text % made) == {"x": "s", "y": "k"}


def test_a_product_has_one_of_each(wrote: Wrote) -> None:
    text = """
        from itertools import product
        pd.DataFrame(list(product(orders["a"], users["age"])), columns=["p", "q"]).to_csv("o")
    """
    assert wrote(text) == {"p": "a", "q": "age"}


def test_tuples_of_a_length_that_is_not_told_are_made_of_all(wrote: Wrote) -> None:
    text = """
        from itertools import combinations
        pd.DataFrame([{"n": c[0]} for c in combinations(orders["a"], len(users))]).to_csv("o")
    """
    assert wrote(text)["n"].startswith("a")


def test_some_of_the_elements_keep_their_fields(wrote: Wrote) -> None:
    text = """
        from itertools import islice, takewhile
        import heapq
        pd.DataFrame([{"x": r.s} for r in %s]).to_csv("o")
    """
    assert wrote(text % "islice(orders.itertuples(), 5)") == {"x": "s"}
    assert wrote(text % "takewhile(lambda r: r.a < 3, orders.itertuples())") == {"x": "s", "rows": "a filter"}
    assert wrote(text % "heapq.nlargest(3, orders.itertuples(), key=lambda r: r.b)") == {"x": "s", "rows": "b filter"}


def test_pairs_of_unequal_length_and_functions_of_tuples(wrote: Wrote) -> None:
    text = """
        from itertools import starmap, zip_longest
        pairs = zip_longest(orders["a"], users["age"])
        pd.DataFrame([{"x": a, "y": b} for a, b in pairs]).to_csv("o")
    """
    assert wrote(text) == {"x": "a", "y": "age"}
    text = """
        from itertools import starmap
        pairs = zip(orders["a"], orders["b"])
        pd.DataFrame({"x": list(starmap(lambda a, b: a, pairs))}).to_csv("o")
    """
    assert wrote(text) == {"x": "a"}
