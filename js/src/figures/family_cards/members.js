/**
 * The members of scse/family.py: by what each multiplies every value (GCNet: what it adds). Batch
 * norms are folded into the layers, whose names are those of scse/widgets/family_cards.py.
 */

import {
  excite,
  linear,
  pointwise,
  project,
  sigmoid,
  softmax,
  squeeze,
} from "../../ground/maths.js";

/** @typedef {import("../../ground/maths.js").Linear} Linear */
/** @typedef {import("../../ground/maths.js").Numbers} Numbers */
/** @typedef {[number, number, number]} Shape channels, height, width */
/** @typedef {Record<string, Linear>} Layers */
/** @typedef {(maps: Numbers, shape: Shape, layers: Layers) => Float64Array} Field */

const EXTENT = 8; // of Gather–Excite
const PENALTY = 1e-4; // λ of SimAM
const EPS = 1e-5; // of LayerNorm

/**
 * A field of values for each channel and position.
 * @param {Shape} shape @param {(k: number, y: number, x: number, p: number) => number} value
 */
function each([channels, height, width], value) {
  const field = new Float64Array(channels * height * width);
  let i = 0;
  for (let k = 0; k < channels; k++) {
    for (let y = 0, p = 0; y < height; y++) {
      for (let x = 0; x < width; x++, p++) field[i++] = value(k, y, x, p);
    }
  }
  return field;
}

/** The means of each row and of each column of each map. @param {Numbers} maps @param {Shape} shape */
export function projections(maps, [channels, height, width]) {
  const rows = new Float64Array(channels * height);
  const columns = new Float64Array(channels * width);
  let i = 0;
  for (let k = 0; k < channels; k++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        rows[k * height + y] += maps[i] / width;
        columns[k * width + x] += maps[i] / height;
      }
    }
  }
  return { rows, columns };
}

/**
 * A convolution that keeps the size, zeros around.
 * @param {Numbers} maps @param {number} inputs @param {number} height @param {number} width
 * @param {Linear} layer a kernel a row @param {number} size @param {number} [dilation]
 */
function convolve(maps, inputs, height, width, { weight, bias }, size, dilation = 1) {
  const half = (size - 1) / 2;
  return each([weight.length, height, width], (o, y, x) => {
    let sum = bias[o];
    for (let k = 0, w = 0; k < inputs; k++) {
      for (let dy = -half; dy <= half; dy++) {
        const row = y + dy * dilation;
        for (let dx = -half; dx <= half; dx++, w++) {
          const column = x + dx * dilation;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          sum += weight[o][w] * maps[(k * height + row) * width + column];
        }
      }
    }
    return sum;
  });
}

/** @param {Float64Array} values */
const relu = (values) => values.map((v) => Math.max(0, v));

/** @type {Field} */
function channelGates(maps, shape, { fc1, fc2 }) {
  const { gates } = excite(fc1, fc2, squeeze(maps, shape[0]));
  return each(shape, (k) => gates[k]);
}

/** @type {Record<string, Field>} */
export const FIELDS = {
  se: channelGates,
  cse: channelGates,
  sse(maps, shape, { project: layer }) {
    const q = project(maps, layer.weight[0], layer.bias[0]);
    return each(shape, (_k, _y, _x, p) => sigmoid(q[p]));
  },
  scse(maps, shape, layers) {
    const mask = FIELDS.sse(maps, shape, layers);
    return channelGates(maps, shape, layers).map((c, i) => c + mask[i]);
  },
  pe(maps, shape, { fc1, fc2 }) {
    const [, height, width] = shape;
    const { rows, columns } = projections(maps, shape);
    const sum = each(shape, (k, y, x) => rows[k * height + y] + columns[k * width + x]);
    return pointwise(relu(pointwise(sum, fc1)), fc2).map(sigmoid);
  },
  bam(maps, shape, { fc1, fc2, space1, space2, space3, last }) {
    const [channels, height, width] = shape;
    const m = excite(fc1, fc2, squeeze(maps, channels)).logits;
    let n = relu(pointwise(maps, space1));
    for (const layer of [space2, space3]) {
      n = relu(convolve(n, layer.weight.length, height, width, layer, 3, 4));
    }
    const q = pointwise(n, last);
    return each(shape, (k, _y, _x, p) => 1 + sigmoid(m[k] * q[p]));
  },
  cbam(maps, shape, { fc1, fc2, conv }) {
    const [channels, height, width] = shape;
    const size = height * width;
    const most = Float64Array.from({ length: channels }, (_, k) => {
      let high = -Infinity;
      for (let p = k * size; p < (k + 1) * size; p++) high = Math.max(high, maps[p]);
      return high;
    });
    const [a, b] = [squeeze(maps, channels), most].map((z) => excite(fc1, fc2, z).logits);
    const c = a.map((v, k) => sigmoid(v + b[k]));
    const both = new Float64Array(2 * size).fill(-Infinity, 0, size);
    for (let k = 0; k < channels; k++) {
      for (let p = 0; p < size; p++) {
        const y = c[k] * maps[k * size + p];
        both[p] = Math.max(both[p], y);
        both[size + p] += y / channels;
      }
    }
    const q = convolve(both, 2, height, width, conv, 7);
    return each(shape, (k, _y, _x, p) => c[k] * sigmoid(q[p]));
  },
  ge(maps, shape) {
    const [, height, width] = shape;
    const [down, across] = [height, width].map((n) => Math.floor((n - 1) / EXTENT) + 1);
    const near = each([shape[0], down, across], (k, i, j) => {
      const [top, left] = [i, j].map((at) => Math.max(0, at * EXTENT - EXTENT + 1));
      const [bottom, right] = [
        Math.min(height, (i + 1) * EXTENT),
        Math.min(width, (j + 1) * EXTENT),
      ];
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += maps[(k * height + y) * width + x];
      }
      return sigmoid(sum / ((bottom - top) * (right - left)));
    });
    return each(shape, (k, y, x) => {
      const [i, j] = [Math.floor((y * down) / height), Math.floor((x * across) / width)];
      return near[(k * down + i) * across + j];
    });
  },
  gc(maps, shape, { attend, fc1, norm, fc2 }) {
    const share = softmax(project(maps, attend.weight[0], attend.bias[0]));
    const z = Float64Array.from({ length: shape[0] }, (_, k) =>
      share.reduce((sum, s, p) => sum + s * maps[k * share.length + p], 0),
    );
    const before = linear(fc1, z);
    const mean = before.reduce((sum, v) => sum + v, 0) / before.length;
    const variance = before.reduce((sum, v) => sum + (v - mean) ** 2, 0) / before.length;
    const hidden = before.map(
      (v, i) => ((v - mean) / Math.sqrt(variance + EPS)) * norm.weight[0][i] + norm.bias[i],
    );
    const added = linear(fc2, relu(hidden));
    return each(shape, (k) => added[k]);
  },
  srm(maps, shape, { style }) {
    const [channels] = shape;
    const size = maps.length / channels;
    const gates = squeeze(maps, channels).map((mean, k) => {
      let sum = 0;
      for (let p = k * size; p < (k + 1) * size; p++) sum += (maps[p] - mean) ** 2;
      const [a, b] = style.weight[k];
      return sigmoid(a * mean + b * Math.sqrt(sum / (size - 1)) + style.bias[k]);
    });
    return each(shape, (k) => gates[k]);
  },
  eca(maps, shape, { conv }) {
    const z = squeeze(maps, shape[0]);
    const taps = conv.weight[0];
    const gates = z.map((_, k) =>
      sigmoid(
        taps.reduce((sum, w, t) => sum + w * (z[k + t - (taps.length - 1) / 2] ?? 0), conv.bias[0]),
      ),
    );
    return each(shape, (k) => gates[k]);
  },
  simam(maps, shape) {
    const size = maps.length / shape[0];
    const z = squeeze(maps, shape[0]);
    const v = z.map((mean, k) => {
      let sum = 0;
      for (let p = k * size; p < (k + 1) * size; p++) sum += (maps[p] - mean) ** 2;
      return sum / (size - 1);
    });
    return each(shape, (k, _y, _x, p) =>
      sigmoid(0.5 + (maps[k * size + p] - z[k]) ** 2 / (4 * (v[k] + PENALTY))),
    );
  },
  ca(maps, shape, { fc1, rows, columns }) {
    const [, height, width] = shape;
    const z = projections(maps, shape);
    const [a, b] = [
      { means: z.rows, layer: rows },
      { means: z.columns, layer: columns },
    ].map(({ means, layer }) => {
      const hidden = pointwise(means, fc1).map((v) => (v * Math.min(6, Math.max(0, v + 3))) / 6);
      return pointwise(hidden, layer).map(sigmoid);
    });
    return each(shape, (k, y, x) => a[k * height + y] * b[k * width + x]);
  },
};
