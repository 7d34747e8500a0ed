import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { FIELDS } from "../src/figures/family_cards/members.js";
import { compare, montage, quantities, rank, shares } from "../src/figures/family_cards/model.js";

const golden = JSON.parse(await readFile(new URL("family_golden.json", import.meta.url), "utf8"));

/** @param {ArrayLike<number>} values @param {ArrayLike<number>} expected */
function close(values, expected) {
  assert.equal(values.length, expected.length);
  for (let i = 0; i < values.length; i++) {
    assert.ok(Math.abs(values[i] - expected[i]) < 1e-7, `${i}: ${values[i]}, not ${expected[i]}`);
  }
}

test("every member has its arithmetic", () => {
  assert.deepEqual(
    Object.keys(FIELDS).sort(),
    golden.members.map((/** @type {{name: string}} */ { name }) => name).sort(),
  );
});

for (const wanted of golden.states) {
  const { left, right, input, weights } = wanted.state;
  test(`${left} and ${right}, ${input}, ${weights}`, () => {
    const now = compare(golden.members, golden.maps, golden.shape, wanted.state);
    close(now.left.field, wanted.left.field);
    for (const side of /** @type {const} */ (["left", "right"])) {
      close(now[side].out, wanted[side].out);
      close(now[side].shares, wanted[side].shares);
      close([now[side].rank, now[side].moved], [wanted[side].rank, wanted[side].moved]);
    }
    const found = quantities(now);
    const names = Object.keys(wanted.quantities).sort();
    assert.deepEqual(Object.keys(found).sort(), names);
    close(
      names.map((name) => found[name] / 100),
      names.map((name) => wanted.quantities[name] / 100),
    );
  });
}

test("a constant depends on nothing", () => {
  assert.deepEqual(shares(new Float64Array(12).fill(0.5), 3), [0, 0, 0]);
  assert.equal(rank(new Float64Array(12), 3), 0);
});

test("tiles stand four in a row, with nothing between them", () => {
  const { values, height, width } = montage([1, 2, 3, 4, 5], [5, 1, 1]);
  assert.deepEqual([height, width], [3, 7]);
  const row = [1, NaN, 2, NaN, 3, NaN, 4];
  assert.deepEqual(Array.from(values), [...row, ...Array(7).fill(NaN), 5, ...Array(6).fill(NaN)]);
});
