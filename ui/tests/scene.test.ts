import { expect, test } from "vitest";
import type { IncidentReport } from "../src/api.ts";
import { dressIncident, mainPath } from "../src/graph/scene.ts";

const report = {
  incident: {
    id: "i", title: "t", opened_us: 1, updated_us: 1, symptom: "f", endpoints: ["desk"],
    causes: [{ rank: 1, node: "datasetField:file:feed:x", kind: "feed", score: 0.9, sentence: "", path: ["dataset:file:feed", "dataset:d:desk"] }],
  },
  findings: [{ id: "f", dataset: { namespace: "d", name: "desk" }, version: "", detector: "", kind: "", statistic: "", time_us: 1, sentence: "" }],
  quarantines: [
    { id: "q", node: "dataset:file:feed#xxh3:1", reason: "", created_us: 1 },
    { id: "r", node: "dataset:d:desk", reason: "", created_us: 1, released_us: 2 },
  ],
  graph: {
    nodes: ["dataset:file:feed", "job:d:j", "dataset:d:desk"].map((id) => ({ id, type: id.startsWith("job") ? "JOB" as const : "DATASET" as const, label: id })),
    edges: [{ from: "dataset:file:feed", to: "job:d:j", kind: "READ" }, { from: "job:d:j", to: "dataset:d:desk", kind: "WRITE" }],
  },
} satisfies IncidentReport;

test("a cause that is a column marks its dataset; a released quarantine marks nothing", () => {
  const { marks } = dressIncident(report);
  expect(marks.get("dataset:file:feed")).toEqual(["cause", "quarantined"]);
  expect(marks.get("dataset:d:desk")).toEqual(["symptom", "endpoint"]);
});
test("the path takes in the jobs between its datasets", () => {
  const ids = new Set(report.graph.nodes.map((node) => node.id));
  expect([...mainPath(["dataset:file:feed", "dataset:d:desk"], ids, report.graph.edges)]).toContain("job:d:j");
});
