/**
 * `npm run applications [-- wordpress|mediawiki]`: applications that were written for something else, by
 * way of their compose files, on three nodes with an engine each: an update, a drain, the death of a
 * computer and a step back, under steady requests of which none may fail. Takes some minutes, and the
 * first time some more, since the images are made of Debian's packages (`setup-debian.sh --applications`).
 */

import { createCluster, describeNode } from '../harness/cluster.ts'
import type { Engine } from '../harness/engine.ts'
import { type Application, MEDIAWIKI, WORDPRESS } from './application.ts'
import { buildImages } from './images.ts'
import { live } from './life.ts'

const APPLICATIONS: Record<string, Application> = { wordpress: WORDPRESS, mediawiki: MEDIAWIKI }
const [only] = process.argv.slice(2)
const chosen = only === undefined ? Object.values(APPLICATIONS) : [APPLICATIONS[only]]
if (chosen.includes(undefined)) throw new Error('There are: wordpress, mediawiki.')

const from = Date.now()
const say = (line: string): void => {
  console.log(`${((Date.now() - from) / 1_000).toFixed(1).padStart(7)} s  ${line}`)
}

buildImages(say)
for (const application of chosen) {
  if (!application) continue
  say(`--- ${application.front}`)
  const cluster = await createCluster({ engines: true })
  try {
    await live(application, cluster, say)
  } catch (error) {
    for (const node of cluster.nodes) console.log(`# ${node.name}\n${await describeNode(node)}`)
    for (const engine of cluster.engines) tellContainers(engine)
    throw error
  } finally {
    await cluster.remove()
  }
}
say('none failed')

/** What each container said last, those that hold the names of others among them. */
function tellContainers({ docker }: Engine): void {
  for (const name of docker('ps', '-a', '--format', '{{.Names}}').split('\n').filter(Boolean)) {
    console.log(`## ${name}\n${docker('logs', '--tail', '15', name)}`)
  }
}
