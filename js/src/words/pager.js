// Compiled from scse/widgets/words by `npm run build`: edit there.
export const back = "Earlier channels";
export const forth = "Further channels";
export const shown = /** @type {(gaps: { first: string | number, last: string | number, all: string | number }) => string} */ (({ first, last, all }) => `channels ${first}–${last} of ${all}`);
