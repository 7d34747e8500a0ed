/** The tab's own storage; none where the browser refuses it, as in some frames. */
export function tab() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}
