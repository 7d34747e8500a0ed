/** The engine in the page: ONNX Runtime in a worker, fetched from the site when first needed. */

/** @typedef {import("./contract.js").Request} Request */
/** @typedef {import("./contract.js").Answer} Answer */
/** @typedef {import("./contract.js").Change} Change */
/** @typedef {import("./contract.js").Tensor} Tensor */
/** @typedef {import("../gates/check.js").Site} Site */
/** @typedef {Record<string, Record<string, Site>>} Networks name -> block name -> its gates */

/**
 * A change of a gate as the two tensors that the ONNX file takes.
 * @param {string} name of the gate @param {number[]} shape @param {Change} change
 */
export function feedsOf(name, shape, { keep, value }) {
  const size = shape.reduce((a, b) => a * b, 1);
  /** @param {number | Float32Array} entries @param {string} which */
  const tensor = (entries, which) => {
    if (typeof entries === "number") return { shape, data: new Float32Array(size).fill(entries) };
    if (entries.length !== size) {
      throw new Error(`${which} of ${name} has ${entries.length} entries, the gate has ${size}`);
    }
    return { shape, data: Float32Array.from(entries) };
  };
  return { [`${name}.keep`]: tensor(keep, "keep"), [`${name}.value`]: tensor(value, "value") };
}

/** Inputs and wanted outputs of the ONNX file. @param {Request} request @param {Record<string, Site>} blocks */
export function toOnnx({ image, gates = {}, maps = {} }, blocks) {
  if (!("data" in image)) throw new Error("this engine takes pictures, not numbers of them");
  /** @type {Record<string, Tensor>} */
  const feeds = { image: { shape: [1, ...image.shape], data: image.data } };
  const fetches = ["logits"];
  for (const name of [...Object.keys(gates), ...Object.keys(maps)]) {
    if (!(name in blocks))
      throw new Error(`no block "${name}"; there are ${Object.keys(blocks).join(", ")}`);
  }
  for (const [name, { channels, positions, branches }] of Object.entries(blocks)) {
    const shapes = /** @type {Record<string, number[]>} */ ({
      channel: [1, channels, 1, 1],
      spatial: [1, 1, ...positions],
    });
    for (const branch of branches) {
      fetches.push(`${name}.${branch}`);
      const change = gates[name]?.[branch];
      if (change) Object.assign(feeds, feedsOf(`${name}.${branch}`, shapes[branch], change));
    }
    if (name in maps) fetches.push(`${name}.maps`);
  }
  return { feeds, fetches };
}

/** @param {Tensor} maps (1, C, h, w) @param {number[] | "all"} channels @returns {Tensor} */
function pick({ shape: [, count, ...positions], data }, channels) {
  if (channels === "all") return { shape: [count, ...positions], data };
  const size = data.length / count;
  const picked = new Float32Array(channels.length * size);
  channels.forEach((k, i) => picked.set(data.subarray(k * size, (k + 1) * size), i * size));
  return { shape: [channels.length, ...positions], data: picked };
}

/**
 * @param {Record<string, Tensor>} outputs of the ONNX file @param {number} ms
 * @param {Request} request @param {Record<string, Site>} blocks @returns {Answer}
 */
export function fromOnnx(outputs, ms, { maps = {} }, blocks) {
  return {
    output: { shape: outputs.logits.shape.slice(1), data: outputs.logits.data },
    blocks: Object.fromEntries(
      Object.keys(blocks).map((name) => {
        const mask = outputs[`${name}.spatial`];
        return [
          name,
          {
            channel: outputs[`${name}.channel`]?.data ?? null,
            spatial: mask ? { shape: mask.shape.slice(2), data: mask.data } : null,
            ...(name in maps ? { maps: pick(outputs[`${name}.maps`], maps[name]) } : {}),
          },
        ];
      }),
    ),
    ms,
  };
}

/** What keeps an engine from starting here, if anything does. */
function obstacle() {
  if (location.protocol === "file:") {
    return "This page was opened from disk, where this build starts no engine. Served by a web server (make book) it runs.";
  }
  if (typeof Worker === "undefined" || typeof WebAssembly === "undefined") {
    return "This browser has no WebAssembly, which the engine is made of.";
  }
  return undefined;
}

/** What the worker says, see worker.js. @typedef {{outputs: Record<string, Tensor>, ms: number}} Done */
/** @typedef {{loaded: number, total: number}} Loaded */

/** @type {Map<string, ReturnType<typeof openWorker>>} one for all widgets of a page */
const workers = new Map();

/** @param {string} address */
function openWorker(address) {
  const worker = new Worker(address, { type: "module" });
  let last = 0;
  /** @type {Map<number, {resolve: (done: Done) => void, reject: (e: Error) => void, progress: (part: Loaded) => void}>} */
  const pending = new Map();
  worker.onmessage = ({ data: message }) => {
    const asked = pending.get(message.id);
    if (!asked) return;
    if ("loaded" in message) return asked.progress(message);
    pending.delete(message.id);
    if ("error" in message) asked.reject(new Error(`The engine failed: ${message.error}.`));
    else asked.resolve(message);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    workers.delete(address);
    worker.terminate();
    for (const { reject } of pending.values()) {
      reject(new Error("The engine could not be loaded from this site."));
    }
    pending.clear();
  };
  return {
    /** @param {object} message @param {(part: Loaded) => void} progress @returns {Promise<Done>} */
    ask: (message, progress) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        pending.set(id, { resolve, reject, progress });
        worker.postMessage({ id, ...message });
      }),
  };
}

/**
 * @param {object} options
 * @param {URL | null} options.assets the site's folder with `engine/` and `onnx/` in it, if there
 *   is a site
 * @param {Networks} options.networks those that are in `onnx/`
 * @param {(loaded: number, total: number) => void} [options.onLoad] bytes of the runtime so far
 */
export function pageEngine({ assets, networks, onLoad = () => {} }) {
  return {
    /** @param {Request} request @returns {Promise<Answer>} */
    async run(request) {
      const blocked = obstacle();
      if (blocked) throw new Error(blocked);
      if (!assets) throw new Error("This page was saved on its own: it has no engine.");
      const name = request.network ?? Object.keys(networks)[0];
      if (!(name in networks)) throw new Error(`This page has no network "${name}".`);
      const address = new URL("engine/worker.js", assets).href;
      let worker = workers.get(address);
      if (!worker) workers.set(address, (worker = openWorker(address)));
      const model = new URL(`onnx/${name}.onnx`, assets).href;
      const { outputs, ms } = await worker.ask(
        { model, ...toOnnx(request, networks[name]) },
        ({ loaded, total }) => onLoad(loaded, total),
      );
      return fromOnnx(outputs, ms, request, networks[name]);
    },
  };
}
