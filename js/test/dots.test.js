import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { evaluate, quantities } from "../src/figures/sweep_dots/model.js";
import { same } from "./same.js";

const golden = JSON.parse(await readFile(new URL("dots_golden.json", import.meta.url), "utf8"));

const numbers = (/** @type {(number | null)[]} */ values) => values.map((value) => value ?? NaN);
const arrays = { lost: numbers(golden.lost), known: numbers(golden.known) };

for (const [i, { state, seen, quantities: wanted }] of golden.states.entries()) {
  test(`what is lost and known, state ${i}`, () => {
    const now = evaluate(golden.manifest, arrays, state);
    same(now, seen, "seen");
    same(quantities(now, golden.manifest, state), wanted, "quantities");
  });
}
