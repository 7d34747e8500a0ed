import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelEngine } from "../src/engine/kernel.js";

/** A model whose messages the test answers. */
function wire() {
  /** @type {Set<(...args: any[]) => void>} */
  const listeners = new Set();
  /** @type {{content: any, buffers: any[]}[]} */
  const sent = [];
  return {
    sent,
    listeners,
    send: (/** @type {any} */ content, /** @type {any} */ _, /** @type {any[]} */ buffers = []) =>
      void sent.push({ content, buffers }),
    on: (/** @type {string} */ _, /** @type {any} */ callback) => void listeners.add(callback),
    off: (/** @type {string} */ _, /** @type {any} */ callback) => void listeners.delete(callback),
    reply: (/** @type {any} */ content, /** @type {any[]} */ buffers = []) =>
      listeners.forEach((callback) => callback(content, buffers)),
  };
}
const wait = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

test("numbers travel beside the message, each with a buffer of its own length", async () => {
  const model = wire();
  const engine = kernelEngine(model);
  const keep = new Float32Array(8).fill(1).subarray(2, 5);
  const answer = engine.run({
    image: { stored: 0 },
    gates: { a: { channel: { keep, value: 0 } } },
  });
  const { content, buffers } = model.sent[0];
  assert.equal(content.kind, "scse-run");
  assert.deepEqual(content.request.gates.a.channel, {
    keep: { buffer: 0, dtype: "float32" },
    value: 0,
  });
  assert.equal(buffers[0].byteLength, 12);

  const bytes = new Uint8Array(4 + 8); // a view that does not begin at a multiple of four
  bytes.set(new Uint8Array(new Float32Array([3, 4]).buffer), 1);
  const view = new DataView(bytes.buffer, 1, 8);
  model.reply({ kind: "scse-answer", id: "someone else", answer: {} });
  model.reply(
    {
      kind: "scse-answer",
      id: content.id,
      answer: { output: { shape: [2], data: { buffer: 0, dtype: "float32" } } },
    },
    [view],
  );
  assert.deepEqual((await answer).output, { shape: [2], data: new Float32Array([3, 4]) });
  engine.close();
  assert.equal(model.listeners.size, 0);
});

test("a failure comes with its words, progress with its number", async () => {
  const model = wire();
  const engine = kernelEngine(model);
  /** @type {number[]} */
  const told = [];
  const answer = engine.run({ image: { stored: 0 } }, (done) => told.push(done));
  const { id } = model.sent[0].content;
  model.reply({ kind: "scse-progress", id, done: 0.5 });
  model.reply({ kind: "scse-failure", id, message: "no block 'a'" });
  await assert.rejects(answer, /no block 'a'/);
  assert.deepEqual(told, [0.5]);
  engine.close();
});

test("silence is told, progress puts it off, a late answer ends it", async () => {
  const model = wire();
  /** @type {boolean[]} */
  const silences = [];
  let asked = 0;
  const onReturn = () => void asked++;
  const engine = kernelEngine(model, {
    onSilence: (s) => silences.push(s),
    onReturn,
    patience: 0.08,
    surrender: 0.2,
  });
  const answer = engine.run({ image: { stored: 0 } });
  const { id } = model.sent[0].content;
  const lost = assert.rejects(answer, /did not answer/);
  await wait(50);
  model.reply({ kind: "scse-progress", id, done: 0.1 });
  await wait(50);
  assert.deepEqual(silences, []);
  await wait(60);
  assert.deepEqual(silences, [true]);
  await lost;
  model.reply({ kind: "scse-answer", id, answer: {} });
  assert.deepEqual(silences, [true, false]);
  model.reply({ kind: "scse-answer", id, answer: {} });
  assert.equal(asked, 1, "what was given up is asked for anew, once");
  engine.close();
});

test("a host that refuses to send is a kernel that is gone", async () => {
  const model = {
    ...wire(),
    send: () => {
      throw new Error("Kernel is dead");
    },
  };
  let silent = false;
  const engine = kernelEngine(model, { onSilence: (s) => (silent = s) });
  await assert.rejects(engine.run({ image: { stored: 0 } }), /Kernel is dead/);
  assert.ok(silent);
  engine.close();
});
