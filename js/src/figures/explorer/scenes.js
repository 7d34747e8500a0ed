/** From what the reader chose to what the network is to be asked about. */

/** @typedef {import("./memory.js").Scene} Scene */
/** @typedef {import("./model.js").State} State */

/**
 * @param {import("./model.js").Manifest} manifest
 * @param {boolean} live is there a network behind the page?
 */
export function scenes({ blocks, inputs, slice: middle, reduced }, live) {
  /** The open block. @param {State} state */
  const numberOf = ({ block }) => blocks.findIndex(({ name }) => name === block);
  /** Of a volume. @param {State} state */
  const depth = ({ picture }) => inputs[picture].shape[1];

  /** @param {State} state */
  function sliceOf(state) {
    if (middle === null) return undefined;
    if (!live) return middle;
    return state.slice >= 0 ? Math.min(state.slice, depth(state) - 1) : depth(state) >> 1;
  }

  return {
    live,
    numberOf,
    depth,
    sliceOf,
    /** @param {State} state */
    edited: ({ edits }) => Object.keys(edits).length > 0,
    /** @param {State} state @param {number[]} [channels] in sight @returns {Scene} */
    scene: (state, channels = []) => ({
      picture: state.picture,
      slice: sliceOf(state),
      edits: state.edits,
      block: state.block,
      channels: blocks[numberOf(state)].maps ? channels : [],
    }),
    /** Is the picture of a scene in the page, as it is? @param {Scene} scene */
    pictured({ slice }) {
      const { picture = 1, label = 1 } = reduced;
      return (slice ?? null) === middle && picture === 1 && label === 1;
    },
  };
}
