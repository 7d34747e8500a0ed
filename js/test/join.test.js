import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { counted, factor, gatesOf, join, ORIGIN, quantities } from "../src/figures/join/model.js";

const golden = JSON.parse(await readFile(new URL("join_golden.json", import.meta.url), "utf8"));

/** @param {ArrayLike<number>} values @param {ArrayLike<number>} expected */
function close(values, expected) {
  assert.equal(values.length, expected.length);
  for (let i = 0; i < values.length; i++) assert.ok(Math.abs(values[i] - expected[i]) < 1e-9);
}

for (const [i, wanted] of golden.states.entries()) {
  test(`a map by every rule, state ${i}`, () => {
    const maps = golden.maps[wanted.state.picture];
    const own = gatesOf(golden.block, maps);
    close([own.c[wanted.state.channel]], [wanted.own]);
    const now = join(golden.block.merge, maps, own, wanted.state);
    close(now.u, wanted.u);
    close(now.s, wanted.s);
    close([now.c], [wanted.c]);
    close(now.origin, wanted.origin);
    for (const name of Object.keys(wanted.outputs)) {
      close(now.outputs[name], wanted.outputs[name]);
      close([now.ratios[name]], [wanted.ratios[name]]);
    }
    const found = quantities(now);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(wanted.quantities).sort());
    close(
      Object.keys(found)
        .sort()
        .map((name) => found[name]),
      Object.keys(found)
        .sort()
        .map((name) => wanted.quantities[name]),
    );
  });
}

test("the factor times the map is what the rule puts out, where it is a factor", () => {
  const [u, s] = [
    [0, 2, -1, 3],
    [0.5, 0.25, 0.75, 1],
  ];
  close(factor("add", u, 0.5, s) ?? [], [1, 0.75, 1.25, 1.5]);
  close(factor("max", u, 0.5, s) ?? [], [0.5, 0.5, 0.5, 1]);
  close(factor("cbam", u, 0.5, s) ?? [], [0.25, 0.125, 0.375, 0.5]);
  close(factor("mul", u, 0.5, s) ?? [], [0, 0.25, -0.375, 1.5]);
  assert.equal(factor("concat", u, 0.5, s), undefined);
});

test("what comes from where is counted", () => {
  const { channel, tie, mask } = ORIGIN;
  assert.deepEqual(counted([mask, tie, tie, channel, mask, mask]), { channel: 1, tie: 2, mask: 3 });
});
