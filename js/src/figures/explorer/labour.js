/** Orders of the channels that take many runs. In the background: a reader's request goes first. */

import { chain, descending, normal } from "../../desk/order.js";
import { withEdit } from "../../gates/edit.js";
import { distance } from "./result.js";
import * as WORDS from "../../words/explorer.js";

/** @typedef {import("../../engine/contract.js").Answer} Answer */
/** @typedef {import("../../engine/contract.js").Request} Request */
/** @typedef {import("./memory.js").Scene} Scene */
/** @typedef {{order: number[], scores: ArrayLike<number>}} Found */
/**
 * @typedef {object} Job
 * @property {Scene} scene @property {number} channels of its block, how many there are
 * @property {number} first the channel with the highest gate
 * @property {AbortSignal} signal @property {(done: number) => void} onStep 0..1
 */
/** @typedef {Record<"effect" | "similarity", (job: Job) => Promise<Found | undefined>>} Labour */

const PORTION = 64; // channels whose maps come with one answer
const POLL = 4; // ms between two looks whether the engine is free

/**
 * @param {object} options
 * @param {import("./asker.js").Queue} options.queue
 * @param {import("./memory.js").Memory} options.memory
 * @param {(scene: Scene) => Promise<Answer | undefined>} options.own
 * @param {(scene: Scene, asked?: number[]) => Request} options.request
 * @returns {Labour} undefined where the work was broken off
 */
export function labour({ queue, memory, own, request }) {
  /** Wait until no one else asks. @param {AbortSignal} signal */
  async function free(signal) {
    while (queue.busy && !signal.aborted) await new Promise((done) => setTimeout(done, POLL));
    return !signal.aborted;
  }

  return {
    /** By the change of the output when a gate is 0, everything else being the network's own. */
    async effect({ scene, channels, signal, onStep }) {
      const scores = new Float64Array(channels);
      for (let k = 0; k < channels; ) {
        if (!(await free(signal))) return undefined;
        const before = await own(scene);
        if (!before) continue;
        if (!(await free(signal))) return undefined;
        const edits = withEdit({}, scene.block, "channel", { base: "own", set: { [k]: 0 } });
        const answer = await queue.run(request({ ...scene, edits }));
        if (!answer) continue; // overtaken: once more, when the reader has what was wanted
        scores[k] = distance(before.output.data, answer.output.data);
        k += 1;
        onStep(k / channels);
      }
      return signal.aborted ? undefined : { order: descending(scores), scores };
    },

    /** A chain from map to map, each beside the one that it resembles most. */
    async similarity({ scene, channels, first, signal, onStep }) {
      const every = { ...scene, channels: Array.from({ length: channels }, (_, k) => k) };
      for (let left = memory.absent(every); left.length; left = memory.absent(every)) {
        if (!(await free(signal))) return undefined;
        const asked = left.slice(0, PORTION);
        const answer = await queue.run(request(scene, asked));
        if (answer && !answer.blocks[scene.block]?.maps) throw new Error(WORDS.noBlockMaps);
        if (answer) memory.keepMaps(scene, answer, asked);
        onStep(1 - left.length / channels);
      }
      const maps = memory.maps(every);
      if (signal.aborted || !maps) return undefined;
      const coarse = every.channels.map((k) => {
        const { data, height, width } = /** @type {import("./memory.js").Plane} */ (maps.get(k));
        return normal(data, height, width);
      });
      const { order, similarity } = chain(coarse, first);
      return { order, scores: similarity };
    },
  };
}
