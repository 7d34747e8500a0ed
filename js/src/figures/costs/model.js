/** What scse/costs.py computes: parameters, MACs, passes over memory, of a block and of a U-Net. */

/** @typedef {"cse" | "sse" | "add" | "max" | "mul" | "concat"} Kind */
/** @typedef {"written" | "package" | "floor"} Way */
/** @typedef {{parameters: number, macs: number}} Cost */
/**
 * What scse/widgets/costs.py describes.
 * @typedef {object} Manifest
 * @property {Record<string, number[]>} lists trait → what it may be
 * @property {Record<Way, Record<Kind, [number, number]>>} passes forward and backward
 * @property {number} in_channels of the U-Net @property {number} classes
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/**
 * What a reader changes.
 * @typedef {object} State
 * @property {"block" | "network"} view @property {Kind} kind @property {number} r
 * @property {number} channels @property {number} height @property {number} width of the map
 * @property {number} batch @property {number} bytes of a number @property {number} balance
 * @property {number} base @property {number} depth @property {number} size @property {number} rank
 * @property {number} kernel @property {boolean} doubling @property {boolean} bottleneck
 * @property {boolean} weights @property {"parameters" | "MACs"} count
 */

/** @type {Kind[]} */
export const KINDS = ["cse", "sse", "add", "max", "mul", "concat"];
/** @type {Way[]} */
export const WAYS = ["written", "package", "floor"];

/** @param {Kind} kind @param {number} channels @param {number} r */
export const units = (kind, channels, r) =>
  kind === "sse" ? 0 : Math.max(1, Math.floor(channels / r));

/** How often x is multiplied by a gate or by itself. @type {Record<Kind, number>} */
const PRODUCTS = { cse: 1, sse: 1, add: 1, max: 2, mul: 3, concat: 2 };

/**
 * @param {Kind} kind @param {number} channels @param {number} positions @param {number} r
 * @param {boolean} biases @returns {Cost}
 */
export function block(kind, channels, positions, r, biases = true) {
  const [b, size] = [units(kind, channels, r), channels * positions];
  let [parameters, macs] = [0, PRODUCTS[kind] * size];
  if (kind !== "sse") {
    parameters += 2 * channels * b + (biases ? channels + b : 0);
    macs += 2 * channels * b;
  }
  if (kind !== "cse") {
    parameters += channels + (biases ? 1 : 0);
    macs += size;
  }
  if (kind === "concat") {
    parameters += 2 * channels ** 2 + (biases ? channels : 0);
    macs += 2 * channels ** 2 * positions;
  }
  return { parameters, macs };
}

/** A 3×3 convolution of the same map. @param {number} channels @param {number} positions */
function convolution(channels, positions) {
  const parameters = 9 * channels ** 2;
  return { parameters, macs: parameters * positions };
}

/** @param {Manifest} manifest @param {State} state */
function stagesOf({ in_channels, classes }, state) {
  const { kind, r, base, depth, size, rank, kernel, doubling, bottleneck, weights } = state;
  const down = Array.from({ length: depth }, (_, level) => level);
  let before = in_channels;
  const stages = [...down, ...down.slice(0, -1).reverse()].map((level, i) => {
    const side = i < depth ? "encoder" : "decoder";
    const name = level === depth - 1 ? "bottleneck" : `${side}${level + 1}`;
    const channels = doubling ? base * 2 ** level : base;
    if (i >= depth) before += channels; // what the skip connection brings
    const positions = (size / 2 ** level) ** rank;
    const kernels = kernel ** rank * (before + channels) * channels;
    before = channels;
    const own = { parameters: kernels + (weights ? 0 : 4 * channels), macs: kernels * positions };
    const none = name === "bottleneck" && !bottleneck;
    const added = none ? { parameters: 0, macs: 0 } : block(kind, channels, positions, r, !weights);
    return { name, channels, positions, level, own, block: added };
  });
  const head = weights ? 0 : base * classes;
  stages.push({
    name: "head",
    channels: classes,
    positions: size ** rank,
    level: 0,
    own: { parameters: head + (weights ? 0 : classes), macs: head * size ** rank },
    block: { parameters: 0, macs: 0 },
  });
  return stages;
}

/**
 * All that the figure shows.
 * @param {Manifest} manifest @param {State} state
 */
export function evaluate(manifest, state) {
  const { kind, r, channels, height, width, batch, bytes, balance } = state;
  const positions = height * width;
  const here = block(kind, channels, positions, r);
  const beside = convolution(channels, positions);
  /** @param {number} passes @param {Cost} cost */
  const moved = (passes, cost) => {
    const size = bytes * (passes * batch * channels * positions + cost.parameters);
    const macs = batch * cost.macs;
    return { bytes: size, intensity: macs / size, time: Math.max(size, macs / balance) };
  };
  const other = { ...beside, ...moved(2, beside) };
  const ways = WAYS.map((name) => {
    const passes = manifest.passes[name][kind];
    const way = moved(passes[0], here);
    return { name, passes, ...way, time: way.time / other.time };
  });
  const stages = stagesOf(manifest, state);
  /** @param {"parameters" | "macs"} what */
  const total = (what) => {
    let [own, blocks] = [0, 0];
    for (const stage of stages) {
      own += stage.own[what];
      blocks += stage.block[what];
    }
    return { own, blocks, share: blocks / own };
  };
  return {
    block: { ...here, hidden: units(kind, channels, r) },
    convolution: other,
    ways,
    stages,
    totals: { parameters: total("parameters"), macs: total("macs") },
  };
}

/**
 * What puzzles can be about.
 * @param {ReturnType<typeof evaluate>} seen @param {State} state
 * @returns {import("../../desk/goal.js").Numbers}
 */
export function quantities(seen, { kind, base, r }) {
  const { block: here, convolution: beside, ways, totals } = seen;
  const [, own] = ways;
  return {
    parameters: here.parameters,
    "parameters beside the convolution (%)": (100 * here.parameters) / beside.parameters,
    "MACs beside the convolution (%)": (100 * here.macs) / beside.macs,
    "time beside the convolution (%)": 100 * own.time,
    "MACs per byte": own.intensity,
    "added parameters (%)": 100 * totals.parameters.share,
    "added MACs (%)": 100 * totals.macs.share,
    "fewest hidden units": units(kind, base, r),
    r,
  };
}
