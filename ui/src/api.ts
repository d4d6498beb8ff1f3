// Enters: calls by the pages. Leaves: the records of the HTTP interface, typed as `src/driftline/event/*.py` defines them.
// The server leaves out fields that hold their default, so those are optional here and read with `?? default`.
// Addresses are relative to the page, which lets the whole thing live below any root path.

export type NodeType = "DATASET" | "VERSION" | "FIELD" | "JOB" | "RUN";
export type NodeStatus = "" | "drift" | "changed" | "quarantined";
export interface GraphNode {
  id: string; type: NodeType; label: string; kind?: string; depth?: number; time_us?: number; status?: string;
}
export interface Link { from: string; to: string; kind: string; provenance?: string; confidence?: number; through?: number }
export type Layout = Record<string, [number, number]>;
export interface Disagreement { from: string; to: string; declared: string[]; observed: string[]; by: string; run: string }
export interface Subgraph { nodes: GraphNode[]; edges: Link[]; layout?: Layout; disagreements?: Disagreement[] }
export interface ColumnCells { name: string; change: "changed" | "came" | "went"; rows?: [number, number][] }
export interface DataChange { node: string; before: string; after: string; verdict: string; sentence?: string; columns?: ColumnCells[] }
export interface FieldChange { node: string; field: string; before: string | null; after: string | null }
export interface Difference { node?: string; data?: DataChange[]; fields?: FieldChange[]; sentence?: string }

export interface Dataset { namespace: string; name: string }
export interface Field { name: string; type?: string }
export interface Histogram { shares: number[]; edges?: number[]; labels?: string[] }
export interface Evidence {
  reference?: Histogram | null; current?: Histogram | null; series?: [number, number][];
  low?: number | null; high?: number | null;
}
export type Severity = "note" | "warn" | "alarm";
export interface Finding {
  id: string; dataset: Dataset; version: string; partition?: string; column?: string; detector: string; kind: string;
  statistic: string; reference?: number | null; current?: number | null; p_value?: number; size?: number;
  severity?: Severity; time_us: number; sentence: string; evidence?: Evidence;
}
export interface Change {
  id: string; kind: string; node: string; run?: string; version?: string; before?: string; after?: string;
  time_us: number; sentence: string;
}
export interface Cause {
  rank: number; node: string; kind: string; score: number; sentence: string; evidence?: string[]; path?: string[];
  version?: string; time_us?: number;
}
export interface Money {
  currency?: string; paid?: number; expected?: number; lost?: number; avoided?: number; answers?: number; held?: number;
  others?: Record<string, number>;
}
export type IncidentState = "open" | "contained" | "resolved";
export interface Incident {
  id: string; state?: IncidentState; title: string; opened_us: number; updated_us: number; first_bad_us?: number;
  first_bad?: string; symptom: string; causes?: Cause[]; unknown?: number; findings?: string[]; changes?: string[];
  hit?: string[]; endpoints?: string[]; money?: Money;
}
export interface Quarantine {
  id: string; node: string; since_us?: number; reason: string; incident?: string; created_us: number;
  released_us?: number; released_by?: string;
}
export interface IncidentReport {
  incident: Incident; findings?: Finding[]; changes?: Change[]; graph?: Subgraph; quarantines?: Quarantine[];
  actions?: string[]; layout?: Layout;
}

export interface DatasetSummary {
  node: string; dataset: Dataset; kind?: string; versions?: number; latest?: string; partition?: string;
  rows?: number | null; updated_us?: number; status?: string;
}
export interface VersionSummary {
  node: string; version: string; partition?: string; rows?: number | null; bytes?: number | null; fingerprint?: string;
  time_us?: number; run?: string; job?: string; status?: string;
}
export interface ColumnSummary {
  name: string; type?: string; null_share?: number | null; distinct?: number | null; mean?: number | null;
  minimum?: number | string | null; maximum?: number | string | null; histogram?: Histogram | null;
}
export interface DatasetReport {
  summary: DatasetSummary; fields?: Field[]; columns?: ColumnSummary[]; versions?: VersionSummary[];
  findings?: Finding[];
}

export type Action = "allow" | "flag" | "abstain" | "fallback" | "block" | "escalate";
export interface Reason { rule: string; observed: string; limit?: string; evidence?: string[] }
export interface Verdict {
  action?: Action; reasons?: Reason[]; policy?: string; mode?: "off" | "observe" | "enforce"; error?: string;
  money_avoided?: number;
}
export interface Source { role: string; version: { dataset: Dataset; version: string } }
export interface Retrieved { content: string; document?: string; score?: number; source?: Source["version"] | null }
export interface Answer {
  id: string; time_us: number; endpoint: string; partition?: string; sources?: Source[]; documents?: Retrieved[]; perhaps?: number;
  features?: Record<string, number | string | boolean | null>; question?: string; text?: string; text_hash?: string; decision?: string;
  score?: number | null; money?: number; currency?: string; verdict?: Verdict; trace?: string;
}
export interface Trail { content: string; document?: string; score?: number; steps?: { node: string; job?: string; run?: string }[] }
export interface Explanation {
  answer: Answer; documents?: Trail[]; graph?: Subgraph; findings?: Finding[]; changes?: Change[]; data?: DataChange[]; incidents?: Incident[];
  sentence?: string; layout?: Layout;
}
export interface Impact {
  node: string; graph?: Subgraph; datasets?: number; jobs?: number; endpoints?: string[]; answers?: number;
  money?: number; currency?: string; others?: Record<string, number>; sentence?: string;
}
export interface Guards { quarantines: Quarantine[]; decisions: Partial<Record<Action, number>> }
export interface Overview {
  events?: Record<string, number>; datasets?: number; jobs?: number; runs?: number; versions?: number; answers?: number;
  money?: number; avoided?: number; currency?: string; others?: Record<string, number>; decisions?: Partial<Record<Action, number>>;
  incidents?: Partial<Record<IncidentState, number>>; endpoints?: string[]; updated_us?: number;
}
export interface Hit { id: string; label: string; kind?: string }

/** A refusal of the server: what happened and what to do next. `status` is 0 when it could not be reached. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly hint: string) {
    super(message);
  }
}

const BASE = "api/v1/";

type Query = Record<string, string | number | boolean | undefined>;

function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== "" && value !== false);
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return BASE + path + (text ? `?${text}` : "");
}

async function refusal(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string; hint?: string } };
    return new ApiError(response.status, error.code, error.message, error.hint ?? "");
  } catch {
    return new ApiError(response.status, "http", `The server answered ${response.status}.`, "Look into the server's log.");
  }
}

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch {
    throw new ApiError(0, "unreachable", "The server cannot be reached.", "Check that `driftline serve` is running.");
  }
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as T;
}

function get<T>(path: string, query?: Query): Promise<T> {
  return call<T>(address(path, query), { headers: { accept: "application/json" } });
}

function post<T>(path: string, body: object = {}): Promise<T> {
  return call<T>(address(path), {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
}

const id = encodeURIComponent;

export interface GraphQuestion {
  node: string; direction?: "both" | "up" | "down"; depth?: number; columns?: boolean; as_of?: string;
}

export const api = {
  overview: () => get<Overview>("overview"),
  incidents: (state = "", limit = 50, offset = 0) =>
    get<{ incidents: Incident[]; total: number }>("incidents", { state, limit, offset }),
  incident: (key: string) => get<IncidentReport>(`incidents/${id(key)}`),
  resolve: (key: string) => post<Incident>(`incidents/${id(key)}/resolve`),
  graph: (question: GraphQuestion) => get<Subgraph>("graph", { ...question }),
  datasets: (q = "", limit = 50, offset = 0) =>
    get<{ datasets: DatasetSummary[]; total: number }>("datasets", { q, limit, offset }),
  dataset: (node: string) => get<DatasetReport>("dataset", { node }),
  versus: (before: string, after: string) => get<Difference>("diff/versions", { before, after }),
  answers: (endpoint = "", limit = 50, before = "") => get<{ answers: Answer[] }>("answers", { endpoint, limit, before }),
  why: (key: string) => get<Explanation>(`answers/${id(key)}/why`),
  impact: (node: string) => get<Impact>("impact", { node }),
  guards: () => get<Guards>("guards"),
  quarantine: (node: string, reason: string) => post<Quarantine>("guards/quarantine", { node, reason }),
  release: (key: string, by: string) => post<Quarantine>(`guards/${id(key)}/release`, { by }),
  search: (q: string) => get<{ nodes: Hit[] }>("find", { q }),
  live: () => new EventSource(`${BASE}live`),
};
