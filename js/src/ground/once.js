/**
 * The promise under a key, made if there is none; one that failed is forgotten, to be tried again.
 * @template T @param {Map<string, Promise<T>>} map @param {string} key @param {() => Promise<T>} make
 */
export function once(map, key, make) {
  let promise = map.get(key);
  if (!promise) {
    promise = make();
    map.set(key, promise);
    promise.catch(() => map.delete(key));
  }
  return promise;
}
