"""Postprocessors of LlamaIndex, as OpenInference tells of them. The texts are those of its spans, version 4.6."""

import json
from typing import Any

import pytest

from driftline.capture.answering import sifted
from driftline.capture.answering.sifted import Sifted
from driftline.event.answer import Retrieved

A, B, C = (Retrieved(f"xxh3:{name}", name, score) for name, score in (("a", 0.9), ("b", 0.8), ("c", 0.7)))


def node(name: str, score: str = "0.5") -> str:
    return f"<NodeWithScore(node=TextNode(id_={name}), score={score})>"


def said(given: list[str], left: list[str]) -> dict[str, Any]:
    return {"input.value": json.dumps({"nodes": given, "query_bundle": None}), "output.value": json.dumps(left)}


@pytest.mark.parametrize("name", ["Drop._postprocess_nodes", "Drop.postprocess_nodes", "Drop._apostprocess_nodes"])
def test_the_nodes_that_went_in_and_came_out_are_read(name: str) -> None:
    told = said([node("a"), node("b-1", "None"), node("c", "1e-05")], [node("c", "1e-05"), node("b-1", "None")])
    assert sifted.of(name, told) == Sifted(("a", "b-1", "c"), (("c", 1e-05), ("b-1", None)))


def test_a_node_that_is_shown_in_full_is_known_by_its_own_id() -> None:
    """The ids of what it is related to come after it."""
    shown = (
        "NodeWithScore(node=TextNode(id_='a', metadata={}, relationships={'1': (node_id='z')}, text='x'), score=0.25)"
    )
    assert sifted.of("Drop._postprocess_nodes", said([shown], [shown])) == Sifted(("a",), (("a", 0.25),))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Engine.query", said([node("a")], [])),
        ("Drop._postprocess_nodes", {}),
        ("Drop._postprocess_nodes", {"input.value": "[", "output.value": "[]"}),
        ("Drop._postprocess_nodes", said(["<something else>"], [])),
        ("Drop._postprocess_nodes", {"input.value": '{"nodes": []}', "output.value": '"none"'}),
    ],
)
def test_what_does_not_say_it_leaves_all_as_it_is(name: str, told: dict[str, Any]) -> None:
    assert sifted.of(name, told) is None


def test_what_did_not_come_out_is_not_left_and_the_rest_is_in_its_order() -> None:
    known = {one.document: one for one in (A, B, C)}
    kept = sifted.left([A, B, C], known, Sifted(("a", "b", "c"), (("c", 0.6), ("a", None))))
    assert kept == [Retrieved("xxh3:c", "c", 0.6), A]
    assert sifted.left([A, B], known, Sifted(("a", "b"), ())) == []


def test_what_did_not_go_in_stays_and_what_came_from_elsewhere_is_known_by_its_id() -> None:
    known = {one.document: one for one in (A, B)}
    assert sifted.left([A, B], known, Sifted(("b",), (("page", 1.0),))) == [A, Retrieved("", "page", 1.0)]
    assert sifted.left([A], known, Sifted(("b",), (("b", None),))) == [A, B]  # left out by another one before
