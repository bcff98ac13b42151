import { readdirSync, readFileSync } from 'node:fs'

/** By the mark that every program of ours bears in its environment. */
export function pidOf(instance: string): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0')
      if (environment.includes(`MYCELIUM_INSTANCE=${instance}`)) return Number(name)
    } catch {
      // It has ended, or is not ours to look at.
    }
  }
  throw new Error(`${instance} has no process`)
}
