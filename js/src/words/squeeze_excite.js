// Compiled from scse/widgets/words by `npm run build`: edit there.
export const stages = ["squeeze: each map shrinks to its mean", "excite: the means flow through fc1", "ReLU: a hidden unit below 0 becomes 0", "excite: the hidden units flow through fc2", "the sigmoid makes a gate of each logit", "each gate dims its map"];
export const mean = /** @type {(channel: string | number) => string} */ ((channel) => `Mean of channel ${channel}`);
export const start = "only the maps are there";
export const maps = "maps U";
export const means = "means z";
export const logits = "logits";
export const gates = /** @type {(gaps: { logits: string | Node, sigma: string | Node, c: string | Node }) => (string | Node)[]} */ (({ logits, sigma, c }) => [logits, " → ", sigma, " → gates ", c]);
export const dimmed = "maps Û";
export const help = "Drag a mean (Delete puts it back); point at a hidden unit or a gate to see its sum: ↑ and ↓ go through a column. Thick lines carry much, dashed lines subtract. Each map is drawn from 0 to its own maximum, on the right on the same scale as on the left.";
export const said = { "gate": /** @type {(gaps: { unit: string | number, value: string | number }) => string} */ (({ unit, value }) => `gate ${unit} is ${value}`), "hidden": /** @type {(gaps: { unit: string | number, value: string | number }) => string} */ (({ unit, value }) => `hidden ${unit} is ${value}`) };
export const hiddenUnit = /** @type {(gaps: { unit: string | number, value: string | number }) => string} */ (({ unit, value }) => `Hidden unit ${unit}: ${value}`);
export const gate = /** @type {(gaps: { gate: string | number, value: string | number }) => string} */ (({ gate, value }) => `Gate ${gate}: ${value}`);
export const logitIs = /** @type {(unit: string | number) => string} */ ((unit) => `logit ${unit} = `);
export const gateSum = /** @type {(gaps: { unit: string | number, logit: string | number, power: string | Node, value: string | Node }) => (string | Node)[]} */ (({ unit, logit, power, value }) => ["gate ", unit, " = σ(", logit, ") = 1 / (1 + e", power, ") = ", value]);
export const hiddenIs = /** @type {(unit: string | number) => string} */ ((unit) => `hidden ${unit} = ReLU( `);
