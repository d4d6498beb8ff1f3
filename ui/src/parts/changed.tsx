// What differs between two versions of a dataset, by column and rows; and where declared and observed columns do not agree.

import { api, type ColumnCells, type Disagreement, type VersionSummary } from "../api.ts";
import { count, plural } from "../format.ts";
import { useLoad } from "../load.ts";
import { fullName, shortVersion } from "../names.ts";
import { Answered } from "./basics.tsx";

const SPANS = 3; // of rows that are shown of one column
const LINES = 40;

/** The newest version beside the one before it, of the same slice of the dataset. */
export function Changed({ versions }: { versions: readonly VersionSummary[] }) {
  const [after, ...older] = versions;
  const before = older.find((each) => (each.partition ?? "") === (after?.partition ?? ""));
  return after && before ? <Since before={before} after={after} /> : null;
}

function Since({ before, after }: { before: VersionSummary; after: VersionSummary }) {
  const found = useLoad(() => api.versus(before.node, after.node), `versus ${before.node} ${after.node}`, false);
  return (
    <Answered of={found}>
      {({ data = [], fields = [], sentence }) => (
        <section class="changed">
          <h3>Changed since <code title={before.version}>{shortVersion(before.version)}</code></h3>
          <p>{sentence || "Nothing is known of what changed."}</p>
          <ul>
            {(data[0]?.columns ?? []).slice(0, LINES).map((column) => <li key={column.name}><strong>{column.name}</strong> {cells(column)}</li>)}
            {fields.map((field) => <li key={`type ${field.field}`}><strong>{field.field}</strong> was {field.before ?? "not there"}, is {field.after ?? "not there"}</li>)}
          </ul>
        </section>
      )}
    </Answered>
  );
}

/** What became of one column, and in which rows. */
export function cells({ change, rows = [] }: ColumnCells): string {
  if (change !== "changed") return change;
  const shown = rows.slice(0, SPANS).map(([first, last]) => `${count(first)} to ${count(last)}`).join(", ");
  const more = rows.length > SPANS ? ` and ${plural(rows.length - SPANS, "more span")}` : "";
  return `changed in rows ${shown}${more}`;
}

/** Edges into the columns of a dataset that were declared and not observed, or the other way round. */
export function Disagreements({ node }: { node: string }) {
  const graph = useLoad(() => api.graph({ node, direction: "up", depth: 1, columns: true }), `disagreements ${node}`, false);
  return <Answered of={graph}>{({ disagreements = [] }) => (disagreements.length ? <Told of={disagreements} /> : null)}</Answered>;
}

function Told({ of }: { of: readonly Disagreement[] }) {
  return (
    <section class="disagreements">
      <h3>Declared and observed do not agree</h3>
      <ul>
        {of.slice(0, LINES).map((each) => (
          <li key={`${each.from} ${each.to}`}>
            {fullName(each.from)} → {fullName(each.to)}: declared {each.declared.join(", ") || "nothing"}, {each.by} saw {each.observed.join(", ") || "nothing"}
          </li>
        ))}
      </ul>
    </section>
  );
}
