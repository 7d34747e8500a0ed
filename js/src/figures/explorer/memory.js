/** What the engine has said. It forgets what is old; of a saved page it stays empty. */

import { pathOf } from "../../gates/edit.js";
import { planesOf } from "../../ground/plane.js";

/** @typedef {import("../../engine/contract.js").Answer} Answer */
/** @typedef {import("../../ground/plane.js").Plane} Plane */
/** @typedef {ReturnType<typeof memory>} Memory */
/**
 * @typedef {object} Scene what is to be shown
 * @property {number} picture @property {number | undefined} slice of a volume
 * @property {import("../../gates/edit.js").Edits} edits
 * @property {string} block the open one @property {number[]} channels of it that are in sight
 */

const ANSWERS = 24;
const BLOCKS = 3; // whose maps are kept

/** A Map that forgets the oldest. @template V @extends {Map<string, V>} */
class Recent extends Map {
  /** @param {number} most */
  constructor(most) {
    super();
    this.most = most;
  }
  /** @param {string} key @param {V} value */
  set(key, value) {
    this.delete(key);
    super.set(key, value);
    const [oldest] = this.keys();
    if (this.size > this.most) this.delete(oldest);
    return this;
  }
}

/** @param {Scene} scene */
const inputKey = ({ picture, slice }) => `${picture}|${slice ?? ""}`;
/** @param {Scene} scene */
const outputKey = (scene) => `${inputKey(scene)}|${JSON.stringify(scene.edits)}`;
/** U of a block does not depend on its own gates, unless it runs twice. @param {Scene} scene */
function mapsKey(scene) {
  const edits = { ...scene.edits };
  if (pathOf(scene.block) === scene.block) delete edits[scene.block];
  return outputKey({ ...scene, edits }) + scene.block;
}

export function memory() {
  /** @type {Recent<Answer>} */
  const own = new Recent(ANSWERS);
  /** @type {Recent<Plane[]>} */
  const pictures = new Recent(ANSWERS);
  /** @type {Recent<Map<number, Plane>>} */
  const maps = new Recent(BLOCKS);
  /** @type {Map<number, Answer["blocks"]>} */
  const whole = new Map();
  /** @type {{output: string, input: string, answer: Answer} | undefined} */
  let last;

  return {
    /** The last answer, if it was for this input and slice. @param {Scene} scene @returns {Answer | undefined} */
    now: (scene) => (last?.input === inputKey(scene) ? last.answer : undefined),
    /** Is its output that of this scene? @param {Scene} scene */
    fresh: (scene) => last?.output === outputKey(scene),
    /** What the network does on its own. @param {Scene} scene @returns {Answer | undefined} */
    own: (scene) => own.get(inputKey(scene)),
    /** The picture of a slice, and its label if there is one. @param {Scene} scene @returns {Plane[] | undefined} */
    picture: (scene) => pictures.get(inputKey(scene)),
    /** U, by channel. @param {Scene} scene @returns {Map<number, Plane> | undefined} */
    maps: (scene) => maps.get(mapsKey(scene)),
    /** Those in sight that are not here yet. @param {Scene} scene */
    absent: (scene) => scene.channels.filter((k) => !maps.get(mapsKey(scene))?.has(k)),
    /** All gates and masks of an input, volumes not cut. @param {number} input */
    whole: (input) => whole.get(input),

    /** @param {Scene} scene @param {Answer} answer */
    keepOwn: (scene, answer) => void own.set(inputKey(scene), answer),
    /** @param {Scene} scene @param {Answer} answer */
    keepLast(scene, answer) {
      last = { output: outputKey(scene), input: inputKey(scene), answer };
    },
    /** @param {Scene} scene @param {Answer} answer */
    keepPicture(scene, { output }) {
      const [height, width] = output.shape.slice(1);
      pictures.set(inputKey(scene), planesOf(output.data, height, width));
    },
    /** @param {Scene} scene @param {Answer} answer @param {number[]} asked channels */
    keepMaps(scene, answer, asked) {
      const sent = answer.blocks[scene.block]?.maps;
      if (!sent) return;
      const [height, width] = sent.shape.slice(1);
      const planes = planesOf(sent.data, height, width);
      const found = maps.get(mapsKey(scene)) ?? new Map();
      asked.forEach((k, i) => found.set(k, planes[i]));
      maps.set(mapsKey(scene), found);
    },
    /** @param {number} input @param {Answer} answer */
    keepWhole: (input, { blocks }) => void whole.set(input, blocks),
  };
}
