// The landing page. It answers one question first: is anything wrong? Below that, what is open, then what is over.

import { api, type Incident, type Overview } from "../api.ts";
import { count, money, monies, plural, time } from "../format.ts";
import { useLoad } from "../load.ts";
import { fullName } from "../names.ts";
import { write } from "../route.ts";
import { Answered, Cash, EndpointName, NodeLink, Section, Sentence, Sign, State, Status, When } from "../parts/basics.tsx";

const SHOWN = 200;

export function IncidentsPage() {
  const incidents = useLoad(() => api.incidents("", SHOWN), "incidents");
  const overview = useLoad(() => api.overview(), "overview");
  return (
    <Answered of={incidents}>
      {({ incidents: all }) => {
        const open = all.filter((incident) => incident.state !== "resolved");
        const over = all.filter((incident) => incident.state === "resolved");
        return (
          <>
            <Verdict open={open} overview={overview.data} />
            {open.length > 0 && <ul class="incidents">{open.map((incident) => <Row key={incident.id} incident={incident} />)}</ul>}
            <Counts overview={overview.data} />
            {open.length === 0 && <Watched />}
            {over.length > 0 && (
              <Section title="Resolved" hint={plural(over.length, "incident")}><Over incidents={over} /></Section>
            )}
          </>
        );
      }}
    </Answered>
  );
}

function Verdict({ open, overview }: { open: Incident[]; overview: Overview | undefined }) {
  const loose = open.filter((incident) => incident.state !== "contained");
  const blind = overview !== undefined && !overview.datasets;
  const look = open.length === 0 ? (blind ? "quiet" : "good") : loose.length ? "bad" : "held";
  const text = open.length === 0 ? (blind ? "Nothing is watched yet." : "Nothing is wrong.") : loose.length
    ? `${plural(loose.length, "incident is", "incidents are")} open.`
    : `${plural(open.length, "incident is", "incidents are")} contained.`;
  const rest = loose.length && open.length > loose.length ? ` ${plural(open.length - loose.length, "more is", "more are")} contained.` : "";
  const unread = overview?.events?.quarantined ?? 0;
  return (
    <header class={`verdict ${look}`}>
      <Sign look={look} size={34} />
      <div>
        <h1>{text}{rest}</h1>
        <p class="muted">{watched(overview)}</p>
        {unread > 0 && (
          <p class="muted">{plural(unread, "event")} could not be read and nothing follows from them; <code>driftline events held</code> lists them.</p>
        )}
      </div>
    </header>
  );
}

/** "12 datasets, 6 jobs and 1 endpoint are watched." */
function watched(overview: Overview | undefined): string {
  if (!overview) return "";
  const { datasets = 0, jobs = 0, endpoints = [], updated_us } = overview;
  if (!datasets) return "Driftline can only answer for what it is told about.";
  const parts = [plural(datasets, "dataset"), plural(jobs, "job"), plural(endpoints.length, "served endpoint")];
  return `${parts[0]}, ${parts[1]} and ${parts[2]} are watched${updated_us ? `; the newest news is of ${time(updated_us)}` : ""}.`;
}

function Counts({ overview }: { overview: Overview | undefined }) {
  if (!overview) return null;
  const { events = {}, decisions = {}, currency } = overview;
  const kept = Object.values(events).reduce((sum, each) => sum + each, 0);
  const acted = Object.entries(decisions).reduce((sum, [action, each]) => sum + (action === "allow" ? 0 : each), 0);
  const items: [string, string][] = [
    ["Events", count(kept)], ["Runs", count(overview.runs ?? 0)], ["Versions", count(overview.versions ?? 0)],
    ["Answers", count(overview.answers ?? 0)], ["Paid by answers", monies(overview.money, currency, overview.others)],
    ["Held back by guards", money(overview.avoided, currency)], ["Guard interventions", count(acted)],
  ];
  if (events["quarantined"]) items.push(["Unreadable events", count(events["quarantined"])]);
  return <dl class="counts">{items.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

function Row({ incident }: { incident: Incident }) {
  const { money: cost = {}, causes = [], endpoints = [] } = incident;
  const first = causes[0];
  return (
    <li class={`incident ${incident.state ?? "open"}`}>
      <State state={incident.state} />
      <div class="what">
        <h2><a href={write({ page: "incident", id: incident.id })}><Sentence text={incident.title} /></a></h2>
        {first && <p>First cause: <NodeLink id={first.node} />, {first.kind} ({Math.round(first.score * 100)} %)</p>}
        <p class="muted">
          Opened <When us={incident.opened_us} />
          {incident.first_bad && ` · first bad batch ${incident.first_bad}`}
          {endpoints.length > 0 && <> · hits {endpoints.map((endpoint, index) => <>{index > 0 && ", "}<EndpointName of={endpoint} /></>)}</>}
        </p>
      </div>
      <dl class="cost">
        <div><dt>lost</dt><dd class="lost"><Cash value={cost.lost} currency={cost.currency} /></dd></div>
        <div><dt>avoided</dt><dd><Cash value={cost.avoided} currency={cost.currency} /></dd></div>
        {cost.others && <div><dt>also paid</dt><dd>{monies(0, cost.currency, cost.others)}</dd></div>}
        <div><dt>answers hit</dt><dd>{count(cost.answers ?? 0)}</dd></div>
      </dl>
    </li>
  );
}

function Over({ incidents }: { incidents: Incident[] }) {
  return (
    <table>
      <thead><tr><th scope="col">Incident</th><th scope="col">First cause</th><th scope="col">Opened</th><th scope="col" class="num">Lost</th><th scope="col" class="num">Avoided</th></tr></thead>
      <tbody>
        {incidents.map((incident) => (
          <tr key={incident.id}>
            <td><Sign look="good" /> <a href={write({ page: "incident", id: incident.id })}>{incident.title}</a></td>
            <td>{incident.causes?.[0] ? fullName(incident.causes[0].node) : "–"}</td>
            <td class="nowrap"><When us={incident.opened_us} /></td>
            <td class="num">
              <Cash value={incident.money?.lost} currency={incident.money?.currency} />
              {incident.money?.others && <div class="muted">also paid {monies(0, "", incident.money.others)}</div>}
            </td>
            <td class="num"><Cash value={incident.money?.avoided} currency={incident.money?.currency} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Watched() {
  const found = useLoad(() => api.datasets("", 12), "watched");
  return (
    <Section title="What is being watched" hint={found.data ? `${plural(found.data.total, "dataset")}, by name` : ""}>
      <Answered of={found}>
        {({ datasets }) => datasets.length === 0 ? <FirstSteps /> : (
          <table>
            <thead><tr><th scope="col">Dataset</th><th scope="col">Kind</th><th scope="col" class="num">Versions</th><th scope="col">Latest</th><th scope="col" class="num">Rows</th><th scope="col">Updated</th><th scope="col">State</th></tr></thead>
            <tbody>
              {datasets.map((each) => (
                <tr key={each.node}>
                  <td><NodeLink id={each.node} /></td><td>{each.kind ?? ""}</td><td class="num">{count(each.versions ?? 0)}</td>
                  <td>{each.partition || each.latest?.slice(0, 13) || "–"}</td><td class="num">{count(each.rows)}</td>
                  <td class="nowrap"><When us={each.updated_us} /></td><td><Status status={each.status} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Answered>
    </Section>
  );
}

function FirstSteps() {
  return (
    <div class="empty">
      <p>Nothing has been recorded yet. Record a run:</p>
      <pre>{'import driftline\n\ndriftline.watch()\nwith driftline.run("build_features"):\n    …  # your pandas or DuckDB code, unchanged'}</pre>
      <p>or send OpenLineage events to <code>POST /api/v1/lineage</code>, or see it all at work with <code>driftline demo</code>.</p>
    </div>
  );
}
