/** The blocks before the last: an engine runs the whole network. */

import { newest } from "../../engine/newest.js";

/** @typedef {import("../../engine/contract.js").Answer} Answer */
/**
 * @typedef {object} Job
 * @property {number} picture @property {string} block @property {import("../../ground/maths.js").Mode} mode
 * @property {number[]} gates the reader's, or none
 */

/**
 * Asks for a block's maps and what comes of its gates; undefined where a newer question overtook.
 * @param {import("../../engine/newest.js").Engine} engine @param {string} network
 * @param {(picture: number) => import("../../engine/contract.js").Tensor} input
 * @returns {(job: Job) => Promise<{own: Answer, answer: Answer} | undefined>}
 */
export function deeper(engine, network, input) {
  /** @type {Map<string, Promise<Answer>>} */
  const plain = new Map();
  const off = { keep: 0, value: 0 };

  const queue = newest({
    async run(job) {
      const { picture, block, mode, gates } = /** @type {any} */ (job);
      /** @type {import("../../engine/contract.js").Request} */
      const request = { network, image: input(picture), maps: { [block]: "all" } };
      const key = `${picture} ${block}`;
      const untouched = plain.get(key) ?? engine.run(request);
      plain.set(key, untouched);
      untouched.catch(() => plain.delete(key));
      const own = await untouched;
      /** @type {Record<string, import("../../engine/contract.js").Change>} */
      const change = {};
      if (gates.length) change.channel = { keep: 0, value: Float32Array.from(gates) };
      if (mode === "sse") change.channel = off;
      if (mode === "cse") change.spatial = off;
      if (mode === "none") Object.assign(change, { channel: { keep: 0, value: 1 }, spatial: off }); // U · (1 + 0)
      const meddled = Object.keys(change).length > 0;
      const answer = meddled ? await engine.run({ ...request, gates: { [block]: change } }) : own;
      return /** @type {any} */ ({ own, answer });
    },
  });
  return (job) => /** @type {any} */ (queue.run(/** @type {any} */ (job)));
}
