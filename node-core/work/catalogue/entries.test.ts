/** Of what ships: every entry gives what a node takes, and nothing that is safe to say in the open only. */
import { describe, expect, it } from 'vitest'
import { ENTRIES } from '../../../assets/catalogue/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { parseWorkload, type Workload } from '../spec/index.ts'
import { createCatalogue, type Entry } from './index.ts'

const catalogue = createCatalogue({ entries: ENTRIES, random: createSeededRandom(3) })
const names = catalogue.list().map(({ name }) => name)

const workloadsOf = (name: string): Workload[] =>
  catalogue.fill(name, {}).workloads.map((body) => parseWorkload(body))

describe('the catalogue that ships', () => {
  it('has something for many', () => {
    expect(names.length).toBeGreaterThanOrEqual(10)
  })

  describe.each(names)('%s', (name) => {
    const entry: Entry = catalogue.get(name)
    const { secrets, workloads } = catalogue.fill(name, {})

    it('gives what a node takes, under the name that was asked for', () => {
      const given = catalogue.fill(name, { name: 'mine' }).workloads
      for (const { name: each } of given) expect(String(each)).toMatch(/^mine(-[a-z]+)?$/)
      expect(given.at(-1)?.name).toBe('mine')
    })

    it('names what it uses before itself, and nothing that is not there', () => {
      const before = new Set<string>()
      for (const workload of workloadsOf(name)) {
        for (const use of workload.uses) expect(before).toContain(use.name)
        before.add(workload.name)
      }
    })

    it('has an exact version of every image', () => {
      for (const { parts } of workloadsOf(name)) {
        for (const { source } of parts) {
          expect('image' in source ? source.image : '').toMatch(/:v?\d[\w.-]*$/)
        }
      }
    })

    it('bounds what it takes, waits for its start, and grows by itself in nothing', () => {
      for (const { parts } of workloadsOf(name)) {
        for (const { resources, probes } of parts) {
          expect(resources.limits.memoryBytes).toBeLessThanOrEqual(2 * 2 ** 30)
          expect(probes.startup).toBeDefined()
        }
      }
    })

    it('reaches no more than named hosts unless somebody says so', () => {
      for (const { egress = [] } of workloadsOf(name)) expect(egress).not.toBe('all')
    })

    it('writes every secret that it names, and none where it can be read', () => {
      const handed = workloadsOf(name).flatMap((each) => each.secrets)
      expect(secrets.map((each) => each.name).sort()).toEqual(handed.map((one) => one.name).sort())
      const open = JSON.stringify(workloads)
      for (const { value } of secrets) expect(open).not.toContain(value)
      expect(open).not.toMatch(/"[A-Z_]*(PASSWORD|SECRET|TOKEN)":/)
    })

    it('says where its data lies, if it keeps any', () => {
      const keeps = workloadsOf(name).some(({ volumes = [] }) => volumes.length > 0)
      expect(entry.notes.some((note) => note.includes('on one computer'))).toBe(keeps)
    })
  })
})
