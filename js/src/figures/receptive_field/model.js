/**
 * Which part of the image a pixel of a stage sees: by the layers alone, and by its gradient.
 * scse/widgets/receptive_field.py and scse/fields.py have the same; test/receptive_golden.json
 * holds the two together.
 */

/**
 * A sample, as Python describes it.
 * @typedef {object} Picture
 * @property {string} title @property {string} credit
 * @property {[number, number]} size height and width
 * @property {number[][]} channels of each stage, those that are stored
 */
/**
 * @typedef {object} Stage
 * @property {string} name @property {number} channels
 * @property {number} reach of its convolutions, in its own pixels
 * @property {number} step pixels of the image, in a line, for one of its own
 * @property {number} cell pixels of the image, in a line, for one stored gradient
 */
/**
 * What scse/widgets/receptive_field.py describes.
 * @typedef {object} Manifest
 * @property {Picture[]} samples @property {Stage[]} stages
 * @property {number} places rows and columns of pixels that can be picked
 * @property {number} decades of the scale where gates move
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/** @typedef {"still" | "moving"} Gates */
/**
 * @typedef {object} State
 * @property {number} picture @property {string} stage @property {[number, number]} place
 * @property {number} channel @property {Gates} gates
 */
/** @typedef {[number, number, number, number]} Square first and last row, first and last column */
/** @typedef {Record<string, Uint8Array | Float64Array>} Arrays */

const LEVELS = 20; // of a stored gradient

/** The rows, or columns, of an image whose pixels can be picked. @param {number} size @param {number} n */
export const places = (size, n) =>
  Array.from({ length: n }, (_, i) => Math.floor(((i + 0.5) * size) / n));

/**
 * First and last row of the image that a row of a stage sees, gates held still; the same for
 * columns. What lies beyond the border is counted too.
 * @param {number[]} reach of the stages @param {number} stage @param {number} at
 * @returns {[number, number]}
 */
export function windowOf(reach, stage, at) {
  const [first, last] = [at - reach[stage], at + reach[stage]];
  if (stage === 0) return [first, last];
  if (stage <= Math.floor(reach.length / 2)) {
    // below a 2×2 pooling
    return [windowOf(reach, stage - 1, 2 * first)[0], windowOf(reach, stage - 1, 2 * last + 1)[1]];
  }
  // Above nearest upsampling, and beside the skip connection.
  const ends = [first, last].flatMap((row) => [
    ...windowOf(reach, stage - 1, Math.floor(row / 2)),
    ...windowOf(reach, reach.length - 1 - stage, row),
  ]);
  return [Math.min(...ends), Math.max(...ends)];
}

/** Of a picture, what lies in a square, without what is beyond the border. @param {Square} square @param {[number, number]} size */
export function shareOf([top, bottom, left, right], [height, width]) {
  const rows = Math.min(bottom, height - 1) - Math.max(top, 0) + 1;
  const columns = Math.min(right, width - 1) - Math.max(left, 0) + 1;
  return (rows * columns) / (height * width);
}

/**
 * The square roots of stored cells on the grid of the image, 0 … 1.
 * @param {ArrayLike<number>} codes of a square of cells @param {number} cell
 * @param {number} top @param {number} left where the square begins, also beyond the border
 * @param {[number, number]} size of the image
 */
function spread(codes, cell, top, left, [height, width]) {
  const row = Math.sqrt(codes.length);
  const whole = new Float64Array(height * width);
  for (let y = Math.max(0, top); y < Math.min(height, top + row * cell); y++) {
    const start = Math.floor((y - top) / cell) * row;
    for (let x = Math.max(0, left); x < Math.min(width, left + row * cell); x++) {
      whole[y * width + x] = Math.sqrt(codes[start + Math.floor((x - left) / cell)] / LEVELS);
    }
  }
  return whole;
}

/** Cells of the whole image on its grid, 0 … 1. @param {ArrayLike<number>} codes @param {[number, number]} size */
function coarse(codes, [height, width]) {
  const cell = Math.round(Math.sqrt((height * width) / codes.length));
  const whole = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const start = (Math.floor(y / cell) * width) / cell;
    for (let x = 0; x < width; x++) {
      whole[y * width + x] = codes[start + Math.floor(x / cell)] / LEVELS;
    }
  }
  return whole;
}

/**
 * What is seen in a state.
 * @param {Manifest} manifest @param {Arrays} arrays @param {State} state
 */
export function evaluate({ samples, stages, places: n }, arrays, state) {
  const { picture, place, channel, gates } = state;
  const s = stages.findIndex(({ name }) => name === state.stage);
  const { size } = samples[picture];
  const { step, cell } = stages[s];
  const reach = stages.map((stage) => stage.reach);
  const moving = gates === "moving";
  const [height, width] = size;
  const [row, column] = [place[0], place[1]].map((at, axis) =>
    Math.floor(places(size[axis], n)[at] / step),
  );
  const at = place[0] * n + place[1];
  /** The i-th of so many equal parts. @param {string} name @param {number} i @param {number} of */
  const part = (name, i, of) => {
    const array = arrays[name];
    return array.subarray((i * array.length) / of, ((i + 1) * array.length) / of);
  };
  const still = /** @type {Square} */ ([...windowOf(reach, s, row), ...windowOf(reach, s, column)]);
  const seen = moving
    ? coarse(part(`wide-${picture}`, s * n * n + at, stages.length * n * n), size)
    : spread(part(`field-${s}-${picture}`, at, n * n), cell, still[0], still[2], size);
  const side = arrays.sides[((picture * 2 + Number(moving)) * stages.length + s) * n * n + at];
  const more = (side - step) / 2;
  /** @type {Square | undefined} */
  const square = Number.isNaN(side)
    ? undefined
    : [
        row * step - more,
        (row + 1) * step - 1 + more,
        column * step - more,
        (column + 1) * step - 1 + more,
      ];
  /** @type {Square} */
  const window = moving ? [0, height - 1, 0, width - 1] : still;
  const [rows, columns] = [height / step, width / step];
  const map = part(`maps-${s}-${picture}`, channel, samples[picture].channels[s].length);
  return {
    stage: s,
    pixel: [row, column],
    rows,
    columns,
    window,
    square,
    side,
    share: shareOf(window, size),
    effective: square ? shareOf(square, size) : NaN,
    outside: moving ? arrays.outside[(picture * stages.length + s) * n * n + at] : 0,
    seen,
    map,
    value: map[row * columns + column],
  };
}

/** What puzzles can be about. @param {ReturnType<typeof evaluate>} seen @param {Gates} gates */
export function quantities({ stage, window, share, side, effective }, gates) {
  const [top, bottom, left, right] = window;
  return {
    stage: stage + 1,
    "height of the square": bottom - top + 1,
    "width of the square": right - left + 1,
    "share of the picture, in %": 100 * share,
    "side of the effective square": side,
    "effective share, in %": 100 * effective,
    "gates moving": Number(gates === "moving"),
  };
}
