import assert from "node:assert/strict";
import { test } from "node:test";
import { newest } from "../src/engine/newest.js";
import { asker } from "../src/figures/explorer/asker.js";
import { apart, chain, descending, normal } from "../src/desk/order.js";
import { changeOf, problem, used, withRule } from "../src/figures/explorer/overrule.js";
import { distance, flat, resultOf, shares } from "../src/figures/explorer/result.js";
import { shorten } from "../src/figures/explorer/strip.js";
import { recalibrated } from "../src/figures/explorer/stored.js";
import { noteOf } from "../src/figures/explorer/words.js";

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

test("what the reader did becomes keep and value", () => {
  const known = { own: [0.2, 0.4], off: 1, other: () => [0.7, 0.9] };
  assert.equal(changeOf({ mode: "own" }, known), undefined);
  assert.deepEqual(changeOf({ mode: "off" }, known), { keep: 0, value: 1 });
  assert.deepEqual(changeOf({ mode: "invert" }, known), { keep: -1, value: 1 });
  /** @param {any} rule */
  const after = (rule) =>
    Array.from(used(known.own, changeOf(rule, known)), (v) => Math.round(v * 100) / 100);
  assert.deepEqual(after({ mode: "mean" }), [0.3, 0.3]);
  assert.deepEqual(after({ mode: "input", input: 1 }), [0.7, 0.9]);
  assert.deepEqual(after({ mode: "invert", set: { 1: 0.5 } }), [0.8, 0.5]);
  assert.deepEqual(after({ mode: "own", set: { 0: 0 } }), [0, 0.4]);
});

test("what changes nothing leaves no trace", () => {
  const once = withRule({}, "a#2", "channel", { mode: "off" });
  assert.deepEqual(once, { a: { channel: { mode: "off" } } });
  assert.deepEqual(withRule(once, "a", "channel", { mode: "own", set: {} }), {});
  assert.equal(problem(once, ["a", "b"]), undefined);
  assert.match(problem(once, ["b"]) ?? "", /not there/);
  assert.match(problem({ a: { channel: { mode: "loud" } } }, ["a"]) ?? "", /modes/);
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

test("the rules of the blocks", () => {
  const [u, c, s] = [2, 0.5, 0.25];
  /** @param {string | null} rule */
  const made = (rule) => recalibrated(rule, u, c, s);
  assert.deepEqual(
    ["c", "s", "1+c", "add", "max", "mul", "both", null].map(made),
    [1, 0.5, 3, 1.5, 1, 0.5, 0.25, 2],
  );
});

test("what is said of the maps in a saved page is true", () => {
  const state = { maps: true, missing: 3, kept: 5, live: false, rule: "add", other: undefined };
  assert.match(noteOf(state), /only the maps of the channels with the highest gates/);
  assert.match(noteOf({ ...state, kept: 0 }), /no maps of this block/);
  assert.match(noteOf({ ...state, missing: 0 }), /Each bar is the gate of its map/);
  assert.match(noteOf({ ...state, kept: 0, live: true }), /Each bar/); // they are on their way
});

test("paths lose what they share", () => {
  assert.deepEqual(shorten(["net.1.0.se", "net.1.1.se", "net.2.0.se"]), ["1.0", "1.1", "2.0"]);
  assert.deepEqual(shorten(["encoder1", "bottleneck"]), ["encoder1", "bottleneck"]);
  assert.deepEqual(shorten(["se", "se2.se"]), ["se", "se2.se"]);
  assert.deepEqual(shorten(["only.one"]), ["only.one"]);
  assert.deepEqual(shorten(["a.se", "a.a.se"]), ["se", "a.se"]);
});

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
const scene = { picture: 0, slice: undefined, overrule: {}, block: "a", channels: [0, 1] };

/** @param {any} engine @param {any} [more] */
const asking = (engine, more = {}) =>
  asker({
    queue: newest(engine),
    gates: () => ({}),
    middle: null,
    onAnswer: () => {},
    onFailure: () => {},
    onProgress: () => {},
    ...more,
  });

test("the effect of each gate is measured, and a reader's request goes first", async () => {
  const engine = toy();
  const ask = asking(engine, { gates: () => ({ a: { channel: { keep: 0, value: 1 } } }) });
  const work = ask.effects(scene, 3, new AbortController().signal, (_, done) => {
    if (done < 0.4) ask.ask({ ...scene, overrule: { a: { channel: { mode: "off" } } } });
  });
  const effect = await work;
  assert.deepEqual(Array.from(effect ?? []), [0.5, 2, 1]);
  assert.ok(engine.log.indexOf("k-1") < engine.log.indexOf("k2"), engine.log.join());
});

test("an answer that was overtaken does not stay", async () => {
  const engine = toy();
  const ask = asking(engine, { gates: () => ({ a: { channel: { keep: 0, value: 1 } } }) });
  const still = () => new Promise((done) => setTimeout(done, 60));
  ask.ask(scene);
  await still();
  const own = ask.now(scene)?.output.data[0];
  ask.ask({ ...scene, overrule: { a: { channel: { mode: "off" } } } });
  ask.ask({ ...scene }); // back again, before the engine has answered
  await still();
  assert.equal(ask.now(scene)?.output.data[0], own);
  assert.ok(ask.fresh(scene));
});

test("work that is cancelled stops", async () => {
  const engine = toy();
  const stop = new AbortController();
  const effect = await asking(engine).effects(scene, 3, stop.signal, () => stop.abort());
  assert.equal(effect, undefined);
  assert.deepEqual(engine.log, ["own", "k0"]);
});

test("only the maps in sight are asked for, and only once", async () => {
  const engine = toy();
  /** @type {(() => void) | undefined} */
  let done;
  const ask = asking(engine, { onAnswer: () => done?.() });
  const answered = (/** @type {any} */ next) =>
    new Promise((resolve) => {
      done = () => resolve(undefined);
      ask.ask(next);
    });
  await answered(scene);
  assert.deepEqual([...(ask.maps(scene)?.keys() ?? [])], [0, 1]);
  await answered({ ...scene, channels: [1, 2] });
  assert.deepEqual([...(ask.maps(scene)?.keys() ?? [])], [0, 1, 2]);
  ask.ask({ ...scene, channels: [0, 2] });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(engine.log.length, 2);
  assert.deepEqual(Array.from(ask.maps(scene)?.get(2)?.data ?? []), [2, -2]);
});

test("a picture that is stored smaller, or cut elsewhere, is asked for once", async () => {
  for (const [slice, more, expected] of /** @type {[any, any, any][]} */ ([
    [undefined, {}, []],
    [undefined, { reduced: true }, [{ picture: 0, slice: undefined }]],
    [4, { middle: 4 }, []],
    [5, { middle: 4 }, [{ picture: 0, slice: 5 }]],
  ])) {
    const engine = toy();
    /** @type {any[]} */
    const asked = [];
    const ask = asking(
      {
        async run(/** @type {any} */ request) {
          if (!("picture" in request)) return engine.run(request);
          asked.push(request);
          const data = Float32Array.of(10, 20, 0, 1);
          return { output: { shape: [2, 1, 2], data }, blocks: {}, ms: 0 };
        },
      },
      more,
    );
    for (let i = 0; i < 2; i++) {
      ask.ask({ ...scene, slice });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(asked, expected);
    const planes = ask
      .picture({ ...scene, slice })
      ?.map((/** @type {any} */ { data }) => Array.from(data));
    assert.deepEqual(
      planes,
      expected.length
        ? [
            [10, 20],
            [0, 1],
          ]
        : undefined,
    );
  }
});
