/**
 * Whatever comes next of any of them, until all have ended. One that fails ends all. Not by racing them:
 * one that stays silent would keep every race, and all that was won in it.
 */
export async function* together<T>(sources: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  const open = new Set(sources)
  const come: { source: AsyncGenerator<T>; settled: Promise<IteratorResult<T>> }[] = []
  let wake = (): void => {}
  const ask = (source: AsyncGenerator<T>): void => {
    const settled = source.next()
    const tell = (): void => {
      come.push({ source, settled })
      wake()
    }
    // It may fail while whoever reads is busy: then it is thrown when its turn has come.
    settled.then(tell, tell)
  }
  for (const source of open) ask(source)
  try {
    while (open.size > 0) {
      const first = come.shift()
      if (!first) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      const { done, value } = await first.settled
      if (done) {
        open.delete(first.source)
        continue
      }
      ask(first.source)
      yield value
    }
  } finally {
    // What they may still fail with is nobody's concern: reading is over.
    for (const source of open) void source.return(undefined).catch(() => {})
  }
}
