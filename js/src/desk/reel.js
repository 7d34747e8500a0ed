/**
 * A computation that can be watched, stage after stage: what is done, what is under way. It has no
 * clock and no page of its own.
 */

const MOVING = 0.75; // of a stage's time; then it rests, so that it can be looked at

/** @param {number} t from 0 to 1 */
const eased = (t) => t * t * (3 - 2 * t);

/** @param {number[]} seconds that each stage takes */
export function reel(seconds) {
  const end = seconds.length;
  let stage = end; // what is under way; `end`: all is done
  let spent = 0; // of its time, from 0 to 1
  let running = false;

  /** @param {number} to */
  function stand(to) {
    running = false;
    stage = Math.max(0, Math.min(end, to));
    spent = 0;
  }
  return {
    get running() {
      return running;
    },
    get done() {
      return stage === end;
    },
    /** The stage that is to be told of: under way, or the last one done; −1 before the first. */
    get told() {
      return running || spent > 0 ? stage : stage - 1;
    },
    /** How far a stage has come: 0 is still to come, 1 is done. @param {number} which */
    part(which) {
      if (which !== stage) return which < stage ? 1 : 0;
      return eased(Math.min(1, spent / MOVING));
    },
    /** From where it stands; from the beginning, when all is done. */
    play() {
      if (stage === end) stand(0);
      running = true;
    },
    pause() {
      running = false;
    },
    forward: () => stand(stage + 1),
    /** To where the stage under way began, or else the one before. */
    back: () => stand(spent > 0 ? stage : stage - 1),
    finish: () => stand(end),
    /** Time goes by. @param {number} time in seconds */
    tick(time) {
      while (running && time > 0) {
        const left = (1 - spent) * seconds[stage];
        if (time < left) {
          spent += time / seconds[stage];
          return;
        }
        time -= left;
        spent = 0;
        stage += 1;
        if (stage === end) running = false;
      }
    },
  };
}
