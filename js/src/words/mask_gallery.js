// Compiled from scse/widgets/words by `npm run build`: edit there.
export const colours = "Colours";
export const shared = "one scale, 0 to 1";
export const each = "each its own";
export const range = /** @type {(gaps: { low: string | Node, high: string | Node }) => (string | Node)[]} */ (({ low, high }) => ["from ", low, " to ", high]);
export const here = /** @type {(value: string | Node) => (string | Node)[]} */ ((value) => ["here ", value]);
export const said = /** @type {(gaps: { name: string | number, s: string | number }) => string} */ (({ name, s }) => `${name}: s is ${s}`);
export const help = "Point at any of them, or focus one and use the arrow keys: the same place is marked in all.";
export const picture = "picture";
export const saidRange = /** @type {(gaps: { name: string | number, low: string | number, high: string | number }) => string} */ (({ name, low, high }) => `${name} ${low} to ${high}`);
export const saidRanges = /** @type {(masks: string | number) => string} */ ((masks) => `Masks: ${masks}.`);
