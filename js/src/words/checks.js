// Compiled from scse/widgets/words by `npm run build`: edit there.
export const index = /** @type {(last: string | number) => string} */ ((last) => `must be 0 to ${last}`);
export const oneOf = /** @type {(options: string | number) => string} */ ((options) => `must be one of ${options}`);
export const numbers = /** @type {(gaps: { n: string | number, low: string | number, high: string | number }) => string} */ (({ n, low, high }) => `must be empty or ${n} numbers between ${low} and ${high}`);
export const number = /** @type {(gaps: { low: string | number, high: string | number }) => string} */ (({ low, high }) => `must be a number from ${low} to ${high}`);
export const within = /** @type {(gaps: { low: string | number, high: string | number }) => string} */ (({ low, high }) => `must be ${low} to ${high}`);
export const flag = "must be true or false";
