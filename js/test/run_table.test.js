import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { evaluate, quantities } from "../src/figures/run_table/model.js";
import { same } from "./same.js";

const golden = JSON.parse(
  await readFile(new URL("run_table_golden.json", import.meta.url), "utf8"),
);

for (const [i, { state, seen, quantities: wanted }] of golden.states.entries()) {
  test(`a table of runs, state ${i}`, () => {
    const now = evaluate(golden.manifest, state);
    same(now, seen, "seen");
    same(quantities(now, state), wanted, "quantities");
  });
}
