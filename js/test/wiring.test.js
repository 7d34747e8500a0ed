import assert from "node:assert/strict";
import { test } from "node:test";
import { gatesOf, slope } from "../src/figures/wiring/model.js";
import golden from "./wiring_golden.json" with { type: "json" };

test("gates by sigmoid and softmax are what torch says, and lie on their curve", () => {
  for (const { kind, temperature, gates } of golden.cases) {
    const seen = gatesOf(golden.logits, /** @type {any} */ (kind), temperature);
    gates.forEach((gate, k) => {
      assert.ok(Math.abs(seen.gates[k] - gate) < 1e-9, `${kind} ${temperature}`);
      assert.ok(Math.abs(seen.curve(golden.logits[k]) - gate) < 1e-9, `${kind} ${temperature}`);
    });
  }
});

test("a sigmoid is steepest at 0", () => {
  assert.equal(slope(0, 1), 0.25);
  assert.equal(slope(0, 4), 1 / 16);
  assert.ok(slope(2, 1) < 0.1051);
});
