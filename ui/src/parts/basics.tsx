// Small pieces that every page is made of: times, money, states as shape and word, links to nodes, and what is shown while
// there is nothing to show (loading, empty, error).

import type { ComponentChildren } from "preact";
import type { ApiError, IncidentState, Severity } from "../api.ts";
import * as format from "../format.ts";
import type { Loaded } from "../load.ts";
import { fullName, parse } from "../names.ts";
import { lineageOf } from "../route.ts";

export function When({ us }: { us: number | undefined }) {
  if (!us) return <span class="muted">–</span>;
  const hint = format.relative(us);
  return (
    <time dateTime={new Date(us / 1000).toISOString()} title={new Date(us / 1000).toISOString()}>
      {format.time(us)}{hint && <span class="muted"> · {hint}</span>}
    </time>
  );
}

/** A sentence whose dates are never broken over two lines. */
export function Sentence({ text }: { text: string }) {
  return <>{text.split(/(\d{4}-\d\d-\d\d)/).map((part, index) => (index % 2 ? <span class="nowrap">{part}</span> : part))}</>;
}

export type Look = "bad" | "held" | "good" | "warn" | "quiet" | "accent";
const SHAPES: Record<Look, string> = {
  bad: "M8 1.5l6.8 12.5H1.2z",
  held: "M2.5 2.5h11v11h-11z",
  good: "M8 1.3a6.7 6.7 0 1 0 .01 0zM4.8 8.2l2.3 2.3 4.2-4.6",
  warn: "M8 1.2L14.8 8 8 14.8 1.2 8z",
  quiet: "M8 3a5 5 0 1 0 .01 0z",
  accent: "M8 3a5 5 0 1 0 .01 0z",
};

/** A state as shape and colour; the word beside it says the same. */
export function Sign({ look, size = 14, hollow = false }: { look: Look; size?: number; hollow?: boolean }) {
  return <svg class={`sign ${look}${hollow ? " hollow" : ""}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true"><path d={SHAPES[look]} /></svg>;
}

const STATES: Record<IncidentState, Look> = { open: "bad", contained: "held", resolved: "good" };

export function State({ state = "open" }: { state?: IncidentState | undefined }) {
  return <span class={`state ${STATES[state]}`}><Sign look={STATES[state]} />{state}</span>;
}

const GRADES: Record<Severity, Look> = { alarm: "bad", warn: "warn", note: "quiet" };

export function Grade({ severity = "note" }: { severity?: Severity | undefined }) {
  return <span class={`state ${GRADES[severity]}`}><Sign look={GRADES[severity]} size={12} />{severity}</span>;
}

const ACTIONS: Record<string, Look> = { allow: "good", flag: "warn", abstain: "held", fallback: "held", block: "bad", escalate: "warn" };

/** What a guard decided; what it would have done, where it only observed, looks quiet. */
export function Deed({ action = "allow", mode }: { action?: string | undefined; mode?: string | undefined }) {
  const word = format.decided(action, mode);
  const look = word === action ? ACTIONS[action] ?? "quiet" : "quiet";
  return <span class={`state ${look}`}><Sign look={look} size={12} />{word}</span>;
}

const STATUS: Record<string, Look> = { drift: "warn", changed: "warn", quarantined: "held" };

export function Status({ status }: { status: string | undefined }) {
  if (!status) return <span class="muted">ok</span>;
  const look = STATUS[status] ?? "quiet";
  return <span class={`state ${look}`}><Sign look={look} size={12} />{status}</span>;
}

export function NodeLink({ id, children }: { id: string; children?: ComponentChildren }) {
  return <a class="node" href={lineageOf(id)} title={id}>{children ?? fullName(id)}</a>;
}

/** An endpoint, given as a node id or as a name. */
export function EndpointName({ of }: { of: string }) {
  return <>{/^(dataset|job):/.test(of) ? parse(of).name : of}</>;
}

export function Cash({ value, currency }: { value: number | undefined; currency?: string | undefined }) {
  return <span class="cash">{format.money(value, currency)}</span>;
}

export function Tile({ name, value, hint, look }: { name: string; value: ComponentChildren; hint?: ComponentChildren; look?: Look | undefined }) {
  return <div class={`tile ${look ?? ""}`}><dt>{name}</dt><dd>{value}</dd>{hint && <dd class="hint">{hint}</dd>}</div>;
}

export function Section({ title, hint, children, tools }: { title: string; hint?: ComponentChildren; children: ComponentChildren; tools?: ComponentChildren }) {
  return (
    <section>
      <header class="section"><h2>{title}</h2>{hint && <span class="muted">{hint}</span>}{tools && <div class="tools">{tools}</div>}</header>
      {children}
    </section>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Failure({ error, again }: { error: ApiError; again?: () => void }) {
  return (
    <div class="failure" role="alert">
      <Sign look="bad" />
      <div><b>{error.message}</b>{error.hint && <p>{error.hint}</p>}</div>
      {again && <button type="button" onClick={again}>Try again</button>}
    </div>
  );
}

/** Whatever a question to the server has come to: its answer, the reason why there is none, or a wait. */
export function Answered<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  if (of.data === undefined) return of.error ? <Failure error={of.error} again={of.again} /> : <Loading />;
  return <>{of.error && <Failure error={of.error} again={of.again} />}{children(of.data)}</>;
}

export function Loading() {
  return <div class="loading" role="status"><span class="sr">Loading</span><i /><i /><i /></div>;
}
