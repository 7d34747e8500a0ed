// Compiled from scse/widgets/words by `npm run build`: edit there.
export const whole = "Show the whole page";
export const help = "Hide what the class should not see or use, write what it is to find, and copy the link. It shows the figure as it is now.";
export const hide = "Hide";
export const goalField = /** @type {(field: string | Node) => (string | Node)[]} */ ((field) => ["Goal ", field]);
export const alone = /** @type {(box: string | Node) => (string | Node)[]} */ ((box) => [box, " show only the figure when the link is opened"]);
export const goal = "Goal: ";
export const copy = "Copy the class link";
export const title = "For a class";
export const open = "For a class…";
export const between = "”, “";
export const strangers = /** @type {(unknown: string | number) => string} */ ((unknown) => `The link speaks of “${unknown}”: no figure of this page has that name. Everything is here.`);
export const noParts = /** @type {(gaps: { unknown: string | number, parts: string | number }) => string} */ (({ unknown, parts }) => `The link hides “${unknown}”, which this figure does not have; it can hide ${parts}.`);
