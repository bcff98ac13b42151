/**
 * Which port the edge of the hosted node gets where the config names none. Its addresses are what people
 * keep, so it gets its own port again as long as that can be had, and else the same other one each time.
 */
import { z } from 'zod'
import { EDGE_PORT } from './limits.ts'

const port = z.number().int().min(1).max(65_535)
const kept = z.object({
  /** Its own: the first that it had. */
  own: port,
  /** Where it was last, while another program had its own. */
  meanwhile: port.optional(),
})
/** What the home keeps of it. */
export type EdgePorts = z.infer<typeof kept>

export interface EdgePortChoice {
  port: number
  /** The one that it should have had; the same unless it had to move. */
  wanted: number
  keep: EdgePorts
}

export interface PortProbe {
  isFree(port: number): Promise<boolean>
  /** Any that is free now. */
  pickFree(): Promise<number>
}

export async function chooseEdgePort(
  known: EdgePorts | undefined,
  { isFree, pickFree }: PortProbe,
): Promise<EdgePortChoice> {
  const wanted = known?.own ?? EDGE_PORT
  if (await isFree(wanted)) return { port: wanted, wanted, keep: { own: wanted } }
  const last = known?.meanwhile
  const port = last !== undefined && (await isFree(last)) ? last : await pickFree()
  // A home that had no port yet has one now; another goes back to its own when that is free again.
  return { port, wanted, keep: known ? { own: wanted, meanwhile: port } : { own: port } }
}

/** Of what is not understood nothing is taken: it only says where to look first. */
export function parseEdgePorts(text: string): EdgePorts | undefined {
  try {
    return kept.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
