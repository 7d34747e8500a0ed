/**
 * ONNX Runtime, in a thread of its own so that the page stays free while a network runs.
 *
 * Built into one script, which a page starts from its text, since it may be open from disk. So it
 * fetches nothing: the page brings what it needs (parts.js). Messages, each answered by one of the
 * same id, `{id, done}` or `{id, error}`:
 *
 *   {id, start}                    the bytes of the runtime's WebAssembly
 *   {id, open, bytes}              an ONNX file, and what to call it
 *   {id, run, feeds, fetches}      run it; inputs that are not fed stay at `keep` 1 and `value` 0.
 *                                  Done are its outputs and the milliseconds it took
 */

import * as ort from "onnxruntime-web/wasm";

/** @typedef {{shape: number[], data: Float32Array}} Tensor */
/** @typedef {Record<string, number | Float32Array>} Feeds one number for all entries, or each */
/**
 * @typedef {object} Network
 * @property {ort.InferenceSession} session
 * @property {Record<string, number[]>} shapes of its inputs
 */

/** @type {Map<string, Network>} */
const networks = new Map();

/** @param {string} name of an input @param {number[]} shape @param {number | Float32Array | undefined} fed */
function tensor(name, shape, fed) {
  const size = shape.reduce((a, b) => a * b, 1);
  const entries = fed ?? Number(name.endsWith(".keep"));
  if (typeof entries === "number") {
    return new ort.Tensor("float32", new Float32Array(size).fill(entries), shape);
  }
  if (entries.length !== size) {
    throw new Error(`${name} takes ${size} numbers (${shape.join("×")}), got ${entries.length}`);
  }
  return new ort.Tensor("float32", entries, shape);
}

/** @type {Record<string, (message: any) => Promise<unknown>>} by the word that a message has */
const tasks = {
  /** @param {{start: ArrayBuffer}} message */
  async start({ start }) {
    ort.env.wasm.wasmBinary = start;
    ort.env.wasm.numThreads = 1; // more need headers that a plain web server does not send
    ort.env.logLevel = "error";
  },

  /** @param {{open: string, bytes: ArrayBuffer}} message */
  async open({ open, bytes }) {
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    const shapes = session.inputMetadata.map((input) => [
      input.name,
      /** @type {number[]} */ (
        /** @type {ort.InferenceSession.TensorValueMetadata} */ (input).shape
      ),
    ]);
    networks.set(open, { session, shapes: Object.fromEntries(shapes) });
  },

  /** @param {{run: string, feeds: Feeds, fetches: string[]}} message */
  async run({ run, feeds, fetches }) {
    const { session, shapes } = /** @type {Network} */ (networks.get(run));
    const inputs = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, tensor(name, shape, feeds[name])]),
    );
    const before = performance.now();
    const results = await session.run(inputs, fetches);
    const ms = performance.now() - before;
    const outputs = fetches.map((name) => [
      name,
      { shape: [...results[name].dims], data: results[name].data },
    ]);
    return { outputs: Object.fromEntries(outputs), ms };
  },
};

self.onmessage = ({ data: message }) => {
  const word = Object.keys(tasks).find((name) => name in message) ?? "";
  Promise.resolve()
    .then(() => tasks[word](message))
    .then(
      (done) => postMessage({ id: message.id, done }),
      (error) => postMessage({ id: message.id, error: String(error?.message ?? error) }),
    );
};
