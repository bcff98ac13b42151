import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** One source file with what it imports, for the rules in `tidy.test.ts`. */
export interface SourceFile {
  /** From the top of the repository, with `/`. */
  path: string
  text: string
  lines: string[]
  imports: Import[]
}

export interface Import {
  specifier: string
  /** The file in this repository that it names, if any. */
  target: string | undefined
  /** The package it names: `zod`, `@orpc/server`, `node:fs`. */
  package: string | undefined
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+\.ts)['"],\s*import\.meta\.url/g

/** Every TypeScript file that git tracks or would track. */
export function readSourceTree(root: string): SourceFile[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
    { cwd: root, encoding: 'utf8' },
  )
  return listed
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(root, file)))
    .map((file) => readSourceFile(root, file))
}

function readSourceFile(root: string, file: string): SourceFile {
  const text = readFileSync(path.join(root, file), 'utf8')
  const imports: Import[] = []
  for (const match of withoutComments(text).matchAll(IMPORT)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? match[4]
    if (specifier) imports.push(resolveImport(file, specifier))
  }
  return { path: file, text, lines: text.split('\n'), imports }
}

function resolveImport(from: string, specifier: string): Import {
  if (specifier.startsWith('.')) {
    const target = path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier))
    return { specifier, target: target.replace(/\?.*$/, ''), package: undefined }
  }
  const parts = specifier.split('/')
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]
  return { specifier, target: undefined, package: name }
}

/** Comments blanked out, so that an example in a docstring is not taken for an import. */
export function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/^\s*\/\/.*$/gm, '')
}

export function isTest(file: string): boolean {
  return /\.(test|suite|fixture|e2e)\.tsx?$/.test(file) || /(^|\/)(testing|testdata)\//.test(file)
}
