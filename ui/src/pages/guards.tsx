// What the guards hold back now, and how they have decided so far.

import { api, type Action } from "../api.ts";
import { count, percent, plural } from "../format.ts";
import { useLoad } from "../load.ts";
import { Answered, Deed, Empty, Section } from "../parts/basics.tsx";
import { QuarantineList } from "../parts/quarantines.tsx";

const ORDER: Action[] = ["allow", "flag", "abstain", "fallback", "block", "escalate"];
const MEANING: Record<Action, string> = {
  allow: "went out as it was", flag: "went out, marked", abstain: "no answer was given", fallback: "a safe answer went out instead",
  block: "was stopped", escalate: "went to a person",
};

export function GuardsPage() {
  const guards = useLoad(() => api.guards(), "guards");
  return (
    <>
      <h1>Guards</h1>
      <Answered of={guards}>
        {({ quarantines, decisions }) => {
          const active = quarantines.filter((each) => !each.released_us);
          const released = quarantines.filter((each) => each.released_us);
          return (
            <div class="two">
              <Section title="In quarantine" hint={active.length ? plural(active.length, "node") : ""}>
                <QuarantineList quarantines={active} empty="Nothing is in quarantine. Every version may be used." withIncident />
                {released.length > 0 && <><h3>Released</h3><QuarantineList quarantines={released} empty="" withIncident /></>}
              </Section>
              <Section title="Decisions" hint="of all guards"><Decisions counts={decisions} /></Section>
            </div>
          );
        }}
      </Answered>
    </>
  );
}

function Decisions({ counts }: { counts: Partial<Record<Action, number>> }) {
  const total = Object.values(counts).reduce((sum, each) => sum + (each ?? 0), 0);
  if (!total) return <Empty>No guard has decided anything yet. Wrap an endpoint with <code>driftline.guard(…)</code>.</Empty>;
  return (
    <table class="decisions">
      <thead><tr><th scope="col">Decision</th><th scope="col">The answer</th><th scope="col" class="num">Count</th><th scope="col" class="num">Share</th></tr></thead>
      <tbody>
        {ORDER.filter((action) => counts[action]).map((action) => (
          <tr key={action}><td><Deed action={action} /></td><td class="muted">{MEANING[action]}</td><td class="num">{count(counts[action])}</td><td class="num">{percent((counts[action] ?? 0) / total)}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
