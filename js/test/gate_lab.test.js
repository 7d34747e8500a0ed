import assert from "node:assert/strict";
import { test } from "node:test";
import { modesOf } from "../src/figures/gate_lab/modes.js";
import { model } from "../src/figures/gate_lab/model.js";
import { ruleOf } from "../src/gates/rules.js";
import golden from "./golden.json" with { type: "json" };

/** @typedef {import("../src/figures/gate_lab/model.js").Manifest} Manifest */
/** @typedef {import("../src/figures/gate_lab/model.js").State} State */
/** @typedef {import("../src/figures/gate_lab/modes.js").Mode} Mode */
/** @typedef {import("../src/gates/rules.js").Branch} Branch */

const [channels, height, width] = [6, 4, 5];
/** @param {string} rule */
const block = (rule) => ({
  channels,
  positions: [height, width],
  branches: /** @type {Branch[]} */ (["channel", "spatial"]),
  rule,
});

/** GateLab on the golden block, with a second picture that has twice its maps. @param {string} rule */
function lab(rule = "add") {
  /** @type {Manifest} */
  const manifest = {
    network: "net",
    blocks: { encoder1: block("add"), decoder1: block(rule) },
    last: "decoder1",
    samples: [
      { title: "one", credit: "" },
      { title: "two", credit: "" },
    ],
    classes: [0, 1, 2].map((k) => ({ name: `class ${k}`, colour: "#000000" })),
    keys: ["class 0", "class 1", "class 2"],
    shape: [channels, height, width],
    outline: false,
    fc1: golden.fc1,
    fc2: golden.fc2,
    project: golden.project,
    head: golden.head,
  };
  const maps = Float64Array.from([...golden.u, ...golden.u.map((v) => 2 * v)]);
  const inputs = Float64Array.from({ length: 2 * height * width }, (_, i) => i);
  const labels = Uint8Array.from([...golden.label, ...golden.label]);
  return model(manifest, { maps, inputs, labels });
}
/** @type {State} */
const START = { picture: 0, block: "", edits: {} };

/** @param {ArrayLike<number>} got @param {ArrayLike<number>} wanted */
const close = (got, wanted) =>
  assert.ok(Array.from(got).every((v, i) => Math.abs(v - wanted[i]) < 1e-6));

test("the last block says what torch says, whichever branches are on", () => {
  const own = lab();
  const { add: scse, ...alone } = golden.segmentations;
  const wanted = { scse, ...alone };
  for (const mode of /** @type {Mode[]} */ (["none", "cse", "sse", "scse"])) {
    const state = { ...START, ...own.setMode(START, mode) };
    assert.equal(own.mode(state), mode);
    const view = own.compute(state);
    assert.deepEqual([...view.segmentation], wanted[mode], mode);
    assert.deepEqual([...view.before], scse);
    close(view.ticks, golden.channel);
    close(view.ownMask, golden.spatial);
  }
});

test("it joins the branches by the block's own rule", () => {
  for (const rule of /** @type {const} */ (["max", "mul"])) {
    assert.deepEqual([...lab(rule).compute(START).segmentation], golden.segmentations[rule]);
  }
});

test("a rule without gates that let a map pass has no choice “none”", () => {
  const offered = (/** @type {string} */ rule) => modesOf(ruleOf(rule)).map(({ value }) => value);
  assert.deepEqual(offered("add"), ["none", "cse", "sse", "scse"]);
  assert.deepEqual(offered("mul"), ["cse", "sse", "scse"]);
});

test("what is off is what the rule says, for the drawing and for the network alike", () => {
  const mul = lab("mul");
  const state = { ...START, ...mul.setMode(START, "cse") };
  assert.deepEqual(state.edits, { decoder1: { spatial: { base: "neutral" } } });
  assert.ok(
    Array.from(mul.compute(state).mask).every((s) => s === 1),
    "U · c · U",
  );
});

test("bars keep their place while their branch is off", () => {
  const own = lab();
  let state = { ...START, ...own.setGate(START, 2, 0.25) };
  assert.deepEqual(state.edits, { decoder1: { channel: { base: "own", set: { 2: 0.25 } } } });
  state = { ...state, ...own.setMode(state, "sse") };
  const view = own.compute(state);
  assert.equal(view.bars[2], 0.25);
  assert.equal(view.gates[2], 0);
  state = { ...state, ...own.setMode(state, "scse") };
  assert.equal(own.compute(state).gates[2], 0.25);
  assert.deepEqual(own.reset(), { edits: {} });
});

test("another picture or block takes the branches along and leaves the bars", () => {
  const own = lab();
  let state = { ...START, ...own.setGate(START, 2, 0.25) };
  state = { ...state, ...own.setMode(state, "cse") };
  state = { ...state, ...own.turnTo(state, { picture: 1 }) };
  assert.deepEqual(state.edits, { decoder1: { spatial: { base: "neutral" } } });
  assert.ok(own.here(state));
  state = { ...state, ...own.turnTo(state, { block: "encoder1" }) };
  assert.deepEqual(state.edits, { encoder1: { spatial: { base: "neutral" } } });
  assert.ok(!own.here(state), "an engine is needed");
});

test("a picture can be lent the gates of another", () => {
  const own = lab();
  const edits = { decoder1: { channel: { base: /** @type {const} */ ("from"), from: 1 } } };
  const lent = own.compute({ ...START, edits });
  const own1 = own.compute({ ...START, picture: 1 }).ticks;
  close(lent.gates, own1);
  assert.ok(Array.from(own1).some((gate, k) => Math.abs(gate - lent.ticks[k]) > 1e-3));
});
