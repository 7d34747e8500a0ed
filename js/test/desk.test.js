import assert from "node:assert/strict";
import { test } from "node:test";
import { bases, editFrom, valueIn } from "../src/desk/bases.js";
import { afterGates, asItComes } from "../src/desk/recalibrated.js";
import { ruleOf } from "../src/gates/rules.js";
import { resample } from "../src/ground/plane.js";

const PLANE = { data: [1, 2, 3, 4], height: 2, width: 2 };

test("resample takes the nearest position, of fewer or of more", () => {
  assert.equal(resample(PLANE, 2, 2), PLANE.data);
  assert.deepEqual(Array.from(resample(PLANE, 4, 2)), [1, 2, 1, 2, 3, 4, 3, 4]);
  assert.deepEqual(Array.from(resample({ data: [1, 2, 3], height: 1, width: 3 }, 1, 1)), [2]);
});

test("a base is one word in a list, and comes back as it went", () => {
  for (const edit of [{ base: "zero" }, { base: "from", from: 0 }, { base: "from", from: 12 }]) {
    assert.deepEqual(editFrom(valueIn(/** @type {any} a literal */ (edit))), edit);
  }
});

test("what a rule calls off is offered once, by its number", () => {
  const offered = (/** @type {number | undefined} */ neutral) =>
    bases({ branch: "channel", neutral, inputs: [{ from: 1, title: "dark" }], flat: true }).map(
      ({ value, label }) => `${value}: ${label}`,
    );
  const common = ["own: the network’s own", "flat: all at their mean", "from:1: those of “dark”"];
  const invert = "invert: upside down: 1 − c";
  const [zero, one] = ["zero: shut: 0 everywhere", "one: open: 1 everywhere"];
  assert.deepEqual(offered(0), [...common, "neutral: branch off: all 0", one, invert]);
  assert.deepEqual(offered(1), [...common, "neutral: branch off: all 1", zero, invert]);
  assert.deepEqual(offered(undefined), [...common, zero, one, invert]);
});

test("Û is drawn between the ends that gates of at most 1 can reach", () => {
  const map = { data: [-1, 0, 2, 4], height: 2, width: 2 };
  const mask = { data: [0.5], height: 1, width: 1 };
  const added = afterGates(map, ruleOf("add"), 0.25, mask);
  assert.deepEqual(Array.from(added.data), [-0.75, 0, 1.5, 3]);
  assert.deepEqual([added.low, added.high], [-2, 8]);
  const squared = afterGates(map, ruleOf("mul"), 1, mask);
  assert.deepEqual([squared.low, squared.high], [0, 16]);
  const alone = afterGates(map, ruleOf("cse"), 0.5, undefined);
  assert.deepEqual(Array.from(alone.data), [-0.5, 0, 1, 2]);
});

test("U is drawn between its own ends, and from zero where it has no negative values", () => {
  assert.deepEqual([asItComes(PLANE).low, asItComes(PLANE).high], [0, 4]);
  const negative = asItComes({ data: [-3, -1], height: 1, width: 2 });
  assert.deepEqual([negative.low, negative.high], [-3, -1]);
});
