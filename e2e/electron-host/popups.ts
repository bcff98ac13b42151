import { browser } from './host.ts'

/**
 * Chromium opens a popup before anyone can refuse it, and tells of the two things (who asked, which
 * target) apart and in either order. A denied one is closed as soon as both are known.
 */
export class Popups {
  readonly #denials: boolean[] = []
  readonly #targets: string[] = []

  decided(denied: boolean): void {
    this.#denials.push(denied)
    this.#settle()
  }
  opened(targetId: string): void {
    this.#targets.push(targetId)
    this.#settle()
  }
  #settle(): void {
    while (this.#denials.length > 0 && this.#targets.length > 0) {
      const targetId = this.#targets.shift()
      if (!this.#denials.shift()) continue
      void browser()
        .cdp.send('Target.closeTarget', { targetId })
        .catch(() => {})
    }
  }
}
