/** The last block, all of it computed in the page: behind it there is only a 1×1 convolution. */

import {
  argmax,
  differences,
  excite,
  pointwise,
  project,
  recalibrate,
  sigmoid,
  squeeze,
} from "../../ground/maths.js";

/** @typedef {import("../../ground/maths.js").Mode} Mode */

/** What the last block would do on its own to one picture. @param {any} manifest @param {Float64Array} maps */
export function ownState({ shape, fc1, fc2, project: w, head, combine, classes }, maps) {
  const gates = excite(fc1, fc2, squeeze(maps, shape[0])).gates;
  const mask = project(maps, w.weight[0], w.bias[0]).map(sigmoid);
  /** @param {ArrayLike<number>} c @param {Mode} mode */
  const segment = (c, mode) =>
    argmax(pointwise(recalibrate(maps, c, mask, mode, combine), head), classes.length);
  return { gates, mask, segment, segmentation: segment(gates, "scse") };
}

/** The gate that changes most pixels when it is pulled to 0. @param {ReturnType<typeof ownState>} own */
export function firstToPull(own) {
  const changes = Array.from(own.gates, (_, k) => {
    const pulled = own.gates.map((gate, i) => (i === k ? 0 : gate));
    return differences(own.segment(pulled, "scse"), own.segmentation);
  });
  return changes.indexOf(Math.max(...changes));
}
