import { describe, expect, it } from 'vitest'
import { english } from './english.ts'
import { pseudo, pseudoSentence, type Words } from './pseudo.ts'
import { createText } from './text.ts'

const sources = import.meta.glob<string>('../**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const code = Object.entries(sources)
  .filter(([path]) => !/\.test\.tsx?$|\/testing\/|\/english/.test(path))
  .map(([path, text]) => ({ path, text }))

function leaves(words: Words, path = ''): [path: string, text: string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : leaves(value, `${path}${key}.`),
  )
}
const all = leaves(english)

describe('the words', () => {
  it('are never empty, and have no space at either end', () => {
    expect(all.filter(([, text]) => text.trim() === '' || text !== text.trim())).toEqual([])
  })

  it('have two braces around what is put into them: with one it is shown as it stands', () => {
    expect(all.filter(([, text]) => /(?<!\{)\{\w+\}(?!\})/.test(text))).toEqual([])
  })

  it('have a general form wherever they have one for a single thing', () => {
    const paths = new Set(all.map(([path]) => path))
    const alone = all.filter(([path]) => path.endsWith('_one') && !paths.has(path.slice(0, -4)))
    expect(alone).toEqual([])
  })

  it('are all used', () => {
    const text = code.map((file) => file.text).join('\n')
    const unused = all
      .map(([path]) => path.replace(/_one$/, ''))
      .filter((path) => !text.includes(`'${path}'`) && !isBuilt(path, text))
    expect(unused).toEqual([])
  })

  it('are nowhere else: no text or label is written into a component', () => {
    const label = /(?:aria-label|placeholder|title|label|alt)="[^"/]*[a-zA-Z]{2}[^"]*"/
    const text = /^\s*[A-Z][a-z]+ [a-z ]+[.!?]?\s*$|>\s*[A-Z][a-z]{2,}[^<>{}=]*<\//m
    const found = code
      .filter(({ path }) => path.endsWith('.tsx'))
      .flatMap(({ path, text: source }) => {
        const plain = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        const hit = label.exec(plain) ?? text.exec(plain)
        return hit ? [`${path}: ${hit[0].trim()}`] : []
      })
    expect(found).toEqual([])
  })
})

/** Built from a part, as in `workloads.status.${status}`: its start stands in the source. */
function isBuilt(path: string, text: string): boolean {
  const parts = path.split('.')
  for (let end = parts.length - 1; end > 0; end -= 1) {
    if (text.includes(`\`${parts.slice(0, end).join('.')}.\${`)) return true
  }
  return false
}

describe('the pseudo language', () => {
  it('has the same keys and the same slots', () => {
    const strange = leaves(pseudo(english))
    expect(strange.map(([path]) => path)).toEqual(all.map(([path]) => path))
    const slots = (text: string) => text.match(/\{\{[^}]*\}\}/g)
    expect(strange.map(([, text]) => slots(text))).toEqual(all.map(([, text]) => slots(text)))
  })

  it('is longer and strange', () => {
    expect(pseudoSentence('Save {{name}}')).toBe('⟦Šàvé {{name}} · · ·⟧')
  })

  it('is what the window speaks when asked to', () => {
    const text = createText('en-XA')
    expect(text.t('words.save')).toMatch(/^⟦.*⟧$/)
    expect(text.t('words.cores', { count: 1 })).toContain('1')
  })

  it('counts one thing as one', () => {
    const { t } = createText('en')
    expect(t('words.cores', { count: 1 })).toBe('1 core')
    expect(t('words.cores', { count: 3.5 })).toBe('3.5 cores')
  })
})
