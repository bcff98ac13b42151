import { expect, test } from 'vitest'
import { findNodeRuntime } from './node-runtime.ts'

const search = { resources: '/opt/app', searchPath: 'relative:/usr/local/bin:/usr/bin' }
const found = (files: string[], more: object = {}) =>
  findNodeRuntime({ ...search, ...more, runs: (file) => files.includes(file) })

test('the Node that the package brings comes first, then that of the PATH', () => {
  expect(found(['/usr/bin/node', '/opt/app/runtime/node'])).toBe('/opt/app/runtime/node')
  expect(found(['/usr/bin/node', '/usr/local/bin/node'])).toBe('/usr/local/bin/node')
  expect(found(['/opt/app/runtime/node'], { resources: undefined })).toBeUndefined()
})

test('a relative place of the PATH is not looked at: it would depend on where the app was started', () => {
  expect(found(['relative/node'])).toBeUndefined()
})
