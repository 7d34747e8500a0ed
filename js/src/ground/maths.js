/**
 * The equations of the book in plain JavaScript, in float64.
 *
 * A feature map U is one Float64Array, channel after channel, each of `size` positions.
 * test/golden.json holds what torch says to the same inputs.
 */

/** @typedef {{weight: number[][], bias: number[]}} Linear */
/** @typedef {ArrayLike<number>} Numbers */

/** @param {number} x */
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/**
 * z_k: the mean of each channel over all positions.
 * @param {Numbers} maps @param {number} channels
 */
export function squeeze(maps, channels) {
  const size = maps.length / channels;
  const z = new Float64Array(channels);
  for (let k = 0; k < channels; k++) {
    let sum = 0;
    for (let p = k * size; p < (k + 1) * size; p++) sum += maps[p];
    z[k] = sum / size;
  }
  return z;
}

/** @param {Linear} layer @param {Numbers} x */
export function linear({ weight, bias }, x) {
  return Float64Array.from(weight, (row, i) => row.reduce((sum, w, j) => sum + w * x[j], bias[i]));
}

/**
 * The channel branch after the squeeze: σ(fc2 δ(fc1 z)), with every step on the way.
 * @param {Linear} fc1 @param {Linear} fc2 @param {Numbers} z
 */
export function excite(fc1, fc2, z) {
  const before = linear(fc1, z);
  const hidden = before.map((v) => Math.max(0, v));
  const logits = linear(fc2, hidden);
  return { before, hidden, logits, gates: logits.map(sigmoid) };
}

/**
 * A softmax: positive numbers that add up to 1.
 * @param {Numbers} logits
 */
export function softmax(logits) {
  const most = Math.max(...Array.from(logits));
  const powers = Float64Array.from(logits, (t) => Math.exp(t - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/**
 * q: the dot product of the channel vector with `weight` at each position.
 * @param {Numbers} maps @param {Numbers} weight @param {number} bias
 */
export function project(maps, weight, bias) {
  const size = maps.length / weight.length;
  const q = new Float64Array(size).fill(bias);
  for (let k = 0; k < weight.length; k++) {
    for (let p = 0; p < size; p++) q[p] += weight[k] * maps[k * size + p];
  }
  return q;
}

/**
 * A 1×1 convolution: class scores at each position, class after class.
 * @param {Numbers} maps @param {Linear} head
 */
export function pointwise(maps, { weight, bias }) {
  const size = maps.length / weight[0].length;
  const scores = new Float64Array(weight.length * size);
  for (let j = 0; j < weight.length; j++) {
    scores.set(project(maps, weight[j], bias[j]), j * size);
  }
  return scores;
}

/**
 * The class with the highest score at each position, the first one of equals.
 * @param {Numbers} scores @param {number} classes
 */
export function argmax(scores, classes) {
  const size = scores.length / classes;
  const best = new Uint8Array(size);
  for (let p = 0; p < size; p++) {
    for (let j = 1; j < classes; j++) {
      if (scores[j * size + p] > scores[best[p] * size + p]) best[p] = j;
    }
  }
  return best;
}

/**
 * Dice of each class; NaN for a class in neither.
 * @param {Numbers} prediction @param {Numbers} label @param {number} classes
 */
export function dice(prediction, label, classes) {
  const both = new Float64Array(classes);
  const total = new Float64Array(classes);
  for (let p = 0; p < label.length; p++) {
    total[prediction[p]]++;
    total[label[p]]++;
    if (prediction[p] === label[p]) both[label[p]]++;
  }
  return both.map((count, j) => (2 * count) / total[j]);
}

/**
 * Mean Dice over the classes that are in the label, background (0) left out.
 * @param {Numbers} prediction @param {Numbers} label @param {number} classes
 */
export function meanDice(prediction, label, classes) {
  const present = new Set(Array.from(label));
  const scores = Array.from(dice(prediction, label, classes)).filter((_, j) => j && present.has(j));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Positions at which two maps differ. @param {Numbers} a @param {Numbers} b */
export function differences(a, b) {
  let count = 0;
  for (let p = 0; p < a.length; p++) if (a[p] !== b[p]) count++;
  return count;
}

/** From a (t = 0) to b (t = 1). @param {Numbers} a @param {Numbers} b @param {number} t */
export const blend = (a, b, t) => Float64Array.from(a, (v, k) => (1 - t) * v + t * b[k]);

/** Index of the value closest to x. @param {Numbers} values @param {number} x */
export function nearest(values, x) {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] - x) < Math.abs(values[best] - x)) best = i;
  }
  return best;
}

/**
 * A weighted sum of maps, rounded to 0..255.
 * @param {Numbers} weights @param {Numbers} maps one after the other
 */
export function weightedSum(weights, maps) {
  const size = maps.length / weights.length;
  return Uint8ClampedArray.from({ length: size }, (_, p) => {
    let sum = 0;
    for (let j = 0; j < weights.length; j++) sum += weights[j] * maps[j * size + p];
    return sum;
  });
}
