// One incident: a sentence, what it cost, the way from the cause to the symptom, why we think so, and what to do.

import { useMemo, useState } from "preact/hooks";
import { api, type Cause, type Finding, type IncidentReport, type Money, type Quarantine } from "../api.ts";
import { count, money, monies, percent, plural, span } from "../format.ts";
import { useLoad } from "../load.ts";
import { fullName } from "../names.ts";
import { dressIncident } from "../graph/scene.ts";
import { Answered, EndpointName, NodeLink, Section, Sentence, State, Tile, When } from "../parts/basics.tsx";
import { Ask } from "../parts/confirm.tsx";
import { FindingCard, Timeline, weigh } from "../parts/findings.tsx";
import { StillGraph } from "../parts/graph.tsx";
import { QuarantineList } from "../parts/quarantines.tsx";

export function IncidentPage({ id }: { id: string }) {
  const report = useLoad(() => api.incident(id), id);
  return <Answered of={report}>{(data) => <Report report={data} />}</Answered>;
}

function Report({ report }: { report: IncidentReport }) {
  const { incident, findings = [], changes = [], quarantines = [], graph = { nodes: [], edges: [] } } = report;
  const dress = useMemo(() => dressIncident(report), [report]);
  return (
    <>
      <Headline report={report} />
      <Cost cost={incident.money ?? {}} />
      <Section title="From the cause to the symptom" hint={`${plural(incident.hit?.length ?? 0, "node")} downstream of the first cause`}>
        <StillGraph graph={graph} layout={report.layout} marks={dress.marks} main={dress.main} label={incident.title} />
      </Section>
      <div class="two">
        <Section title="Causes, most likely first"><Causes report={report} /></Section>
        <div>
          <Section title="What to do next"><Steps actions={report.actions ?? []} /></Section>
          <Section title="Quarantine" hint={held(quarantines)}><QuarantineList quarantines={quarantines} empty="Nothing is held back for this incident." /></Section>
        </div>
      </div>
      <Evidence report={report} />
      <Section title="What happened, in order" hint={weigh(findings, changes)}><Timeline changes={changes} findings={findings} /></Section>
    </>
  );
}

function held(quarantines: readonly Quarantine[]): string {
  const active = quarantines.filter((quarantine) => !quarantine.released_us).length;
  return active ? `${plural(active, "node")} held` : "";
}

function Headline({ report: { incident } }: { report: IncidentReport }) {
  const endpoints = incident.endpoints ?? [];
  const late = incident.first_bad_us ? incident.opened_us - incident.first_bad_us : 0;
  return (
    <header class={`headline ${incident.state ?? "open"}`}>
      <p class="crumbs"><a href="#/incidents">Incidents</a> / <code title={incident.id}>{incident.id.slice(0, 12)}</code></p>
      <div class="row">
        <div>
          <h1><Sentence text={incident.title} /></h1>
          <p class="muted">
            <State state={incident.state} /> · opened <When us={incident.opened_us} />
            {incident.first_bad && ` · first bad batch ${incident.first_bad}`}
            {late > 0 && `, noticed after ${span(late)}`}
            {endpoints.length > 0 && <> · hits {endpoints.map((endpoint, index) => <>{index > 0 && ", "}<b><EndpointName of={endpoint} /></b></>)}</>}
          </p>
        </div>
        {incident.state !== "resolved" && (
          <Ask label="Resolve" title="Resolve this incident?" strong run={() => api.resolve(incident.id)}>
            <p>It moves to the resolved ones and stops being announced. What is in quarantine stays there until it is released.</p>
          </Ask>
        )}
      </div>
    </header>
  );
}

function Cost({ cost }: { cost: Money }) {
  const { currency, lost = 0, avoided = 0, paid = 0, expected = 0, answers = 0, held: kept = 0, others } = cost;
  return (
    <dl class="tiles">
      <Tile name="Lost" value={money(lost, currency)} look={lost > 0 ? "bad" : undefined} hint="paid above what is usual" />
      <Tile name="Avoided" value={money(avoided, currency)} look={avoided > 0 ? "good" : undefined} hint="estimate, by answers held back" />
      <Tile name="Paid" value={monies(paid, currency, others)} hint={`usual for as many answers${others ? `, in ${currency}` : ""}: ${money(expected, currency)}`} />
      <Tile name="Answers hit" value={count(answers)} hint="went out" />
      <Tile name="Answers held" value={count(kept)} hint="by a guard" />
    </dl>
  );
}

function Causes({ report }: { report: IncidentReport }) {
  const { causes = [], unknown = 0 } = report.incident;
  const said = new Map<string, string>([
    ...(report.findings ?? []).map((finding) => [finding.id, finding.sentence] as const),
    ...(report.changes ?? []).map((change) => [change.id, change.sentence] as const),
  ]);
  return (
    <ol class="causes">
      {causes.map((cause) => <CauseItem key={cause.rank} cause={cause} said={said} />)}
      <li class="unknown">
        <Share value={unknown} />
        <div><b>Not in this graph</b><p>Something that Driftline does not see, such as a source without lineage.</p></div>
      </li>
    </ol>
  );
}

function CauseItem({ cause, said }: { cause: Cause; said: Map<string, string> }) {
  const evidence = cause.evidence ?? [];
  return (
    <li class={cause.rank === 1 ? "first" : ""}>
      <Share value={cause.score} />
      <div>
        <b><NodeLink id={cause.node} /></b> <span class="tag">{cause.kind}</span>
        <p>{cause.sentence}</p>
        {(evidence.length > 0 || (cause.path ?? []).length > 0) && (
          <details open={cause.rank === 1}>
            <summary>{plural(evidence.length, "piece of evidence", "pieces of evidence")}</summary>
            <ul>
              {evidence.map((key) => <li key={key}>{said.get(key) ?? <code>{key.slice(0, 16)}</code>}</li>)}
              {(cause.path ?? []).length > 1 && <li class="muted">Way to the symptom: {cause.path!.map(fullName).join(" → ")}</li>}
              {cause.time_us ? <li class="muted">First seen <When us={cause.time_us} /></li> : null}
            </ul>
          </details>
        )}
      </div>
    </li>
  );
}

function Share({ value }: { value: number }) {
  return (
    <div class="share">
      <span>{percent(value)}</span>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6" rx="3" /><rect class="fill" width={Math.max(value * 100, 1)} height="6" rx="3" /></svg>
    </div>
  );
}

function Steps({ actions }: { actions: readonly string[] }) {
  if (!actions.length) return <p class="empty">Nothing is left to do.</p>;
  return <ol class="steps">{actions.map((action) => <li key={action}>{action}</li>)}</ol>;
}

const AT_FIRST = 4;
const WEIGHT = { alarm: 0, warn: 1, note: 2 };

/** Evidence of the first cause and the symptom before all else, then by severity and size. */
export function inOrder(report: IncidentReport): Finding[] {
  const { incident, findings = [] } = report;
  const first = incident.causes?.[0];
  const rank = (finding: Finding) => (first?.evidence?.includes(finding.id) ? 0 : finding.id === incident.symptom ? 1 : 2);
  return [...findings].sort((left, right) => rank(left) - rank(right)
    || WEIGHT[left.severity ?? "note"] - WEIGHT[right.severity ?? "note"] || (right.size ?? 0) - (left.size ?? 0));
}

function Evidence({ report }: { report: IncidentReport }) {
  const [all, setAll] = useState(false);
  const findings = useMemo(() => inOrder(report), [report]);
  const shown = all ? findings : findings.slice(0, AT_FIRST);
  if (!findings.length) return null;
  return (
    <Section title="Evidence" hint={plural(findings.length, "finding")}>
      <div class="cards">{shown.map((finding) => <FindingCard key={finding.id} finding={finding} badFrom={report.incident.first_bad_us} />)}</div>
      {findings.length > AT_FIRST && (
        <button type="button" class="more" onClick={() => setAll(!all)}>{all ? "Show less" : `Show ${findings.length - AT_FIRST} more`}</button>
      )}
    </Section>
  );
}
