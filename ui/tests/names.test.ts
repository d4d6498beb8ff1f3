// The ids are those that `driftline.event.names` makes.
import { expect, test } from "vitest";
import { fullName, nodeLabel, owner, parse, shortLabel, shortVersion } from "../src/names.ts";

test("a dataset id has a namespace, a name and a version", () => {
  expect(parse("dataset:file:feed/flights#xxh3:0011")).toEqual({ type: "dataset", namespace: "file", name: "feed/flights", column: "", version: "xxh3:0011" });
});
test("a namespace may be an address", () => {
  expect(parse("dataset:s3://lake:orders.csv")).toMatchObject({ namespace: "s3://lake", name: "orders.csv" });
  expect(parse("dataset:postgres://db:5432:shop.orders")).toMatchObject({ namespace: "postgres://db:5432", name: "shop.orders" });
});
test("columns and versions belong to their dataset", () => {
  expect(owner("datasetField:file:features:arr_delay")).toBe("dataset:file:features");
  expect(owner("dataset:file:features#xxh3:00")).toBe("dataset:file:features");
  expect(owner("job:etl:build")).toBe("job:etl:build");
});
test("names are written for people", () => {
  expect(fullName("datasetField:file:feed/flights:arr_delay")).toBe("feed/flights.arr_delay");
  expect(shortVersion("xxh3:0123456789abcdef")).toBe("01234567");
  expect(nodeLabel({ id: "job:etl:build_features", type: "JOB", label: "x" })).toBe("build_features");
});
test("a long name keeps its ends", () => {
  expect(shortLabel("warehouse/very/deep/table")).toBe("deep/table");
  expect(shortLabel("a_table_with_a_very_long_name_indeed", 12)).toHaveLength(12);
});
