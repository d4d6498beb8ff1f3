// Enters: the sources of this folder and the files that the build wrote. Leaves: build.json beside them, which holds
// one hash over the sources and one hash for each file, so that `fresh.py` can tell without Node whether the two belong
// together. The same rule is written in `fresh.py`: keep them equal.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Plugin } from "vite";

const SOURCES = ["index.html", "package.json", "package-lock.json", "src", "stamp.ts", "tsconfig.json", "vite.config.ts"];

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** One hash over paths and contents, in the order of the paths' code points. */
export function sourceHash(folder: string): string {
  const lines = SOURCES.flatMap((name) => filesBelow(join(folder, name)))
    .map((path) => `${relative(folder, path).split(sep).join("/")} ${sha256(readFileSync(path))}\n`)
    .sort((left, right) => (left < right ? -1 : 1));
  return sha256(lines.join(""));
}

/** Vite plugin: writes `build.json` into the output folder, last of all. */
export function stamp(folder: string, output: string): Plugin {
  return {
    name: "driftline-stamp",
    apply: "build",
    closeBundle() {
      const files = filesBelow(output)
        .map((path) => [relative(output, path).split(sep).join("/"), sha256(readFileSync(path))] as const)
        .filter(([name]) => name !== "build.json")
        .sort(([left], [right]) => (left < right ? -1 : 1));
      const body = { sources: sourceHash(folder), files: Object.fromEntries(files) };
      writeFileSync(join(output, "build.json"), `${JSON.stringify(body, null, 2)}\n`);
    },
  };
}
