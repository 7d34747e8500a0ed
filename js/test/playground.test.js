import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { cut } from "../src/engine/cut.js";
import { newest } from "../src/engine/newest.js";
import { fromOnnx, toOnnx } from "../src/engine/page.js";
import { draw } from "../src/gates/strokes.js";
import { asker } from "../src/figures/playground/asker.js";
import {
  contrast,
  dimmed,
  standardise,
  stretch,
  toBytes,
  turn,
  write,
} from "../src/figures/playground/compose.js";
import { model as modelOf, viewOf } from "../src/figures/playground/model.js";
import { scene, stored } from "../src/figures/playground/scene.js";
import { pictureOf, problem } from "../src/figures/playground/state.js";
import { stopwatch } from "../src/figures/playground/stopwatch.js";
import { taskOf, TASKS } from "../src/figures/playground/tasks.js";
import { history } from "../src/desk/history.js";
import { decode, difference, encode } from "../src/desk/link.js";

/** @typedef {import("../src/figures/playground/model.js").Manifest} Manifest */
/** @typedef {import("../src/figures/playground/state.js").State} State */
/** @typedef {import("../src/engine/contract.js").Request} Request */

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
  /** @type {Set<number>} */
  const inked = new Set();
  draw({ width: 3, value: 1, points: [-4, -4] }, 10, 10, (p) => inked.add(p));
  assert.equal(inked.size, 0); // off the sheet
});

/** @type {import("../src/gates/check.js").Site} */
const site = { channels: 3, positions: [2, 2], branches: ["channel", "spatial"] };
test("a request becomes inputs of the ONNX file, its outputs an answer", () => {
  const image = { shape: [1, 4, 4], data: new Float32Array(16) };
  const gates = { mid: { channel: { keep: 0, value: Float32Array.of(0.1, 0.2, 0.3) } } };
  const asked = { image, gates, maps: { mid: [2, 0] } };
  const { feeds, fetches } = toOnnx(asked, image, { mid: site });
  assert.equal(feeds.image, image.data);
  assert.equal(feeds["mid.channel.keep"], 0);
  assert.equal(feeds["mid.channel.value"], gates.mid.channel.value);
  assert.deepEqual(fetches, ["logits", "mid.channel", "mid.spatial", "mid.maps"]);
  const outputs = {
    logits: { shape: [1, 2, 4, 4], data: new Float32Array(32) },
    "mid.channel": { shape: [1, 3, 1, 1], data: Float32Array.of(1, 2, 3) },
    "mid.spatial": { shape: [1, 1, 2, 2], data: new Float32Array(4) },
    "mid.maps": { shape: [1, 3, 2, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) },
  };
  const answer = fromOnnx(outputs, 5, asked, [4, 4], { mid: site });
  assert.deepEqual(answer.output.shape, [2, 4, 4]);
  assert.deepEqual(answer.blocks.mid.spatial?.shape, [2, 2]);
  assert.deepEqual([...(answer.blocks.mid.maps?.data ?? [])], [8, 9, 10, 11, 0, 1, 2, 3]);
  assert.throws(
    () => toOnnx({ image, maps: { end: "all" } }, image, { mid: site }),
    /no block "end"; there are mid/,
  );
});

test("a block that runs twice is changed as one, and answers for each run", () => {
  const image = { shape: [1, 4, 4], data: new Float32Array(16) };
  const gates = { mid: { spatial: { keep: 1, value: 0.5 } } };
  const { feeds, fetches } = toOnnx({ image, gates }, image, { mid: site, "mid#2": site });
  assert.deepEqual(Object.keys(feeds), ["image", "mid.spatial.keep", "mid.spatial.value"]);
  const gatesOut = ["mid.channel", "mid.spatial", "mid#2.channel", "mid#2.spatial"];
  assert.deepEqual(fetches, ["logits", ...gatesOut]);
});

test("the page's engine cuts volumes as the kernel does", () => {
  const numbers = (/** @type {number} */ n) => Float32Array.from({ length: n }, (_, i) => i);
  const outputs = {
    logits: { shape: [1, 2, 4, 1, 2], data: numbers(16) }, // of the image's size: cut
    "mid.channel": { shape: [1, 3, 1, 1, 1], data: numbers(3) },
    "mid.spatial": { shape: [1, 1, 2, 1, 1], data: numbers(2) },
    "mid.maps": { shape: [1, 3, 2, 1, 1], data: numbers(6) },
  };
  const image = { stored: 0 };
  const asked = { image, slice: 2, maps: { mid: /** @type {"all"} */ ("all") } };
  const answer = fromOnnx(outputs, 5, asked, [4, 1, 2], { mid: site });
  assert.deepEqual(answer.output, { shape: [2, 1, 2], data: Float32Array.of(4, 5, 12, 13) });
  assert.deepEqual(answer.blocks.mid.spatial, { shape: [1, 1], data: Float32Array.of(1) });
  assert.deepEqual(answer.blocks.mid.maps, { shape: [3, 1, 1], data: Float32Array.of(1, 3, 5) });
  const line = cut({ shape: [2, 3], data: numbers(6) }, undefined, 3);
  assert.deepEqual(line.shape, [2, 1, 3]); // a map of one row
  const whole = cut({ shape: [1, 4, 1, 2], data: numbers(8) }, undefined, 4);
  assert.deepEqual(whole.shape, [1, 4, 1, 2]); // no slice is asked for
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

/** As scse/widgets/playground.py writes it, of a network with a block for each rule. @type {Manifest} */
const manifest = {
  task: "digits",
  size: 8,
  draw: true,
  blank: 0.35,
  classes: ["background", "ring"].map((name) => ({ name, colour: "#000000" })),
  examples: ["one", "two"].map((title) => ({ title, credit: "" })),
  grounds: [{ title: "gravel", credit: "" }],
  sliders: { noise: { label: "Noise", min: 0, max: 1, start: 0.25 } },
  reference: "scse",
  networks: {
    scse: {
      file: "scse.onnx",
      title: "scSE",
      dice: 0.9,
      blocks: {
        mid: { channels: 3, positions: [2, 2], branches: ["channel", "spatial"], rule: "add" },
        end: { channels: 2, positions: [4, 4], branches: ["channel", "spatial"], rule: "add" },
      },
      means: { mid: [0.1, 0.2, 0.3], end: [0.4, 0.5] },
    },
    sse: {
      file: "sse.onnx",
      title: "sSE",
      dice: 0.8,
      blocks: { mid: { channels: 3, positions: [2, 2], branches: ["spatial"], rule: "sse" } },
      means: {},
    },
    none: { file: "none.onnx", title: "none", dice: 0.7, blocks: {}, means: {} },
  },
  test_images: 200,
  start: {
    source: "example:0",
    strokes: [],
    contrast: 0,
    noise: 0.25,
    rotation: 0,
    network: "scse",
    block: "mid",
    edits: {},
    compare: false,
  },
};
/** @param {Partial<State>} [parts] @returns {State} */
const state = (parts) => ({ ...manifest.start, ...parts });

test("a state is taken or refused as in Python", () => {
  for (const good of golden.good) assert.equal(problem(good, golden.manifest), undefined);
  for (const bad of golden.bad) {
    assert.equal(typeof problem(bad, golden.manifest), "string", JSON.stringify(bad));
  }
});

test("what is wrong with a state is said", () => {
  const stroke = { width: 1, value: 1, points: [1, 2] };
  /** @param {any} edit of any form: that is what is tested */
  const onMid = (edit) => ({ edits: { mid: { channel: edit } } });
  for (const [bad, words] of /** @type {[any, RegExp][]} */ ([
    [null, /cannot be read: it must be object/],
    [[], /cannot be read: it must be object/],
    [{ sorce: 1 }, /has an unknown part "sorce"/],
    [{ toString: 1 }, /has an unknown part "toString"/],
    [{ source: "example:2" }, /names an image that is not here: example:2/],
    [{ source: "ground:1" }, /names an image that is not here: ground:1/],
    [{ source: "constructor" }, /cannot be read at source: it must match/],
    [{ source: ["own"] }, /cannot be read at source: it must be string/],
    [{ noise: 3 }, /has noise 3; it goes from 0 to 1/],
    [{ network: "x" }, /names a network that is not here: x/],
    [{ network: "toString" }, /names a network that is not here/],
    [{ block: "x" }, /names a block that is not here: x/],
    [{ block: "toString" }, /names a block that is not here/],
    [{ compare: 1 }, /cannot be read at compare: it must be boolean/],
    [{ strokes: [{ ...stroke, points: [1, 17] }] }, /has strokes that cannot be read/],
    [{ strokes: [{ ...stroke, width: 8 }] }, /has strokes that cannot be read/],
    [{ strokes: new Array(201).fill(stroke) }, /at strokes: it must NOT have more than 200 items/],
    [
      { strokes: new Array(50).fill({ ...stroke, points: new Array(1000).fill(1) }) },
      /has strokes of more than 20000 points/,
    ],
    [{ edits: { valueOf: {} } }, /changes a block that is not here: valueOf/],
    [{ edits: { mid: null } }, /cannot be read at edits\.mid: it must be object/],
    [onMid(null), /cannot be read at edits\.mid\.channel: it must be object/],
    [onMid({ base: "off" }), /at edits\.mid\.channel\.base: it must be equal to one of/],
    [onMid({ base: "own", set: { 0: null } }), /at edits\.mid\.channel\.set\.0: it must be number/],
    [onMid({ base: "own", set: { 3: 0.5 } }), /the channel gates of mid: there is no entry 3/],
    [onMid({ base: "own", set: { 0: 2 } }), /an entry is 2; they go from 0 to 1/],
    [onMid({ base: "from", from: 2 }), /there is no input 2/],
  ])) {
    assert.match(problem(bad, manifest) ?? "", words);
  }
  const page = { ...manifest, draw: false };
  assert.match(problem({ source: "blank" }, page) ?? "", /image that is not here: blank/);
});

test("each task has a row, and there is none for others", () => {
  assert.deepEqual(Object.keys(TASKS).sort(), golden.tasks);
  assert.throws(() => taskOf("faces"), /no task "faces"; there are digits, brain/);
  assert.throws(() => taskOf("toString"), /no task/);
  assert.deepEqual(pictureOf("example:12"), { kind: "example", index: 12 });
});

/** So many numbers between 0 and 255. @param {number} n @param {number} seed */
const bytes = (n, seed) => Uint8Array.from({ length: n }, (_, i) => (37 * i + 91 * seed) % 256);

test("digits: an example as it is, a photograph dimmed, paper, the reader's own", () => {
  const arrays = {
    pictures: bytes(128, 1),
    grounds: bytes(64, 2),
    labels: bytes(128, 3).map((v) => v % 2),
  };
  const world = scene(manifest, arrays);
  const example = world.picture(state({ source: "example:1" }));
  assert.deepEqual(example.bytes, arrays.pictures.subarray(64));
  assert.deepEqual(example.label, arrays.labels.subarray(64));
  assert.deepEqual(world.example(1), example.input);
  const ground = world.picture(state({ source: "ground:0" }));
  const expected = dimmed(Float64Array.from(arrays.grounds, (v) => v / 255));
  assert.deepEqual(ground.bytes, toBytes(expected));
  assert.equal(ground.label, undefined);
  const paper = world.picture(state({ source: "blank" }));
  assert.deepEqual([...new Set(paper.bytes)], [Math.round(255 * 0.35)]);
  assert.equal(world.own(), undefined);
  const before = world.picture(state({ source: "own" }));
  world.adopt("cat.png", new Float64Array(64).fill(1));
  const own = world.picture(state({ source: "own" }));
  assert.notEqual(own.key, before.key);
  assert.deepEqual([world.own(), own.bytes[0]], ["cat.png", Math.round(255 * 0.7)]);
  const strokes = [{ width: 2, value: 1, points: [2, 4.5, 6, 4.5] }];
  const drawn = world.picture(state({ source: "example:1", strokes }));
  assert.equal(drawn.label, undefined, "the truth of what is drawn is not known");
  assert.equal(drawn.bytes[4 * 8 + 4], 255);
});

test("brain: contrast within the head, turned with its truth, noise over all", () => {
  const arrays = {
    t1: bytes(64, 1),
    inside: Uint8Array.from({ length: 64 }, (_, p) => Number(p % 8 > 2)),
    noise: Float64Array.from({ length: 64 }, (_, p) => Math.sin(p)),
    labels: bytes(64, 3).map((v) => v % 4),
  };
  const brain = { ...manifest, task: "brain", draw: false, blank: null };
  const world = scene({ ...brain, examples: brain.examples.slice(1) }, arrays);
  const parts = { contrast: 0.3, noise: 0.1, rotation: 30 };
  const t1 = turn(
    Float64Array.from(arrays.t1, (v) => v / 255),
    8,
    30,
  );
  const mask = turn(Float64Array.from(arrays.inside), 8, 30).map((v) => Number(v > 0.5));
  const expected = contrast(t1, mask, 0.3).map((v, p) => v + 0.1 * arrays.noise[p]);
  const { bytes: found, label } = world.picture(state(parts));
  assert.deepEqual(found, stretch(expected));
  assert.deepEqual(label, turn(arrays.labels, 8, 30, false));
  world.adopt(
    "scan.png",
    Float64Array.from({ length: 64 }, (_, p) => Number(p > 31)),
  );
  const own = world.picture(state({ source: "own", noise: 0, contrast: 1 })).bytes;
  assert.deepEqual([own[0], own[63]], [0, 255], "black around a head stays black");
});

test("a stored answer is of an untouched example", () => {
  const arrays = {
    gates: Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),
    "mask-mid": bytes(8, 1),
    "mask-end": bytes(32, 2),
    "maps-mid": bytes(12, 3),
    "maps-end": bytes(8, 4),
    segmentations: bytes(128, 5),
  };
  const second = stored(manifest, arrays, state({ source: "example:1", compare: true }));
  near(second?.blocks.end.channel ?? [], [0.9, 1], 1e-6);
  assert.deepEqual([...(second?.blocks.mid.spatial?.data ?? [])], [...arrays["mask-mid"]].slice(4));
  assert.deepEqual(second?.segmentation, arrays.segmentations.subarray(64));
  assert.equal(second?.blocks.mid.maps, undefined);
  assert.deepEqual(stored(manifest, arrays, state())?.blocks.end.maps?.shape, [2, 2, 2]);
  for (const touched of [
    { source: "blank" },
    { noise: 0.5 },
    { network: "none" },
    { edits: { mid: { channel: { base: /** @type {const} */ ("zero") } } } },
  ]) {
    assert.equal(stored(manifest, arrays, state(touched)), undefined);
  }
});

test("a step is what differs from the start; a bad one is none", () => {
  const model = modelOf(manifest, {});
  const first = model.step(state(), { noise: 0.5 }, "", 0);
  assert.deepEqual(first, { changed: { noise: 0.5 } });
  const bad = model.step(state({ noise: 0.5 }), { noise: 7 }, "", 1000);
  assert.deepEqual(bad, { wrong: "has noise 7; it goes from 0 to 1" });
  assert.deepEqual(model.past.undo(), {});
  assert.deepEqual(model.past.redo(), { noise: 0.5 });
  assert.deepEqual(model.whole({ noise: 0.5 }), state({ noise: 0.5 }));
});

test("a link brings a state, but never its maker's own picture", () => {
  const model = modelOf(manifest, {});
  assert.deepEqual(model.arrive({ block: "end" }, false), {
    changed: { block: "end" },
    complaint: "",
  });
  assert.deepEqual(model.past.undo(), {}, "which can be undone");
  const linked = { source: "own", noise: 0 };
  const missing = model.arrive(linked, false);
  assert.deepEqual(missing.changed, { noise: 0 });
  assert.match(missing.complaint, /which stayed there/);
  assert.deepEqual(model.arrive(linked, true).changed, linked);
  const bad = model.arrive({ block: "attic" }, false);
  assert.equal(bad.changed, undefined);
  assert.match(bad.complaint, /names a block that is not here: attic, so it starts afresh/);
});

test("gates are set, painted and put back in the open block alone", () => {
  const model = modelOf(manifest, {});
  const set = state(model.setGate(state(), 1, 0.25, 0.6));
  assert.deepEqual(set.edits, { mid: { channel: { base: "own", set: { 1: 0.25 } } } });
  assert.deepEqual(model.setGate(set, 1, 0.6, 0.6), { edits: {} }, "at its tick");
  const strokes = [{ width: 1, value: 0, points: [1, 1] }];
  const painted = state(model.paint(set, strokes));
  assert.deepEqual(model.edit(painted, "spatial"), { base: "own", strokes });
  assert.deepEqual(model.paint(painted, []), { edits: set.edits });
  const swapped = model.setEdit(painted, "channel", { base: "from", from: 1 });
  assert.deepEqual(Object.keys(swapped.edits ?? {}), ["mid"]);
  assert.equal(model.edit({ ...state(swapped), block: "end" }, "channel").base, "own");
});

test("a base that all blocks have in common, in the network that is looked into", () => {
  const model = modelOf(manifest, {});
  assert.deepEqual(model.common(state()), { base: "own" });
  const swapped = state(model.setAll({ base: "from", from: 1 }));
  assert.deepEqual(model.common(swapped), { base: "from", from: 1 });
  assert.deepEqual(model.setAll({ base: "own" }), { edits: {} });
  const mixed = state(model.setEdit(swapped, "channel", { base: "from", from: 0 }));
  assert.equal(model.common(mixed), undefined);
  assert.deepEqual(model.common({ ...mixed, network: "sse" }), { base: "from", from: 1 });
  assert.equal(model.common({ ...mixed, network: "none" }), undefined);
  assert.equal(model.common(state(model.setGate(swapped, 0, 0.5, 0.1))), undefined);
  // Of `add` the neutral element is 0: two names of one thing
  const off = state(
    model.setEdit(state(model.setAll({ base: "neutral" })), "spatial", { base: "zero" }),
  );
  assert.deepEqual(model.common(off), { base: "neutral" });
});

test("neutral is that of the rule in the network that is looked into", () => {
  const model = modelOf(manifest, {});
  assert.equal(model.neutral(state(), "spatial"), 0);
  assert.equal(model.neutral(state()), 0);
  assert.equal(model.neutral(state({ network: "sse" }), "spatial"), 1);
  assert.equal(model.neutral(state({ network: "sse" }), "channel"), undefined);
  assert.equal(model.neutral(state({ network: "sse" })), 1);
  assert.equal(model.neutral(state({ network: "none" })), undefined);
  assert.equal(model.opened(state({ network: "none" })), undefined);
});

/** An engine that keeps what it is asked, and answers with gates of a half. */
function listening() {
  /** @type {Request[]} */
  const asked = [];
  const blocks = Object.fromEntries(
    Object.entries(manifest.networks.scse.blocks).map(([name, { channels, positions }]) => [
      name,
      {
        channel: new Float32Array(channels).fill(0.5),
        spatial: {
          shape: positions,
          data: new Float32Array(positions[0] * positions[1]).fill(0.5),
        },
      },
    ]),
  );
  const output = { shape: [2, 8, 8], data: new Float32Array(128) };
  return {
    asked,
    /** @param {Request} request */
    async run(request) {
      asked.push(request);
      return { output, blocks: request.network === "none.onnx" ? {} : blocks, ms: 1 };
    },
  };
}

test("what the networks are asked", async () => {
  const engine = listening();
  const arrays = { "mean-scse-mid": new Float64Array(4).fill(0.7) };
  const image = { shape: [1, 8, 8], data: new Float32Array(64) };
  const networks = asker(engine, manifest, arrays, () => image);
  const picture = { key: "a", bytes: new Uint8Array(64), input: image, label: undefined };
  const model = modelOf(manifest, {});

  await networks.ask({ state: state(), picture });
  assert.deepEqual(engine.asked, [{ network: "scse.onnx", image, maps: { mid: "all" } }]);
  await networks.ask({ state: state(), picture });
  assert.equal(engine.asked.length, 1, "not again for the same picture");

  /** @type {import("../src/gates/edit.js").Edits} */
  const edits = { ...model.setAll({ base: "mean" }).edits };
  edits.end = { channel: { base: "from", from: 1, set: { 1: 0.25 } } };
  const done = await networks.ask({ state: state({ edits }), picture });
  assert.equal(engine.asked.length, 3, "the lender, then the edited network");
  const gates = engine.asked[2].gates ?? {};
  near(/** @type {Float32Array} */ (gates.mid.channel?.value), [0.1, 0.2, 0.3], 1e-6);
  near(/** @type {Float32Array} */ (gates.mid.spatial?.value), [0.7, 0.7, 0.7, 0.7], 1e-6);
  near(/** @type {Float32Array} */ (gates.end.channel?.value), [0.5, 0.25]);
  assert.equal(gates.end.spatial, undefined);
  assert.ok(done);
  const view = viewOf(done);
  assert.deepEqual([view.gates.mid.edited, view.gates.end.edited], [true, true]);
  near(view.gates.end.channel ?? [], [0.5, 0.25]);
  near(view.gates.end.spatial ?? [], new Array(16).fill(0.5));
  assert.deepEqual(view.before, new Uint8Array(64));

  // Another network: only the branches that it has, and what its own rule calls off
  const off = state({ ...model.setAll({ base: "neutral" }), network: "sse" });
  await networks.ask({ state: off, picture });
  assert.deepEqual(engine.asked.at(-1)?.gates, { mid: { spatial: { keep: 0, value: 1 } } });
  const plain = await networks.ask({ state: { ...off, network: "none" }, picture });
  assert.deepEqual(engine.asked.at(-1), { network: "none.onnx", image, maps: {} });
  assert.ok(plain);
  assert.equal(viewOf(plain).before, undefined);
});

test("an answer that failed is asked for again", async () => {
  let fails = true;
  const engine = listening();
  const { run } = engine;
  engine.run = (request) => (fails ? Promise.reject(new Error("no")) : run(request));
  const image = { shape: [1, 8, 8], data: new Float32Array(64) };
  const networks = asker(engine, manifest, {}, () => image);
  const picture = { key: "a", bytes: new Uint8Array(64), input: image, label: undefined };
  await assert.rejects(networks.ask({ state: state(), picture }), /no/);
  fails = false;
  assert.ok(await networks.ask({ state: state(), picture }));
});

test("the stopwatch: the median, from the first step of a drag on", () => {
  let time = 0;
  const watch = stopwatch(() => time);
  assert.equal(watch.stop(true), undefined, "nothing was begun");
  for (const [took, median] of [
    [30, 30],
    [10, 30],
    [20, 20],
  ]) {
    watch.start();
    time += took / 2;
    watch.start();
    time += took / 2;
    assert.equal(watch.stop(true), median);
  }
  watch.start();
  time += 500;
  watch.restart();
  time += 2;
  assert.equal(watch.stop(false), 20, "a time that does not count");
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

test("a gesture that comes to nothing is no step", () => {
  const past = history("as it was");
  past.record("a stroke", "sheet 1!", 0);
  past.record("a longer stroke", "sheet 1!", 10);
  past.record("as it was", "sheet 1!", 20);
  assert.equal(past.canUndo(), false);
  assert.equal(past.canRedo(), false);
  past.record("a stroke", "sheet 2!", 30);
  assert.equal(past.undo(), "as it was");
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
