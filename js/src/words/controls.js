// Compiled from scse/widgets/words by `npm run build`: edit there.
export const skipBars = /** @type {(n: string | number) => string} */ ((n) => `Skip the ${n} bars`);
