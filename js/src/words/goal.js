// Compiled from scse/widgets/words by `npm run build`: edit there.
export const atLeast = "at least";
export const atMost = "at most";
export const stands = /** @type {(gaps: { quantity: string | number, now: string | number, sign: string | number, value: string | number }) => string} */ (({ quantity, now, sign, value }) => `${quantity}: ${now}, wanted ${sign} ${value}`);
export const moves = /** @type {(n: number) => string} */ ((n) => n === 1 ? `${n} move` : `${n} moves`);
