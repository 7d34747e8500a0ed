// Compiled from scse/widgets/words by `npm run build`: edit there.
export const overruled = " (overruled)";
