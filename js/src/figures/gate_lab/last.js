/** The last block, all of it computed in the page: behind it there is only a 1×1 convolution. */

import { recalibrate, ruleOf } from "../../gates/rules.js";
import { argmax, excite, pointwise, project, sigmoid, squeeze } from "../../ground/maths.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {ReturnType<typeof lastBlock>} Last */

/**
 * What the last block does to one picture, on its own and with other gates.
 * @param {Manifest} manifest @param {Float64Array} maps that come into it
 */
export function lastBlock({ shape, fc1, fc2, project: w, head, classes, blocks, last }, maps) {
  const rule = ruleOf(blocks[last].rule);
  const gates = excite(fc1, fc2, squeeze(maps, shape[0])).gates;
  const mask = project(maps, w.weight[0], w.bias[0]).map(sigmoid);
  /** @param {ArrayLike<number>} c @param {ArrayLike<number>} s */
  const segment = (c, s) => argmax(pointwise(recalibrate(rule, maps, c, s), head), classes.length);
  return { channel: gates, spatial: mask, segment, segmentation: segment(gates, mask) };
}
