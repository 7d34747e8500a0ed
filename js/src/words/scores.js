// Compiled from scse/widgets/words by `npm run build`: edit there.
export const ofClasses = "Dice of each class";
export const changed = /** @type {(gaps: { changed: string | Node, total: string | Node }) => (string | Node)[]} */ (({ changed, total }) => [changed, " of ", total, " pixels changed"]);
