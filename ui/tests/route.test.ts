import { expect, test } from "vitest";
import { read, write, type Route } from "../src/route.ts";

test("no fragment is the landing page", () => expect(read("")).toEqual({ page: "incidents" }));

test("every route survives being written and read", () => {
  const routes: Route[] = [
    { page: "incidents" }, { page: "incident", id: "019a" }, { page: "guards" }, { page: "answers", endpoint: "refund-desk" },
    { page: "answer", id: "a/b?c" }, { page: "lineage", node: "dataset:s3://lake:a b/c#xxh3:1", columns: true, asOf: "2013-09-16", query: "" },
  ];
  for (const route of routes) expect(read(write(route))).toEqual(route);
});

test("an unknown page says so instead of showing another one", () => expect(read("#/nowhere")).toEqual({ page: "lost", path: "nowhere" }));
