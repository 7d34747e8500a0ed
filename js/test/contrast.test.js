import assert from "node:assert/strict";
import { test } from "node:test";
import { blend, nearest, weightedSum } from "../src/ground/maths.js";

test("a blend has its ends and its middle", () => {
  const a = [0.2, 1];
  const b = [0.6, 0];
  assert.deepEqual(Array.from(blend(a, b, 0)), a);
  assert.deepEqual(Array.from(blend(a, b, 1)), b);
  assert.deepEqual(Array.from(blend(a, b, 0.5)), [0.4, 0.5]);
});

test("nearest takes the first of equals", () => {
  assert.equal(nearest([0, 1 / 3, 2 / 3, 1], 0.333333), 1);
  assert.equal(nearest([0, 1], 0.5), 0);
  assert.equal(nearest([0, 1], -7), 0);
});

test("a weighted sum of maps is rounded and stays within 0..255", () => {
  const maps = [1, 2, 100, 10, 0, 100]; // two maps of three positions
  assert.deepEqual(Array.from(weightedSum([2, 0.25], maps)), [4, 4, 225]);
  assert.deepEqual(Array.from(weightedSum([2, 1], maps)), [12, 4, 255]);
  assert.deepEqual(Array.from(weightedSum([-1, 0], maps)), [0, 0, 0]);
});
