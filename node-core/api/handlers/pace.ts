/** Keeps who writes no further ahead of who reads than was agreed. */
export interface Pace {
  /** Resolves when more may be written. */
  wrote(bytes: number): Promise<void>
  read(bytes: number): void
  /** Nobody reads any more: nothing waits from now on. */
  end(): void
}

/** Without a number of bytes nothing ever waits. */
export function createPace(aheadBytes = Number.POSITIVE_INFINITY): Pace {
  let unread = 0
  let ended = false
  let wake: () => void = () => {}
  return {
    async wrote(bytes) {
      unread += bytes
      while (unread >= aheadBytes && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    read(bytes) {
      unread = Math.max(0, unread - bytes)
      wake()
    },
    end() {
      ended = true
      wake()
    },
  }
}
