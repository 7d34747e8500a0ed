/** From numbers to pixels: one canvas pixel a map position, enlarged by the browser unblurred. */

import { mark, scales } from "../ground/colours.js";
import { h } from "../ground/dom.js";

/** @typedef {keyof typeof scales} Scale */

/** @param {string} hex */
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

/** One canvas pixel, as little-endian RGBA. @param {number[]} colour */
const word = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** @param {number[]} a @param {number[]} b @param {number} t */
const mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));

/** @param {string[]} stops */
function table(stops) {
  const colours = stops.map(rgb);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (colours.length - 1);
    const left = Math.min(Math.floor(at), colours.length - 2);
    return word(mix(colours[left], colours[left + 1], at - left));
  });
}
const TABLES = /** @type {Record<Scale, Uint32Array>} */ (
  Object.fromEntries(Object.entries(scales).map(([name, stops]) => [name, table(stops)]))
);

/** The scale as a CSS gradient. @param {Scale} scale @param {string} [direction] */
export const gradient = (scale, direction = "to right") =>
  `linear-gradient(${direction}, ${scales[scale].join(", ")})`;

/**
 * @param {number} height @param {number} width in map positions
 * @param {string} [label] omit where a neighbour already says what is seen
 */
export function canvas(height, width, label) {
  const element = h("canvas", { width, height, class: "scse-canvas" });
  if (label) {
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", label);
  } else element.setAttribute("aria-hidden", "true");
  element.style.aspectRatio = `${width} / ${height}`;
  return element;
}

/** @param {HTMLCanvasElement} element @param {(pixels: Uint32Array) => void} draw */
function withPixels(element, draw) {
  const context = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
  const image = context.createImageData(element.width, element.height);
  draw(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
}

/**
 * @param {HTMLCanvasElement} element @param {ArrayLike<number>} values
 * @param {number} low @param {number} high the ends of the scale; beyond them colours stay
 * @param {Scale} scale
 */
export function paintMap(element, values, low, high, scale) {
  const colours = TABLES[scale];
  const factor = high > low ? 255 / (high - low) : 0;
  withPixels(element, (pixels) => {
    for (let p = 0; p < pixels.length; p++) {
      pixels[p] = colours[Math.max(0, Math.min(255, Math.round((values[p] - low) * factor)))];
    }
  });
}

/**
 * Draws class maps: class colours over the grey picture, on a canvas finer than the map, so that
 * there is room inside a position for a stipple.
 * @param {string[]} palette one "#rrggbb" a class, background first
 * @param {string} [outlineColour] "#rrggbb"
 */
export function classPainter(palette, outlineColour = mark) {
  // [class · 256 + grey] -> the position's colour, and that of a dot which shows on it
  const base = new Uint32Array(palette.length * 256);
  const dots = new Uint32Array(palette.length * 256);
  palette.map(rgb).forEach((colour, k) => {
    for (let grey = 0; grey < 256; grey++) {
      const mixed = mix([grey, grey, grey], colour, k ? 0.8 : 0.4);
      const light = 0.3 * mixed[0] + 0.6 * mixed[1] + 0.1 * mixed[2];
      base[k * 256 + grey] = word(mixed);
      dots[k * 256 + grey] = word(light > 110 ? [0, 0, 0] : [255, 255, 255]);
    }
  });
  const line = word(rgb(outlineColour));

  /**
   * @param {HTMLCanvasElement} element
   * @param {ArrayLike<number>} classes
   * @param {object} extras
   * @param {ArrayLike<number>} extras.picture the grey picture, 0..255
   * @param {number} extras.width of the map
   * @param {ArrayLike<number>} [extras.before] positions that differ from it are stippled
   * @param {ArrayLike<number>} [extras.outline] a class map whose borders are drawn
   */
  return function paint(element, classes, { picture, width, before, outline }) {
    const row = element.width;
    const fine = row / width;
    const height = element.height / fine;
    withPixels(element, (pixels) => {
      for (let y = 0, p = 0; y < height; y++) {
        for (let x = 0; x < width; x++, p++) {
          const at = classes[p] * 256 + picture[p];
          const start = (y * row + x) * fine;
          const end = start + fine * row;
          for (let j = start; j < end; j += row) pixels.fill(base[at], j, j + fine);
          if (before && before[p] !== classes[p]) {
            for (let j = start + row; j < end - row; j += row) {
              pixels.fill(dots[at], j + 1, j + fine - 1);
            }
          }
          if (outline && x + 1 < width && outline[p] !== outline[p + 1]) {
            for (let j = start + fine - 1; j < end; j += row) pixels[j] = line;
          }
          if (outline && y + 1 < height && outline[p] !== outline[p + width]) {
            pixels.fill(line, end - row, end - row + fine);
          }
        }
      }
    });
  };
}

/** Smallest and largest. @param {ArrayLike<number>} values @returns {[number, number]} */
export function range(values) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}
