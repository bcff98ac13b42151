import { afterEach, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createFrameReader, createSimNetwork, framed, type NodeId } from '../../base/net/index.ts'
import { createSystemRandom } from '../../base/random/index.ts'
import { pieceListOf } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import { FRAME_BYTES_MAX, SERVED_MAX, SERVED_PER_PEER_MAX } from './limits.ts'
import { encodeMessage, parseAnswer } from './messages.ts'
import { createBlobServer } from './serving.ts'

const idOf = (digit: string): NodeId => digit.repeat(64) as NodeId
const [ADA, GREEDY, HONEST] = [idOf('a'), idOf('b'), idOf('c')]
const DIGEST = `sha256:${'a'.repeat(64)}` as Digest
const clock = createSystemClock()
const network = createSimNetwork({ clock, random: createSystemRandom() })
const server = createBlobServer({
  ...{ clock, logger: createSilentLogger() },
  pieces: { pack: async () => ({ kind: 'absent' }) },
  async find() {
    const list = pieceListOf(1, new Uint8Array(32))
    if (!list) throw new Error('It is no list.')
    return { list, has: undefined, files: () => [], onGain: () => () => {} }
  },
  damaged() {},
  onSent() {},
})
network.node(ADA).onStream('pieces/1', server.serve)
afterEach(() => server.stop())

async function ask(peer: NodeId): Promise<string> {
  const stream = await network.node(peer).openStream(ADA, 'pieces/1')
  await stream.write(framed(encodeMessage({ digest: DIGEST })))
  return parseAnswer(await createFrameReader(stream).frame(FRAME_BYTES_MAX)).status
}

it('serves others beside a peer that opens more streams than it may', async () => {
  const answers: string[] = []
  for (let open = 0; open < 2 * SERVED_MAX; open++) answers.push(await ask(GREEDY))
  expect(answers.filter((status) => status === 'ok')).toHaveLength(SERVED_PER_PEER_MAX)
  expect(answers.at(-1)).toBe('busy')
  expect(await ask(HONEST)).toBe('ok')
})
