import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { flow } from "../src/figures/block_flow/model.js";

const golden = JSON.parse(await readFile(new URL("golden.json", import.meta.url), "utf8"));
const channels = golden.z.length;
const size = golden.u.length / channels;
const layers = { fc1: golden.fc1, fc2: golden.fc2, project: golden.project };
const none = { fc1: null, fc2: null, project: null, merge: null };

/** @param {ArrayLike<number>} values @param {ArrayLike<number>} expected */
function close(values, expected) {
  assert.equal(values.length, expected.length);
  for (let i = 0; i < values.length; i++) assert.ok(Math.abs(values[i] - expected[i]) < 1e-9);
}
/** @param {(k: number) => Float64Array} of */
const all = (of) => Array.from({ length: channels }, (_, k) => [...of(k)]).flat();

/** What torch says of a rule. @type {Record<string, Partial<typeof none>>} */
const blocks = {
  cse: { fc1: golden.fc1, fc2: golden.fc2 },
  sse: { project: golden.project },
  add: layers,
  max: layers,
  mul: layers,
};
for (const [rule, own] of Object.entries(blocks)) {
  test(`a block by the rule ${rule}, step by step`, () => {
    const { channel, space, out } = flow({ rule, channels, ...none, ...own }, golden.u);
    close(all(out), golden.outputs[rule]);
    assert.equal(channel === null, own.fc1 === undefined);
    assert.equal(space === null, own.project === undefined);
    if (channel) {
      close(channel.z, golden.z);
      close(channel.gates, golden.channel);
    }
    if (space) close(space.mask, golden.spatial);
  });
}

test("a block with a layer of its own for the join", () => {
  const block = { rule: "concat", channels, ...layers, merge: golden.merge };
  close(all(flow(block, golden.u).out), golden.merge.output);
});

test("maps are dimmed all the way, or a part of it", () => {
  const { map, gated, masked } = flow({ rule: "add", channels, ...none, ...layers }, golden.u);
  close(all(map), golden.u);
  close(all(gated), golden.outputs.cse);
  close(all(masked), golden.outputs.sse);
  const half = golden.outputs.cse.map(
    (/** @type {number} */ v, /** @type {number} */ i) => (v + golden.u[i]) / 2,
  );
  close(
    all((k) => gated(k, 0.5)),
    half,
  );
  assert.equal(map(0).length, size);
});
