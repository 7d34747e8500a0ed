import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, chain, descending, normal } from "../src/desk/order.js";
import { newest } from "../src/engine/newest.js";
import { asker } from "../src/figures/explorer/asker.js";
import { labour } from "../src/figures/explorer/labour.js";
import { memory as memoryOf } from "../src/figures/explorer/memory.js";
import { editsProblem, model as modelOf } from "../src/figures/explorer/model.js";
import { orders } from "../src/figures/explorer/orders.js";
import { distance, flat, resultOf, shares } from "../src/figures/explorer/result.js";
import { absentOf, noteOf, remarkOf, shorten, statusOf } from "../src/figures/explorer/words.js";
import { used } from "../src/gates/edit.js";
import { planesOf } from "../src/ground/plane.js";

/** @typedef {import("../src/figures/explorer/memory.js").Scene} Scene */
/** @typedef {import("../src/figures/explorer/model.js").Manifest} Manifest */
/** @typedef {import("../src/figures/explorer/model.js").State} State */

test("channels are put in order", () => {
  assert.deepEqual(descending([0.2, 0.9, 0.2, 0.5]), [1, 3, 0, 2]);
  assert.deepEqual(descending(apart([0.1, 0.9], [0.9, 0.8])), [0, 1]);
});

test("a chain goes from each map to the most similar one that is left", () => {
  const ramp = Array.from({ length: 64 }, (_, i) => i % 8);
  const steep = ramp.map((v) => 3 * v + 1); // the same but for its scale
  const across = Array.from({ length: 64 }, (_, i) => Math.floor(i / 8));
  const flipped = ramp.map((v) => -v);
  const constant = ramp.map(() => 4);
  const maps = [flipped, ramp, across, constant, steep].map((map) => normal(map, 8, 8));
  const { order, similarity } = chain(maps, 1);
  assert.equal(order[0], 1);
  assert.equal(order[1], 4);
  assert.ok(order.indexOf(0) > order.indexOf(2)); // the opposite is further than what is unlike
  assert.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
  assert.ok(Math.abs(similarity[4] - 1) < 1e-12);
  assert.ok(similarity[0] < 1e-12);
  assert.ok(Math.abs(similarity[2]) < 1e-12);
});

test("outputs become class maps, cut where they are volumes", () => {
  const data = Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => i);
  const cut = flat({ shape: [2, 3, 2, 2], data }, 0.5);
  assert.deepEqual(Array.from(cut.data), [4, 5, 6, 7, 16, 17, 18, 19]);
  const described = { kind: /** @type {const} */ ("map"), classes: [] };
  const map = resultOf({ shape: [2, 1, 2], data: Float32Array.of(1, 0, 0, 3) }, described, 0);
  assert.deepEqual(Array.from(map.data), [0, 1]);
  const yes = resultOf(
    { shape: [1, 2], data: Float32Array.of(0.4, 0.6) },
    { ...described, threshold: 0.5 },
    0,
  );
  assert.deepEqual(Array.from(yes.data), [0, 1]);
  assert.equal(distance([1, 2], [2, 4]), 1.5);
  assert.ok(Math.abs(shares([1, 2, 3]).reduce((a, b) => a + b) - 1) < 1e-12);
  assert.deepEqual(shares([0.25, 0.75]), [0.25, 0.75]);
});

test("paths lose what they share", () => {
  assert.deepEqual(shorten(["net.1.0.se", "net.1.1.se", "net.2.0.se"]), ["1.0", "1.1", "2.0"]);
  assert.deepEqual(shorten(["encoder1", "bottleneck"]), ["encoder1", "bottleneck"]);
  assert.deepEqual(shorten(["se", "se2.se"]), ["se", "se2.se"]);
  assert.deepEqual(shorten(["only.one"]), ["only.one"]);
  assert.deepEqual(shorten(["a.se", "a.a.se"]), ["se", "a.se"]);
});

test("a tensor is cut into its maps", () => {
  const planes = planesOf(Float32Array.of(1, 2, 3, 4), 1, 2);
  assert.deepEqual(
    planes.map(({ data }) => Array.from(data)),
    [
      [1, 2],
      [3, 4],
    ],
  );
});

test("what is said follows what can be done", () => {
  const calm = { live: true, quiet: false, told: "here", edited: true };
  assert.equal(statusOf(calm), "here");
  assert.match(statusOf({ ...calm, quiet: true }), /does not answer/);
  assert.match(statusOf({ ...calm, live: false }), /stays the network’s own/);
  assert.match(statusOf({ ...calm, live: false, edited: false }), /saved state/);
  const reason = { ...calm, live: false, obstacle: "it has a loop" };
  assert.match(statusOf(reason), /not in this page \(it has a loop\)/);
  const block = { maps: true, missing: true, kept: 2, live: false, rule: "add", other: undefined };
  assert.match(noteOf(block), /highest gates/);
  assert.match(noteOf({ ...block, kept: 0 }), /no maps of this block/);
  assert.match(noteOf({ ...block, live: true }), /drag it/);
  assert.match(noteOf({ ...block, live: true, rule: null }), /not found out/);
  const asked = { live: true, begun: false, failed: false };
  assert.equal(absentOf(asked), "comes once you use the figure");
  assert.equal(absentOf({ ...asked, begun: true }), "is being brought");
  assert.equal(absentOf({ ...asked, begun: true, failed: true }), "did not come");
  assert.equal(absentOf({ ...asked, live: false }), "not stored");
  assert.equal(remarkOf("effect", 0.1234, 0.5), "Δ 0.12");
  assert.equal(remarkOf("gate", undefined, 0.5), "• 0.500");
  assert.equal(remarkOf("index", undefined, undefined), "");
});

// The model

const OWN = [0.2, 0.4, 0.9]; // channel gates of input 0
const OTHER = [0.7, 0.8, 0.1];

/** @param {number[]} values @param {number[]} shape @returns {[import("../src/ground/unpack.js").Entry, Float64Array]} */
const array = (values, shape) => [
  { dtype: "float32", shape, offset: 0, length: 4 * values.length },
  Float64Array.from(values),
];

/**
 * Two inputs of 2×2, and two blocks: `a` with both branches, which runs twice, `odd` with channel
 * gates that are applied in an unknown way.
 * @param {Partial<Manifest>} [more] @param {boolean} [live]
 */
function explorer(more = {}, live = true) {
  const block = { channels: 3, size: [2, 2], maps: true, channel: true, spatial: true };
  /** @type {[number, number]} */
  const range = [0, 1];
  /** @type {Record<string, [import("../src/ground/unpack.js").Entry, Float64Array]>} */
  const all = {};
  for (const [i, gates] of [OWN, OTHER].entries()) {
    all[`picture${i}`] = array([0, 1, 2, 3], [2, 2]);
    all[`output${i}`] = array([0, 0, 1, 1], [2, 2]);
    for (const b of [0, 1, 2]) all[`gates${i}.${b}`] = array(gates, [3]);
    for (const b of [0, 1]) all[`mask${i}.${b}`] = array([0.1, 0.2, 0.3, i], [1, 2, 2]);
    all[`maps${i}.0`] = array([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
  }
  /** @type {State} */
  const state = {
    picture: 0,
    compare: -1,
    block: "a",
    slice: -1,
    view: "output",
    sort: "index",
    edits: {},
  };
  /** @type {Manifest} */
  const manifest = {
    network: "Toy",
    inputs: ["one", "two"].map((title) => ({ title, shape: [1, 2, 2], label: null })),
    blocks: [
      { ...block, name: "a", rule: "add", range },
      { ...block, name: "a#2", rule: "add", range: [0, 1.5] },
      { ...block, name: "odd", rule: null, range, spatial: false },
    ],
    output: { kind: "map", classes: [] },
    slice: null,
    reduced: {},
    hint: 1,
    maps: { "0.0": [0, 2], "1.0": [0, 2] },
    arrays: Object.fromEntries(Object.entries(all).map(([name, [entry]]) => [name, entry])),
    defaults: state,
    ...more,
  };
  const arrays = Object.fromEntries(Object.entries(all).map(([name, [, data]]) => [name, data]));
  const memory = memoryOf();
  return { manifest, memory, state, model: modelOf({ manifest, arrays, memory, live }) };
}

/** @param {ArrayLike<number> | undefined} values */
const rounded = (values) => Array.from(values ?? [], (v) => Math.round(v * 1000) / 1000);

test("edits show at once in the gates, and become what the engine is asked for", () => {
  const { model, state } = explorer();
  /** @param {import("../src/gates/edit.js").Edit} channel */
  const after = (channel) => {
    const edited = { ...state, edits: { a: { channel } } };
    return { shown: rounded(model.show(edited).gates), asked: model.changes(model.scene(edited)) };
  };
  assert.deepEqual(after({ base: "neutral" }), {
    shown: [0, 0, 0],
    asked: { a: { channel: { keep: 0, value: 0 }, spatial: undefined } },
  });
  assert.deepEqual(after({ base: "from", from: 1 }).shown, OTHER);
  assert.deepEqual(after({ base: "mean" }).shown, [0.45, 0.6, 0.5]);
  assert.deepEqual(after({ base: "flat" }).shown, [0.5, 0.5, 0.5]);
  assert.deepEqual(after({ base: "invert", set: { 2: 0.5 } }).shown, [0.8, 0.6, 0.5]);
});

test("masks are edited whole, whatever part of them the page has", () => {
  const volume = { shape: [1, 4, 2, 2], title: "v", label: null };
  const { model, memory, state, manifest } = explorer({ slice: 2, inputs: [volume, volume] });
  manifest.blocks[0].size = [4, 2, 2]; // stored is slice 2 of it
  const edits = { a: { spatial: { base: /** @type {const} */ ("from"), from: 1 } } };
  const stored = model.show({ ...state, edits });
  assert.deepEqual(rounded(stored.mask?.data), [0.1, 0.2, 0.3, 1]);
  const whole = Float32Array.from({ length: 16 }, (_, p) => p / 16);
  const block = { channel: null, spatial: { shape: [4, 2, 2], data: whole } };
  const answer = { output: { shape: [1], data: Float32Array.of(0) }, blocks: { a: block }, ms: 1 };
  memory.keepWhole(1, answer);
  assert.deepEqual(
    rounded(model.show({ ...state, edits }).mask?.data),
    rounded(whole.subarray(8, 12)),
  );
  const { a } = model.changes(model.scene({ ...state, edits }));
  assert.deepEqual(a.spatial?.value, whole);
  /** @type {import("../src/gates/edit.js").Edits} */
  const hand = { a: { spatial: { base: "own", set: { 9: 0.75, 0: 1 } } } };
  const set = model.show({ ...state, edits: hand });
  assert.deepEqual(rounded(set.mask?.data), [0.1, 0.75, 0.3, 0]);
});

test("a mask that is stored smaller takes paint in the positions of the block", () => {
  const { model, state, manifest } = explorer();
  manifest.blocks[0].size = [4, 4];
  const stroke = { width: 2, value: 1, points: [3, 0, 3, 1] }; // the upper right quarter
  /** @type {import("../src/gates/edit.js").Edits} */
  const edits = { a: { spatial: { base: "zero", strokes: [stroke] } } };
  assert.deepEqual(rounded(model.show({ ...state, edits }).mask?.data), [0, 1, 0, 0]);
});

test("a bar that is put back to its tick is the network's again", () => {
  const { model, state } = explorer();
  const { edits = {} } = model.setGate(state, 2, 0);
  assert.deepEqual(edits, { a: { channel: { base: "own", set: { 2: 0 } } } });
  assert.deepEqual(model.setGate({ ...state, edits }, 2, 0.9), { edits: {} });
  // Both runs of a block have the same edits.
  const second = { ...state, edits, block: "a#2" };
  assert.deepEqual(rounded(model.show(second).gates), [0.2, 0.4, 0]);
  assert.ok(model.strip(second, 0).edited && model.strip(second, 1).edited);
  assert.ok(!model.strip(second, 2).edited);
});

test("what a gate can become depends on its block and the inputs", () => {
  const { model, state } = explorer();
  /** @param {Partial<State>} more @param {import("../src/gates/rules.js").Branch} branch */
  const values = (more, branch) =>
    model.based({ ...state, ...more }, branch).options.map((o) => o.value);
  const known = ["own", "mean", "flat", "from:1", "neutral", "one", "invert"];
  assert.deepEqual(values({}, "channel"), known);
  assert.deepEqual(values({}, "spatial"), known);
  const unknown = values({ block: "odd" }, "channel");
  assert.ok(!unknown.includes("neutral") && unknown.includes("zero"));
  const sizes = [2, 4].map((n) => ({ title: `${n}`, shape: [1, n, n], label: null }));
  const apartInSize = explorer({ inputs: sizes }).model.based(state, "spatial").options;
  assert.ok(!apartInSize.some(({ value }) => value === "mean" || value.startsWith("from")));
});

test("edits that cannot be used here are refused", () => {
  const { manifest } = explorer();
  const check = (/** @type {unknown} */ edits) => editsProblem(manifest, edits);
  assert.equal(check({ a: { channel: { base: "neutral", set: { 2: 1.5 } } } }), undefined);
  assert.match(check({ "a#2": { channel: { base: "zero" } } }) ?? "", /not here: a#2/);
  assert.match(check({ a: { channel: { base: "loud" } } }) ?? "", /cannot be read at a.channel/);
  assert.match(check({ odd: { spatial: { base: "zero" } } }) ?? "", /channel only/);
  assert.match(check({ odd: { channel: { base: "neutral" } } }) ?? "", /not known/);
  assert.match(check({ a: { channel: { base: "from", from: 2 } } }) ?? "", /no input 2/);
  assert.match(check({ a: { channel: { base: "own", set: { 0: 2 } } } }) ?? "", /from 0 to 1.5/);
});

test("stored maps hold while no other block is edited", () => {
  const here = explorer();
  const edits = { odd: { channel: { base: /** @type {const} */ ("zero") } } };
  assert.deepEqual([...here.model.show(here.state).maps.keys()], [0, 2]);
  assert.equal(here.model.show({ ...here.state, edits }).maps.size, 0);
  const saved = explorer({}, false);
  assert.equal(saved.model.show({ ...saved.state, edits }).maps.size, 2);
});

test("the hint is the stored one, in another block the highest gate, and goes with an edit", () => {
  const { model, state } = explorer();
  assert.equal(model.show(state).pull, 1);
  assert.equal(model.show({ ...state, block: "odd" }).pull, 2);
  assert.equal(model.show({ ...state, ...model.setGate(state, 0, 0) }).pull, undefined);
  const saved = explorer({}, false);
  assert.equal(saved.model.show(saved.state).pull, undefined);
});

test("a picture that is stored smaller, or of another slice, is asked for", () => {
  const plain = explorer();
  assert.ok(plain.model.pictured(plain.model.scene(plain.state)));
  const smaller = explorer({ reduced: { picture: 2 } });
  assert.ok(!smaller.model.pictured(smaller.model.scene(smaller.state)));
  const inputs = [{ title: "v", shape: [1, 4, 2, 2], label: null }];
  const { model, state } = explorer({ inputs, slice: 2 });
  assert.deepEqual(
    [-1, 2, 3, 9].map((slice) => model.sliceOf({ ...state, slice })),
    [2, 2, 3, 3],
  );
  assert.ok(model.pictured(model.scene(state)));
  assert.ok(!model.pictured(model.scene({ ...state, slice: 3 })));
  const saved = explorer({ inputs, slice: 2 }, false);
  assert.equal(saved.model.sliceOf({ ...state, slice: 3 }), 2);
});

// The engine

/** A network of three gates whose output is their weighted sum. */
function toy() {
  const own = Float32Array.of(0.5, 0.5, 0.5);
  const weights = [1, 4, 2];
  /** @type {string[]} */
  const log = [];
  return {
    log,
    async run(/** @type {any} */ { gates, maps }) {
      await new Promise((done) => setTimeout(done, 2));
      const change = gates?.a?.channel;
      log.push(change ? `k${Array.from(change.keep ?? []).indexOf(0)}` : "own");
      const after = used(own, change);
      const sum = after.reduce((total, gate, k) => total + gate * weights[k], 0);
      const sent = maps?.a && {
        shape: [maps.a.length, 1, 2],
        data: Float32Array.from(maps.a.flatMap((/** @type {number} */ k) => [k, -k])),
      };
      return {
        output: { shape: [1], data: Float32Array.of(sum) },
        blocks: { a: { channel: own, spatial: null, maps: sent } },
        ms: 1,
      };
    },
  };
}
/** @type {Scene} */
const scene = { picture: 0, slice: undefined, edits: {}, block: "a", channels: [0, 1] };
/** @type {Scene} */
const off = { ...scene, edits: { a: { channel: { base: "neutral" } } } };

/** Single gates, else all of them to 1. @param {Scene} scene */
function changes({ edits }) {
  const set = edits.a?.channel?.set;
  if (!set) return { a: { channel: { keep: 0, value: 1 } } };
  const keep = Float32Array.from([0, 1, 2], (k) => (k in set ? 0 : 1));
  return { a: { channel: { keep, value: 0 } } };
}

/** @param {any} engine a toy, no whole one @param {Partial<Parameters<typeof asker>[0]>} [more] */
function asking(engine, more = {}) {
  const memory = memoryOf();
  const queue = newest(engine);
  const asks = asker({
    queue,
    memory,
    inputs: 2,
    changes,
    pictured: () => true,
    onAnswer: () => {},
    onFailure: () => {},
    onProgress: () => {},
    ...more,
  });
  return { memory, ask: asks.ask, labour: labour({ queue, memory, ...asks }) };
}
const { signal } = new AbortController();
const still = () => new Promise((done) => setTimeout(done, 60));

test("the effect of each gate is measured, and a reader's request goes first", async () => {
  const engine = toy();
  const { ask, labour: work } = asking(engine);
  const onStep = (/** @type {number} */ done) => done < 0.4 && ask(off);
  const found = await work.effect({ scene, channels: 3, first: 0, signal, onStep });
  assert.deepEqual(Array.from(found?.scores ?? []), [0.5, 2, 1]);
  assert.deepEqual(found?.order, [1, 2, 0]);
  assert.ok(engine.log.indexOf("k-1") < engine.log.indexOf("k2"), engine.log.join());
});

test("an answer that was overtaken does not stay", async () => {
  const { ask, memory } = asking(toy());
  ask(scene);
  await still();
  const own = memory.now(scene)?.output.data[0];
  ask(off);
  ask({ ...scene }); // back again, before the engine has answered
  await still();
  assert.equal(memory.now(scene)?.output.data[0], own);
  assert.ok(memory.fresh(scene));
});

test("work that is cancelled stops", async () => {
  const engine = toy();
  const stop = new AbortController();
  const { effect } = asking(engine).labour;
  const job = { scene, channels: 3, first: 0, signal: stop.signal, onStep: () => stop.abort() };
  assert.equal(await effect(job), undefined);
  assert.deepEqual(engine.log, ["own", "k0"]);
});

test("only the maps in sight are asked for, and only once", async () => {
  const engine = toy();
  const { ask, memory } = asking(engine);
  ask(scene);
  await still();
  assert.deepEqual([...(memory.maps(scene)?.keys() ?? [])], [0, 1]);
  ask({ ...scene, channels: [1, 2] });
  await still();
  assert.deepEqual([...(memory.maps(scene)?.keys() ?? [])], [0, 1, 2]);
  ask({ ...scene, channels: [0, 2] });
  await still();
  assert.equal(engine.log.length, 2);
  assert.deepEqual(Array.from(memory.maps(scene)?.get(2)?.data ?? []), [2, -2]);
});

test("a picture that the page lacks comes first, then the scene", async () => {
  /** @type {object[]} */
  const log = [];
  const inner = toy();
  const engine = {
    run(/** @type {{picture?: number, slice?: number}} */ request) {
      log.push(request);
      if (request.picture === undefined) return inner.run(request);
      const output = { shape: [2, 1, 2], data: Float32Array.of(1, 2, 3, 4) };
      return Promise.resolve({ output, blocks: {}, ms: 0 });
    },
  };
  const cut = { ...scene, slice: 5 };
  const { ask, memory } = asking(engine, { pictured: () => false });
  for (const channels of [[0], [1]]) {
    ask({ ...cut, channels });
    await still();
  }
  assert.deepEqual(log[0], { picture: 0, slice: 5 });
  assert.equal(log.length, 3); // once, and the scene for each of the channels
  assert.deepEqual(Array.from(memory.picture(cut)?.[1].data ?? []), [3, 4]);
  assert.ok(memory.now(cut));
});

// Orders

const block = { ...explorer().manifest.blocks[0] };
const by = (/** @type {string} */ sort) => ({ sort, compare: 1 });
const channels = { scene, block, first: OWN, other: OTHER };

test("an order that takes labour comes when it is found, a failure is not tried again", async () => {
  let runs = 0;
  /** @type {import("../src/figures/explorer/labour.js").Labour} */
  const work = {
    effect: async () => ({ order: [2, 1, 0], scores: [1, 2, 3] }),
    similarity: async () => {
      runs += 1;
      throw new Error("no maps");
    },
  };
  let done = 0;
  const { arrange } = orders({ labour: work, onStep: () => {}, onOrder: () => (done += 1) });
  const first = arrange(by("effect"), channels);
  assert.ok(first.working);
  assert.deepEqual(first.order, [0, 1, 2]);
  await still();
  const second = arrange(by("effect"), channels);
  assert.equal(done, 1);
  assert.ok(!second.working && second.key !== first.key);
  assert.deepEqual(second.order, [2, 1, 0]);
  for (let i = 0; i < 3; i++) {
    arrange(by("similarity"), channels);
    await still();
  }
  assert.equal(runs, 1);
  assert.match(arrange(by("similarity"), channels).trouble, /no maps/);
});

test("another choice ends the labour; gates that move leave the order alone", async () => {
  /** @type {AbortSignal[]} */
  const signals = [];
  /** @type {import("../src/figures/explorer/labour.js").Labour["effect"]} */
  const endless = ({ signal: given }) => {
    signals.push(given);
    return new Promise(() => {});
  };
  const work = { effect: endless, similarity: endless };
  const { arrange } = orders({ labour: work, onStep: () => {}, onOrder: () => {} });
  arrange(by("effect"), channels);
  arrange(by("effect"), channels);
  assert.equal(signals.length, 1);
  assert.ok(!arrange(by("gate"), channels).working);
  assert.ok(signals[0].aborted);
  const before = arrange(by("gate"), channels);
  assert.deepEqual(before.order, [2, 1, 0]);
  assert.equal(arrange(by("gate"), { ...channels, first: OTHER }).key, before.key);
  assert.deepEqual(arrange(by("difference"), channels).order, [2, 0, 1]);
});
