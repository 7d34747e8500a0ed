// Compiled from scse/widgets/words by `npm run build`: edit there.
export const backToText = "Back to the text";
export const setFrom = "Set from the text: ";
export const setFromText = /** @type {(name: string | number) => string} */ ((name) => `Set from the text: ${name}`);
