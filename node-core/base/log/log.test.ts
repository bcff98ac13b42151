import { describe, expect, it } from 'vitest'
import { createMemoryLogger, createPinoLogger } from './index.ts'

describe('the log', () => {
  it('names the module of each line, nested ones with a dot', () => {
    const logger = createMemoryLogger()
    logger.child('mesh').child('hello').warn('Refused.', { code: 'WRONG_NETWORK' })
    expect(logger.lines).toEqual([
      {
        level: 'warn',
        module: 'mesh.hello',
        message: 'Refused.',
        fields: { code: 'WRONG_NETWORK' },
      },
    ])
  })

  it('writes one JSON object per line, from its level on', () => {
    const lines: string[] = []
    const destination = { write: (line: string) => lines.push(line) }
    const logger = createPinoLogger({ level: 'info', destination }).child('mesh').child('hello')
    logger.debug('Not written.')
    logger.info('Written.', { peer: 'x' })
    const [line = ''] = lines
    expect(lines).toHaveLength(1)
    const parsed: unknown = JSON.parse(line)
    expect(parsed).toMatchObject({ module: 'mesh.hello', msg: 'Written.', peer: 'x' })
    expect(line.match(/"module"/g)).toHaveLength(1)
  })

  it('cuts out what has the name of a secret, also one level down', () => {
    const lines: string[] = []
    const destination = { write: (line: string) => lines.push(line) }
    const logger = createPinoLogger({ level: 'debug', destination })
    const names = ['token', 'secret', 'password', 'seed', 'oneTimeKey', 'invite']
    const planted = Object.fromEntries(names.map((name) => [name, 'hunter2']))
    logger.info('Planted.', { ...planted, nested: { ...planted, privateKey: 'hunter2' } })
    expect(lines.join()).not.toContain('hunter2')
  })
})
