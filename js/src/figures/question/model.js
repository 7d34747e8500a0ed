/** A question, an answer to it, and the two held together; scse/widgets/_questions.py does the same. */

import { fixed } from "../../ground/dom.js";
import * as WORDS from "../../words/question.js";
import * as CHECKS from "../../words/checks.js";

/**
 * What scse/widgets/question.py describes.
 * @typedef {object} Manifest
 * @property {string} chapter @property {Asked} question
 */
/**
 * @typedef {object} Choice
 * @property {string} text @property {string} reply why it is right, or which misconception it is
 * @property {true} [right] of one
 */
/**
 * To an answer; of a curve, where it is furthest off.
 * @typedef {object} Replies
 * @property {string} right @property {string} low @property {string} high
 */
/**
 * @typedef {object} Axis
 * @property {string} label @property {[number, number]} range @property {[string, string]} ends
 */
/**
 * @typedef {object} ChoiceQuestion
 * @property {"choice"} kind @property {string} id @property {string} prompt
 * @property {string} because @property {string} [state] @property {Choice[]} choices
 */
/**
 * @typedef {object} NumberQuestion
 * @property {"number"} kind @property {string} id @property {string} prompt
 * @property {string} because @property {string} [state] @property {[number, number]} range
 * @property {number} digits @property {string} [unit] @property {number} truth
 * @property {number} tolerance @property {Replies} replies
 */
/**
 * @typedef {object} CurveQuestion
 * @property {"curve"} kind @property {string} id @property {string} prompt
 * @property {string} because @property {string} [state] @property {Axis} x
 * @property {string} y from 0 to 1
 * @property {number[]} truth at evenly spaced places of the axis
 * @property {number} tolerance of the mean distance @property {Replies} replies
 */
/** @typedef {ChoiceQuestion | NumberQuestion | CurveQuestion} Asked */
/** @typedef {number | (number | null)[] | null} Answer null while nothing is said or drawn */
/** @typedef {{answer: Answer, revealed: boolean}} State */
/**
 * @typedef {object} Judgement
 * @property {boolean} right @property {string} reply
 * @property {number | null} gap answer − truth; of a curve the mean distance; null for a choice
 * @property {number | null} at where a curve is furthest off, a place of its truth
 */

/** @param {unknown} value @param {number} low @param {number} high */
const within = (value, low, high) => typeof value === "number" && value >= low && value <= high;

/**
 * What is wrong with an answer, in words; undefined if nothing is, or there is none.
 * @param {Asked} question @param {unknown} answer
 */
export function answerProblem(question, answer) {
  if (answer === null) return undefined;
  if (question.kind === "choice") {
    const last = question.choices.length - 1;
    const fits = Number.isInteger(answer) && within(answer, 0, last);
    return fits ? undefined : WORDS.choice(last);
  }
  if (question.kind === "number") {
    const [low, high] = question.range;
    return within(answer, low, high) ? undefined : CHECKS.number({ low, high });
  }
  const fits =
    Array.isArray(answer) &&
    answer.length === question.truth.length &&
    answer.every((value) => value === null || within(value, 0, 1));
  return fits ? undefined : WORDS.values(question.truth.length);
}

/** Whether there is something to commit to. @param {Answer} answer */
export const complete = (answer) =>
  answer !== null && !(Array.isArray(answer) && answer.includes(null));

/**
 * An answer against the truth; null for one that is missing or not complete.
 * @param {Asked} question @param {Answer} answer @returns {Judgement | null}
 */
export function judge(question, answer) {
  if (!complete(answer)) return null;
  if (question.kind === "choice") {
    const { right = false, reply } = question.choices[/** @type {number} */ (answer)];
    return { right, reply, gap: null, at: null };
  }
  if (question.kind === "number") {
    const off = /** @type {number} */ (answer) - question.truth;
    return judgement(question, off, off, null);
  }
  const offs = question.truth.map((truth, i) => /** @type {number[]} */ (answer)[i] - truth);
  const distances = offs.map(Math.abs);
  const at = distances.indexOf(Math.max(...distances));
  const mean = distances.reduce((sum, d) => sum + d, 0) / distances.length;
  return judgement(question, mean, offs[at], at);
}

/**
 * @param {NumberQuestion | CurveQuestion} question
 * @param {number} gap @param {number} side of the truth, by its sign @param {number | null} at
 */
function judgement({ tolerance, replies }, gap, side, at) {
  const right = Math.abs(gap) <= tolerance + 1e-9; // 0.8 − 0.7 is a little more than 0.1
  return { right, reply: replies[right ? "right" : side < 0 ? "low" : "high"], gap, at };
}

/** The number of the choice that is right. @param {Pick<ChoiceQuestion, "choices">} question */
export const rightChoice = ({ choices }) => choices.findIndex(({ right }) => right);

/** @param {NumberQuestion} question @param {number} value */
export const inUnits = ({ digits, unit }, value) =>
  fixed(value, digits) + (unit ? `\u00a0${unit}` : "");

/** What is on the axis at a place of a curve. @param {CurveQuestion} question @param {number} at */
export function onAxis({ x, truth }, at) {
  const [low, high] = x.range;
  return low + ((high - low) * at) / (truth.length - 1);
}

/** An answer in words, for a list of what somebody predicted. @param {Asked} question @param {Answer} answer */
export function inWords(question, answer) {
  if (!complete(answer)) return "";
  if (question.kind === "choice") return question.choices[/** @type {number} */ (answer)].text;
  if (question.kind === "number") return inUnits(question, /** @type {number} */ (answer));
  return /** @type {number[]} */ (answer).map((value) => fixed(value)).join(", ");
}

/** @param {Asked} question */
export function truthInWords(question) {
  return inWords(question, question.kind === "choice" ? rightChoice(question) : question.truth);
}
