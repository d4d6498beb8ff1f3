// What is known of one dataset: state, columns with their newest profile, versions, open findings.

import { api, type ColumnSummary, type DatasetReport, type Field, type VersionSummary } from "../api.ts";
import { Spark } from "../charts/histogram.tsx";
import { bytes, count, number, percent, plural } from "../format.ts";
import { useLoad } from "../load.ts";
import { owner, parse, shortVersion } from "../names.ts";
import { Answered, Empty, Status, When } from "./basics.tsx";
import { Changed, Disagreements } from "./changed.tsx";
import { Ask } from "./confirm.tsx";
import { FindingList } from "./findings.tsx";

export function DatasetPanel({ node }: { node: string }) {
  const { type, column } = parse(node);
  if (type !== "dataset" && type !== "datasetField") return <ImpactPanel node={node} />;
  return <Known node={owner(node)} column={column} />;
}

function ImpactPanel({ node }: { node: string }) {
  const impact = useLoad(() => api.impact(node), `impact ${node}`, false);
  return (
    <Answered of={impact}>
      {({ sentence, datasets = 0, endpoints = [] }) => <p>{sentence || `${plural(datasets, "dataset")} and ${plural(endpoints.length, "endpoint")} lie downstream.`}</p>}
    </Answered>
  );
}

function Known({ node, column }: { node: string; column: string }) {
  const report = useLoad(() => api.dataset(node), `dataset ${node}`);
  return <Answered of={report}>{(data) => <Panel report={data} column={column} />}</Answered>;
}

function Panel({ report, column }: { report: DatasetReport; column: string }) {
  const { summary, fields = [], columns = [], versions = [], findings = [] } = report;
  return (
    <>
      <dl class="facts">
        <div><dt>State</dt><dd><Status status={summary.status} /></dd></div>
        <div><dt>Kind</dt><dd>{summary.kind || "–"}</dd></div>
        <div><dt>Namespace</dt><dd><code>{summary.dataset.namespace}</code></dd></div>
        <div><dt>Rows</dt><dd>{count(summary.rows)}</dd></div>
        <div><dt>Updated</dt><dd><When us={summary.updated_us} /></dd></div>
      </dl>
      <ImpactPanel node={summary.node} />
      <h3>Findings, newest first</h3>
      <FindingList findings={findings} />
      <h3>Columns <span class="muted">{fields.length || columns.length}</span></h3>
      <Columns fields={fields} columns={columns} chosen={column} />
      <h3>Versions <span class="muted">{count(summary.versions ?? versions.length)}</span></h3>
      <Versions versions={versions} />
      <Changed versions={versions} />
      <Disagreements node={summary.node} />
      {summary.status !== "quarantined" && (
        <Ask label="Quarantine…" title={`Quarantine ${summary.dataset.name}?`} field={{ name: "Reason", initial: "" }} run={(reason) => api.quarantine(summary.node, reason)}>
          <p>No guarded answer may stand on it, or on anything made from it, until it is released.</p>
        </Ask>
      )}
    </>
  );
}

function Columns({ fields, columns, chosen }: { fields: readonly Field[]; columns: readonly ColumnSummary[]; chosen: string }) {
  const profiles = new Map(columns.map((column) => [column.name, column]));
  const names = [...new Set([...fields.map((field) => field.name), ...profiles.keys()])];
  if (!names.length) return <Empty>No schema has been said.</Empty>;
  return (
    <div class="scroll tall">
      <table class="columns">
        <thead><tr><th scope="col">Column</th><th scope="col">Values</th><th scope="col" class="num">Nulls</th><th scope="col" class="num">Mean</th></tr></thead>
        <tbody>
          {names.map((name) => {
            const profile = profiles.get(name);
            const type = fields.find((field) => field.name === name)?.type ?? profile?.type ?? "";
            return (
              <tr key={name} class={name === chosen ? "chosen" : ""} title={range(profile)}>
                <td>{name}<span class="muted"> {type}</span></td><td>{profile?.histogram && <Spark of={profile.histogram} width={72} height={20} />}</td>
                <td class="num">{percent(profile?.null_share)}</td><td class="num">{number(profile?.mean)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function range(column: ColumnSummary | undefined): string {
  if (!column) return "";
  const said = (value: number | string | null | undefined) => (typeof value === "number" ? number(value) : (value ?? "–"));
  return `from ${said(column.minimum)} to ${said(column.maximum)}, about ${count(column.distinct)} distinct`;
}

function Versions({ versions }: { versions: readonly VersionSummary[] }) {
  if (!versions.length) return <Empty>No version has been recorded.</Empty>;
  return (
    <div class="scroll tall">
      <table>
        <thead><tr><th scope="col">Version</th><th scope="col">Batch</th><th scope="col" class="num">Rows</th><th scope="col" class="num">Size</th><th scope="col">State</th></tr></thead>
        <tbody>
          {versions.map((each) => (
            <tr key={each.node} title={each.job ? `written by ${each.job}` : "arrived from outside"}>
              <td><code title={each.version}>{shortVersion(each.version)}</code></td><td>{each.partition || "–"}</td><td class="num">{count(each.rows)}</td>
              <td class="num">{bytes(each.bytes)}</td><td><Status status={each.status} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
