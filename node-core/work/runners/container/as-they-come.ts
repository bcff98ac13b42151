/** Several things at once, and each of them as soon as it is there. */

/**
 * Begins no more than it is asked to do at once; what is done and not yet taken counts, so that who takes
 * slowly is not overrun. Throws the first failure; ends only when all that was begun has ended.
 */
export async function* asTheyCome<T>(
  acts: Iterable<() => Promise<T>>,
  atOnceMax: number,
): AsyncGenerator<T> {
  const waiting = [...acts]
  const underWay = new Map<object, Promise<{ key: object; value: T }>>()
  const begin = (): void => {
    const act = waiting.shift()
    if (!act) return
    const key = {}
    const done = act().then((value) => ({ key, value }))
    // One that fails while another is taken is heard of afterwards.
    done.catch(() => {})
    underWay.set(key, done)
  }
  try {
    while (underWay.size < atOnceMax && waiting.length > 0) begin()
    while (underWay.size > 0) {
      const { key, value } = await Promise.race(underWay.values())
      underWay.delete(key)
      begin()
      yield value
    }
  } finally {
    await Promise.allSettled(underWay.values())
  }
}
