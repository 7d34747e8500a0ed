/** A block that adds, forward and backward: y = (c + s)·x, and what comes back of a gradient g. */

import { linear, project, sigmoid, squeeze } from "../../ground/maths.js";

/** @typedef {import("../../ground/maths.js").Linear} Linear */
/** @typedef {ArrayLike<number>} Numbers */
/**
 * What scse/widgets/gradient_paths.py describes.
 * @typedef {object} Manifest
 * @property {Block[]} blocks to choose from
 * @property {string} title @property {string} credit
 * @property {number[]} pixel row and column in the output, for one pixel's gradient
 * @property {string[]} names the class of that pixel, and the class for one class's gradient
 * @property {number} reach of both shifts, either way @property {number[]} steps log10 of h
 * @property {number} beside how far from its tie the value is put
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/**
 * @typedef {object} Block
 * @property {string} name @property {number[]} shape channels, height and width of its maps
 */
/** @typedef {{fc1: Linear, fc2: Linear, project: Linear}} Layers */
/** @typedef {{channel: number, mask: number}} Shifts of the logits */
/** @typedef {"value" | "kink" | "tie"} Nudged */

export const PATHS = /** @type {const} */ (["product", "channel", "mask"]);
export const GRADIENTS = ["loss", "pixel", "class", "ones"];
export const NUDGED = ["value", "kink", "tie"];

/**
 * @param {Layers} layers @param {Numbers} x channel after channel @param {Shifts} shifts
 * @param {[number, number]} [kink] a hidden unit, and what its sum is put to
 */
function gatesOf({ fc1, fc2, project: squeezing }, x, shifts, kink) {
  const before = linear(fc1, squeeze(x, fc2.bias.length));
  if (kink) before[kink[0]] = kink[1];
  const logits = linear(
    fc2,
    before.map((v) => Math.max(0, v)),
  );
  const c = logits.map((v) => sigmoid(v + shifts.channel));
  const q = project(x, squeezing.weight[0], squeezing.bias[0]);
  return { before, c, s: q.map((v) => sigmoid(v + shifts.mask)) };
}

/** W_1ᵀ e. @param {Linear} layer @param {Numbers} e @param {number} across */
function transposed({ weight }, e, across) {
  const out = new Float64Array(across);
  weight.forEach((row, k) => row.forEach((w, m) => (out[m] += w * e[k])));
  return out;
}

/** @param {Numbers} values */
const norm = (values) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return Math.sqrt(sum);
};
/** @param {Numbers} values */
export const mean = (values) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};
/** σ′ from σ. @param {number} v */
const slope = (v) => v * (1 - v);

/** Where a gate is taken from the two products, 0 the gate, 1 the mask. @typedef {(a: number, b: number) => number} Winner */
/** `add` takes both. */
const BOTH = undefined;
/** As torch.maximum: half at a tie. @type {Winner} */
const LARGER = (a, b) => (a === b ? 0.5 : Number(b > a));

/**
 * What the derivatives by the gates come to: G_k = Σ_i g·∂y/∂c_k, Q_i = Σ_k g·∂y/∂s_i, and the
 * product's path.
 * @param {Numbers} x @param {Numbers} g @param {Numbers} c @param {Numbers} s @param {Winner} [wins]
 */
function throughJoin(x, g, c, s, wins) {
  const [G, Q] = [new Float64Array(c.length), new Float64Array(s.length)];
  const product = new Float64Array(x.length);
  for (let k = 0, at = 0; k < c.length; k++) {
    for (let p = 0; p < s.length; p++, at++) {
      const m = wins ? wins(c[k] * x[at], s[p] * x[at]) : 0;
      G[k] += g[at] * x[at] * (1 - m);
      Q[p] += g[at] * x[at] * (wins ? m : 1);
      product[at] = g[at] * (wins ? c[k] + m * (s[p] - c[k]) : c[k] + s[p]);
    }
  }
  return { G, Q, product };
}

/**
 * The three paths back to x.
 * @param {Layers} layers @param {Numbers} x @param {Numbers} g both channel after channel
 * @param {Shifts} shifts @param {Winner} [wins] of a block that takes the maximum
 */
export function backward(layers, x, g, shifts, wins = BOTH) {
  const { fc1, fc2, project: squeezing } = layers;
  const { before, c, s } = gatesOf(layers, x, shifts);
  const [channels, size] = [c.length, s.length];
  const { G, Q, product } = throughJoin(x, g, c, s, wins);
  const e = G.map((v, k) => slope(c[k]) * v); // at the logits of the gates
  const reached = transposed(fc2, e, before.length); // W_1ᵀ e, before the ReLU
  const d = reached.map((v, m) => (before[m] > 0 ? v : 0));
  const z = transposed(fc1, d, channels); // W_2ᵀ d, at the means
  const f = Q.map((v, p) => slope(s[p]) * v); // at the logits of the mask
  const [channel, mask, total] = [0, 0, 0].map(() => new Float64Array(x.length));
  for (let k = 0, at = 0; k < channels; k++) {
    for (let p = 0; p < size; p++, at++) {
      channel[at] = z[k] / size;
      mask[at] = squeezing.weight[0][k] * f[p];
      total[at] = product[at] + channel[at] + mask[at];
    }
  }
  const paths = { product, channel, mask };
  const whole = norm(total);
  return {
    paths,
    total,
    shares: Object.fromEntries(PATHS.map((name) => [name, norm(paths[name]) / whole])),
    c,
    s,
    reached,
    slopes: { channel: mean(c.map(slope)), mask: mean(s.map(slope)) },
    on: before.filter((v) => v > 0).length,
  };
}

/** Where |g·x| of a channel is largest. @param {Numbers} x @param {Numbers} g @param {number} k @param {number} size */
export function strongest(x, g, k, size) {
  let best = 0;
  for (let p = 1; p < size; p++) {
    const [a, b] = [k * size + p, k * size + best];
    if (Math.abs(g[a] * x[a]) > Math.abs(g[b] * x[b])) best = p;
  }
  return best;
}

/** The unit that most comes back to, were it on. @param {Numbers} values */
const largest = (values) =>
  Array.from(values).reduce((best, v, i, all) => (Math.abs(v) > Math.abs(all[best]) ? i : best), 0);

/**
 * L = Σ g·y as a function of how far one number is moved, and what the formula says of dL.
 * @param {Nudged} what @param {Layers} layers @param {Numbers} maps @param {Numbers} g
 * @param {Shifts} shifts
 * @param {{channel: number, position: number, beside: number}} place
 */
export function nudging(what, layers, maps, g, shifts, { channel: k, position, beside }) {
  const x = Float64Array.from(maps);
  const now = backward(layers, x, g, shifts);
  const size = now.s.length;
  const unit = what === "kink" ? largest(now.reached) : -1;
  if (what === "tie") {
    position = largest(now.s.map((s, p) => (s - now.c[k]) * g[k * size + p]));
    x[k * size + position] = beside;
  }
  const at = k * size + position;
  const own = x[at];
  const wins = what === "tie" ? LARGER : BOTH;
  /** @param {number} t */
  const loss = (t) => {
    if (unit < 0) x[at] = own + t;
    const { c, s } = gatesOf(layers, x, shifts, unit < 0 ? undefined : [unit, t]);
    let sum = 0;
    for (let i = 0, j = 0; i < c.length; i++) {
      for (let p = 0; p < size; p++, j++) {
        sum += g[j] * (wins ? Math.max(c[i] * x[j], s[p] * x[j]) : (c[i] + s[p]) * x[j]);
      }
    }
    x[at] = own;
    return sum;
  };
  // On its kink a unit is off: 1[0 > 0] = 0.
  const formula = unit < 0 ? backward(layers, x, g, shifts, wins).total[at] : 0;
  return { loss, formula, unit, position };
}

/**
 * The central difference with a step, and how far the formula is from it.
 * @param {ReturnType<typeof nudging>} number @param {number} step log10 of h
 */
export function nudged({ loss, formula }, step) {
  const h = 10 ** step;
  const difference = (loss(h) - loss(-h)) / (2 * h);
  const most = Math.max(Math.abs(difference), Math.abs(formula));
  return { difference, formula, error: most ? Math.abs(difference - formula) / most : 0 };
}

/**
 * What puzzles can be about.
 * @param {Pick<ReturnType<typeof backward>, "shares" | "c" | "s">} seen @param {Shifts} shifts
 * @param {number[]} tried @param {number} error of the last one, 1 if there is none
 * @returns {import("../../desk/goal.js").Numbers}
 */
export const quantities = ({ shares, c, s }, shifts, tried, error) => ({
  ...Object.fromEntries(PATHS.map((name) => [`${name} path (%)`, 100 * shares[name]])),
  "mean gate": mean(c),
  "mean mask": mean(s),
  "mask moved by": Math.abs(shifts.mask),
  "steps tried": tried.length,
  "digits that agree": -Math.log10(Math.max(error, 1e-16)),
});
