// Enters: node ids and edges. Leaves: for each node a layer (along the flow) and a slot (across it), in units of one
// node, and bends for edges that cross layers. Longest path for layers, barycentre sweeps over nodes and the bends for
// order, then positions by pooled averages. Pure and deterministic. Source: Sugiyama, Tagawa, Toda (1981).

export interface Spot { along: number; across: number }
export interface Plan { spots: Map<string, Spot>; bends: Map<string, Spot[]> }
export interface Arrow { from: string; to: string }

const SWEEPS = 8;
const BEND_ROOM = 0.55;

interface Cell { id: string; layer: number; bend: boolean; before: Cell[]; after: Cell[]; across: number }

export const edgeKey = (edge: Arrow): string => `${edge.from}\n${edge.to}`;

/** Edges without loops, without strangers and without those that close a cycle. */
export function acyclic(ids: readonly string[], edges: readonly Arrow[]): Arrow[] {
  const next = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of edges) if (from !== to && next.has(to)) next.get(from)?.push(to);
  const mark = new Map<string, 1 | 2>();
  const kept: Arrow[] = [];
  for (const root of ids) {
    if (mark.has(root)) continue;
    mark.set(root, 1);
    const stack: [string, number][] = [[root, 0]];
    while (stack.length) {
      const top = stack[stack.length - 1]!;
      const to = next.get(top[0])![top[1]++];
      if (to === undefined) {
        mark.set(top[0], 2);
        stack.pop();
      } else if (mark.get(to) !== 1) {
        kept.push({ from: top[0], to });
        if (!mark.has(to)) {
          mark.set(to, 1);
          stack.push([to, 0]);
        }
      }
    }
  }
  return kept;
}

/** The layer of each node: the longest way to it from a source, and sources as near to their first user as possible. */
export function layers(ids: readonly string[], arrows: readonly Arrow[]): Map<string, number> {
  const next = new Map<string, string[]>(ids.map((id) => [id, []]));
  const waiting = new Map<string, number>(ids.map((id) => [id, 0]));
  for (const { from, to } of arrows) {
    next.get(from)!.push(to);
    waiting.set(to, waiting.get(to)! + 1);
  }
  const layer = new Map<string, number>(ids.map((id) => [id, 0]));
  const ready = ids.filter((id) => waiting.get(id) === 0);
  const sources = new Set(ready);
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at]!;
    for (const to of next.get(id)!) {
      layer.set(to, Math.max(layer.get(to)!, layer.get(id)! + 1));
      waiting.set(to, waiting.get(to)! - 1);
      if (waiting.get(to) === 0) ready.push(to);
    }
  }
  for (const id of sources) {
    const users = next.get(id)!;
    if (users.length) layer.set(id, Math.min(...users.map((to) => layer.get(to)!)) - 1);
  }
  return layer;
}

/** Lay out `ids`; the same input gives the same plan. */
export function layered(ids: readonly string[], edges: readonly Arrow[]): Plan {
  const arrows = acyclic(ids, edges);
  const layer = layers(ids, arrows);
  const cells = new Map<string, Cell>(ids.map((id) => [id, cell(id, layer.get(id)!, false)]));
  const rows: Cell[][] = [];
  for (const each of cells.values()) (rows[each.layer] ??= []).push(each);
  const chains = new Map<string, Cell[]>();
  for (const arrow of arrows) chains.set(edgeKey(arrow), chain(arrow, cells, rows));
  const filled = Array.from(rows, (row) => row ?? []);
  order(filled);
  settle(filled);
  const spot = (each: Cell): Spot => ({ along: each.layer, across: each.across });
  const spots = new Map([...cells].map(([id, each]) => [id, spot(each)]));
  const bends = new Map([...chains].filter(([, bent]) => bent.length).map(([key, bent]) => [key, bent.map(spot)]));
  return { spots, bends };
}

function cell(id: string, layer: number, bend: boolean): Cell {
  return { id, layer, bend, before: [], after: [], across: 0 };
}

function chain(arrow: Arrow, cells: Map<string, Cell>, rows: Cell[][]): Cell[] {
  const end = cells.get(arrow.to)!;
  let last = cells.get(arrow.from)!;
  const bent: Cell[] = [];
  for (let layer = last.layer + 1; layer < end.layer; layer++) {
    const bend = cell(edgeKey(arrow), layer, true);
    (rows[layer] ??= []).push(bend);
    join(last, bend);
    bent.push(bend);
    last = bend;
  }
  join(last, end);
  return bent;
}

function join(left: Cell, right: Cell): void {
  left.after.push(right);
  right.before.push(left);
}

const mean = (values: number[], otherwise: number): number =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : otherwise;

function order(rows: Cell[][]): void {
  rows.forEach((row) => row.forEach((each, index) => (each.across = index)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const weight = new Map(row.map((each) => {
        const near = (down ? each.before : each.after).map((other) => other.across);
        return [each, mean(near, each.across)];
      }));
      row.sort((left, right) => weight.get(left)! - weight.get(right)!);
      row.forEach((each, index) => (each.across = index));
    }
  }
}

function settle(rows: Cell[][]): void {
  rows.forEach((row) => row.forEach((each, index) => (each.across = index - (row.length - 1) / 2)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const row of sweep % 2 ? [...rows].reverse() : rows) {
      const wanted = row.map((each) => mean([...each.before, ...each.after].map((other) => other.across), each.across));
      const gaps = row.map((each, index) => (index ? gap(row[index - 1]!, each) : 0));
      spread(wanted, gaps).forEach((across, index) => (row[index]!.across = across));
    }
  }
}

function gap(left: Cell, right: Cell): number {
  return left.bend || right.bend ? (left.bend && right.bend ? BEND_ROOM / 2 : (1 + BEND_ROOM) / 2) : 1;
}

/** Places nearest to `wanted` (least squares) that keep their order and at least `gaps[i]` to the one before. */
export function spread(wanted: readonly number[], gaps: readonly number[]): number[] {
  let shift = 0;
  const shifts = gaps.map((room) => (shift += room));
  const pools: { sum: number; size: number }[] = [];
  wanted.forEach((value, index) => {
    pools.push({ sum: value - shifts[index]!, size: 1 });
    while (pools.length > 1) {
      const last = pools[pools.length - 1]!;
      const left = pools[pools.length - 2]!;
      if (left.sum / left.size <= last.sum / last.size) break;
      pools.splice(-2, 2, { sum: left.sum + last.sum, size: left.size + last.size });
    }
  });
  const flat = pools.flatMap(({ sum, size }) => Array.from({ length: size }, () => sum / size));
  return flat.map((value, index) => value + shifts[index]!);
}

/** Places that the server computed (columns and rows) as a plan, for graphs that would take too long here. */
export function fromServer(ids: readonly string[], layout: Record<string, [number, number]> | undefined): Plan | undefined {
  if (!layout || !ids.every((id) => layout[id]?.every(Number.isFinite))) return undefined;
  const columns = [...new Set(ids.map((id) => layout[id]![0]))].sort((left, right) => left - right);
  const rank = new Map(columns.map((x, index) => [x, index]));
  const spots = new Map(ids.map((id) => [id, { along: rank.get(layout[id]![0])!, across: layout[id]![1] }]));
  return { spots, bends: new Map() };
}

const SMALL = 150;

/** Our own plan, which knows bends, for small graphs; the server's, where there is one, for large ones. */
export function plan(ids: readonly string[], edges: readonly Arrow[], layout?: Record<string, [number, number]>): Plan {
  return (ids.length > SMALL ? fromServer(ids, layout) : undefined) ?? layered(ids, edges);
}
