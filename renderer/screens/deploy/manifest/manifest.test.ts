import { describe, expect, it } from 'vitest'
import { workloadSchema } from '../../../../node-core/api/contract/index.ts'
import { pathAt } from './place.ts'
import { fieldsAt } from './schema.ts'

/** The place is where `|` stands. */
const at = (text: string): string => {
  const offset = text.indexOf('|')
  return pathAt(text.replace('|', ''), offset).join('.')
}

describe('the place in a text', () => {
  it.each([
    ['|', ''],
    ['{|', ''],
    ['{"name": "a",|', ''],
    ['{"name": |', 'name'],
    ['{"containers": [{|', 'containers.0'],
    ['{"containers": [{"image": "a"}, {"ports": [{"containerPort": 1},{|', 'containers.1.ports.1'],
    ['{"containers": [{"resources": {"cpu": 1, |}}]}', 'containers.0.resources'],
    ['{"containers": []|', 'containers'],
    ['{"containers": [], |', ''],
    ['{"env": {"A{[\\",": "x", |', 'env'],
    ['[{"name": "a"}, {"edge": {|', '1.edge'],
  ])('of %s is %j', (text, path) => {
    expect(at(text)).toBe(path)
  })
})

describe('what may stand there', () => {
  const names = (...path: string[]) => fieldsAt(workloadSchema(), path).map(({ name }) => name)

  it('is told by the schema, through lists and other forms', () => {
    expect(names()).toContain('containers')
    expect(names('containers', '0')).toEqual(expect.arrayContaining(['image', 'ports', 'mounts']))
    expect(names('containers', '0', 'resources', 'limits')).toEqual(['cpu', 'memory'])
    expect(names('uses', '0')).toEqual(['name', 'as'])
    expect(names('egress', '0')).toContain('host')
    expect(names('name')).toEqual([])
    expect(names('nowhere')).toEqual([])
  })

  it('says what each takes', () => {
    const byName = new Map(fieldsAt(workloadSchema(), []).map((field) => [field.name, field]))
    expect(byName.get('name')?.takes).toBe('text')
    expect(byName.get('replicas')?.takes).toBe('number')
    expect(byName.get('volumes')?.takes).toBe('list')
    expect(byName.get('job')?.takes).toBe('fields')
    expect(byName.get('onPartition')?.values).toEqual(['heal', 'keep', 'stop'])
  })
})
