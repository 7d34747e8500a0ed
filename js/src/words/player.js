// Compiled from scse/widgets/words by `npm run build`: edit there.
export const back = "◀ Back";
export const play = "Play";
export const pause = "Pause";
export const forward = "Step ▶";
export const slow = "Half speed";
export const stage = /** @type {(gaps: { at: string | number, all: string | number, stage: string | number }) => string} */ (({ at, all, stage }) => `${at} of ${all}: ${stage}`);
export const watch = /** @type {(n: number) => string} */ ((n) => n === 1 ? `Watch it in ${n} stage.` : `Watch it in ${n} stages.`);
