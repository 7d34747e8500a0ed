// Compiled from scse/widgets/words by `npm run build`: edit there.
export const picker = "pixel picker";
export const pointable = /** @type {(label: string | number) => string} */ ((label) => `${label}. Arrow keys step through the pixels.`);
