import ast

from driftline.capture.script.site import Site, end_of, loading, nearest, numbered

A, B, C = (Site("s.py", line, 0) for line in (1, 2, 3))


def test_a_site_is_the_end_of_a_call_as_running_code_tells_it() -> None:
    text = "x = 'ä'; print(\n    len('ä'))\n"
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    code = compile(text, "s.py", "exec")
    told = {(end, column) for _, end, _, column in code.co_positions()}
    assert {tuple(end_of(node, "s.py")[1:]) for node in calls} <= told
    assert end_of(calls[1], "s.py") == Site("s.py", 2, 13)  # in bytes: the letter has two


def test_the_nearest_paths_are_equal_or_end_alike() -> None:
    assert nearest((A, B), [(B,), (A, B), (C, B)]) == [(A, B)]
    assert nearest((A, B, C), [(B, C), (A, C), (C,)]) == [(B, C)]
    assert nearest((A,), [(B, A), (C, A)]) == [(B, A), (C, A)]
    assert nearest((A,), [(A, B)]) == []


def test_what_is_loaded_for_a_relation_is_named_by_the_call_that_gave_the_object_and_the_relation() -> None:
    call = (Site("a.py", 3, 9),)
    one = loading(call, "Order.customer")
    assert one[:-1] == call
    assert loading(numbered(call, 4), "Order.customer") == one  # whichever time
    assert loading(one, "Customer.region") == loading(call, "Customer.region") != one
