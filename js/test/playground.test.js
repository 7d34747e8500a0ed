import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { newest } from "../src/engine/newest.js";
import { fromOnnx, toOnnx } from "../src/engine/page.js";
import {
  contrast,
  dimmed,
  draw,
  standardise,
  stretch,
  toBytes,
  turn,
  write,
} from "../src/figures/playground/compose.js";
import { toChange, used } from "../src/figures/playground/overrule.js";
import { history } from "../src/desk/history.js";
import { decode, difference, encode } from "../src/desk/link.js";
import { problem } from "../src/figures/playground/state.js";

const golden = JSON.parse(
  await readFile(new URL("playground_golden.json", import.meta.url), "utf8"),
);
const { size } = golden;

/** @param {ArrayLike<number>} found @param {number[]} expected */
function near(found, expected, tolerance = 1e-5) {
  assert.equal(found.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(
      Math.abs(found[i] - expected[i]) <= tolerance,
      `${i}: ${found[i]} is not ${expected[i]}`,
    );
  }
}

test("pictures are made as torch makes them", () => {
  const t1 = Float64Array.from(golden.t1);
  for (const [inverted, expected] of Object.entries(golden.contrast)) {
    near(contrast(t1, golden.mask, Number(inverted)), expected);
  }
  for (const [degrees, expected] of Object.entries(golden.turned)) {
    near(turn(t1, size, Number(degrees)), expected);
  }
  near(dimmed(t1), golden.dimmed);
  const bytes = stretch(t1.map((v) => 2 * v - 0.5));
  assert.deepEqual([...bytes], golden.stretched);
  near(standardise(bytes), golden.standardised);
});

test("a flat picture divides by nothing", () => {
  assert.deepEqual([...stretch(new Float64Array(4).fill(3))], [0, 0, 0, 0]);
  assert.deepEqual([...standardise(new Uint8Array(4).fill(9))], [0, 0, 0, 0]);
  assert.deepEqual([...toBytes([-1, 0, 0.5, 2])], [0, 0, 128, 255]);
});

test("turning class numbers mixes none", () => {
  const classes = Uint8Array.from({ length: 49 }, (_, p) => (p % 7 > 3 ? 3 : 0));
  assert.deepEqual([...new Set(turn(classes, 7, 33, false))].sort(), [0, 3]);
  assert.equal(turn(classes, 7, 0), classes);
});

test("the pen inks where it goes, once", () => {
  const sheet = write(
    new Float64Array(100).fill(0.35),
    [{ width: 2, value: 1, points: [2, 5, 8, 5] }],
    10,
  );
  assert.equal(sheet[5 * 10 + 5], 1); // half a pixel from the line
  assert.equal(sheet[4 * 10 + 5], 1);
  assert.equal(sheet[0], 0.35);
  const inked = new Set();
  draw({ width: 3, value: 1, points: [-4, -4] }, 10, 10, (p) => inked.add(p));
  assert.equal(inked.size, 0); // off the sheet
});

/** @type {import("../src/gates/check.js").Site} */
const site = { channels: 3, positions: [2, 2], branches: ["channel", "spatial"] };
test("changes of gates", () => {
  const none = () => undefined;
  const set = toChange({ base: "own", set: { 1: 0.25 } }, site, "channel", none);
  near(used([0.5, 0.6, 0.7], set), [0.5, 0.25, 0.7], 1e-6);
  near(
    used([0.5, 0.6, 0.7], toChange({ base: "invert" }, site, "channel", none)),
    [0.5, 0.4, 0.3],
    1e-6,
  );
  near(used([0.5, 0.6, 0.7], toChange({ base: "off" }, site, "channel", none)), [0, 0, 0]);
  near(
    used(
      [0.5, 0.6, 0.7],
      toChange({ base: "mean" }, site, "channel", () => [0.1, 0.2, 0.3]),
    ),
    [0.1, 0.2, 0.3],
    1e-6,
  );
  const paint = { base: "own", strokes: [{ width: 0.6, value: 1, points: [0.5, 0.5] }] };
  near(
    used([0.1, 0.2, 0.3, 0.4], toChange(paint, site, "spatial", none)),
    [1, 0.2, 0.3, 0.4],
    1e-6,
  );
});

test("a request becomes inputs of the ONNX file, its outputs an answer", () => {
  const image = { shape: [1, 4, 4], data: new Float32Array(16) };
  const gates = { mid: { channel: { keep: 0, value: Float32Array.of(0.1, 0.2, 0.3) } } };
  const { feeds, fetches } = toOnnx({ image, gates, maps: { mid: [2, 0] } }, { mid: site });
  assert.deepEqual(feeds.image.shape, [1, 1, 4, 4]);
  assert.deepEqual([...feeds["mid.channel.keep"].data], [0, 0, 0]);
  assert.deepEqual(feeds["mid.channel.value"].shape, [1, 3, 1, 1]);
  assert.deepEqual(fetches, ["logits", "mid.channel", "mid.spatial", "mid.maps"]);
  const outputs = {
    logits: { shape: [1, 2, 4, 4], data: new Float32Array(32) },
    "mid.channel": { shape: [1, 3, 1, 1], data: Float32Array.of(1, 2, 3) },
    "mid.spatial": { shape: [1, 1, 2, 2], data: new Float32Array(4) },
    "mid.maps": { shape: [1, 3, 2, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) },
  };
  const answer = fromOnnx(outputs, 5, { image, maps: { mid: [2, 0] } }, { mid: site });
  assert.deepEqual(answer.output.shape, [2, 4, 4]);
  assert.deepEqual(answer.blocks.mid.spatial?.shape, [2, 2]);
  assert.deepEqual([...(answer.blocks.mid.maps?.data ?? [])], [8, 9, 10, 11, 0, 1, 2, 3]);
  assert.throws(
    () => toOnnx({ image, maps: { end: "all" } }, { mid: site }),
    /no block "end"; there are mid/,
  );
  const short = { mid: { channel: { keep: 0, value: new Float32Array(2) } } };
  assert.throws(
    () => toOnnx({ image, gates: short }, { mid: site }),
    /has 2 entries, the gate has 3/,
  );
});

test("one request at a time, of those that wait the newest", async () => {
  /** @type {((n: number) => void)[]} */
  const finish = [];
  /** @type {any[]} */
  const begun = [];
  const queue = newest(
    /** @type {any} */ ({
      run: (/** @type {any} */ r) => {
        begun.push(r);
        return new Promise((done) => finish.push(done));
      },
    }),
  );
  const asked = ["a", "b", "c"].map((r) => queue.run(/** @type {any} */ (r)));
  assert.deepEqual(begun, ["a"]);
  finish[0](1);
  assert.deepEqual([await asked[0], await asked[1]], [1, undefined]);
  assert.deepEqual(begun, ["a", "c"]);
  finish[1](3);
  assert.equal(await asked[2], 3);
});

test("a failure does not block the next request", async () => {
  let count = 0;
  const queue = newest(
    /** @type {any} */ ({
      run: async () => {
        if (count++ === 0) throw new Error("no");
        return "yes";
      },
    }),
  );
  await assert.rejects(queue.run(/** @type {any} */ ({})), /no/);
  assert.equal(await queue.run(/** @type {any} */ ({})), "yes");
});

const manifest = {
  size: 8,
  draw: true,
  examples: [{}, {}],
  grounds: [{}],
  sliders: { noise: { min: 0, max: 1 } },
  reference: "scse",
  networks: { scse: { blocks: { mid: site } }, none: { blocks: {} } },
  start: {
    source: "example:0",
    strokes: [],
    noise: 0,
    network: "scse",
    block: "mid",
    gates: {},
    compare: false,
  },
};
test("states are checked, and what is wrong is said", () => {
  for (const good of [
    {},
    { source: "blank" },
    { source: "example:1", noise: 0.5, compare: true },
    { gates: { mid: { channel: { base: "example:1", set: { 2: 0.5 } } } } },
    { strokes: [{ width: 2, value: 1, points: [1, 2, 3, 4] }] },
  ]) {
    assert.equal(problem(good, manifest), undefined);
  }
  for (const [bad, words] of /** @type {[any, RegExp][]} */ ([
    [null, /no.? an object|not an object/],
    [{ sorce: 1 }, /unknown part "sorce"/],
    [{ source: "example:2" }, /picture that is not here: example:2/],
    [{ source: "blank:1" }, /not here/],
    [{ noise: 3 }, /noise 3; it goes from 0 to 1/],
    [{ network: "x" }, /network that is not here/],
    [{ block: "x" }, /block that is not here/],
    [{ block: "toString" }, /block that is not here/],
    [{ source: "constructor" }, /picture that is not here/],
    [{ toString: 1 }, /unknown part "toString"/],
    [{ gates: { valueOf: {} } }, /block that is not here: valueOf/],
    [{ gates: { mid: { channel: { base: "own", set: { 0: null } } } } }, /set to null/],
    [{ gates: { mid: { channel: { base: "own", set: { 1.5: 1 } } } } }, /channel 2.5/],
    [{ gates: { mid: { channel: { base: "x" } } } }, /come from nowhere: x/],
    [{ gates: { mid: { channel: { base: "own", set: { 3: 0.5 } } } } }, /channel 4/],
    [{ gates: { mid: { channel: { base: "own", set: { 0: 2 } } } } }, /set to 2 in channel 1/],
    [{ strokes: [{ width: 3, value: 1, points: [1] }] }, /strokes/],
    [{ strokes: [{ width: 3, value: 1, points: [1, 17] }] }, /strokes that cannot be read/],
    [{ strokes: [{ width: 8, value: 1, points: [1, 2] }] }, /strokes that cannot be read/],
    [
      { strokes: new Array(201).fill({ width: 1, value: 1, points: [1, 2] }) },
      /more than 200 strokes/,
    ],
    [
      { strokes: new Array(50).fill({ width: 1, value: 1, points: new Array(1000).fill(1) }) },
      /20000 points/,
    ],
    [{ source: ["own"] }, /names no picture/],
    [{ gates: { mid: null } }, /gates of mid that cannot be read/],
    [{ gates: { mid: { channel: null } } }, /channel gates of mid that cannot be read/],
    [{ gates: { mid: { channel: { base: ["own"] } } } }, /cannot be read/],
    [{ gates: { mid: { channel: { base: "own", set: null } } } }, /cannot be read/],
    [{ compare: 1 }, /compare/],
  ])) {
    assert.match(problem(bad, manifest) ?? "", words);
  }
});

test("a state survives the address", async () => {
  const state = {
    source: "ground:0",
    strokes: [{ width: 7, value: 0.92, points: [1.25, 2, 3.5, 4] }],
  };
  const letters = await encode(state);
  assert.match(letters, /^[A-Za-z0-9_-]+$/);
  assert.deepEqual(await decode(letters), state);
  await assert.rejects(decode(letters.slice(0, -5)), /damaged/);
  await assert.rejects(decode("%%"), /damaged/);
  assert.deepEqual(difference({ ...manifest.start, noise: 1 }, manifest.start), { noise: 1 });
});

test("undo and redo; one drag is one step", () => {
  const past = history(0);
  past.record(1, "", 0);
  past.record(2, "drag", 1000);
  past.record(3, "drag", 1100);
  past.record(4, "drag", 1200);
  assert.equal(past.undo(), 1);
  assert.equal(past.redo(), 4);
  assert.equal(past.undo(), 1);
  assert.equal(past.undo(), 0);
  assert.equal(past.canUndo(), false);
  past.record(5, "stroke 1!", 2000);
  past.record(6, "stroke 1!", 9000); // the hand rested
  past.record(7, "stroke 2!", 9100);
  assert.deepEqual([past.undo(), past.undo()], [6, 0]);
  past.record(9, "", 15000);
  assert.equal(past.canRedo(), false);
});
