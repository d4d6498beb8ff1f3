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
