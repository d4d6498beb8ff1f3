// Enters: a subgraph, a plan of places and what is known of its nodes. Leaves: a scene: boxes and curves in pixels, with
// their marks, ready to draw. `boxes` never depend on the window, only on whether the flow runs across or down. Pure.

import type { Finding, GraphNode, IncidentReport, Link, Quarantine } from "../api.ts";
import { datasetId, nodeLabel, owner, parse } from "../names.ts";
import { edgeKey, type Plan, type Spot } from "./layout.ts";

export type Mark = "cause" | "symptom" | "endpoint" | "quarantined" | "drift" | "changed" | "focus";
export interface Point { x: number; y: number }
export interface Box extends Point {
  id: string; node: GraphNode; w: number; h: number; label: string; sub: string; marks: Mark[]; more: [number, number];
}
export interface Curve { from: string; to: string; points: Point[]; main: boolean; unsure: boolean; kind: string }
export interface Scene { boxes: Box[]; curves: Curve[]; down: boolean }

const ALONG = 198;
const ALONG_DOWN = 96;
export const ACROSS = 82;
const ACROSS_DOWN = 196;
const GAP = 42;

const SIZES: Record<string, [number, number]> = {
  DATASET: [164, 46], VERSION: [164, 46], JOB: [142, 34], RUN: [142, 34], FIELD: [164, 42],
};
const DEFAULT: [number, number] = [164, 46];

/** Where each layer lies in pixels: evenly, so that a graph can grow, or as near as the widest box of each allows. */
function rails(nodes: readonly GraphNode[], plan: Plan, down: boolean, snug: boolean): (layer: number) => number {
  if (down || !snug) return (layer) => layer * (down ? ALONG_DOWN : ALONG);
  const widths: number[] = [];
  for (const node of nodes) {
    const layer = plan.spots.get(node.id)?.along ?? 0;
    widths[layer] = Math.max(widths[layer] ?? 0, (SIZES[node.type] ?? DEFAULT)[0]);
  }
  const places: number[] = [];
  let edge = 0;
  for (let layer = 0; layer < widths.length; layer++) {
    places[layer] = edge + (widths[layer] ?? 0) / 2;
    edge += (widths[layer] ?? 0) + GAP;
  }
  return (layer) => places[layer] ?? layer * ALONG;
}

export interface Dressing { marks?: Map<string, Mark[]>; main?: Set<string>; more?: Map<string, [number, number]>; snug?: boolean }

/** Build the scene of the nodes that have a place. */
export function scene(nodes: readonly GraphNode[], edges: readonly Link[], plan: Plan, down: boolean, dress: Dressing = {}): Scene {
  const rail = rails(nodes, plan, down, dress.snug ?? false);
  const point = ({ along, across }: Spot): Point =>
    down ? { x: across * ACROSS_DOWN, y: rail(along) } : { x: rail(along), y: across * ACROSS };
  const boxes = nodes.filter((node) => plan.spots.has(node.id)).map((node) => box(node, point(plan.spots.get(node.id)!), dress));
  const at = new Map(boxes.map((each) => [each.id, each]));
  const curves = edges.filter((edge) => at.has(edge.from) && at.has(edge.to) && edge.from !== edge.to).map((edge) => {
    const bends = (plan.bends.get(edgeKey(edge)) ?? []).flatMap((spot) => along(point(spot), down));
    const points = [port(at.get(edge.from)!, down, 1), ...bends, port(at.get(edge.to)!, down, -1)];
    const main = Boolean(dress.main?.has(edge.from) && dress.main.has(edge.to));
    return { from: edge.from, to: edge.to, points, main, unsure: (edge.through ?? edge.confidence ?? 1) < 1, kind: edge.kind };
  });
  return { boxes, curves, down };
}

/** A bend runs straight past the boxes of its layer. */
function along({ x, y }: Point, down: boolean): Point[] {
  const half = down ? DEFAULT[1] / 2 : DEFAULT[0] / 2;
  return down ? [{ x, y: y - half }, { x, y: y + half }] : [{ x: x - half, y }, { x: x + half, y }];
}

function box(node: GraphNode, at: Point, dress: Dressing): Box {
  const [w, h] = SIZES[node.type] ?? DEFAULT;
  const marks = [...(dress.marks?.get(node.id) ?? [])];
  const status = node.status as Mark | "";
  if (!marks.length && (status === "drift" || status === "changed")) marks.push(status);
  if (status === "quarantined" && !marks.includes(status)) marks.push(status);
  return {
    ...at, id: node.id, node, w, h, label: nodeLabel(node), sub: caption(node),
    marks, more: dress.more?.get(node.id) ?? [0, 0],
  };
}

function caption(node: GraphNode): string {
  if (node.type === "FIELD") return parse(node.id).name;
  if (node.type === "JOB" || node.type === "RUN") return node.type.toLowerCase();
  return node.kind || node.type.toLowerCase();
}

function port(of: Box, down: boolean, side: 1 | -1): Point {
  return down ? { x: of.x, y: of.y + (side * of.h) / 2 } : { x: of.x + (side * of.w) / 2, y: of.y };
}

/** The smallest rectangle around all boxes and their marks: [left, top, right, bottom]. */
export function bounds(boxes: readonly Box[]): [number, number, number, number] {
  return boxes.reduce<[number, number, number, number]>(
    ([left, top, right, bottom], { x, y, w, h, more, marks }) => [
      Math.min(left, x - w / 2 - (more[0] ? 40 : 0)), Math.min(top, y - h / 2 - (marks.length ? 22 : 4)),
      Math.max(right, x + w / 2 + (more[1] ? 40 : 0)), Math.max(bottom, y + h / 2 + 4),
    ],
    [Infinity, Infinity, -Infinity, -Infinity],
  );
}

/** Which of `ids` stands for a node id: itself, or the dataset that it belongs to. */
export function standIn(ids: ReadonlySet<string>, id: string): string | undefined {
  if (ids.has(id)) return id;
  const parent = owner(id);
  return ids.has(parent) ? parent : [...ids].find((other) => owner(other) === parent);
}

/** Marks of an incident's nodes and the nodes on the way from its first cause to its symptom. */
export function dressIncident(report: IncidentReport): Dressing & { marks: Map<string, Mark[]>; main: Set<string> } {
  const { incident, findings = [], quarantines = [] } = report;
  const nodes = report.graph?.nodes ?? [];
  const ids = new Set(nodes.map((node) => node.id));
  const marks = new Map<string, Mark[]>();
  const add = (id: string | undefined, mark: Mark): void => {
    const node = id === undefined ? undefined : standIn(ids, id);
    if (node !== undefined && !marks.get(node)?.includes(mark)) marks.set(node, [...(marks.get(node) ?? []), mark]);
  };
  const first = incident.causes?.[0];
  add(first?.node, "cause");
  const symptom = findings.find((finding) => finding.id === incident.symptom);
  add(symptom && datasetId(symptom.dataset), "symptom");
  for (const endpoint of incident.endpoints ?? []) add(endpointNode(nodes, endpoint), "endpoint");
  markQuarantined(quarantines, add);
  return { marks, main: mainPath(first?.path ?? [], ids, report.graph?.edges ?? []) };
}

function endpointNode(nodes: readonly GraphNode[], endpoint: string): string {
  return nodes.find((node) => node.id === endpoint || (parse(node.id).name === endpoint && node.type !== "JOB"))?.id ?? endpoint;
}

function markQuarantined(quarantines: readonly Quarantine[], add: (id: string, mark: Mark) => void): void {
  for (const quarantine of quarantines) if (!quarantine.released_us) add(quarantine.node, "quarantined");
}

/** The nodes of a path and what stands between two of them. */
export function mainPath(path: readonly string[], ids: ReadonlySet<string>, edges: readonly Link[]): Set<string> {
  const main = new Set(path.map((id) => standIn(ids, id)).filter((id) => id !== undefined));
  const before = new Set(edges.filter((edge) => main.has(edge.from)).map((edge) => edge.to));
  const after = new Set(edges.filter((edge) => main.has(edge.to)).map((edge) => edge.from));
  const between = [...before].filter((id) => after.has(id) && !id.startsWith("dataset"));
  return new Set([...main, ...between]);
}

/** Marks for the datasets of findings. */
export function dressFindings(nodes: readonly GraphNode[], findings: readonly Finding[]): Map<string, Mark[]> {
  const ids = new Set(nodes.map((node) => node.id));
  const marks = new Map<string, Mark[]>();
  for (const finding of findings) {
    const id = standIn(ids, datasetId(finding.dataset));
    if (id) marks.set(id, ["drift"]);
  }
  return marks;
}
