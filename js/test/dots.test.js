import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { evaluate, quantities } from "../src/figures/sweep_dots/model.js";

const golden = JSON.parse(await readFile(new URL("dots_golden.json", import.meta.url), "utf8"));

/** Python's None stands for NaN. @param {unknown} got @param {any} wanted @param {string} name */
function same(got, wanted, name) {
  if (wanted !== null && typeof wanted === "object") {
    const all = /** @type {Record<string, unknown>} */ (got);
    assert.deepEqual(Object.keys(all).sort(), Object.keys(wanted).sort(), name);
    for (const key of Object.keys(wanted)) same(all[key], wanted[key], `${name}.${key}`);
  } else if (wanted === null) assert.ok(Number.isNaN(got), `${name} is ${got}`);
  else if (typeof wanted === "string") assert.equal(got, wanted, name);
  else assert.ok(Math.abs(Number(got) - wanted) < 1e-5, `${name} is ${got}, not ${wanted}`);
}

const numbers = (/** @type {(number | null)[]} */ values) => values.map((value) => value ?? NaN);
const arrays = { lost: numbers(golden.lost), known: numbers(golden.known) };

for (const [i, { state, seen, quantities: wanted }] of golden.states.entries()) {
  test(`what is lost and known, state ${i}`, () => {
    const now = evaluate(golden.manifest, arrays, state);
    same(now, seen, "seen");
    same(quantities(now, golden.manifest, state), wanted, "quantities");
  });
}
