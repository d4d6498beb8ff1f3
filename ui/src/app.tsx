// The frame around every page: name, ways to go, whether the page follows events live.

import { useEffect, useRef } from "preact/hooks";
import { useLive, type Stream } from "./live.ts";
import { useRoute, type Route } from "./route.ts";
import { AnswerPage } from "./pages/answer.tsx";
import { AnswersPage } from "./pages/answers.tsx";
import { GuardsPage } from "./pages/guards.tsx";
import { IncidentPage } from "./pages/incident.tsx";
import { IncidentsPage } from "./pages/incidents.tsx";
import { LineagePage } from "./pages/lineage.tsx";
import { Empty } from "./parts/basics.tsx";

const WAYS: [string, string, Route["page"][]][] = [
  ["#/incidents", "Incidents", ["incidents", "incident"]],
  ["#/lineage", "Lineage", ["lineage"]],
  ["#/answers", "Answers", ["answers", "answer"]],
  ["#/guards", "Guards", ["guards"]],
];

export function App() {
  const route = useRoute();
  const place = useRef("");
  const here = route.page + ("id" in route ? route.id : "");
  useEffect(() => {
    document.title = `${title(route)} · Driftline`;
    if (place.current && place.current !== here) scrollTo(0, 0);
    place.current = here;
  }, [here]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to the page</a>
      <header class="top">
        <a class="wordmark" href="#/incidents" aria-label="Driftline, incidents"><Mark />Driftline</a>
        <nav aria-label="Pages">
          {WAYS.map(([href, name, pages]) => <a key={href} href={href} aria-current={pages.includes(route.page) ? "page" : undefined}>{name}</a>)}
        </nav>
        <LiveState />
      </header>
      <main id="main" tabIndex={-1}><Page route={route} /></main>
    </>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "incidents": return <IncidentsPage />;
    case "incident": return <IncidentPage key={route.id} id={route.id} />;
    case "lineage": return <LineagePage route={route} />;
    case "answers": return <AnswersPage key={route.endpoint} endpoint={route.endpoint} />;
    case "answer": return <AnswerPage key={route.id} id={route.id} />;
    case "guards": return <GuardsPage />;
    case "lost": return <Empty>There is no page called “{route.path}”. <a href="#/incidents">Go to the incidents</a>.</Empty>;
  }
}

function title(route: Route): string {
  const name = WAYS.find(([, , pages]) => pages.includes(route.page))?.[1] ?? "Not found";
  return "id" in route ? `${name.slice(0, -1)} ${route.id.slice(0, 8)}` : name;
}

/** A line that keeps to its course, and one that leaves it. */
function Mark() {
  return (
    <svg width="26" height="20" viewBox="0 0 26 20" aria-hidden="true">
      <path class="course" d="M2 14h22" /><path class="drift" d="M2 14h8c5 0 6-9 14-9" /><circle cx="10" cy="14" r="2.6" />
    </svg>
  );
}

const STREAMS: Record<Stream, string> = { connecting: "connecting…", live: "live", polling: "every 20 s", lost: "connection lost" };

function LiveState() {
  const { stream } = useLive();
  return <span class={`stream ${stream}`} role="status" title="Whether this page follows events as they come"><i />{STREAMS[stream]}</span>;
}
