// Compiled from scse/widgets/words by `npm run build`: edit there.
export const form = /** @type {(message: string | number) => string} */ ((message) => `cannot be read: it ${message}`);
export const formAt = /** @type {(gaps: { path: string | number, message: string | number }) => string} */ (({ path, message }) => `cannot be read at ${path}: it ${message}`);
export const block = /** @type {(block: string | number) => string} */ ((block) => `changes a block that is not here: ${block}`);
export const mean = "asks for a mean, of which there is none here";
export const gates = /** @type {(gaps: { branch: string | number, block: string | number, misfit: string | number }) => string} */ (({ branch, block, misfit }) => `changes the ${branch} gates of ${block}: ${misfit}`);
export const only = /** @type {(branches: string | number) => string} */ ((branches) => `it has ${branches} only`);
export const and = " and ";
export const from = "from goes with the base from alone";
export const noInput = /** @type {(from: string | number) => string} */ ((from) => `there is no input ${from}`);
export const noEntry = /** @type {(beyond: string | number) => string} */ ((beyond) => `there is no entry ${beyond}`);
export const outside = /** @type {(gaps: { outside: string | number, low: string | number, high: string | number }) => string} */ (({ outside, low, high }) => `an entry is ${outside}; they go from ${low} to ${high}`);
export const paint = "paint needs a mask";
export const strokes = "has strokes that cannot be read";
export const manyStrokes = /** @type {(most: string | number) => string} */ ((most) => `has strokes of more than ${most} points`);
