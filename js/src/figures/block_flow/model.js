/** What a block makes of its maps, step by step. */

import { mergeChannel, recalibrateChannel, ruleOf } from "../../gates/rules.js";
import { excite, project, sigmoid, squeeze } from "../../ground/maths.js";

/** @typedef {import("../../ground/maths.js").Linear} Linear */
/** @typedef {import("../../ground/maths.js").Numbers} Numbers */
/**
 * A block's own numbers; what it has not is null.
 * @typedef {object} Block
 * @property {string} rule by which it applies its gates
 * @property {number} channels
 * @property {Linear | null} fc1 @property {Linear | null} fc2 of the channel branch
 * @property {Linear | null} project of the spatial branch
 * @property {Linear | null} merge where the rule has a layer of its own
 */

/** @param {Block} block @param {Numbers} maps U, channel after channel */
export function flow({ rule, channels, fc1, fc2, project: squeezing, merge }, maps) {
  const size = maps.length / channels;
  const z = squeeze(maps, channels);
  const channel = fc1 && fc2 ? { z, ...excite(fc1, fc2, z) } : null;
  const q = squeezing && project(maps, squeezing.weight[0], squeezing.bias[0]);
  const space = q && { q, mask: q.map(sigmoid) };
  const { neutral } = ruleOf(rule);
  const gates = channel?.gates ?? new Float64Array(channels).fill(neutral.channel ?? NaN);
  const mask = space?.mask ?? new Float64Array(size).fill(neutral.spatial ?? NaN);

  /** @param {number} k @param {(u: number, p: number) => number} of */
  const each = (k, of) => Float64Array.from({ length: size }, (_, p) => of(maps[k * size + p], p));
  return {
    channel,
    space,
    /** A map of U as it is. @param {number} k */
    map: (k) => each(k, (u) => u),
    /** A map as its gate leaves it; `part` of the way there. @param {number} k @param {number} [part] */
    gated: (k, part = 1) => each(k, (u) => u * (1 + (gates[k] - 1) * part)),
    /** A map as the mask leaves it. @param {number} k @param {number} [part] */
    masked: (k, part = 1) => each(k, (u, p) => u * (1 + (mask[p] - 1) * part)),
    /** A map of Û. @param {number} k */
    out: (k) =>
      merge
        ? mergeChannel(merge, maps, k, gates, mask, new Float64Array(size))
        : recalibrateChannel(ruleOf(rule), maps, k, gates[k], mask, new Float64Array(size)),
  };
}
