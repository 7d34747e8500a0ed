/** What the networks are asked, and what they said: for one picture at a time. */

import { newest } from "../../engine/newest.js";
import { changeOf } from "../../gates/edit.js";
import { ruleOf } from "../../gates/rules.js";
import { once } from "../../ground/once.js";

/** @typedef {import("../../engine/contract.js").Answer} Answer */
/** @typedef {import("../../engine/contract.js").Tensor} Tensor */
/** @typedef {import("../../gates/rules.js").Branch} Branch */
/** @typedef {import("../../widget.js").Arrays} Arrays */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./scene.js").Picture} Picture */
/** @typedef {import("./state.js").State} State */
/** @typedef {NonNullable<import("../../engine/contract.js").Request["gates"]>} Changes */
/** @typedef {{state: State, picture: Picture}} Job */
/**
 * @typedef {Job & {own: import("./scene.js").Seen, answer: import("./scene.js").Seen,
 *                  gates: Changes}} Done own: without the edits
 */

/** @param {Answer} answer @param {string} block @param {Branch} branch */
const gateIn = ({ blocks }, block, branch) =>
  (branch === "channel" ? blocks[block].channel : blocks[block].spatial?.data) ?? [];

/**
 * What an engine is to change.
 * @param {State} state @param {Manifest} manifest @param {Arrays} arrays
 * @param {Answer} own without the edits
 * @param {(i: number) => Promise<Answer>} lender what the network says to an example
 */
async function changesOf({ network, edits }, { networks }, arrays, own, lender) {
  const { blocks, means } = networks[network];
  /** @type {Changes} */
  const all = {};
  for (const [name, { channels, positions, branches, rule }] of Object.entries(blocks)) {
    for (const branch of branches) {
      const edit = edits[name]?.[branch];
      if (!edit) continue;
      const lent = edit.from === undefined ? undefined : await lender(edit.from);
      const mean = branch === "channel" ? means[name] : arrays[`mean-${network}-${name}`];
      const change = changeOf(edit, {
        size: branch === "channel" ? channels : positions[0] * positions[1],
        positions,
        neutral: ruleOf(rule).neutral[branch],
        own: () => gateIn(own, name, branch),
        lend: () => (lent ? gateIn(lent, name, branch) : mean),
      });
      if (change) all[name] = { ...all[name], [branch]: change };
    }
  }
  return all;
}

/**
 * @param {{run: (request: import("../../engine/contract.js").Request) => Promise<Answer>}} engine
 * @param {Manifest} manifest @param {Arrays} arrays
 * @param {(i: number) => Tensor} example as a network gets it
 */
export function asker(engine, manifest, arrays, example) {
  const { networks } = manifest;
  /** @type {Map<string, Promise<Answer>>} */
  const plain = new Map();
  /** @type {Map<string, Promise<Answer>>} */
  const lenders = new Map();
  let plainOf = "";

  /** @param {string} network @param {Tensor} image @param {string} block whose maps are wanted, "" for none */
  function request(network, image, block) {
    const { file, blocks } = networks[network];
    /** @type {Record<string, "all">} */
    const maps = block in blocks ? { [block]: "all" } : {};
    return { network: file, image, maps };
  }
  /** What a network says without edits. @param {string} network @param {Picture} picture @param {string} block */
  function own(network, picture, block) {
    if (plainOf !== picture.key) plain.clear();
    plainOf = picture.key;
    return once(plain, `${network} ${block}`, () =>
      engine.run(request(network, picture.input, block)),
    );
  }
  /** What it says to an example, whose gates are lent. @param {string} network @param {number} i */
  const lender = (network, i) =>
    once(lenders, `${network} ${i}`, () => engine.run(request(network, example(i), "")));

  const queue = newest({
    /** @param {Job} job @returns {Promise<Done>} */
    async run({ state, picture }) {
      const plainAnswer = await own(state.network, picture, state.block);
      const gates = await changesOf(state, manifest, arrays, plainAnswer, (i) =>
        lender(state.network, i),
      );
      const asked = { ...request(state.network, picture.input, state.block), gates };
      const answer = Object.keys(gates).length ? await engine.run(asked) : plainAnswer;
      return { state, picture, own: plainAnswer, answer, gates };
    },
  });
  return {
    own,
    /** One picture through one network, with the edits; undefined where a newer job overtook. */
    ask: queue.run,
  };
}
