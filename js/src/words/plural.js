/** Which form a language gives to what is counted. */

/** @param {string} language @param {number} n */
export const categoryOf = (language, n) => new Intl.PluralRules(language).select(n);
