/** One request at a time; of those that wait, the newest. */

/** @typedef {import("./contract.js").Request} Request */
/** @typedef {import("./contract.js").Answer} Answer */
/** @template [R=Request] @typedef {{run: (request: R, onProgress?: (done: number) => void) => Promise<Answer>}} Engine */

/**
 * Puts a queue of length one before an engine. A drag asks faster than a network answers: what is
 * under way is finished, what waited and was overtaken is dropped, the last is always answered.
 * @template [R=Request]
 * @param {Engine<R>} engine
 */
export function newest(engine) {
  /** @type {{start: () => void, drop: () => void} | undefined} */
  let waiting;
  let busy = false;

  function next() {
    const turn = waiting;
    waiting = undefined;
    busy = turn !== undefined;
    turn?.start();
  }

  return {
    get busy() {
      return busy;
    },
    /**
     * The answer, or undefined if a newer request overtook this one.
     * @param {R} request @param {(done: number) => void} [onProgress]
     * @returns {Promise<Answer | undefined>}
     */
    run(request, onProgress) {
      return new Promise((resolve, reject) => {
        waiting?.drop();
        waiting = {
          start: () => void engine.run(request, onProgress).then(resolve, reject).finally(next),
          drop: () => resolve(undefined),
        };
        if (!busy) next();
      });
    },
  };
}
