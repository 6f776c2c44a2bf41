/**
 * A pure function of an object that is never changed, asked more than once: it computes the first time, and the answer goes when the
 * object does. For what hangs on a definition (a runbook, a step, a schema), of which there are few; of blobs, `recall` remembers.
 */
export function onceFor<K extends object, V extends object>(compute: (about: K) => V): (about: K) => V {
  const answers = new WeakMap<K, V>()
  return (about) => {
    const known = answers.get(about)
    if (known !== undefined) return known
    const answer = compute(about)
    answers.set(about, answer)
    return answer
  }
}
