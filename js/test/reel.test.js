import assert from "node:assert/strict";
import { test } from "node:test";
import { reel } from "../src/desk/reel.js";

/** @param {ReturnType<typeof reel>} machine */
const parts = (machine) => [0, 1, 2].map((stage) => machine.part(stage));

test("at rest all is done; play begins at the beginning and ends where it was", () => {
  const machine = reel([1, 2, 1]);
  assert.deepEqual([machine.done, machine.running, ...parts(machine)], [true, false, 1, 1, 1]);
  machine.play();
  assert.deepEqual([machine.told, ...parts(machine)], [0, 0, 0, 0]);
  machine.tick(1 + 2 * 0.375); // half of what moves of the second
  assert.equal(machine.told, 1);
  assert.deepEqual(parts(machine), [1, 0.5, 0]);
  machine.tick(0.75); // now it rests
  assert.deepEqual(parts(machine), [1, 1, 0]);
  assert.equal(machine.told, 1);
  machine.tick(60);
  assert.deepEqual([machine.done, machine.running, ...parts(machine)], [true, false, 1, 1, 1]);
});

test("what moves only grows, and is neither early nor late", () => {
  const machine = reel([1, 2, 1]);
  machine.play();
  let before = 0;
  for (let i = 0; i < 400; i++) {
    const sum = parts(machine).reduce((a, b) => a + b);
    assert.ok(sum >= before && parts(machine).every((part) => part >= 0 && part <= 1));
    before = sum;
    machine.tick(0.0125);
  }
  assert.ok(machine.done);
});

test("pause holds, and time does nothing to it; play goes on from there", () => {
  const machine = reel([1, 2, 1]);
  machine.play();
  machine.tick(0.3);
  machine.pause();
  const held = parts(machine);
  machine.tick(10);
  assert.deepEqual(parts(machine), held);
  machine.play();
  machine.tick(0.2);
  assert.ok(machine.part(0) > held[0] && !machine.done);
});

test("steps go from end to end of a stage", () => {
  const machine = reel([1, 2, 1]);
  machine.back();
  assert.deepEqual([machine.told, ...parts(machine)], [1, 1, 1, 0]);
  machine.back();
  machine.back();
  machine.back(); // there is nothing before it
  assert.deepEqual([machine.told, ...parts(machine)], [-1, 0, 0, 0]);
  machine.forward();
  assert.deepEqual([machine.told, machine.running, ...parts(machine)], [0, false, 1, 0, 0]);
  machine.play();
  machine.tick(0.5);
  machine.back(); // to where what is under way began
  assert.deepEqual([machine.running, ...parts(machine)], [false, 1, 0, 0]);
  machine.finish();
  machine.forward();
  assert.ok(machine.done);
});
