import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWindowFiles } from './app-scheme.ts'

let folder: string
let answer: (request: Request) => Promise<Response>

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mycelium-window-'))
  mkdirSync(path.join(folder, 'renderer/assets'), { recursive: true })
  writeFileSync(path.join(folder, 'secret.txt'), 'secret')
  writeFileSync(path.join(folder, 'renderer/index.html'), '<!doctype html>')
  writeFileSync(path.join(folder, 'renderer/assets/a-1.js'), 'export {}')
  writeFileSync(path.join(folder, 'renderer/assets/a.exe'), 'MZ')
  symlinkSync('..', path.join(folder, 'renderer/assets/up.js'))
  answer = createWindowFiles(path.join(folder, 'renderer'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const get = (url: string): Promise<Response> => answer(new Request(url))

describe('the window’s files', () => {
  it('come with their type and the policy', async () => {
    const page = await get('app://mycelium/index.html')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    const script = await get('app://mycelium/assets/a-1.js')
    expect(await script.text()).toBe('export {}')
  })

  it.each([
    'app://mycelium/../secret.txt',
    'app://mycelium/%2e%2e/secret.txt',
    'app://mycelium/..%2fsecret.txt',
    'app://mycelium/assets',
    'app://mycelium/assets/up.js',
    'app://mycelium/assets/a.exe',
    'app://mycelium/missing.js',
    'app://elsewhere/index.html',
  ])('do not include %s', async (url) => {
    const response = await get(url)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await response.text()).not.toContain('secret')
  })
})
