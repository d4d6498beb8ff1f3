import { expect, test } from "vitest";
import type { GraphNode, Subgraph } from "../src/api.ts";
import { AT_ONCE, begin, collapse, expand, learn, neighbours, stubs } from "../src/graph/grow.ts";

const node = (id: string): GraphNode => ({ id, type: id.startsWith("job") ? "JOB" : "DATASET", label: id });
const graph = (pairs: string): Subgraph => {
  const edges = pairs.split(" ").map((pair) => pair.split(">")).map(([from, to]) => ({ from: from!, to: to!, kind: "READ" }));
  return { nodes: [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))].map(node), edges };
};
const CHAIN = graph("a>job1 job1>b b>job2 job2>c c>job3 job3>d");

test("the first view is one level of data each way, with the jobs between", () => {
  expect([...begin("b", CHAIN).shown].sort()).toEqual(["a", "b", "c", "job1", "job2"]);
});
test("what is known and hidden is counted", () => expect(stubs(begin("b", CHAIN)).get("c")).toEqual([0, 1]));
test("nodes that are shown never move", () => {
  const before = begin("b", CHAIN);
  const { growth, added } = expand(before, "c", 1);
  expect(added).toEqual(["job3", "d"]);
  for (const [id, spot] of before.plan.spots) expect(growth.plan.spots.get(id)).toEqual(spot);
  expect(growth.plan.spots.get("d")!.along).toBe(before.plan.spots.get("c")!.along + 2);
});
test("folding takes away what hangs there, and nothing else", () => {
  const grown = expand(begin("b", CHAIN), "c", 1).growth;
  expect([...collapse(grown, "c", 1).shown].sort()).toEqual(["a", "b", "c", "job1", "job2"]);
});
test("many neighbours come a few at a time and do not lie on each other", () => {
  const wide = graph(Array.from({ length: 20 }, (_, index) => `a>n${index}`).join(" "));
  let growth = begin("a", wide);
  expect(growth.shown.size).toBe(1 + AT_ONCE);
  growth = expand(growth, "a", 1).growth;
  expect(stubs(growth).get("a")).toEqual([0, 20 - 2 * AT_ONCE]);
  const places = [...growth.plan.spots.values()].map(({ along, across }) => `${along} ${across.toFixed(2)}`);
  expect(new Set(places).size).toBe(places.length);
});
test("learning shows nothing by itself", () => {
  const known = learn(begin("b", CHAIN), graph("d>job4 job4>e"));
  expect(known.shown.has("e")).toBe(false);
  expect(neighbours(known, "d", 1)).toEqual(["job4"]);
});
