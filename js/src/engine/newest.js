/** One request at a time; of those that wait, the newest. */

/** @typedef {import("./contract.js").Request | import("./contract.js").PictureRequest} Request */
/** @typedef {import("./contract.js").Answer} Answer */
/** @typedef {{run: (request: Request, onProgress?: (done: number) => void) => Promise<Answer>}} Engine */

/**
 * Puts a queue of length one before an engine. A drag asks faster than a network answers: what is
 * under way is finished, what waited and was overtaken is dropped, the last is always answered.
 * @template J, A
 * @param {{run: (job: J, onProgress?: (done: number) => void) => Promise<A>}} engine
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
     * @param {J} job @param {(done: number) => void} [onProgress]
     * @returns {Promise<A | undefined>}
     */
    run(job, onProgress) {
      return new Promise((resolve, reject) => {
        waiting?.drop();
        waiting = {
          start: () => void engine.run(job, onProgress).then(resolve, reject).finally(next),
          drop: () => resolve(undefined),
        };
        if (!busy) next();
      });
    },
  };
}
