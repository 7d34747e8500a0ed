// Compiled from scse/widgets/words by `npm run build`: edit there.
export const letters = { "channel": "c", "spatial": "s", "": "gate" };
export const own = "the network’s own";
export const mean = /** @type {(mean: string | number) => string} */ ((mean) => `the mean of ${mean}`);
export const flat = "all at their mean";
export const from = /** @type {(title: string | number) => string} */ ((title) => `those of “${title}”`);
export const off = /** @type {(value: string | number) => string} */ ((value) => `branch off: all ${value}`);
export const zero = "shut: 0 everywhere";
export const one = "open: 1 everywhere";
export const invert = /** @type {(letter: string | number) => string} */ ((letter) => `upside down: 1 − ${letter}`);
