/**
 * ONNX Runtime, in a thread of its own so that the page stays free while a network runs.
 *
 * The site serves this file beside the runtime's module and its WebAssembly (see
 * book/_ext/page_engine.py). Messages, each answered by one of the same id:
 *
 *   {id, model, feeds, fetches}   run the ONNX file at the address `model`; inputs that are not fed
 *                                 stay at `keep` 1 and `value` 0
 *   → {id, loaded, total}         bytes of the runtime so far, while it is fetched; total may be 0
 *   → {id, outputs, ms} or {id, error}
 */

// @ts-expect-error: lies beside this file only where the site is built
import * as ort from "./onnxruntime.js";

/** @typedef {{shape: number[], data: Float32Array}} Tensor */

/** @type {Promise<void> | undefined} */
let runtime;
/** @typedef {any} Session of ONNX Runtime, whose types are not at hand where this file is checked */
/** @typedef {any} OrtTensor of ONNX Runtime, likewise */
/** @typedef {{name: string, shape: number[]}} Input of a session */

/** @type {Map<string, Promise<{session: Session, rest: Record<string, OrtTensor>}>>} */
const sessions = new Map();

/** @param {string | URL} address */
async function get(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return response;
}

/** Fetch the WebAssembly by hand: so its progress can be told. @param {number} id */
async function start(id) {
  const response = await get(new URL("ort-wasm-simd-threaded.wasm", self.location.href));
  const packed = response.headers.has("Content-Encoding"); // then the length is not what arrives
  const total = packed ? 0 : Number(response.headers.get("Content-Length"));
  const parts = [];
  let loaded = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    postMessage({ id, loaded, total });
  }
  ort.env.wasm.wasmBinary = await new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer();
  ort.env.wasm.numThreads = 1; // more need headers that a plain web server does not send
  ort.env.logLevel = "error";
}

/** @param {string} model */
async function open(model) {
  const bytes = new Uint8Array(await (await get(model)).arrayBuffer());
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const rest = Object.fromEntries(
    session.inputMetadata
      .filter((/** @type {Input} */ { name }) => name !== "image")
      .map((/** @type {Input} */ { name, shape }) => {
        const size = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
        const data = new Float32Array(size).fill(name.endsWith(".keep") ? 1 : 0);
        return [name, new ort.Tensor("float32", data, shape)];
      }),
  );
  return { session, rest };
}

/** The promise under a key, made if there is none; one that failed is forgotten, to be tried again.
 * @template T @param {Map<string, Promise<T>>} map @param {string} key @param {() => Promise<T>} make */
function once(map, key, make) {
  let promise = map.get(key);
  if (!promise) {
    promise = make();
    map.set(key, promise);
    promise.catch(() => map.delete(key));
  }
  return promise;
}

/** @param {{id: number, model: string, feeds: Record<string, Tensor>, fetches: string[]}} message */
async function run({ id, model, feeds, fetches }) {
  runtime ??= start(id).catch((error) => {
    runtime = undefined;
    throw error;
  });
  await runtime;
  const { session, rest } = await once(sessions, model, () => open(model));
  const inputs = { ...rest };
  for (const [name, { shape, data }] of Object.entries(feeds)) {
    inputs[name] = new ort.Tensor("float32", data, shape);
  }
  const before = performance.now();
  const results = await session.run(inputs, fetches);
  const ms = performance.now() - before;
  /** @type {Record<string, Tensor>} */
  const outputs = {};
  for (const name of fetches)
    outputs[name] = { shape: [...results[name].dims], data: results[name].data };
  return { id, outputs, ms };
}

self.onmessage = ({ data: message }) => {
  run(message).then(
    (answer) => postMessage(answer),
    (error) => postMessage({ id: message.id, error: String(error?.message ?? error) }),
  );
};
