import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate, quantities } from "../src/figures/receptive_field/model.js";
import golden from "./receptive_golden.json" with { type: "json" };

/** @typedef {import("../src/figures/receptive_field/model.js").Manifest} Manifest */
/** @typedef {import("../src/figures/receptive_field/model.js").State} State */

/** @param {number | null} value of JSON, where no gradient is null */
const number = (value) => (value === null ? NaN : value);

/** @param {number} got @param {number | null} wanted @param {string} what */
const near = (got, wanted, what) =>
  assert.ok(
    wanted === null ? Number.isNaN(got) : Math.abs(got - wanted) < 1e-5,
    `${what}: ${got}, not ${wanted}`,
  );

test("squares, shares, gradients and quantities are what torch says", () => {
  const manifest = /** @type {Manifest} */ (/** @type {unknown} */ (golden.manifest));
  const arrays = Object.fromEntries(
    Object.entries(golden.arrays).map(([name, values]) => [
      name,
      Float64Array.from(/** @type {(number | null)[]} */ (values), number),
    ]),
  );
  for (const told of golden.states) {
    const state = /** @type {State} */ (/** @type {unknown} */ (told.state));
    const [seen, wanted] = [evaluate(manifest, arrays, state), told.seen];
    assert.equal(seen.stage, wanted.stage);
    assert.deepEqual(seen.pixel, wanted.pixel);
    assert.deepEqual(seen.window, wanted.window);
    assert.deepEqual(seen.square ?? null, wanted.square);
    for (const name of /** @type {const} */ (["side", "share", "effective", "outside", "value"])) {
      near(seen[name], wanted[name], name);
    }
    wanted.seen.flat().forEach((value, p) => near(seen.seen[p], value, `gradient at ${p}`));
    const now = quantities(seen, state.gates);
    assert.deepEqual(Object.keys(now).sort(), Object.keys(told.quantities).sort());
    for (const [name, value] of Object.entries(told.quantities)) {
      near(now[/** @type {keyof typeof now} */ (name)], value, name);
    }
  }
});
