/** Labels of computers that a pod asks for. */
import type { Tree } from '../tree.ts'
import type { Kube } from './rule.ts'

export function selectNodes(
  at: Tree,
  { key, value }: { key: string; value: string },
  { draft, scope }: Pick<Kube, 'draft' | 'scope'>,
): void {
  // The image itself says what it runs on.
  if (/^(beta\.)?kubernetes\.io\/(os|arch)$/.test(key)) {
    scope.say(at, 'platform-labels')
    return
  }
  // Kubernetes puts these on its nodes by itself; here nobody would ever fit.
  if (/(^|\.)(kubernetes\.io|k8s\.io)\//.test(key) || key === '__proto__') {
    scope.say(at, 'place-not-kept')
    return
  }
  draft.nodeSelector.set(key, value)
  scope.say(at, 'kept')
}
