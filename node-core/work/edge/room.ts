/** So many places as there are connections to one endpoint; who finds none waits in turn. Pure. */
export interface Guest {
  /** It has a place, until it leaves. */
  enter(): void
}

export class Room {
  readonly #places: number
  readonly #waiting = new Set<Guest>()
  #taken = 0
  #onQuiet: (() => void) | undefined

  constructor(places: number) {
    this.#places = places
  }

  /** Lets it in at once, or when it is its turn. */
  ask(guest: Guest): void {
    if (this.#taken >= this.#places) {
      this.#waiting.add(guest)
      return
    }
    this.#taken++
    guest.enter()
  }

  /** Once for each that asked: it gives its place up, or no longer waits for one. */
  leave(guest: Guest): void {
    if (!this.#waiting.delete(guest)) this.#free()
    if (this.#waiting.size > 0) return
    this.#onQuiet?.()
    this.#onQuiet = undefined
  }

  onceNobodyWaits(listener: () => void): void {
    if (this.#waiting.size === 0) listener()
    else this.#onQuiet = listener
  }

  #free(): void {
    const [next] = this.#waiting.size > 0 ? this.#waiting : []
    if (next) {
      this.#waiting.delete(next)
      next.enter()
    } else this.#taken--
  }
}
