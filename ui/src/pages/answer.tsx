// Why one answer came out as it did: what it stood on, what had moved there, which incident it belongs to, what the guard said.

import { useMemo } from "preact/hooks";
import { api, type Answer, type DataChange, type Explanation, type Retrieved, type Trail, type Verdict } from "../api.ts";
import { money, number, plural } from "../format.ts";
import { dressFindings, type Mark } from "../graph/scene.ts";
import { useLoad } from "../load.ts";
import { datasetId, owner, parse, shortVersion } from "../names.ts";
import { write } from "../route.ts";
import { Answered, Deed, Empty, NodeLink, Section, Sentence, State, Tile, When } from "../parts/basics.tsx";
import { cells } from "../parts/changed.tsx";
import { Timeline, weigh } from "../parts/findings.tsx";
import { StillGraph } from "../parts/graph.tsx";

export function AnswerPage({ id }: { id: string }) {
  const why = useLoad(() => api.why(id), id);
  return <Answered of={why}>{(data) => <Why why={data} />}</Answered>;
}

function Why({ why }: { why: Explanation }) {
  const { answer, graph = { nodes: [], edges: [] }, findings = [], changes = [], data = [], incidents = [] } = why;
  const marks = useMemo(() => {
    const dressed: Map<string, Mark[]> = dressFindings(graph.nodes, findings);
    const endpoint = graph.nodes.find((node) => parse(node.id).name === answer.endpoint);
    if (endpoint) dressed.set(endpoint.id, ["endpoint"]);
    return dressed;
  }, [why]);
  return (
    <>
      <header class="headline">
        <p class="crumbs"><a href={write({ page: "answers", endpoint: answer.endpoint })}>Answers of {answer.endpoint}</a> / <code title={answer.id}>{answer.id.slice(0, 13)}</code></p>
        <h1><Sentence text={why.sentence || `${answer.endpoint} said ${answer.decision || "this"}.`} /></h1>
        <p class="muted"><When us={answer.time_us} />{answer.partition && ` · batch ${answer.partition}`}{answer.trace && <> · trace <code>{answer.trace}</code></>}</p>
      </header>
      <dl class="tiles">
        <Tile name="Decision" value={answer.decision || "–"} hint={answer.score == null ? "" : `score ${number(answer.score)}`} />
        <Tile name="Money" value={money(answer.money, answer.currency)} hint="paid by this answer" />
        <Tile name="Guard" value={<Deed action={answer.verdict?.action} mode={answer.verdict?.mode} />} hint={answer.verdict?.mode ?? "enforce"} />
        <Tile name="Moved beneath it" value={plural(findings.length, "finding")} hint={plural(changes.length, "change")} look={findings.length ? "warn" : undefined} />
      </dl>
      {incidents.length > 0 && (
        <Section title="It belongs to">
          <ul class="plain">{incidents.map((incident) => <li key={incident.id}><State state={incident.state} /> <a href={write({ page: "incident", id: incident.id })}>{incident.title}</a></li>)}</ul>
        </Section>
      )}
      <div class="two">
        <Section title="What was said">{answer.text ? <blockquote>{answer.text}</blockquote> : <Empty>{answer.text_hash ? "Only its hash was kept." : "No text was recorded."}</Empty>}<VerdictReasons verdict={answer.verdict ?? {}} currency={answer.currency} /></Section>
        <Section title="What it stood on"><Sources answer={answer} trails={why.documents} /></Section>
      </div>
      <Section title="Where that came from"><StillGraph graph={graph} layout={why.layout} marks={marks} label="What this answer stood on" /></Section>
      <Section title="What moved beneath it" hint={weigh(findings, changes)}><Timeline changes={changes} findings={findings} /></Section>
      {data.length > 0 && <Section title="What differs from the version before"><Differing data={data} /></Section>}
    </>
  );
}

/** What it stood on, beside what that was before; nearest first. */
function Differing({ data }: { data: readonly DataChange[] }) {
  return (
    <table>
      <thead><tr><th scope="col">Dataset</th><th scope="col">Was</th><th scope="col">Is</th><th scope="col">What differs</th></tr></thead>
      <tbody>
        {data.map((each) => (
          <tr key={each.node + each.after}>
            <td><NodeLink id={each.node} /></td>
            <td><code title={each.before}>{shortVersion(each.before)}</code></td>
            <td><code title={each.after}>{shortVersion(each.after)}</code></td>
            <td>{each.sentence}<ul class="plain">{(each.columns ?? []).map((column) => <li key={column.name}><strong>{column.name}</strong> {cells(column)}</li>)}</ul></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function VerdictReasons({ verdict, currency }: { verdict: Verdict; currency?: string | undefined }) {
  const reasons = verdict.reasons ?? [];
  if (!reasons.length && !verdict.error && !verdict.money_avoided) return null;
  return (
    <div class="reasons">
      <h3>Why the guard {verdict.mode === "observe" ? "" : "chose "}<Deed action={verdict.action} mode={verdict.mode} /></h3>
      <ul class="plain">
        {reasons.map((reason) => <li key={reason.rule + reason.observed}><code>{reason.rule}</code> {reason.observed}{reason.limit && <span class="muted"> (limit: {reason.limit})</span>}</li>)}
        {verdict.error && <li>A rule failed: {verdict.error}</li>}
        {verdict.money_avoided ? <li>Held back: {money(verdict.money_avoided, currency)}</li> : null}
      </ul>
    </div>
  );
}

function Sources({ answer, trails = [] }: { answer: Answer; trails?: Trail[] | undefined }) {
  const { sources = [], documents = [], features = {} } = answer;
  const origins = new Map(trails.map((trail) => [called(trail), trail.steps?.at(-1)?.node ?? ""]));
  const names = Object.keys(features);
  const sure = documents.length - (answer.perhaps ?? 0); // the others are the last ones
  return (
    <>
      {sources.length ? (
        <table>
          <thead><tr><th scope="col">Part</th><th scope="col">Dataset</th><th scope="col">Version</th></tr></thead>
          <tbody>
            {sources.map((source) => (
              <tr key={source.role + source.version.dataset.name}>
                <td>{source.role}</td><td><NodeLink id={datasetId(source.version.dataset)} /></td>
                <td><code title={source.version.version}>{shortVersion(source.version.version) || "–"}</code></td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : <Empty>It did not say what it stood on.</Empty>}
      {documents.length > 0 && (
        <><h3>Documents retrieved</h3>
          <ul class="plain">{documents.map((each, place) => (
            <li key={called(each)}>
              <code class={place < sure ? "" : "muted"} title={each.content}>{each.document || shortVersion(each.content)}</code>
              {place < sure ? null : <> <span class="tag" title="It was at hand, but may have fed earlier answers only">perhaps</span></>}
              {each.score ? <span class="muted"> score {number(each.score)}</span> : null}<Origin of={origins.get(called(each))} />
            </li>
          ))}</ul></>
      )}
      {names.length > 0 && (
        <><h3>Values used</h3>
          <dl class="values">{names.map((name) => <div key={name}><dt>{name}</dt><dd>{value(features[name])}</dd></div>)}</dl></>
      )}
    </>
  );
}

/** Some frameworks tell of a document by its content, others by its id. */
function called(document: Retrieved): string {
  return `${document.content} ${document.document ?? ""}`;
}

/** The version that a document was taken from in the end. */
function Origin({ of }: { of: string | undefined }) {
  return of ? <> <span class="muted">from</span> <NodeLink id={owner(of)} /> <code>{shortVersion(parse(of).version)}</code></> : null;
}

function value(of: number | string | boolean | null | undefined): string {
  return typeof of === "number" ? number(of) : of === null || of === undefined ? "missing" : String(of);
}
