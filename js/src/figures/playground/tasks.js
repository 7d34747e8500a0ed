/**
 * How a task makes a picture of what the reader chose: a row each, the same as in scse/data, where
 * the training pictures are made.
 */

import { contrast, dimmed, stretch, toBytes, turn } from "./compose.js";
import { pictureOf } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("../../widget.js").Arrays[string]} Values */
/**
 * @typedef {object} Given what pictures are made of
 * @property {number} size pixels a side
 * @property {number | null} blank grey of an empty sheet
 * @property {(name: string, i: number) => Values} plane one of the stored pictures
 * @property {Float64Array | undefined} own the reader's, 0..1; undefined until there is one
 */
/**
 * @typedef {object} Task
 * @property {(state: State, given: Given) => Float64Array} ground what the pen goes over
 * @property {(sheet: Float64Array) => Uint8Array} bytes of the ground with its strokes
 * @property {(state: State, given: Given) => Uint8Array} label what is true of an example
 */

/** @param {Values} bytes 0..255 */
const unit = (bytes) => Float64Array.from(bytes, (v) => v / 255);

/** @type {Record<string, Task>} */
export const TASKS = {
  digits: {
    ground({ source }, { size, blank, plane, own }) {
      const { kind, index } = pictureOf(source);
      if (kind === "example") return unit(plane("pictures", index));
      if (kind === "ground") return dimmed(unit(plane("grounds", index)));
      if (kind === "own" && own) return dimmed(own);
      return new Float64Array(size * size).fill(blank ?? 0);
    },
    bytes: toBytes,
    label: ({ source }, { plane }) => Uint8Array.from(plane("labels", pictureOf(source).index)),
  },
  brain: {
    ground({ source, contrast: inverted, noise, rotation }, { size, plane, own }) {
      const { kind, index } = pictureOf(source);
      const slice = kind === "example" ? index : 0;
      const mine = kind === "own" ? own : undefined;
      const t1 = mine ?? unit(plane("t1", slice));
      const inside = mine
        ? mine.map((v) => Number(v > 0.04)) // black around a head stays black
        : Float64Array.from(plane("inside", slice));
      const mask = turn(inside, size, rotation).map((v) => Number(v > 0.5));
      const speckles = plane("noise", 0);
      const head = contrast(turn(t1, size, rotation), mask, inverted);
      return head.map((v, p) => v + noise * speckles[p]);
    },
    bytes: stretch,
    label: ({ source, rotation }, { size, plane }) =>
      turn(Uint8Array.from(plane("labels", pictureOf(source).index)), size, rotation, false),
  },
};

/** The row of that name; throws where there is none. @param {string} name */
export function taskOf(name) {
  if (!Object.hasOwn(TASKS, name)) {
    throw new Error(`no task "${name}"; there are ${Object.keys(TASKS).join(", ")}`);
  }
  return TASKS[name];
}
