/** What the runs that count say of two variants; scse/widgets/pick_runs.py says the same. */

/**
 * One training run.
 * @typedef {object} Run
 * @property {string} task @property {string} variant
 * @property {string} label "seed 0" @property {number} score
 */
/**
 * What scse/widgets/pick_runs.py describes.
 * @typedef {object} Manifest
 * @property {Run[]} runs @property {string[]} tasks @property {string[]} variants
 * @property {Record<string, string>} titles what tasks and variants are called
 * @property {string} score what the scores are
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/**
 * out: numbers of the runs that are left out.
 * @typedef {{task: string, over: string, under: string, out: number[]}} State
 */
/** @typedef {"all" | "favour" | "against" | "best"} Way */

/** @param {number[]} values */
const mean = (values) =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : NaN;

/** @param {Run[]} runs @param {string} task @param {string} variant numbers of its runs */
export const runsOf = (runs, task, variant) =>
  runs.flatMap((run, i) => (run.task === task && run.variant === variant ? [i] : []));

/** @param {Manifest} manifest @param {State} state */
export function evaluate({ runs, variants }, { task, over, under, out }) {
  /** @param {string} variant @param {number[]} [without] */
  const scores = (variant, without = []) =>
    runsOf(runs, task, variant)
      .filter((i) => !without.includes(i))
      .map((i) => runs[i].score);
  /** @type {Record<string, number>} */
  const means = {};
  /** @type {Record<string, number>} */
  const counts = {};
  /** @type {Record<string, number>} */
  const spared = {};
  for (const variant of variants) {
    const own = scores(variant, out);
    counts[variant] = own.length;
    means[variant] = mean(own);
    spared[variant] = own.length ? Math.max(...own) - means[variant] : NaN;
  }
  const pairs = scores(over).flatMap((a) => scores(under).map((b) => a - b));
  return {
    means,
    counts,
    spared,
    difference: means[over] - means[under],
    least: Math.min(...pairs),
    greatest: Math.max(...pairs),
    ahead: pairs.filter((each) => each > 0).length,
    pairs: pairs.length,
  };
}

/**
 * What puzzles can be about.
 * @param {Pick<ReturnType<typeof evaluate>, "means" | "counts">} seen
 * @returns {import("../../desk/goal.js").Numbers}
 */
export function quantities({ means, counts }) {
  /** @type {import("../../desk/goal.js").Numbers} */
  const found = {};
  for (const [a, first] of Object.entries(means)) {
    found[`runs of ${a}`] = counts[a];
    for (const [b, second] of Object.entries(means)) {
      if (a !== b) found[`${a} − ${b} in hundredths`] = 100 * (first - second);
    }
  }
  return found;
}

/**
 * Which runs are left out, so that one of both variants remains. Those of other variants and tasks
 * stay as they are.
 * @param {Run[]} runs @param {State} state @param {Way} way
 */
export function leaveOut(runs, { task, over, under, out }, way) {
  const own = { [over]: runsOf(runs, task, over), [under]: runsOf(runs, task, under) };
  const touched = Object.values(own).flat();
  const kept = out.filter((i) => !touched.includes(i));
  if (way === "all") return kept;
  const high = { [over]: way !== "against", [under]: way !== "favour" };
  const left = Object.entries(own).flatMap(([variant, all]) => {
    const sign = high[variant] ? -1 : 1;
    return [...all].sort((i, j) => sign * (runs[i].score - runs[j].score)).slice(1);
  });
  return [...kept, ...left].sort((i, j) => i - j);
}

/**
 * The scores of a task's runs, which its axis holds.
 * @param {Run[]} runs @param {string} task
 */
export const scoresOf = (runs, task) =>
  runs.filter((run) => run.task === task).map(({ score }) => score);
