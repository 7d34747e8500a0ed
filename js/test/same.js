/** Holds what JavaScript computed to what Python wrote down. */

import assert from "node:assert/strict";

/**
 * Python's None stands for NaN.
 * @param {unknown} got @param {any} wanted @param {string} name
 */
export function same(got, wanted, name) {
  if (wanted !== null && typeof wanted === "object") {
    const all = /** @type {Record<string, unknown>} */ (got);
    assert.deepEqual(Object.keys(all).sort(), Object.keys(wanted).sort(), name);
    for (const key of Object.keys(wanted)) same(all[key], wanted[key], `${name}.${key}`);
  } else if (wanted === null) assert.ok(Number.isNaN(got), `${name} is ${got}`);
  else if (typeof wanted === "string") assert.equal(got, wanted, name);
  else assert.ok(Math.abs(Number(got) - wanted) < 1e-5, `${name} is ${got}, not ${wanted}`);
}
