/** `--part NAME`: what is said of a container is of one of several, and the others stay as they are. */
import { wrongUsage } from '../exit-codes.ts'
import type { Inputs, NodeClient } from '../node-client.ts'

type Change = Inputs['workloads']['change']

export async function partOf(node: NodeClient, part: string, change: Change): Promise<Change> {
  const { image, env, ports, resources, files, health, ...rest } = change
  const said = {
    ...(image !== undefined && { image }),
    ...(env && { env }),
    ...(ports && { ports }),
    ...(resources && { resources }),
    ...(files && { files }),
    ...(health && { probes: health.kind === 'running' ? {} : { live: health } }),
  }
  if (Object.keys(said).length === 0) {
    throw wrongUsage('--part: say what changes in that container, such as --image, -e or --memory.')
  }
  const { name } = change
  const { parts, generation } = await node.call.workloads.get({ name })
  const names = parts.map((one) => one.name)
  if (!names.includes(part)) {
    throw wrongUsage(`--part: “${name}” has no container “${part}”, but ${names.join(', ')}.`)
  }
  const containers = names.map((one) => (one === part ? { name: one, ...said } : { name: one }))
  // Whoever changes them meanwhile may have added one, which this would take away.
  return { ...rest, containers, generation }
}
