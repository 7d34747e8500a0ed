// Compiled from scse/widgets/words by `npm run build`: edit there.
export const next = "Next";
export const finish = "Finish";
export const title = "Tour";
export const says = /** @type {(gaps: { at: string | number, all: string | number, says: string | number }) => string} */ (({ at, all, says }) => `${at} of ${all}. ${says}`);
export const closed = "The tour is closed; the figure is as it was.";
export const open = /** @type {(n: number) => string} */ ((n) => n === 1 ? `Tour: ${n} step` : `Tour: ${n} steps`);
