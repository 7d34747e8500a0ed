import assert from "node:assert/strict";
import { test } from "node:test";
import {
  errorOf,
  pulls,
  quantities,
  sorted,
  statistics,
} from "../src/figures/squeeze_maps/model.js";
import golden from "./squeeze_golden.json" with { type: "json" };

/** @param {number} got @param {number} wanted @param {string} what */
const near = (got, wanted, what) =>
  assert.ok(Math.abs(got - wanted) < 1e-5, `${what}: ${got}, not ${wanted}`);

test("statistics, errors, pulls and quantities are what torch says", () => {
  for (const state of golden.states) {
    const { picture, channel, loss, a } = state;
    const of = golden.maps[picture].map((map) => sorted(Float64Array.from(map.flat())));
    const all = of.map(statistics);
    for (const [name, values] of Object.entries(state.statistics)) {
      values.forEach((value, k) => {
        near(all[k][/** @type {keyof typeof all[0]} */ (name)], value, `${name} of ${k}`);
      });
    }
    const kind = /** @type {import("../src/figures/squeeze_maps/model.js").Loss} */ (loss);
    near(errorOf(of[channel], kind, a), state.error, "error");
    pulls(of[channel], kind, a).forEach((pull, i) => near(pull, state.pulls[i], "pull"));
    const now = quantities(of[channel], all, channel, kind, a);
    assert.deepEqual(Object.keys(now).sort(), Object.keys(state.quantities).sort());
    for (const [name, value] of Object.entries(state.quantities)) {
      near(now[/** @type {keyof typeof now} */ (name)], value, name);
    }
  }
});
