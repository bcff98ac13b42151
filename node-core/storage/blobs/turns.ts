/** Lets so many do something at a time; the others wait in the order in which they came. */
export interface Turns {
  take<T>(act: () => Promise<T>): Promise<T>
}

export function createTurns(atOnceMax: number): Turns {
  const waiting: (() => void)[] = []
  let busy = 0
  return {
    async take(act) {
      // Who is let in takes over the place of who goes: nobody comes between.
      if (busy >= atOnceMax) await new Promise<void>((resolve) => waiting.push(resolve))
      else busy++
      try {
        return await act()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else busy--
      }
    },
  }
}
