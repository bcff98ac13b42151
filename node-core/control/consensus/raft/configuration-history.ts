/** Which configuration holds from which index on, since the last snapshot. */
import { assert } from '../../../base/errors/index.ts'
import type { LogIndex } from '../index.ts'
import type { Configuration } from './configuration.ts'

export class ConfigurationHistory {
  #known: { from: LogIndex; configuration: Configuration }[]

  constructor(from: LogIndex, configuration: Configuration) {
    this.#known = [{ from, configuration }]
  }

  /** A snapshot took the place of everything before it. */
  restart(from: LogIndex, configuration: Configuration): void {
    this.#known = [{ from, configuration }]
  }

  add(from: LogIndex, configuration: Configuration): void {
    this.#known.push({ from, configuration })
  }

  /** Forgets those before it: whoever asks compacts up to there. */
  at(index: LogIndex): Configuration {
    const at = this.#known.findLastIndex(({ from }) => from <= index)
    const found = this.#known[at]
    assert(found !== undefined, 'The configuration of that index is forgotten.')
    this.#known = this.#known.slice(at)
    return found.configuration
  }
}
