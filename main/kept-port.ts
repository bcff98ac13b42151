/**
 * Which port the edge, or the API, of the hosted node gets where the config names none. Addresses are what people
 * keep, so each gets its own port again as long as that can be had, and else the same other one each time.
 */
import { z } from 'zod'

const port = z.number().int().min(1).max(65_535)
const kept = z.object({
  /** Its own: the first that it had. */
  own: port,
  /** Where it was last, while another program had its own. */
  meanwhile: port.optional(),
})
/** What the home keeps of one. */
export type KeptPort = z.infer<typeof kept>

export interface PortChoice {
  port: number
  /** The one that it should have had; the same unless it had to move. */
  wanted: number
  keep: KeptPort
}

export interface PortProbe {
  isFree(port: number): Promise<boolean>
  /** Any that is free now. */
  pickFree(): Promise<number>
}

/** @param expected The one that a person would expect of a home that kept none. */
export async function choosePort(
  known: KeptPort | undefined,
  expected: number,
  { isFree, pickFree }: PortProbe,
): Promise<PortChoice> {
  const wanted = known?.own ?? expected
  if (await isFree(wanted)) return { port: wanted, wanted, keep: { own: wanted } }
  const last = known?.meanwhile
  const port = last !== undefined && (await isFree(last)) ? last : await pickFree()
  // A home that had no port yet has one now; another goes back to its own when that is free again.
  return { port, wanted, keep: known ? { own: wanted, meanwhile: port } : { own: port } }
}

/** Of what is not understood nothing is taken: it only says where to look first. */
export function parseKeptPort(text: string): KeptPort | undefined {
  try {
    return kept.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
