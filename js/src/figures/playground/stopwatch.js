/** How long it takes from what a reader does to the picture it makes. */

const TIMES = 15; // of the latest, for the median

/** @param {() => number} [clock] in ms */
export function stopwatch(clock = () => performance.now()) {
  /** @type {number[]} */
  let times = [];
  /** @type {number | undefined} */
  let began;
  return {
    /** A step of a drag does not set it back. */
    start: () => (began ??= clock()),
    restart: () => (began = clock()),
    /**
     * The median of the latest times; undefined where nothing was timed.
     * @param {boolean} counts does this time count?
     */
    stop(counts) {
      if (began === undefined) return undefined;
      if (counts) times = [...times, clock() - began].slice(-TIMES);
      began = undefined;
      return [...times].sort((a, b) => a - b)[times.length >> 1];
    },
  };
}
