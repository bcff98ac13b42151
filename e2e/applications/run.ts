/**
 * `npm run applications [-- wordpress|mediawiki|catalogue]`: applications that were written for something else, by
 * way of their compose files, on three nodes with an engine each: an update, a drain, the death of a
 * computer and a step back, under steady requests of which none may fail. Takes some minutes, and the
 * first time some more, since the images are made of Debian's packages (`setup-debian.sh --applications`).
 * `catalogue`: WordPress again, by way of its entry in the catalogue.
 */

import { type Cluster, createCluster, describeNode } from '../harness/cluster.ts'
import type { Engine } from '../harness/engine.ts'
import { type Application, MEDIAWIKI, WORDPRESS } from './application.ts'
import { deployFromCatalogue } from './catalogue.ts'
import { applicationsUnavailable, buildImages } from './images.ts'
import { live } from './life.ts'

type Life = (cluster: Cluster, say: (line: string) => void) => Promise<void>

const through =
  (application: Application): Life =>
  (cluster, say) =>
    live(application, cluster, say)
const LIVES: Record<string, Life> = {
  wordpress: through(WORDPRESS),
  mediawiki: through(MEDIAWIKI),
  catalogue: deployFromCatalogue,
}
const [only] = process.argv.slice(2)
const chosen = Object.entries(LIVES).filter(([name]) => only === undefined || name === only)
if (chosen.length === 0) refuse(`There are: ${Object.keys(LIVES).join(', ')}.`)
const lacking = applicationsUnavailable()
if (lacking !== undefined) refuse(lacking)

const from = Date.now()
const say = (line: string): void => {
  console.log(`${((Date.now() - from) / 1_000).toFixed(1).padStart(7)} s  ${line}`)
}

buildImages(say)
for (const [name, run] of chosen) {
  say(`--- ${name}`)
  const cluster = await createCluster({ engines: true })
  try {
    await run(cluster, say)
  } catch (error) {
    for (const node of cluster.nodes) console.log(`# ${node.name}\n${await describeNode(node)}`)
    for (const engine of cluster.engines) tellContainers(engine)
    throw error
  } finally {
    await cluster.remove()
  }
}
say('none failed')

/** In one line: what is to be done is there, and nothing else helps. */
function refuse(why: string): never {
  console.error(why)
  process.exit(2)
}

/** What each container said last, those that hold the names of others among them. */
function tellContainers({ docker }: Engine): void {
  for (const name of docker('ps', '-a', '--format', '{{.Names}}').split('\n').filter(Boolean)) {
    console.log(`## ${name}\n${docker('logs', '--tail', '15', name)}`)
  }
}
