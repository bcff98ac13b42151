/** Where a shield of a test is: in its process. What a killed run leaves in the firewall goes with the next. */
import type { Place } from '../index.ts'

export function testPlace(process: number = globalThis.process.pid): Place {
  return { home: `/proc/${process}` }
}
