import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ends, lanes } from "../src/draw/dots.js";
import { evaluate, leaveOut, quantities, scoresOf } from "../src/figures/pick_runs/model.js";
import { same } from "./same.js";

const golden = JSON.parse(await readFile(new URL("picks_golden.json", import.meta.url), "utf8"));

for (const [i, { state, seen, quantities: wanted }] of golden.states.entries()) {
  test(`runs that count, state ${i}`, () => {
    const now = evaluate(golden.manifest, state);
    same(now, seen, "seen");
    same(quantities(now), wanted, "quantities");
  });
}

test("runs are picked as Python picks them, and those of others left alone", () => {
  const { runs } = golden.manifest;
  for (const { way, state, out } of golden.ways) assert.deepEqual(leaveOut(runs, state, way), out);
  const other = golden.states[0].state; // A with C, of task easy; 4 is a run of B
  assert.deepEqual(leaveOut(runs, { ...other, out: [0, 4] }, "all"), [4]);
  assert.deepEqual(leaveOut(runs, { ...other, out: [4, 9] }, "favour"), [0, 2, 4, 9]);
});

test("no dot lies upon another", () => {
  assert.deepEqual(lanes([0.5, 0.1, 0.55, 0.9, 0.58], 0.1), [0, 0, 1, 0, 2]);
  assert.deepEqual(lanes([0, 0, 0], 0.1), [0, 1, 2]);
  const [low, high] = ends(scoresOf(golden.manifest.runs, "hard"));
  assert.ok(low < 0 && high > 1);
});
