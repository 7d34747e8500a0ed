// Compiled from scse/widgets/words by `npm run build`: edit there.
export const place = /** @type {(gaps: { row: string | number, column: string | number, value: string | Node }) => (string | Node)[]} */ (({ row, column, value }) => ["row ", row, ", column ", column, ": s = ", value]);
export const said = /** @type {(s: string | number) => string} */ ((s) => `s is ${s}`);
export const saidAlso = /** @type {(gaps: { s: string | number, also: string | number }) => string} */ (({ s, also }) => `s is ${s}; ${also}`);
