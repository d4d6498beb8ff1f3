// Findings and changes: a card with its two charts, and one line of time through both.

import type { Change, Finding } from "../api.ts";
import { Histogram } from "../charts/histogram.tsx";
import { Series } from "../charts/series.tsx";
import { number, plural } from "../format.ts";
import { datasetId, subject } from "../names.ts";
import { Empty, Grade, NodeLink, Sign, When } from "./basics.tsx";

/** What a statistic is called when people read it. */
export function statisticName(name: string): string {
  const quantile = /^q(\d+)$/.exec(name);
  if (quantile) return quantile[1] === "50" ? "median" : `${Number(quantile[1])} % quantile`;
  return name.replaceAll("_", " ");
}

export function FindingCard({ finding, badFrom }: { finding: Finding; badFrom?: number | undefined }) {
  const { evidence = {}, statistic } = finding;
  const moment = badFrom && badFrom > 0 ? badFrom : finding.time_us;
  return (
    <article class="card finding" id={`finding-${finding.id}`}>
      <header>
        <h3><NodeLink id={datasetId(finding.dataset)}>{subject(finding)}</NodeLink></h3>
        <Grade severity={finding.severity} />
      </header>
      <p>{finding.sentence}</p>
      <div class="charts">
        {(evidence.reference || evidence.current) && (
          <figure>
            <figcaption>Distribution <span class="key reference">usual</span> <span class="key now">now{finding.partition && `, ${finding.partition}`}</span></figcaption>
            <Histogram reference={evidence.reference} current={evidence.current} />
          </figure>
        )}
        {evidence.series && evidence.series.length > 1 && (
          <figure>
            <figcaption>{statisticName(statistic)} <span class="key band">usual range</span> <span class="key off">outside</span></figcaption>
            <Series points={evidence.series} low={evidence.low} high={evidence.high} badFrom={moment} name={`${subject(finding)}, ${statisticName(statistic)}`} />
          </figure>
        )}
      </div>
      <footer class="muted">
        {statisticName(statistic)} {number(finding.reference)} → <b>{number(finding.current)}</b>
        {finding.size ? ` · ${number(finding.size, 1)} times the largest usual difference` : ""}
        {finding.p_value !== undefined && finding.p_value < 1 ? ` · p ${finding.p_value < 1e-4 ? "< 0.0001" : `= ${number(finding.p_value, 4)}`}` : ""}
      </footer>
    </article>
  );
}

type Event = { us: number; key: string; change?: Change; finding?: Finding };

export function Timeline({ changes, findings }: { changes: readonly Change[]; findings: readonly Finding[] }) {
  const events: Event[] = [
    ...changes.map((change): Event => ({ us: change.time_us, key: change.id, change })),
    ...findings.map((finding): Event => ({ us: finding.time_us, key: finding.id, finding })),
  ].sort((left, right) => left.us - right.us || (left.change ? -1 : 1));
  if (!events.length) return <Empty>Nothing is on record.</Empty>;
  return (
    <ol class="timeline">
      {events.map((event) => (
        <li key={event.key} class={event.change ? "change" : "finding"}>
          {event.change ? <Sign look="accent" /> : <Sign look={event.finding?.severity === "alarm" ? "bad" : "warn"} />}
          <div class="muted"><When us={event.us} /> · {event.change ? `change of ${event.change.kind}` : `finding, ${event.finding!.kind}`} in <NodeLink id={event.change?.node ?? datasetId(event.finding!.dataset)} /></div>
          <p>{event.change?.sentence ?? event.finding!.sentence}</p>
          {event.change && (event.change.before || event.change.after) && <BeforeAfter change={event.change} />}
        </li>
      ))}
    </ol>
  );
}

function BeforeAfter({ change }: { change: Change }) {
  if (change.before === "" && change.after === "") return null;
  return (
    <details>
      <summary>Before and after</summary>
      <div class="before-after"><pre>{change.before || "(nothing)"}</pre><pre>{change.after || "(nothing)"}</pre></div>
    </details>
  );
}

/** Findings as a short list of sentences. */
export function FindingList({ findings }: { findings: readonly Finding[] }) {
  if (!findings.length) return <Empty>No open findings.</Empty>;
  return (
    <ul class="plain">
      {findings.map((finding) => <li key={finding.id}><Grade severity={finding.severity} /> {finding.sentence} <span class="muted"><When us={finding.time_us} /></span></li>)}
    </ul>
  );
}

/** "3 findings and 1 change on feed/flights" for headings. */
export function weigh(findings: readonly Finding[], changes: readonly Change[]): string {
  return `${plural(findings.length, "finding")}, ${plural(changes.length, "change")}`;
}

