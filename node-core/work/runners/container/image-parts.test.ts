import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../storage/blobs/index.ts'
import { layersHad, parseImageRoot, platformOf } from './image-parts.ts'

const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}` as Digest
const [ONE, TWO, THREE] = [digest('1'), digest('2'), digest('3')]
const parse = (value: unknown) =>
  parseImageRoot(Buffer.from(JSON.stringify(value)), platformOf('x64'))

describe('the root of an image', () => {
  it('is a configuration that names layers, a manifest, or an index with one for this computer', () => {
    expect(parse({ os: 'linux', rootfs: { type: 'layers', diff_ids: [ONE, TWO] } })).toEqual({
      kind: 'docker',
      layers: [ONE, TWO],
    })
    const manifest = { schemaVersion: 2, mediaType: 'm', config: { digest: ONE, size: 3 } }
    expect(parse({ ...manifest, layers: [{ digest: TWO }] })).toEqual({
      kind: 'manifest',
      mediaType: 'm',
      blobs: [ONE, TWO],
    })
    const manifests = [
      { digest: ONE, platform: { os: 'linux', architecture: 'arm64' } },
      { digest: THREE, platform: { os: 'linux', architecture: 'amd64' } },
    ]
    expect(parse({ mediaType: 'i', manifests })).toEqual({
      kind: 'index',
      mediaType: 'i',
      manifest: THREE,
    })
  })

  it.each([
    ['no JSON', Buffer.from('{')],
    ['no digests', Buffer.from('{"rootfs":{"diff_ids":["../../etc"]}}')],
    ['no layers', Buffer.from('{"rootfs":{"diff_ids":[]}}')],
    [
      'for other computers',
      Buffer.from(
        `{"manifests":[{"digest":"${ONE}","platform":{"os":"plan9","architecture":"mips"}}]}`,
      ),
    ],
    ['something else', Buffer.from('[1]')],
  ])('is refused where it is %s', (_, bytes) => {
    expect(parseImageRoot(bytes, platformOf('x64'))).toBeUndefined()
  })
})

describe('the layers an engine has', () => {
  it('are those with which another image begins: one on another base is another', () => {
    const layers = [ONE, TWO, THREE]
    expect(layersHad(layers, [])).toBe(0)
    expect(layersHad(layers, [[TWO, ONE], [ONE]])).toBe(1)
    expect(layersHad(layers, [[ONE, TWO], [ONE]])).toBe(2)
    expect(layersHad(layers, [[ONE, TWO, THREE, ONE]])).toBe(3)
    expect(layersHad(layers, [[TWO, THREE]])).toBe(0)
  })
})
