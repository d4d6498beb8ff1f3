// Small graphs whose layout can be worked out on paper.
import { expect, test } from "vitest";
import { acyclic, edgeKey, layered, plan, spread } from "../src/graph/layout.ts";

const arrow = (text: string) => text.split(" ").map((pair) => ({ from: pair[0]!, to: pair[1]! }));

test("a chain runs along one line", () => {
  const { spots } = layered(["a", "b", "c"], arrow("ab bc"));
  expect([...spots.values()].map((spot) => spot.along)).toEqual([0, 1, 2]);
  expect(new Set([...spots.values()].map((spot) => spot.across)).size).toBe(1);
});
test("an edge across two layers gets one bend, clear of the node between", () => {
  const { spots, bends } = layered(["a", "b", "c"], arrow("ab bc ac"));
  const [bend] = bends.get(edgeKey({ from: "a", to: "c" }))!;
  expect(bend!.along).toBe(1);
  expect(Math.abs(bend!.across - spots.get("b")!.across)).toBeGreaterThan(0.7);
});
test("a source stands right before the first that uses it", () => {
  const { spots } = layered(["a", "b", "c", "s"], arrow("ab bc sc"));
  expect(spots.get("s")!.along).toBe(1);
});
test("a cycle, a loop and an edge to a stranger do no harm", () => {
  expect(acyclic(["a", "b"], arrow("ab ba aa az"))).toEqual(arrow("ab"));
  expect(layered(["a", "b"], arrow("ab ba")).spots.size).toBe(2);
});
test("no two nodes of a layer overlap", () => {
  const ids = "abcdefghij".split("");
  const { spots } = layered(ids, arrow("ab ac ad ae bf cf dg eg fh gh hi hj"));
  const all = [...spots.values()];
  all.forEach((one, index) => all.slice(index + 1).forEach((other) => {
    if (one.along === other.along) expect(Math.abs(one.across - other.across)).toBeGreaterThanOrEqual(0.999);
  }));
});
test("places are the nearest that keep order and distance", () => {
  expect(spread([0, 0, 5], [0, 1, 1])).toEqual([-0.5, 0.5, 5]);
});
test("a large graph takes the places that the server computed", () => {
  const ids = Array.from({ length: 200 }, (_, index) => `n${index}`);
  const layout = Object.fromEntries(ids.map((id, index) => [id, [index, -index] as [number, number]]));
  expect(plan(ids, [], layout).spots.get("n7")).toEqual({ along: 7, across: -7 });
});
test("ten thousand nodes are laid out in well under a second or two", () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `n${index}`);
  const edges = ids.slice(1).map((id, index) => ({ from: `n${Math.floor(index / 3)}`, to: id }));
  expect(layered(ids, edges).spots.size).toBe(10_000);
});
