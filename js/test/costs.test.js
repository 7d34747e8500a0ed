import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { evaluate, quantities, WAYS } from "../src/figures/costs/model.js";

const golden = JSON.parse(await readFile(new URL("costs_golden.json", import.meta.url), "utf8"));

/** @param {unknown} value @param {unknown} expected @param {string} at */
function same(value, expected, at) {
  if (typeof expected === "number") {
    const apart = Math.abs(Number(value) - expected);
    assert.ok(apart <= 1e-12 * Math.abs(expected), `${at}: ${value}, not ${expected}`);
  } else if (expected && typeof expected === "object") {
    assert.deepEqual(Object.keys(Object(value)).sort(), Object.keys(expected).sort(), at);
    for (const [key, part] of Object.entries(expected)) {
      same(Object(value)[key], part, `${at}.${key}`);
    }
  } else assert.equal(value, expected, at);
}

for (const [i, wanted] of golden.states.entries()) {
  test(`what a block and a U-Net cost, state ${i}`, () => {
    const seen = evaluate(golden.manifest, wanted.state);
    same(seen.block, wanted.block, "block");
    same(seen.convolution, wanted.convolution, "convolution");
    assert.deepEqual(WAYS, Object.keys(wanted.ways));
    for (const { name, ...way } of seen.ways) same(way, wanted.ways[name], name);
    const stages = seen.stages.map(({ name, channels, positions, own, block }) => [
      name,
      channels,
      positions,
      own.parameters,
      own.macs,
      block.parameters,
      block.macs,
    ]);
    same(stages, wanted.stages, "stages");
    same(seen.totals, wanted.totals, "totals");
    same(quantities(seen, wanted.state), wanted.quantities, "quantities");
  });
}
