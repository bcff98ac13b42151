import { describe, expect, it } from 'vitest'
import { type EngineSurroundings, engineAddressOf, findEngine, parseDockerHost } from './socket.ts'

const find = (environment: EngineSurroundings['environment'], ...there: string[]) =>
  findEngine({ platform: 'linux', environment, exists: (path) => there.includes(path) })

describe('where the engine answers', () => {
  it('is DOCKER_HOST when that is set', () => {
    expect(find({ DOCKER_HOST: 'unix:///run/x.sock' }, '/var/run/docker.sock')).toEqual({
      kind: 'socket',
      path: '/run/x.sock',
    })
    expect(parseDockerHost('tcp://127.0.0.1:2375')).toEqual({
      kind: 'tcp',
      host: '127.0.0.1',
      port: 2375,
    })
    expect(parseDockerHost('tcp://[::1]:2375/')).toEqual({ kind: 'tcp', host: '::1', port: 2375 })
    expect(parseDockerHost('ssh://somewhere')).toBeUndefined()
  })

  it('is the first socket that is there', () => {
    const around = { XDG_RUNTIME_DIR: '/run/user/1000', HOME: '/home/ada' }
    const path = (...there: string[]) => find(around, ...there)
    expect(path('/run/user/1000/docker.sock')).toMatchObject({ path: '/run/user/1000/docker.sock' })
    expect(path('/home/ada/.docker/run/docker.sock', '/run/podman/podman.sock')).toMatchObject({
      path: '/home/ada/.docker/run/docker.sock',
    })
  })

  it('is the usual place when there is none yet, since one may appear', () => {
    expect(find({})).toEqual({ kind: 'socket', path: '/var/run/docker.sock' })
    expect(findEngine({ platform: 'win32', environment: {}, exists: () => false })).toEqual({
      kind: 'socket',
      path: '//./pipe/docker_engine',
    })
  })

  it.each(['unix:///run/x.sock', 'npipe:////./pipe/docker_engine', 'tcp://[::1]:2375'])(
    'is said as it is told: %s',
    (address) => expect(engineAddressOf({ environment: { DOCKER_HOST: address } })).toBe(address),
  )
})
