// Compiled from scse/widgets/words by `npm run build`: edit there.
export const ways = { "all": "All runs", "favour": "One of each, in favour", "against": "One of each, against", "best": "The best of each" };
export const differ = "must differ from the other variant";
export const runsUpTo = /** @type {(last: string | number) => string} */ ((last) => `must be numbers of runs, 0 to ${last}`);
export const task = "Task";
export const compare = "Compare";
export const and = "with";
export const run = /** @type {(gaps: { variant: string | number, run: string | number, score: string | number }) => string} */ (({ variant, run, score }) => `${variant}, ${run}: ${score}`);
export const runTitle = /** @type {(gaps: { run: string | number, score: string | number }) => string} */ (({ run, score }) => `${run}: ${score}`);
export const runsOf = /** @type {(variant: string | number) => string} */ ((variant) => `Runs of ${variant}`);
export const mean = /** @type {(mean: string | Node) => (string | Node)[]} */ ((mean) => ["mean ", mean]);
export const counted = /** @type {(gaps: { counted: string | Node, all: string | Node }) => (string | Node)[]} */ (({ counted, all }) => [counted, " of ", all, " runs"]);
export const pairs = /** @type {(gaps: { least: string | Node, greatest: string | Node, over: string | Node, ahead: string | Node, pairs: string | Node, best: string | Node, spared: string | Node }) => (string | Node)[]} */ (({ least, greatest, over, ahead, pairs, best, spared }) => ["Single pairs, of all runs: from ", least, " to ", greatest, "; ", over, " is ahead in ", ahead, " of ", pairs, ". The best run of ", best, " that counts is ", spared, " above its mean."]);
export const pick = "Pick runs";
export const help = "Each dot is one training run. Press it to leave it out, and again to count it. The line in a row is the mean of those that count.";
export const draw = "a draw";
export const wins = /** @type {(winner: string | number) => string} */ ((winner) => `${winner} wins`);
export const countOne = "count at least one run of each";
export const said = /** @type {(gaps: { over: string | number, under: string | number, difference: string | number, overRuns: string | number, underRuns: string | number, verdict: string | number, least: string | number, greatest: string | number }) => string} */ (({ over, under, difference, overRuns, underRuns, verdict, least, greatest }) => `${over} minus ${under}: ${difference}, of ${overRuns} and ${underRuns} runs. ${verdict}. Single pairs range from ${least} to ${greatest}.`);
