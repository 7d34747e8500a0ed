/**
 * The picture that goes into the network: grey, square, 8 bits.
 *
 * What is computed here is only the making of a picture. It is rounded to 8 bits before a network
 * sees it, so the downloaded PNG is the network's input exactly: `scse.data.standardise` of it is
 * what `standardise` below returns.
 */

import { draw } from "../../gates/strokes.js";

/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {import("../../gates/strokes.js").Stroke} Stroke */

/** Strokes over a picture of 0..1, in a copy. @param {Numbers} ground @param {Stroke[]} strokes @param {number} size of its side */
export function write(ground, strokes, size) {
  const sheet = Float64Array.from(ground);
  for (const stroke of strokes) {
    draw(stroke, size, size, (p, a) => {
      sheet[p] = sheet[p] * (1 - a) + stroke.value * a;
    });
  }
  return sheet;
}

/**
 * Turned about its centre, counter-clockwise; bilinear, or the nearest position for class numbers.
 * Outside it is 0.
 * @template {Float64Array | Uint8Array} T
 * @param {T} map @param {number} size @param {number} degrees @param {boolean} [smooth]
 * @returns {T}
 */
export function turn(map, size, degrees, smooth = true) {
  if (!degrees) return map;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const out = /** @type {T} */ (map.slice().fill(0));
  const middle = (size - 1) / 2;
  /** @param {number} x @param {number} y */
  const value = (x, y) => (x < 0 || y < 0 || x >= size || y >= size ? 0 : map[y * size + x]);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = middle + (x - middle) * cos - (y - middle) * sin;
      const v = middle + (x - middle) * sin + (y - middle) * cos;
      if (!smooth) {
        out[y * size + x] = value(Math.round(u), Math.round(v));
        continue;
      }
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [fx, fy] = [u - left, v - top];
      out[y * size + x] =
        (value(left, top) * (1 - fx) + value(left + 1, top) * fx) * (1 - fy) +
        (value(left, top + 1) * (1 - fx) + value(left + 1, top + 1) * fx) * fy;
    }
  }
  return out;
}

/**
 * `scse.data.brain.contrast`: 0 is T1-like, 1 its negative, ½ flat grey.
 * @param {Numbers} t1 0..1 @param {Numbers} mask 0 or 1 @param {number} inverted
 */
export const contrast = (t1, mask, inverted) =>
  Float64Array.from(t1, (v, p) => ((1 - inverted) * v + inverted * (1.05 - v)) * mask[p]);

/** As behind the digits of the training: a photograph of 0..1, darker, with less contrast. */
export const dimmed = (/** @type {Numbers} */ photo) =>
  Float64Array.from(photo, (v) => 0.08 + 0.62 * v);

/** 0..1 to 0..255. @param {Numbers} picture */
export const toBytes = (picture) =>
  Uint8Array.from(picture, (v) => Math.round(255 * Math.max(0, Math.min(1, v))));

/** The darkest value to 0, the brightest to 255. @param {Numbers} picture */
export function stretch(picture) {
  let low = Infinity;
  let high = -Infinity;
  for (let p = 0; p < picture.length; p++) {
    low = Math.min(low, picture[p]);
    high = Math.max(high, picture[p]);
  }
  const factor = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(picture, (v) => Math.round((v - low) * factor));
}

/** Mean 0 and standard deviation 1, as `scse.data.standardise`. @param {Uint8Array} bytes */
export function standardise(bytes) {
  let sum = 0;
  for (const v of bytes) sum += v;
  const mean = sum / bytes.length;
  let squares = 0;
  for (const v of bytes) squares += (v - mean) ** 2;
  const sd = Math.max(1e-6, Math.sqrt(squares / (bytes.length - 1)));
  return Float32Array.from(bytes, (v) => (v - mean) / sd);
}
