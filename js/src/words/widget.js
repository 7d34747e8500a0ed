// Compiled from scse/widgets/words by `npm run build`: edit there.
export const problem = /** @type {(gaps: { trait: string | number, problem: string | number, value: string | number }) => string} */ (({ trait, problem, value }) => `${trait} ${problem}, got ${value}.`);
export const unread = /** @type {(error: string | number) => string} */ ((error) => `This figure's data could not be read: ${error}.`);
export const guide = "tour and puzzles";
export const isSetTo = /** @type {(name: string | number) => string} */ ((name) => `The figure is set to ${name}.`);
