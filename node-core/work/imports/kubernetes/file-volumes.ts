/** Volumes of ConfigMaps and Secrets: what containers mount of them becomes files. */
import { SECRETS_MAX } from '../../spec/index.ts'
import { addFile, type FileContent, modeOf } from '../files.ts'
import { HERE } from '../leading.ts'
import { addSecret } from '../secrets.ts'
import { field, isTrue, itemsOf, type Tree, textOf } from '../tree.ts'
import type { Kube, KubeContainer } from './rule.ts'
import type { FileVolume, Settings } from './settings.ts'

export function fileVolumesOf(pod: Tree | undefined): Map<string, FileVolume> {
  const found = new Map<string, FileVolume>()
  for (const volume of itemsOf(field(pod, 'spec', 'volumes'))) {
    const config = field(volume, 'configMap')
    const at = config ?? field(volume, 'secret')
    if (!at) continue
    const name = textOf(field(at, config ? 'name' : 'secretName')) ?? ''
    const kind = config ? 'ConfigMap' : 'Secret'
    found.set(textOf(field(volume, 'name')) ?? '', { kind, name, whole: volume, at, used: false })
  }
  return found
}

/** Once all containers were read. */
export function sayFileVolumes({ fileVolumes, scope, secretsInTheOpen }: Kube): void {
  for (const { whole, kind, used } of fileVolumes.values()) {
    const sealed = kind === 'Secret' && !secretsInTheOpen
    scope.say(whole, !used ? 'not-used' : sealed ? 'secret-not-brought' : 'inlined')
  }
}

interface Item {
  key: string
  /** Below where the volume is mounted. */
  path: string
  mode: number | undefined
}

export function takeFileVolume(
  at: Tree,
  { volume, path }: { volume: FileVolume; path: string },
  container: KubeContainer,
): void {
  const { kube, scope } = container
  volume.used = true
  const sealed = volume.kind === 'Secret' && !kube.secretsInTheOpen
  const settings = kube.settings(volume.kind, volume.name)
  const items = itemsIn(volume, settings)
  const optional = isTrue(field(volume.at, 'optional'))
  if (!items || (!settings && (!sealed || optional))) {
    const message = `The ${volume.kind} that it names, or its keys, are not in this text.`
    const elsewhere = settings ? undefined : kube.elsewhere(volume.kind, volume.name)
    scope.say(at, optional ? 'not-used' : 'not-there', elsewhere ?? message)
    return
  }
  const within = textOf(field(at, 'subPath'))
  const mounted = items.flatMap((item): Item[] => {
    if (within === undefined) return [{ ...item, path: `${path.replace(/\/+$/, '')}/${item.path}` }]
    if (item.path === within) return [{ ...item, path }]
    if (!item.path.startsWith(`${within}/`)) return []
    return [{ ...item, path: path + item.path.slice(within.length) }]
  })
  if (mounted.length === 0 && items.length > 0) {
    scope.say(at, 'not-there', 'There is nothing at its subPath.')
  } else if (sealed) takeSealed(at, mounted, { volume, settings, container })
  else if (settings) takeOpen(at, mounted, { settings, container })
}

/** Those that are named, or all that the text has; undefined where that cannot be told. */
function itemsIn(volume: FileVolume, settings: Settings | undefined): Item[] | undefined {
  const named = field(volume.at, 'items')
  const common = textOf(field(volume.at, 'defaultMode'))
  const modeFor = (text: string | undefined) => (text === undefined ? undefined : modeOf(text))
  if (!named) {
    const mode = modeFor(common)
    return settings && [...settings.values.keys()].map((key) => ({ key, path: key, mode }))
  }
  return itemsOf(named).map((item) => {
    const key = textOf(field(item, 'key')) ?? ''
    const mode = modeFor(textOf(field(item, 'mode')) ?? common)
    return { key, path: textOf(field(item, 'path')) ?? key, mode }
  })
}

function takeOpen(
  at: Tree,
  items: readonly Item[],
  { settings, container }: { settings: Settings; container: KubeContainer },
): void {
  const { part, scope } = container
  for (const { key, path, mode } of items) {
    const content = contentOf(settings, key)
    if (!content) {
      scope.say(at, 'not-there', 'A key that it names is not in this text.')
      return
    }
    settings.used.add(key)
    const wrong = addFile(part, { path, mode, content })
    if (wrong) scope.say(at, wrong)
    if (wrong === 'does-not-fit') return
  }
  scope.say(at, 'file-in-manifest', `${items.length} of its keys are files of the manifest now.`)
}

function contentOf(settings: Settings, key: string): FileContent | undefined {
  const value = settings.values.get(key)
  if (value?.text !== undefined) return { content: value.text }
  return value?.base64 === undefined ? undefined : { content: value.base64, encoding: 'base64' }
}

/** Sealed, they lie in the folder of secrets: what names their old place is led there. */
function takeSealed(
  at: Tree,
  items: readonly Item[],
  {
    volume,
    settings,
    container,
  }: { volume: FileVolume; settings: Settings | undefined; container: KubeContainer },
): void {
  const { scope, kube, part } = container
  for (const { key, path } of items) {
    const file = `${volume.name}.${key}`
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(file)) {
      scope.say(at, 'wrong-form')
      continue
    }
    if (kube.draft.secrets.size >= SECRETS_MAX) {
      scope.say(at, 'does-not-fit')
      return
    }
    settings?.used.add(key)
    addSecret(kube.draft, `${volume.name}/${key}`, { goes: { file }, at, part, instead: path })
    container.elsewhere.set(path, HERE + file)
  }
  if (items.length === 0) scope.say(at, 'not-used')
}
