import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { stamp } from "./stamp.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const output = fileURLToPath(new URL("../src/driftline/serve/static", import.meta.url));

export default defineConfig({
  base: "./", // works below any root path
  build: {
    outDir: output,
    emptyOutDir: true,
    assetsInlineLimit: 0, // a strict content security policy forbids data: addresses
    modulePreload: false,
    target: "es2022",
  },
  plugins: [stamp(folder, output)],
  server: { proxy: { "/api": "http://127.0.0.1:8621" } },
  test: { include: ["tests/**/*.test.ts"] },
});
