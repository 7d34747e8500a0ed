import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  answerOf,
  course,
  maskOf,
  pictureOf,
  quantities,
  rowsOf,
} from "../src/figures/gates_learn/model.js";

const golden = JSON.parse(
  await readFile(new URL("gates_learn_golden.json", import.meta.url), "utf8"),
);
const { manifest } = golden;
const arrays = Object.fromEntries(
  Object.entries(golden.arrays).map(([name, codes]) => [
    name,
    Uint8Array.from(/** @type {number[]} */ (codes)),
  ]),
);

/** @param {ArrayLike<number>} values @param {ArrayLike<number>} expected */
function close(values, expected) {
  assert.equal(values.length, expected.length);
  for (let i = 0; i < values.length; i++) assert.ok(Math.abs(values[i] - expected[i]) < 1e-9);
}

for (const [i, wanted] of golden.states.entries()) {
  test(`two trainings at one moment, state ${i}`, () => {
    const { state } = wanted;
    const seen = course(manifest, arrays, state.block);
    manifest.seeds.forEach((/** @type {number} */ _, /** @type {number} */ s) => {
      close(rowsOf(seen[s], state.picture, state.show), wanted.rows[s].flat());
      close([seen[s].moved[state.moment]], [wanted.moved[s]]);
      close([seen[s].apart[state.moment]], [wanted.apart[s]]);
      close(seen[s].way, wanted.way[s]);
      const mask = maskOf(manifest, arrays, state, s);
      if (wanted.masks) close(mask ?? [], wanted.masks[s].flat());
      else assert.equal(mask, undefined);
      close(answerOf(manifest, arrays, state, s), wanted.answers[s].flat());
    });
    const found = quantities(manifest, seen, state.moment);
    assert.deepEqual(Object.keys(found), Object.keys(wanted.quantities));
    close(Object.values(found), Object.values(wanted.quantities));
  });
}

test("the picture at the places of an answer", () => {
  const { images } = golden.arrays;
  close(
    pictureOf(manifest, arrays, 1),
    [5, 7, 13, 15].map((i) => images[16 + i]),
  );
});
