// Compiled from scse/widgets/words by `npm run build`: edit there.
export const sheet = "drawing sheet";
export const use = /** @type {(label: string | number) => string} */ ((label) => `${label}. Space puts the pen down or lifts it, arrow keys move it.`);
