// Compiled from scse/widgets/words by `npm run build`: edit there.
export const again = "Start again";
export const show = "Show a solution";
export const solution = "This is a solution. Undo gives back what you had.";
export const named = /** @type {(name: string | number) => string} */ ((name) => `Puzzle: ${name}`);
export const head = "Puzzle: ";
export const done = /** @type {(moves: string | number) => string} */ ((moves) => `Done, in ${moves}.`);
export const task = /** @type {(task: string | number) => string} */ ((task) => `Puzzle. ${task}`);
