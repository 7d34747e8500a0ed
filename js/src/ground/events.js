/** Events that a figure's own parts tell each other by. */

/** Heard by the figure that a link has set: that is a use of it. */
export const SET = "scse-set";
