// A still graph with its legend and its table: for the page of an incident and for that of an answer.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { GraphNode, Layout, Link, Subgraph } from "../api.ts";
import { Graph } from "../graph/canvas.tsx";
import { MARKS } from "../graph/draw.ts";
import { plan } from "../graph/layout.ts";
import { ACROSS, bounds, scene, type Mark } from "../graph/scene.ts";
import { plural, percent } from "../format.ts";
import { fullName } from "../names.ts";
import { lineageOf } from "../route.ts";
import { Empty, NodeLink, Sign, Status, type Look } from "./basics.tsx";

/** True while the window is too narrow for a flow across. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => innerWidth < 900);
  useEffect(() => {
    const measure = () => setNarrow(innerWidth < 900);
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  return narrow;
}

interface Props { graph: Subgraph; layout?: Layout | undefined; marks: Map<string, Mark[]>; main?: Set<string>; label: string }

export function StillGraph({ graph, layout, marks, main, label }: Props) {
  const down = useNarrow();
  const [selected, setSelected] = useState("");
  const drawn = useMemo(() => {
    const ids = graph.nodes.map((node) => node.id);
    return scene(graph.nodes, graph.edges, plan(ids, graph.edges, layout ?? graph.layout), down, { marks, snug: true, ...(main ? { main } : {}) });
  }, [graph, layout, marks, main, down]);
  if (!graph.nodes.length) return <Empty>No lineage is known here.</Empty>;
  const [left, top, right, bottom] = bounds(drawn.boxes);
  const scale = Math.min(1.1, (innerWidth - 110) / (right - left));
  const height = Math.round(Math.min(down ? 900 : 460, Math.max(ACROSS * 2, (bottom - top) * scale + 64)));
  const used = new Set(drawn.boxes.flatMap((box) => box.marks));
  return (
    <>
      <Graph scene={drawn} label={label} fitKey={`${graph.nodes.length} ${down}`} height={height} selected={selected}
        onSelect={setSelected} onOpen={(id) => (location.hash = lineageOf(id))} />
      <Legend marks={used} main={Boolean(main?.size)} selected={selected} />
      <GraphTable nodes={graph.nodes} edges={graph.edges} marks={marks} />
    </>
  );
}

const LOOKS: Record<Mark, Look> = { cause: "warn", symptom: "bad", endpoint: "accent", quarantined: "held", drift: "bad", changed: "bad", focus: "accent" };

/** What the marks mean; colours are those of the canvas. */
export function Legend({ marks, main, selected }: { marks: ReadonlySet<Mark>; main: boolean; selected: string }) {
  return (
    <p class="legend">
      {[...marks].filter((mark) => MARKS[mark].word).map((mark) => (
        <span class={`mark-${MARKS[mark].colour}`}><Sign look={LOOKS[mark]} size={11} hollow={mark === "drift" || mark === "changed"} />{MARKS[mark].word}</span>
      ))}
      {main && <span class="way">path from cause to symptom</span>}
      {selected && <span class="picked"><NodeLink id={selected}>Open the lineage of {fullName(selected)}</NodeLink></span>}
    </p>
  );
}

export function GraphTable({ nodes, edges, marks, open = false }: { nodes: readonly GraphNode[]; edges: readonly Link[]; marks?: Map<string, Mark[]>; open?: boolean }) {
  return (
    <details class="table-of-graph" open={open}>
      <summary>The same as a table: {plural(nodes.length, "node")}, {plural(edges.length, "edge")}</summary>
      <div class="side-by-side">
        <table>
          <thead><tr><th scope="col">Node</th><th scope="col">Type</th><th scope="col">Kind</th><th scope="col">State</th></tr></thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.id}>
                <td><NodeLink id={node.id} /></td><td>{node.type.toLowerCase()}</td><td>{node.kind ?? ""}</td>
                <td>{marks?.get(node.id)?.map((mark) => MARKS[mark].word).filter(Boolean).join(", ") || <Status status={node.status} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <table>
          <thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">How</th><th scope="col">Known by</th></tr></thead>
          <tbody>
            {edges.map((edge) => (
              <tr key={`${edge.from} ${edge.to} ${edge.kind}`}>
                <td>{fullName(edge.from)}</td><td>{fullName(edge.to)}</td><td>{edge.kind.toLowerCase()}</td>
                <td>{edge.provenance ?? "explicit"}{edge.through !== undefined ? `; led on, ${percent(edge.through)} sure` : edge.confidence !== undefined && edge.confidence < 1 ? `, ${percent(edge.confidence)}` : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
