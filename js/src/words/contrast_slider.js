// Compiled from scse/widgets/words by `npm run build`: edit there.
export const gates = { "own": "own", "first": /** @type {(end: string | number) => string} */ ((end) => `those of the ${end} end`), "last": /** @type {(end: string | number) => string} */ ((end) => `those of the ${end} end`) };
export const gatesOf = /** @type {(block: string | number) => string} */ ((block) => `Gates of the ${block}, and their Dice`);
export const contrastBar = /** @type {(gaps: { first: string | number, last: string | number }) => string} */ (({ first, last }) => `Contrast, from ${first} to ${last}`);
export const contrastAt = /** @type {(value: string | number) => string} */ ((value) => `contrast ${value}`);
export const photo = "The image at this contrast";
export const result = "Its segmentation";
export const curves = "Dice against contrast, for own and for frozen gates";
export const read = /** @type {(gaps: { channel: string | number, gate: string | Node, first: string | number, firstEnd: string | number, last: string | number, lastEnd: string | number }) => (string | Node)[]} */ (({ channel, gate, first, firstEnd, last, lastEnd }) => ["channel ", channel, ": ", gate, " at this contrast; ", first, " at ", firstEnd, ", ", last, " at ", lastEnd]);
export const pointable = /** @type {(gaps: { channels: string | number, block: string | number }) => string} */ (({ channels, block }) => `The ${channels} gates of the ${block}, sorted by what the contrast does to them`);
export const channel = /** @type {(gaps: { channel: string | number, gate: string | number }) => string} */ (({ channel, gate }) => `channel ${channel}: ${gate}`);
export const contrastOf = /** @type {(value: string | Node) => (string | Node)[]} */ ((value) => ["Contrast ", value]);
export const diceOf = /** @type {(value: string | Node) => (string | Node)[]} */ ((value) => ["Dice ", value]);
export const abscissa = "contrast";
export const gatesC = /** @type {(gaps: { channels: string | number, c: string | Node, block: string | number }) => (string | Node)[]} */ (({ channels, c, block }) => ["The ", channels, " gates ", c, " of the ", block]);
export const changes = /** @type {(gaps: { first: string | number, last: string | number, closing: string | number, opening: string | number, moved: string | number }) => string} */ (({ first, last, closing, opening, moved }) => `From ${first} to ${last}, ${closing} gates close and ${opening} open (by more than ${moved}); thick: their means.`);
export const frozen = /** @type {(gates: string | number) => string} */ ((gates) => `The gates are ${gates}, whatever the image.`);
export const said = /** @type {(gaps: { contrast: string | number, gates: string | number, dice: string | number }) => string} */ (({ contrast, gates, dice }) => `Contrast ${contrast}, gates: ${gates}: Dice ${dice}.`);
export const gateAxis = "gate";
