// Enters: pieces of the graph as the server gives them. Leaves: what is known, what is shown, and where. A node that is
// shown never moves; new ones take the nearest free place beside the node that they were opened from. Pure.

import type { GraphNode, Link, Subgraph } from "../api.ts";
import { edgeKey, plan, type Plan, type Spot } from "./layout.ts";

export interface Growth { nodes: Map<string, GraphNode>; edges: Map<string, Link>; shown: Set<string>; plan: Plan; focus: string }
export type Side = 0 | 1; // 0 = upstream, 1 = downstream

export const AT_ONCE = 8; // neighbours shown at a step

/** A first view around `focus`: one level of data up and down, with the jobs between. */
export function begin(focus: string, graph: Subgraph): Growth {
  const growth: Growth = {
    nodes: new Map(graph.nodes.map((node) => [node.id, node])), edges: new Map(graph.edges.map((edge) => [edgeKey(edge), edge])),
    shown: new Set([focus]), plan: { spots: new Map(), bends: new Map() }, focus,
  };
  for (const side of [0, 1] as const) for (const id of within(growth, [focus], side)) growth.shown.add(id);
  const ids = graph.nodes.filter((node) => growth.shown.has(node.id)).map((node) => node.id);
  const edges = [...growth.edges.values()].filter((edge) => growth.shown.has(edge.from) && growth.shown.has(edge.to));
  growth.plan = plan(ids, edges, graph.layout);
  return growth;
}

/** Learn of more nodes and edges; nothing new is shown by it. */
export function learn(growth: Growth, graph: Subgraph): Growth {
  const nodes = new Map([...growth.nodes, ...graph.nodes.map((node) => [node.id, node] as const)]);
  const edges = new Map([...growth.edges, ...graph.edges.map((edge) => [edgeKey(edge), edge] as const)]);
  return { ...growth, nodes, edges };
}

/** Known neighbours on one side. */
export function neighbours(growth: Growth, id: string, side: Side): string[] {
  const found = new Set<string>();
  for (const edge of growth.edges.values()) {
    if (side ? edge.from === id : edge.to === id) found.add(side ? edge.to : edge.from);
  }
  found.delete(id);
  return [...found].filter((other) => growth.nodes.has(other));
}

/** How many known neighbours are not shown, for each shown node: [upstream, downstream]. */
export function stubs(growth: Growth): Map<string, [number, number]> {
  const more = new Map<string, [number, number]>([...growth.shown].map((id) => [id, [0, 0]]));
  for (const { from, to } of growth.edges.values()) {
    if (growth.shown.has(to) && !growth.shown.has(from) && growth.nodes.has(from)) more.get(to)![0] += 1;
    if (growth.shown.has(from) && !growth.shown.has(to) && growth.nodes.has(to)) more.get(from)![1] += 1;
  }
  return more;
}

/** Show some more neighbours of `id`, with the data behind jobs among them; all that was shown stays in place. */
export function expand(growth: Growth, id: string, side: Side): { growth: Growth; added: string[] } {
  const added = within(growth, [id], side).filter((other) => !growth.shown.has(other));
  const spots = new Map(growth.plan.spots);
  const shown = new Set(growth.shown);
  for (const other of added) {
    const near = neighbours(growth, other, side ? 0 : 1).find((next) => spots.has(next)) ?? id;
    spots.set(other, free(spots, spots.get(near)!, side));
    shown.add(other);
  }
  return { growth: { ...growth, shown, plan: { ...growth.plan, spots } }, added };
}

/** Fold away what hangs on one side of `id` and on nothing else that is shown. */
export function collapse(growth: Growth, id: string, side: Side): Growth {
  const shown = new Set<string>([growth.focus, id]);
  const waiting = [...shown];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const way of [0, 1] as const) {
      if (at === id && way === side) continue;
      for (const next of neighbours(growth, at, way)) {
        if (!growth.shown.has(next) || shown.has(next)) continue;
        shown.add(next);
        waiting.push(next);
      }
    }
  }
  const spots = new Map([...growth.plan.spots].filter(([other]) => shown.has(other)));
  return { ...growth, shown, plan: { ...growth.plan, spots } };
}

function within(growth: Growth, from: readonly string[], side: Side): string[] {
  const found: string[] = [];
  for (const id of from) {
    const hidden = neighbours(growth, id, side).filter((other) => !growth.shown.has(other));
    for (const next of hidden.slice(0, AT_ONCE)) {
      found.push(next);
      if (isStep(growth, next)) found.push(...neighbours(growth, next, side).slice(0, AT_ONCE));
    }
  }
  return [...new Set(found)];
}

function isStep(growth: Growth, id: string): boolean {
  const type = growth.nodes.get(id)?.type;
  return type === "JOB" || type === "RUN";
}

function free(spots: ReadonlyMap<string, Spot>, beside: Spot, side: Side): Spot {
  const along = beside.along + (side ? 1 : -1);
  const taken = [...spots.values()].filter((spot) => Math.abs(spot.along - along) < 0.5).map((spot) => spot.across);
  for (let step = 0; ; step++) {
    for (const across of step ? [beside.across + step / 2, beside.across - step / 2] : [beside.across]) {
      if (taken.every((other) => Math.abs(other - across) >= 0.99)) return { along, across };
    }
  }
}
