// Enters: node ids such as `dataset:file:feed/flights#xxh3:…`. Leaves: their parts and short labels for people.
// The rule is that of `src/driftline/event/names.py`. A namespace may hold colons (`s3://lake`, `postgres://host:5432`),
// so the name is what follows the last colon that is no part of an address.

import type { Dataset, Finding, GraphNode } from "./api.ts";

export interface Parts { type: string; namespace: string; name: string; column: string; version: string }

/** The parts of a node id; those that it does not have are "". */
export function parse(id: string): Parts {
  const colon = id.indexOf(":");
  const type = id.slice(0, colon);
  let rest = id.slice(colon + 1);
  const parts: Parts = { type, namespace: "", name: rest, column: "", version: "" };
  if (type === "run" || colon < 0) return parts;
  if (type === "dataset") {
    const hash = rest.indexOf("#");
    if (hash >= 0) {
      parts.version = rest.slice(hash + 1);
      rest = rest.slice(0, hash);
    }
  }
  if (type === "datasetField") {
    const cut = rest.lastIndexOf(":");
    parts.column = rest.slice(cut + 1);
    rest = rest.slice(0, cut);
  }
  const split = /^((?:[a-z][a-z0-9+.-]*:\/\/[^:/]*(?::\d+)?)|[^:]*):(.*)$/i.exec(rest);
  parts.namespace = split?.[1] ?? "";
  parts.name = split?.[2] ?? rest;
  return parts;
}

/** The node id of a dataset. */
export function datasetId(dataset: Dataset): string {
  return `dataset:${dataset.namespace}:${dataset.name}`;
}

/** The id of the dataset that a column or a version belongs to; any other id as it is. */
export function owner(id: string): string {
  const parts = parse(id);
  if (parts.type !== "dataset" && parts.type !== "datasetField") return id;
  return datasetId(parts);
}

/** Full name for people: `feed/flights.arr_delay`, `feed/flights @ 1f3a…`. */
export function fullName(id: string): string {
  const { name, column, version } = parse(id);
  if (column) return `${name}.${column}`;
  return version ? `${name} @ ${shortVersion(version)}` : name;
}

/** Last two parts of a path at most, cut in the middle when longer than `limit` characters. */
export function shortLabel(name: string, limit = 22): string {
  const tail = name.split("/").slice(-2).join("/");
  const text = tail.length <= limit ? tail : (name.split("/").at(-1) ?? name);
  if (text.length <= limit) return text;
  const half = Math.floor((limit - 1) / 2);
  return `${text.slice(0, limit - 1 - half)}…${text.slice(-half)}`;
}

/** What is written on a node of a graph. */
export function nodeLabel(node: GraphNode): string {
  const parts = parse(node.id);
  if (node.type === "FIELD") return shortLabel(parts.column || node.label);
  return shortLabel(node.type === "RUN" ? node.label || parts.name.slice(-8) : parts.name || node.label);
}

/** `xxh3:1f3a9c02…` as `1f3a9c02`; short ones as they are. */
export function shortVersion(version: string): string {
  const bare = version.includes(":") ? version.slice(version.indexOf(":") + 1) : version;
  return bare.length > 10 ? bare.slice(0, 8) : bare;
}

/** `feed/flights.arr_delay` of a finding. */
export function subject(finding: Finding): string {
  return finding.dataset.name + (finding.column ? `.${finding.column}` : "");
}
