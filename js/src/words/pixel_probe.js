// Compiled from scse/widgets/words by `npm run build`: edit there.
export const position = /** @type {(gaps: { height: string | number, width: string | number }) => string} */ (({ height, width }) => `must be empty or [row, column] in a map of ${height}×${width}`);
export const heads = ["channel", "value u", "weight w", "w × u"];
export const sum = /** @type {(gaps: { sum: string | Node, bias: string | Node }) => (string | Node)[]} */ (({ sum, bias }) => ["sum ", sum, " + bias ", bias]);
export const logit = /** @type {(q: string | Node) => (string | Node)[]} */ ((q) => ["logit q = ", q]);
export const help = "Move over the image or the mask, or focus one and step with the arrow keys.";
export const place = /** @type {(gaps: { block: string | number, height: string | number, width: string | number, row: string | number, column: string | number }) => string} */ (({ block, height, width, row, column }) => `Block ${block}, map of ${height}×${width}: row ${row}, column ${column}`);
export const said = /** @type {(gaps: { row: string | number, column: string | number, logit: string | number, s: string | number }) => string} */ (({ row, column, logit, s }) => `Row ${row}, column ${column}: logit ${logit}, s ${s}`);
