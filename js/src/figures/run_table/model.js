/** What a table of runs says; scse/widgets/run_table.py says the same. */

/**
 * One training run.
 * @typedef {object} Run
 * @property {number} seed @property {number[]} scores one a class
 */
/**
 * What was trained, from each of its seeds.
 * @typedef {object} Variant
 * @property {string} name @property {Run[]} runs
 */
/**
 * Variants that are compared with each other.
 * @typedef {object} Table
 * @property {string} name @property {string[]} classes @property {Variant[]} variants
 * @property {([number, number] | null)[]} intervals of the mean difference, second minus first, of
 *   variants 0 and 1, 0 and 2, …, 1 and 2, …
 */
/**
 * What scse/widgets/run_table.py describes.
 * @typedef {object} Manifest
 * @property {Table[]} tables
 * @property {Record<string, string>} titles what tables and variants are called
 * @property {string} score what the scores are
 * @property {number} found the score from which a class counts as found
 * @property {number} enough runs, from which on there is a standard deviation
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/**
 * variant and seed: of the run whose classes are shown.
 * @typedef {{table: string, view: "scores" | "differences", against: string, variant: string,
 *            seed: number}} State
 */

/** @param {number[]} values */
export const mean = (values) =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : NaN;

/** @param {number[]} values */
function sd(values) {
  const middle = mean(values);
  const squares = values.map((value) => (value - middle) ** 2);
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / (values.length - 1));
}

/** @param {Table[]} tables @param {string} name */
export function tableOf(tables, name) {
  const found = tables.find((table) => table.name === name);
  if (!found) throw new Error(`no table ${name}`);
  return found;
}

/** @param {Table} table @param {string} name */
export function variantOf({ name: table, variants }, name) {
  const found = variants.find((variant) => variant.name === name);
  if (!found) throw new Error(`no ${name} in table ${table}`);
  return found;
}

/** Seed → the score of the run, the mean of its classes. @param {Variant} variant */
export const scoresOf = ({ runs }) => new Map(runs.map(({ seed, scores }) => [seed, mean(scores)]));

/**
 * Seed → variant's score − that of the same seed of the other one.
 * @param {Variant} variant @param {Variant} against
 */
export function differencesOf(variant, against) {
  const others = scoresOf(against);
  return new Map(
    [...scoresOf(variant)].flatMap(([seed, score]) => {
      const other = others.get(seed);
      return other === undefined ? [] : [[seed, score - other]];
    }),
  );
}

/**
 * Of the mean of variant − against; NaN where there is none.
 * @param {Table} table @param {string} against @param {string} variant @returns {[number, number]}
 */
function intervalOf({ variants, intervals }, against, variant) {
  const [first, second] = [against, variant].map((name) =>
    variants.findIndex((each) => each.name === name),
  );
  if (first === second) return [NaN, NaN];
  const [i, j] = [Math.min(first, second), Math.max(first, second)];
  const before = (i * (2 * variants.length - i - 1)) / 2; // pairs whose first is above i
  const found = intervals[before + j - i - 1];
  if (!found) return [NaN, NaN];
  return first < second ? found : [-found[1], -found[0]];
}

/** @param {Pick<Manifest, "tables" | "found" | "enough">} manifest @param {State} state */
export function evaluate({ tables, found, enough }, { table: name, against, variant, seed }) {
  const table = tableOf(tables, name);
  const reference = variantOf(table, against);
  const rows = Object.fromEntries(
    table.variants.map((each) => {
      const own = [...scoresOf(each).values()];
      const pairs = [...differencesOf(each, reference).values()];
      const [low, high] = intervalOf(table, against, each.name);
      return [
        each.name,
        {
          runs: own.length,
          mean: mean(own),
          sd: own.length >= enough ? sd(own) : NaN,
          difference: mean(pairs),
          pairs: pairs.length,
          ahead: pairs.filter((pair) => pair > 0).length,
          low,
          high,
        },
      ];
    }),
  );
  /** @param {Variant} of */
  const classesOf = (of) => of.runs.find((run) => run.seed === seed)?.scores;
  const classes = classesOf(variantOf(table, variant)) ?? [];
  const others = classesOf(reference) ?? classes.map(() => NaN);
  const run = {
    score: mean(classes),
    other: mean(others),
    difference: mean(classes) - mean(others),
    classes,
    others,
    found: classes.filter((score) => score >= found).length,
  };
  return { rows, run };
}

/**
 * What puzzles can be about.
 * @param {ReturnType<typeof evaluate>} seen @param {State} state
 * @returns {import("../../desk/goal.js").Numbers}
 */
export function quantities({ rows, run }, { variant }) {
  const row = rows[variant];
  return {
    "score of the run": run.score,
    "difference in hundredths": 100 * run.difference,
    "classes found": run.found,
    "mean difference in hundredths": 100 * row.difference,
    "low end in hundredths": 100 * row.low,
    "high end in hundredths": 100 * row.high,
  };
}
