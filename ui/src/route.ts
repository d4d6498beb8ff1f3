// Enters: the fragment of the address, such as `#/lineage?node=dataset:file:features`. Leaves: which page and with what.
// Fragments, because the page is then one static file that works below any root path and without rewriting rules.

import { useEffect, useState } from "preact/hooks";

export type Route =
  | { page: "incidents" }
  | { page: "incident"; id: string }
  | { page: "lineage"; node: string; columns: boolean; asOf: string; query: string }
  | { page: "answers"; endpoint: string }
  | { page: "answer"; id: string }
  | { page: "guards" }
  | { page: "lost"; path: string };

/** The route that a fragment means. */
export function read(fragment: string): Route {
  const [path = "", search = ""] = fragment.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [page = "", ...rest] = path.split("/");
  const key = decode(rest.join("/"));
  const query = new URLSearchParams(search);
  const value = (name: string) => query.get(name) ?? "";
  if (page === "" || (page === "incidents" && !key)) return { page: "incidents" };
  if (page === "incidents") return { page: "incident", id: key };
  if (page === "lineage")
    return { page, node: value("node"), columns: value("columns") === "1", asOf: value("as_of"), query: value("q") };
  if (page === "answers") return key ? { page: "answer", id: key } : { page, endpoint: value("endpoint") };
  return page === "guards" ? { page } : { page: "lost", path };
}

/** The fragment that means a route; `read(write(route))` equals `route`. */
export function write(route: Route): string {
  switch (route.page) {
    case "incident": return `#/incidents/${encodeURIComponent(route.id)}`;
    case "answer": return `#/answers/${encodeURIComponent(route.id)}`;
    case "answers": return `#/answers${suffix({ endpoint: route.endpoint })}`;
    case "lineage":
      return `#/lineage${suffix({ node: route.node, columns: route.columns ? "1" : "", as_of: route.asOf, q: route.query })}`;
    case "lost": return `#/${route.path}`;
    default: return `#/${route.page}`;
  }
}

/** The address of a node's lineage. */
export function lineageOf(node: string): string {
  return write({ page: "lineage", node, columns: false, asOf: "", query: "" });
}

/** Go to a route; `replace` leaves no step to go back to. */
export function go(route: Route, replace = false): void {
  if (replace) {
    history.replaceState(null, "", write(route));
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = write(route);
}

/** The route of the page, followed as it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => read(location.hash));
  useEffect(() => {
    const follow = () => setRoute(read(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

function suffix(pairs: Record<string, string>): string {
  const kept = Object.entries(pairs).filter(([, value]) => value);
  return kept.length ? `?${new URLSearchParams(kept).toString()}` : "";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
