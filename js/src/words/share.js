// Compiled from scse/widgets/words by `npm run build`: edit there.
export const field = "Link to this situation, to be copied by hand";
export const copied = "Link copied";
export const byHand = "Copy the link from the field";
