// Compiled from scse/widgets/words by `npm run build`: edit there.
export const undone = "Undone.";
export const redone = "Redone.";
