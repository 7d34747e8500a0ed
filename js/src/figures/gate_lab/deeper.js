/** A block before the last: an engine runs the whole network. */

import { changeOf } from "../../gates/edit.js";
import { ruleOf } from "../../gates/rules.js";
import { newest } from "../../engine/newest.js";

/** @typedef {import("../../engine/contract.js").Answer} Answer */
/** @typedef {import("../../gates/edit.js").Edits} Edits */
/** @typedef {import("../../gates/rules.js").Branch} Branch */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {NonNullable<import("../../engine/contract.js").Request["gates"]>} Changes */
/** @typedef {{picture: number, block: string, edits: Edits}} Job */
/** @typedef {{own: Answer, answer: Answer, gates: Changes}} Done */

/**
 * A gate of an answer, entry by entry.
 * @param {Answer} answer @param {string} block @param {Branch} branch
 */
const gateIn = ({ blocks }, block, branch) =>
  (branch === "channel" ? blocks[block].channel : blocks[block].spatial?.data) ?? [];

/**
 * Asks for a block's maps and what comes of the edits; undefined where a newer job overtook.
 * @param {import("../../engine/newest.js").Engine} engine @param {Manifest} manifest
 * @param {(picture: number) => import("../../engine/contract.js").Tensor} input
 * @returns {(job: Job) => Promise<Done | undefined>}
 */
export function deeper(engine, { network, blocks }, input) {
  /** @type {Map<string, Promise<Answer>>} */
  const plain = new Map();

  /** @param {number} picture @param {string} block */
  const request = (picture, block) => ({
    network,
    image: input(picture),
    maps: { [block]: /** @type {"all"} */ ("all") },
  });

  /** What the network does on its own. @param {number} picture @param {string} block */
  function ownAnswer(picture, block) {
    const key = `${picture} ${block}`;
    let answer = plain.get(key);
    if (!answer) {
      answer = engine.run(request(picture, block));
      plain.set(key, answer);
      answer.catch(() => plain.delete(key));
    }
    return answer;
  }

  /** @param {Job} job @param {Answer} own */
  async function changesOf({ block, edits }, own) {
    /** @type {Changes} */
    const all = {};
    for (const [name, branches] of Object.entries(edits)) {
      const { channels, positions, rule } = blocks[name];
      for (const branch of /** @type {Branch[]} */ (Object.keys(branches))) {
        const edit = branches[branch];
        const lender = edit?.from === undefined ? undefined : await ownAnswer(edit.from, block);
        const change = changeOf(edit, {
          size: branch === "channel" ? channels : positions[0] * positions[1],
          positions,
          neutral: ruleOf(rule).neutral[branch],
          own: () => gateIn(own, name, branch),
          lend: () => lender && gateIn(lender, name, branch),
        });
        if (change) all[name] = { ...all[name], [branch]: change };
      }
    }
    return all;
  }

  /** @param {Job} job @returns {Promise<Done>} */
  async function run(job) {
    const own = await ownAnswer(job.picture, job.block);
    const gates = await changesOf(job, own);
    const edited = Object.keys(gates).length > 0;
    const answer = edited ? await engine.run({ ...request(job.picture, job.block), gates }) : own;
    return { own, answer, gates };
  }
  const queue = newest({ run });
  return queue.run;
}
