/**
 * What a reader committed to, for as long as the tab is open: one entry a question, under
 * `scse-question <chapter>/<id>`. It carries its own words, so that another page
 * (book/site_assets/answer_sheet.js) can list what was predicted without the files of questions.
 */

import { tab } from "../../ground/tab.js";
import { answerProblem, inWords, judge, truthInWords } from "./model.js";

/** @typedef {import("./model.js").Asked} Asked */
/** @typedef {import("./model.js").Answer} Answer */
/**
 * @typedef {object} Entry
 * @property {Answer} answer as it is now
 * @property {boolean} revealed
 * @property {string} prompt
 * @property {string} first what was said before the truth was ever seen; "" where it was only shown
 * @property {boolean | null} right whether that was right; null where it was only shown
 * @property {string} truth
 */

const PREFIX = "scse-question ";

/**
 * @param {string} chapter @param {Asked} question
 * @param {Pick<Storage, "getItem" | "setItem"> | undefined} [storage]
 */
export function memory(chapter, question, storage = tab()) {
  const key = `${PREFIX}${chapter}/${question.id}`;
  /** @returns {Entry | undefined} undefined too where the file has changed since */
  function recall() {
    try {
      const entry = JSON.parse(storage?.getItem(key) ?? "null");
      const known = entry?.prompt === question.prompt && !answerProblem(question, entry.answer);
      return known ? entry : undefined;
    } catch {
      return undefined;
    }
  }
  return {
    recall,
    /** @param {Answer} answer @param {boolean} revealed */
    keep(answer, revealed) {
      const { first, right } = recall() ?? {
        first: inWords(question, answer),
        right: judge(question, answer)?.right ?? null,
      };
      const { prompt } = question;
      /** @type {Entry} */
      const entry = { answer, revealed, prompt, first, right, truth: truthInWords(question) };
      try {
        storage?.setItem(key, JSON.stringify(entry));
      } catch {
        // Full, or refused: then it is not remembered.
      }
    },
  };
}
