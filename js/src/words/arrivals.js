// Compiled from scse/widgets/words by `npm run build`: edit there.
export const nothing = "says nothing";
export const otherKind = /** @type {(unknown: string | number) => string} */ ((unknown) => `is to a figure of another kind, with "${unknown}"`);
export const misfit = /** @type {(gaps: { trait: string | number, problem: string | number }) => string} */ (({ trait, problem }) => `does not fit it: ${trait} ${problem}`);
export const unfit = /** @type {(problem: string | number) => string} */ ((problem) => `The link to this figure ${problem}. Nothing was changed.`);
