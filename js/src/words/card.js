// Compiled from scse/widgets/words by `npm run build`: edit there.
export const gate = "Gate";
export const gateOf = /** @type {(channel: string | number) => string} */ ((channel) => `Gate of channel ${channel}`);
