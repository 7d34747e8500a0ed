import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  backward,
  nudged,
  nudging,
  PATHS,
  quantities,
  strongest,
} from "../src/figures/gradient_paths/model.js";
import { layerOf } from "../src/ground/unpack.js";

const golden = JSON.parse(
  await readFile(new URL("gradient_paths_golden.json", import.meta.url), "utf8"),
);

/** @param {ArrayLike<number>} values @param {ArrayLike<number>} expected @param {number} [least] */
function close(values, expected, least = 1e-9) {
  assert.equal(values.length, expected.length);
  for (let i = 0; i < values.length; i++) {
    assert.ok(Math.abs(values[i] - expected[i]) < least, `${values[i]} is not ${expected[i]}`);
  }
}

for (const [i, wanted] of golden.states.entries()) {
  const { state } = wanted;
  const { x, g: gradients, arrays } = golden.blocks[state.block];
  const layers = {
    fc1: layerOf(arrays, "fc1"),
    fc2: layerOf(arrays, "fc2"),
    project: layerOf(arrays, "project"),
  };
  const g = gradients[state.gradient];
  const shifts = { channel: state.channel_shift, mask: state.mask_shift };

  test(`the paths are those of autograd, state ${i}`, () => {
    const seen = backward(layers, x, g, shifts);
    for (const name of PATHS) {
      close(seen.paths[name], wanted.paths[name]);
      close([seen.shares[name]], [wanted.shares[name]]);
    }
    close(seen.total, wanted.total);
    close(seen.c, wanted.c);
    close(seen.s, wanted.s);
    close([seen.slopes.channel, seen.slopes.mask], [wanted.slopes.channel, wanted.slopes.mask]);
    assert.equal(seen.on, wanted.on);
    if (state.position < 0) {
      assert.equal(strongest(x, g, state.channel, seen.s.length), wanted.position);
    }
  });

  test(`one number nudged, state ${i}`, () => {
    const place = {
      channel: state.channel,
      position: wanted.position,
      beside: golden.beside,
    };
    const number = nudging(state.nudge, layers, x, g, shifts, place);
    let error = 1;
    for (const step of state.tried) {
      const now = nudged(number, step);
      const [difference, formula, wrong] = wanted.nudges[step.toFixed(1)];
      close([now.difference, now.formula, now.error], [difference, formula, wrong], 1e-7);
      error = now.error;
    }
    const seen = backward(layers, x, g, shifts);
    const found = quantities(seen, shifts, state.tried, error);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(wanted.quantities).sort());
    for (const name of Object.keys(found)) close([found[name]], [wanted.quantities[name]], 1e-5);
  });
}

test("the error falls as h², then rounding makes it rise", () => {
  const { x, g, arrays } = golden.blocks.bottleneck;
  const layers = {
    fc1: layerOf(arrays, "fc1"),
    fc2: layerOf(arrays, "fc2"),
    project: layerOf(arrays, "project"),
  };
  const place = { channel: 1, position: 0, beside: golden.beside };
  const number = nudging("value", layers, x, g.loss, { channel: 0, mask: 0 }, place);
  const [coarse, fine, finer, finest] = [-1, -2, -4, -10].map((step) => nudged(number, step).error);
  assert.ok(Math.abs(coarse / fine / 100 - 1) < 0.1, `${coarse} ${fine}`);
  assert.ok(finest > 10 * finer);
});

test("nothing is left changed by a nudge", () => {
  const { x, g, arrays } = golden.blocks.bottleneck;
  const layers = {
    fc1: layerOf(arrays, "fc1"),
    fc2: layerOf(arrays, "fc2"),
    project: layerOf(arrays, "project"),
  };
  const place = { channel: 1, position: 0, beside: golden.beside };
  for (const what of /** @type {const} */ (["value", "kink", "tie"])) {
    const number = nudging(what, layers, x, g.loss, { channel: 0, mask: 0 }, place);
    const before = number.loss(0);
    number.loss(0.5);
    assert.equal(number.loss(0), before);
  }
});
