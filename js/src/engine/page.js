/** The engine in the page: ONNX Runtime in a worker, brought there when first needed. */

import { pathOf } from "../gates/edit.js";
import { once } from "../ground/once.js";
import { unpack } from "../ground/unpack.js";
import { cut } from "./cut.js";
import { part } from "./parts.js";
import * as WORDS from "../words/engine.js";

/** @typedef {import("./contract.js").Request} Request */
/** @typedef {import("./contract.js").PictureRequest} PictureRequest */
/** @typedef {import("./contract.js").Answer} Answer */
/** @typedef {import("./contract.js").Change} Change */
/** @typedef {import("./contract.js").Tensor} Tensor */
/** @typedef {import("./worker.js").Feeds} Feeds */
/** @typedef {import("../gates/check.js").Site} Site */
/** @typedef {Record<string, Record<string, Site>>} Networks name -> block name -> its gates */
/** @typedef {Record<string, import("../ground/unpack.js").Entry>} Entries */

/**
 * Inputs and wanted outputs of the ONNX file.
 * @param {Request} request @param {Tensor} image @param {Record<string, Site>} blocks
 */
export function toOnnx({ gates = {}, maps = {} }, image, blocks) {
  const paths = new Set(Object.keys(blocks).map(pathOf));
  for (const name of [...Object.keys(gates), ...Object.keys(maps)]) {
    if (!paths.has(name) && !Object.hasOwn(blocks, name))
      throw new Error(`no block "${name}"; there are ${Object.keys(blocks).join(", ")}`);
  }
  /** @type {Feeds} */
  const feeds = { image: image.data };
  for (const [path, branches] of Object.entries(gates)) {
    for (const [branch, change] of Object.entries(branches)) {
      if (!change) continue;
      feeds[`${path}.${branch}.keep`] = change.keep;
      feeds[`${path}.${branch}.value`] = change.value;
    }
  }
  const fetches = Object.entries(blocks).flatMap(([name, { branches }]) => [
    ...branches.map((branch) => `${name}.${branch}`),
    ...(Object.hasOwn(maps, name) ? [`${name}.maps`] : []),
  ]);
  return { feeds, fetches: ["logits", ...fetches] };
}

/** An output of the file without its batch axis. @param {Tensor} output @returns {Tensor} */
const first = ({ shape, data }) => ({ shape: shape.slice(1), data });

/** @param {Tensor} maps (C, …) @param {number[] | "all"} channels @returns {Tensor} */
function pick({ shape: [count, ...positions], data }, channels) {
  if (channels === "all") return { shape: [count, ...positions], data };
  const size = data.length / count;
  const picked = new Float32Array(channels.length * size);
  channels.forEach((k, i) => picked.set(data.subarray(k * size, (k + 1) * size), i * size));
  return { shape: [channels.length, ...positions], data: picked };
}

/**
 * @param {Record<string, Tensor>} outputs of the ONNX file @param {number} ms
 * @param {Request} request @param {number[]} spatial shape of the image
 * @param {Record<string, Site>} blocks @returns {Answer}
 */
export function fromOnnx(outputs, ms, { maps = {}, slice }, spatial, blocks) {
  const [depth] = spatial;
  const logits = first(outputs.logits);
  const located = logits.shape.slice(1).join() === spatial.join();
  return {
    output: located && spatial.length === 3 ? cut(logits, slice, depth) : logits,
    blocks: Object.fromEntries(
      Object.keys(blocks).map((name) => {
        const mask = outputs[`${name}.spatial`];
        return [
          name,
          {
            channel: outputs[`${name}.channel`]?.data ?? null,
            spatial: mask ? first(cut(first(mask), slice, depth)) : null,
            ...(Object.hasOwn(maps, name)
              ? { maps: cut(pick(first(outputs[`${name}.maps`]), maps[name]), slice, depth) }
              : {}),
          },
        ];
      }),
    ),
    ms,
  };
}

/** What keeps an engine from starting here, if anything does. */
function obstacle() {
  if (typeof WebAssembly === "undefined") return WORDS.noWebAssembly;
  if (typeof Worker === "undefined") return WORDS.noWorkers;
  return undefined;
}

/** Bytes to hand over, not to copy. @param {Uint8Array<ArrayBuffer>} bytes */
const whole = ({ buffer }) => buffer;

/** @param {string} program of the worker */
function openWorker(program) {
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(address);
  let last = 0;
  /** @type {Map<number, {resolve: (done: any) => void, reject: (error: Error) => void}>} */
  const pending = new Map();
  worker.onmessage = ({ data: { id, error, done } }) => {
    const asked = pending.get(id);
    pending.delete(id);
    if (error === undefined) asked?.resolve(done);
    else asked?.reject(new Error(WORDS.failed(error)));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    workers.clear(); // the next request starts afresh
    opened.clear();
    for (const { reject } of pending.values()) reject(new Error(WORDS.notStarted));
    pending.clear();
  };
  return {
    /** @param {object} message @param {ArrayBuffer[]} [given] away with it @returns {Promise<any>} */
    ask: (message, given = []) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        pending.set(id, { resolve, reject });
        worker.postMessage({ id, ...message }, given);
      }),
  };
}

/** @type {Map<string, Promise<ReturnType<typeof openWorker>>>} one for all widgets of a page */
const workers = new Map();
/** @type {Map<string, Promise<void>>} networks in them */
const opened = new Map();

/** @param {URL | null} assets @param {import("./parts.js").OnLoad} onLoad */
const started = (assets, onLoad) =>
  once(workers, String(assets), async () => {
    const [program, runtime] = await Promise.all([
      part("engine/worker.js", assets),
      part("engine/ort.wasm.gz", assets, onLoad),
    ]);
    const worker = openWorker(new TextDecoder().decode(program));
    await worker.ask({ start: whole(runtime) }, [whole(runtime)]);
    return worker;
  });

/**
 * The inputs that lie beside a network: images (channels, *spatial), and what a panel shows of them.
 * @param {URL | null} assets @param {string} name of the network @param {Entries} entries
 */
function inputsOf(assets, name, entries) {
  /** @type {Promise<import("../widget.js").Arrays> | undefined} */
  let arrays;
  /** @param {string} key @returns {Promise<Tensor>} */
  return async (key) => {
    arrays ??= part(`onnx/${name}.inputs`, assets).then((bytes) => unpack(bytes, entries));
    const { shape } = entries[key];
    return { shape, data: Float32Array.from((await arrays)[key]) };
  };
}

/**
 * @param {object} options
 * @param {URL | null} options.assets the site's folder with `engine/` and `onnx/` in it, if there
 *   is a site
 * @param {Networks} options.networks those that are in `onnx/`
 * @param {Entries} [options.inputs] where images and pictures are in the inputs of the only network:
 *   "input0", "picture0" and so on
 * @param {import("./parts.js").OnLoad} [options.onLoad] bytes of the runtime so far
 */
export function pageEngine({ assets, networks, inputs = {}, onLoad }) {
  const [only] = Object.keys(networks);
  const stored = inputsOf(assets, only, inputs);
  return {
    /** @param {Request | PictureRequest} request @returns {Promise<Answer>} */
    async run(request) {
      if ("picture" in request) {
        const planes = await stored(`picture${request.picture}`);
        return { output: cut(planes, request.slice, planes.shape[1]), blocks: {}, ms: 0 };
      }
      const blocked = obstacle();
      if (blocked) throw new Error(blocked);
      const name = request.network ?? only;
      if (!(name in networks)) throw new Error(WORDS.noNetwork(name));
      const given = request.image;
      const image = "data" in given ? given : await stored(`input${given.stored}`);
      const asked = toOnnx(request, image, networks[name]);
      const worker = await started(assets, onLoad ?? (() => {}));
      await once(opened, `${assets} ${name}`, async () => {
        const bytes = whole(await part(`onnx/${name}.onnx`, assets));
        await worker.ask({ open: name, bytes }, [bytes]);
      });
      const { outputs, ms } = await worker.ask({ run: name, ...asked });
      return fromOnnx(outputs, ms, request, image.shape.slice(1), networks[name]);
    },
  };
}
