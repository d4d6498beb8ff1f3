// What is held back, why, and the way to let it go.

import { api, type Quarantine } from "../api.ts";
import { day } from "../format.ts";
import { fullName } from "../names.ts";
import { write } from "../route.ts";
import { Empty, NodeLink, Sign, When } from "./basics.tsx";
import { Ask } from "./confirm.tsx";

const WHO = "driftline.by";

function release(quarantine: Quarantine, by: string): Promise<unknown> {
  localStorage.setItem(WHO, by);
  return api.release(quarantine.id, by);
}

export function QuarantineList({ quarantines, empty, withIncident = false }: { quarantines: readonly Quarantine[]; empty: string; withIncident?: boolean }) {
  if (!quarantines.length) return <Empty>{empty}</Empty>;
  return (
    <ul class="quarantines">
      {quarantines.map((each) => (
        <li key={each.id} class={each.released_us ? "released" : ""}>
          <Sign look={each.released_us ? "good" : "held"} />
          <div>
            <b><NodeLink id={each.node} /></b>{each.since_us ? <span class="muted"> from {day(each.since_us)} on</span> : null}
            <p>{each.reason}</p>
            <p class="muted">
              Held <When us={each.created_us} />
              {each.released_us ? <> · released <When us={each.released_us} />{each.released_by && ` by ${each.released_by}`}</> : null}
              {withIncident && each.incident && <> · <a href={write({ page: "incident", id: each.incident })}>incident {each.incident.slice(0, 8)}</a></>}
            </p>
          </div>
          {!each.released_us && (
            <Ask label="Release" title={`Release ${fullName(each.node)}?`} field={{ name: "Released by", initial: localStorage.getItem(WHO) ?? "" }} run={(by) => release(each, by)}>
              <p>Answers may stand on it again at once. Release it when the data has been corrected or found to be right.</p>
            </Ask>
          )}
        </li>
      ))}
    </ul>
  );
}
