// Compiled from scse/widgets/words by `npm run build`: edit there.
export const modes = { "none": "none", "cse": "cSE", "sse": "sSE", "scse": "scSE" };
export const modeTitles = { "none": "Both branches off: the maps pass unchanged", "cse": "Channel gates only", "sse": "Spatial mask only", "scse": "Both, as the network was trained" };
export const without = /** @type {(message: string | number) => string} */ ((message) => `${message} The last block works without it.`);
export const branches = "Branches";
export const off = "off";
export const truth = "white outline: truth · dots: changed";
export const classIs = /** @type {(name: string | number) => string} */ ((name) => `class ${name}`);
export const short = /** @type {(gaps: { dice: string | number, pixels: string | number }) => string} */ (({ dice, pixels }) => `Dice ${dice}, ${pixels} changed`);
export const long = /** @type {(gaps: { short: string | number, wrong: string | number }) => string} */ (({ short, wrong }) => `${short}. ${wrong}`);
export const pull = "pull any bar";
export const maps = /** @type {(gaps: { which: string | Node, out: string | Node, c: string | Node }) => (string | Node)[]} */ (({ which, out, c }) => [which, "Recalibrated maps ", out, " and channel gates ", c]);
export const block = /** @type {(gaps: { block: string | number, channels: string | number, height: string | number, width: string | number }) => string} */ (({ block, channels, height, width }) => `${block}, ${channels} channels of ${height} × ${width}: `);
export const channels = /** @type {(channels: string | number) => string} */ ((channels) => `${channels} channels`);
export const channelOff = "The channel branch is off: the gates have nothing to say. Choose cSE or scSE.";
export const atZero = "At 0 the map is still there: s·U lets it through. In cSE it goes dark.";
export const bars = "Each bar is the gate of its map. The tick is the network’s own; double click or Delete puts a bar back.";
