/** The gates of all blocks: what the network computes, and what the edits make of it. */

import { changeOf, changes, editOf, pathOf, used } from "../../gates/edit.js";
import { ruleOf } from "../../gates/rules.js";
import { resample } from "../../ground/plane.js";

/** @typedef {import("../../engine/contract.js").Answer} Answer */
/** @typedef {import("../../engine/contract.js").Change} Change */
/** @typedef {import("../../gates/edit.js").Edit} Edit */
/** @typedef {import("../../gates/rules.js").Branch} Branch */
/** @typedef {import("../../ground/plane.js").Plane} Plane */
/** @typedef {import("./memory.js").Memory} Memory */
/** @typedef {import("./memory.js").Scene} Scene */
/** @typedef {import("./model.js").Block} Block */
/** @typedef {import("./stored.js").Stored} Stored */
/** @typedef {NonNullable<import("../../engine/contract.js").Request["gates"]>} Changes */

/** @param {number[]} shape */
const product = (shape) => shape.reduce((a, b) => a * b, 1);

/** What an absent branch is; undefined where it is not known how gates are applied. @param {Block} block @param {Branch} branch */
export const neutralOf = ({ rule }, branch) =>
  rule === null ? undefined : ruleOf(rule).neutral[branch];

/**
 * The inputs whose whole masks an edit needs.
 * @param {Scene} scene @param {number} count of the inputs
 */
export function lenders({ edits, picture, slice }, count) {
  /** @type {Set<number>} */
  const needed = new Set();
  for (const { spatial: { base, from, set } = { base: "own" } } of Object.values(edits)) {
    if (from !== undefined) needed.add(from);
    if (base === "mean") for (let i = 0; i < count; i++) needed.add(i);
    const single = base === "flat" || Object.keys(set ?? {}).length > 0;
    if (single && slice !== undefined) needed.add(picture); // a slice tells not enough
  }
  return [...needed];
}

/** Where in a volume a slice is, 0..1. @param {Scene} scene @param {number[]} shape of the input */
export const partOf = ({ slice }, shape) => (slice === undefined ? 0 : (slice + 0.5) / shape[1]);

/** The plane of a whole mask in which a slice lies. @param {Float32Array} data @param {number[]} shape @param {number} part */
function cut(data, shape, part) {
  const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const depth = product(shape) / (height * width);
  const start = Math.min(depth - 1, Math.floor(part * depth)) * height * width;
  return { data: data.subarray(start, start + height * width), height, width };
}

/** A plane in the place of every slice of a whole mask. @param {Plane} plane @param {number[]} shape */
function spread(plane, shape) {
  const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const flat = resample(plane, height, width);
  return Float32Array.from({ length: product(shape) }, (_, p) => flat[p % flat.length]);
}

/** Entry by entry; undefined where one is missing. @param {(ArrayLike<number> | undefined)[]} gates */
function meanOf(gates) {
  const there = gates.filter((gate) => gate !== undefined);
  if (there.length < gates.length) return undefined;
  return Float32Array.from(there[0], (_, p) => {
    return there.reduce((sum, gate) => sum + gate[p], 0) / there.length;
  });
}

/**
 * A change of a whole mask, as far as a plane of it is seen.
 * @param {Change | undefined} change @param {number[]} shape of the mask
 * @param {number} part @param {Plane} seen
 * @returns {Change | undefined} nothing where the change does not fit: the engine says so
 */
function seenOf(change, shape, part, { height, width }) {
  if (!change) return undefined;
  /** @param {number | Float32Array} entries */
  const plane = (entries) =>
    typeof entries === "number"
      ? entries
      : Float32Array.from(resample(cut(entries, shape, part), height, width));
  const fits = typeof change.value === "number" || change.value.length === product(shape);
  return fits ? { keep: plane(change.keep), value: plane(change.value) } : undefined;
}

/**
 * What the network computes: of the last answer, else of what is stored.
 * @param {Block[]} blocks @param {Stored} stored @param {Memory} memory
 */
function computing(blocks, stored, memory) {
  /** @param {Scene} scene @param {Branch} branch @param {number} b @param {Answer | undefined} answer @returns {Plane | undefined} */
  function gateIn({ picture }, branch, b, answer) {
    const { channel, spatial } = answer?.blocks[blocks[b].name] ?? {};
    if (branch === "channel") {
      const data = channel ?? stored.gates(picture, b);
      return data && { data, height: 1, width: data.length };
    }
    if (!spatial) return stored.mask(picture, b);
    const [height, width] = spatial.shape.slice(-2);
    return { data: spatial.data, height, width };
  }
  return {
    /** Whatever is done to the blocks before. @param {Scene} scene @param {Branch} branch @param {number} b */
    own: (scene, branch, b) => gateIn(scene, branch, b, memory.now(scene) ?? memory.own(scene)),

    /** All entries of a gate where nothing is edited; of a mask the page may see a cut, or a smaller copy. @param {Scene} scene @param {Branch} branch @param {number} b */
    whole(scene, branch, b) {
      const { name, size, channels } = blocks[b];
      const uncut = scene.slice === undefined ? memory.own(scene)?.blocks : undefined;
      const mask = (memory.whole(scene.picture) ?? uncut)?.[name]?.spatial;
      if (branch === "spatial" && mask) return mask;
      const plane = gateIn(scene, branch, b, memory.own(scene));
      const { data, height, width } = plane ?? { data: [], height: 0, width: 0 };
      if (branch === "channel") return { shape: [channels], data };
      return { shape: size.length ? size : [height, width], data };
    },

    /** The gate of another input. @param {number} i @param {Branch} branch @param {number} b @param {number[]} shape */
    lent(i, branch, b, shape) {
      if (branch === "channel") return stored.gates(i, b);
      const whole = memory.whole(i)?.[blocks[b].name]?.spatial?.data;
      const plane = stored.mask(i, b);
      return whole ?? (plane ? spread(plane, shape) : undefined);
    },
  };
}

/**
 * @param {import("./model.js").Manifest} manifest @param {Stored} stored @param {Memory} memory
 */
export function gates({ blocks, inputs }, stored, memory) {
  const { own, whole, lent } = computing(blocks, stored, memory);

  /** What the engine is asked to make of a gate, and the shape of it. @param {Scene} scene @param {Branch} branch @param {number} b */
  function changeTo(scene, branch, b) {
    const edit = editOf(scene.edits, blocks[b].name, branch);
    if (!changes(edit)) return { change: undefined, shape: [] };
    const { shape, data } = whole(scene, branch, b);
    const change = changeOf(edit, {
      size: product(shape),
      positions: shape,
      neutral: neutralOf(blocks[b], branch),
      own: () => data,
      lend({ from }) {
        const lenders = from === undefined ? inputs.map((_, i) => i) : [from];
        return meanOf(lenders.map((i) => lent(i, branch, b, shape)));
      },
    });
    return { change, shape };
  }

  return {
    own,

    /** As it goes on. @param {Scene} scene @param {Branch} branch @param {number} b @returns {Plane | undefined} */
    goesOn(scene, branch, b) {
      const gate = own(scene, branch, b);
      if (!gate) return undefined;
      const { change, shape } = changeTo(scene, branch, b);
      const part = partOf(scene, inputs[scene.picture].shape);
      const seen = branch === "channel" ? change : seenOf(change, shape, part, gate);
      return { ...gate, data: used(gate.data, seen) };
    },

    /** All that the engine is asked for. @param {Scene} scene @returns {Changes} */
    changes: (scene) =>
      Object.fromEntries(
        Object.keys(scene.edits).map((path) => {
          const b = blocks.findIndex(({ name }) => pathOf(name) === path);
          /** @param {Branch} branch */
          const to = (branch) => changeTo(scene, branch, b).change;
          return [path, { channel: to("channel"), spatial: to("spatial") }];
        }),
      ),
  };
}
