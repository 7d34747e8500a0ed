import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { recalibrate, recalibrateChannel, ruleOf } from "../src/gates/rules.js";
import * as maths from "../src/ground/maths.js";

const golden = JSON.parse(await readFile(new URL("golden.json", import.meta.url), "utf8"));
const u = Float64Array.from(golden.u);
const channels = golden.channel.length;
const classes = golden.head.bias.length;

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected @param {string} what */
function close(actual, expected, what) {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    assert.ok(error <= 1e-9, `${what}[${i}]: ${actual[i]}, torch has ${expected[i]}`);
  }
}

test("squeeze and excite, step by step", () => {
  const z = maths.squeeze(u, channels);
  close(z, golden.z, "z");
  const steps = maths.excite(golden.fc1, golden.fc2, z);
  close(steps.before, golden.before, "before");
  close(steps.hidden, golden.hidden, "hidden");
  close(steps.gates, golden.channel, "gates");
  assert.ok(
    golden.before.some((/** @type {number} */ v) => v < 0),
    "the ReLU has work to do",
  );
});

test("spatial gate", () => {
  const { weight, bias } = golden.project;
  const q = maths.project(u, weight[0], bias[0]);
  close(q.map(maths.sigmoid), golden.spatial, "mask");
});

for (const name of Object.keys(golden.outputs)) {
  test(`recalibrate, segment and score: ${name}`, () => {
    const { channel, spatial } = golden;
    const out = name === "none" ? u : recalibrate(ruleOf(name), u, channel, spatial);
    close(out, golden.outputs[name], "Û");
    const logits = maths.pointwise(out, golden.head);
    close(logits, golden.logits[name], "logits");
    const segmentation = maths.argmax(logits, classes);
    assert.deepEqual(Array.from(segmentation), golden.segmentations[name]);
    close(maths.dice(segmentation, golden.label, classes), golden.dice[name], "Dice");
    const mean = maths.meanDice(segmentation, golden.label, classes);
    close([mean], [golden.mean_dice[name]], "mean Dice");
  });
}

test("one channel is the same as that channel of all", () => {
  const all = recalibrate(ruleOf("add"), u, golden.channel, golden.spatial);
  const size = u.length / channels;
  const one = new Float64Array(size);
  recalibrateChannel(ruleOf("add"), u, 2, golden.channel[2], golden.spatial, one);
  assert.deepEqual(one, all.slice(2 * size, 3 * size));
});

test("argmax takes the first of equals, Dice of an absent class is no number", () => {
  assert.deepEqual(Array.from(maths.argmax([1, 0, 1, 5], 2)), [0, 1]);
  assert.ok(Number.isNaN(maths.dice([0, 1], [0, 1], 3)[2]));
  assert.equal(maths.meanDice([2, 1], [0, 1], 3), 1);
  assert.equal(maths.differences([1, 2, 3], [1, 0, 0]), 2);
});
