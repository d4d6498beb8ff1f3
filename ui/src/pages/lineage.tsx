// Lineage: find a dataset, column or job, and walk from it step by step. Without a node it is the catalogue.

import { useEffect, useMemo, useState } from "preact/hooks";
import { api, ApiError, type Subgraph } from "../api.ts";
import { count, plural } from "../format.ts";
import { Graph } from "../graph/canvas.tsx";
import { begin, collapse, expand, learn, neighbours, stubs, type Growth, type Side } from "../graph/grow.ts";
import { scene, type Mark } from "../graph/scene.ts";
import { useLoad } from "../load.ts";
import { fullName } from "../names.ts";
import { go, type Route } from "../route.ts";
import { Answered, Empty, Failure, NodeLink, Section, Status, When } from "../parts/basics.tsx";
import { DatasetPanel } from "../parts/dataset.tsx";
import { GraphTable, Legend, useNarrow } from "../parts/graph.tsx";
import { SearchBox } from "../parts/search.tsx";

type Lineage = Extract<Route, { page: "lineage" }>;
const AHEAD = 3; // levels asked for: two to show (a job and the data behind it) and one to count what is left

export function LineagePage({ route }: { route: Lineage }) {
  return (
    <>
      <div class="bar-of-tools">
        <h1>Lineage</h1>
        <SearchBox query={route.query} onPick={(node) => go({ ...route, node, query: "" })} />
        <label class="check"><input type="checkbox" checked={route.columns} onChange={(event) => go({ ...route, columns: event.currentTarget.checked })} />Columns</label>
        <label>As of <input type="date" value={route.asOf} onChange={(event) => go({ ...route, asOf: event.currentTarget.value })} /></label>
        {route.asOf && <button type="button" onClick={() => go({ ...route, asOf: "" })}>Now</button>}
      </div>
      {route.node ? <Around route={route} /> : <Catalogue query={route.query} />}
    </>
  );
}

function question(route: Lineage, node: string, direction: "both" | "up" | "down") {
  const asOf = route.asOf ? { as_of: `${route.asOf}T23:59:59Z` } : {};
  return { node, direction, depth: AHEAD, columns: route.columns, ...asOf };
}

function Around({ route }: { route: Lineage }) {
  const key = `${route.node} ${route.columns} ${route.asOf}`;
  const graph = useLoad(() => api.graph(question(route, route.node, "both")), key, false);
  return <Answered of={graph}>{(data) => <Explorer key={key} route={route} graph={data} />}</Answered>;
}

function Explorer({ route, graph }: { route: Lineage; graph: Subgraph }) {
  const down = useNarrow();
  const focus = graph.nodes.find((node) => node.id === route.node)?.id ?? graph.nodes.find((node) => !node.depth)?.id ?? route.node;
  const [growth, setGrowth] = useState<Growth>(() => begin(focus, graph));
  const [selected, setSelected] = useState(focus);
  const [error, setError] = useState<ApiError>();
  useEffect(() => setGrowth((old) => learn(old, graph)), [graph]);
  const more = useMemo(() => stubs(growth), [growth]);
  const nodes = useMemo(() => [...growth.nodes.values()].filter((node) => growth.shown.has(node.id)), [growth]);
  const edges = useMemo(() => [...growth.edges.values()].filter((edge) => growth.shown.has(edge.from) && growth.shown.has(edge.to)), [growth]);
  const marks = useMemo(() => new Map<string, Mark[]>([[focus, marksOf(growth, focus)]]), [growth, focus]);
  const drawn = useMemo(() => scene(nodes, edges, growth.plan, down, { more, marks }), [nodes, edges, growth, down, more, marks]);
  const open = (id: string, side: Side) => {
    const grown = expand(growth, id, side);
    setGrowth(grown.growth);
    const answer = api.graph(question(route, id, side ? "down" : "up"));
    answer.then((found) => setGrowth((old) => learn(old, found)), (reason: ApiError) => setError(reason));
  };
  if (!nodes.length) return <Empty>No lineage is known for {fullName(route.node)}{route.asOf && ` as of ${route.asOf}`}.</Empty>;
  const used = new Set(drawn.boxes.flatMap((box) => box.marks));
  return (
    <>
      {error && <Failure error={error} />}
      <div class="explorer">
        <div>
          <Graph scene={drawn} label={`Lineage of ${fullName(focus)}`} fitKey={`${focus} ${down}`} height={down ? 620 : 440} selected={selected}
            onSelect={(id) => id && setSelected(id)} onOpen={(node) => go({ ...route, node })} onMore={open} />
          <Legend marks={used} main={false} selected="" />
          <GraphTable nodes={nodes} edges={edges} open />
        </div>
        <aside>
          <Walk growth={growth} id={selected} onOpen={open} onClose={(id, side) => setGrowth(collapse(growth, id, side))} onFocus={(node) => go({ ...route, node })} />
          <DatasetPanel key={selected} node={selected} />
        </aside>
      </div>
    </>
  );
}

function marksOf(growth: Growth, focus: string): Mark[] {
  const status = growth.nodes.get(focus)?.status;
  return status === "drift" || status === "changed" || status === "quarantined" ? [status] : ["focus"];
}

interface WalkProps { growth: Growth; id: string; onOpen: (id: string, side: Side) => void; onClose: (id: string, side: Side) => void; onFocus: (id: string) => void }

function Walk({ growth, id, onOpen, onClose, onFocus }: WalkProps) {
  const button = (side: Side) => {
    const all = neighbours(growth, id, side);
    const hidden = all.filter((other) => !growth.shown.has(other)).length;
    const name = side ? "downstream" : "upstream";
    if (hidden) return <button type="button" onClick={() => onOpen(id, side)}>Show {hidden} more {name}</button>;
    const folds = all.length > 0 && id !== growth.focus && collapse(growth, id, side).shown.size < growth.shown.size;
    return folds ? <button type="button" onClick={() => onClose(id, side)}>Fold {name}</button> : null;
  };
  return (
    <div class="walk">
      <h2 title={id}>{fullName(id)}</h2>
      <div class="tools">{button(0)}{button(1)}{id !== growth.focus && <button type="button" onClick={() => onFocus(id)}>Centre here</button>}</div>
    </div>
  );
}

function Catalogue({ query }: { query: string }) {
  const found = useLoad(() => api.datasets(query, 100), `catalogue ${query}`);
  return (
    <Answered of={found}>
      {({ datasets, total }) => (
        <Section title={query ? `Datasets like “${query}”` : "Datasets"} hint={total > datasets.length ? `${count(datasets.length)} of ${count(total)}` : plural(total, "dataset")}>
          {datasets.length === 0 ? <Empty>{query ? "No dataset has such a name." : "No dataset has been recorded yet."}</Empty> : (
            <table>
              <thead><tr><th scope="col">Dataset</th><th scope="col">Kind</th><th scope="col" class="num">Versions</th><th scope="col">Latest</th><th scope="col" class="num">Rows</th><th scope="col">Updated</th><th scope="col">State</th></tr></thead>
              <tbody>
                {datasets.map((each) => (
                  <tr key={each.node}>
                    <td><NodeLink id={each.node} /></td><td>{each.kind ?? ""}</td><td class="num">{count(each.versions ?? 0)}</td>
                    <td>{each.partition || "–"}</td><td class="num">{count(each.rows)}</td><td class="nowrap"><When us={each.updated_us} /></td><td><Status status={each.status} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Section>
      )}
    </Answered>
  );
}
